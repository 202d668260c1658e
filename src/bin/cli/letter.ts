import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FieldError } from '../../core/kernel/field.ts';
import type { Result } from '../../core/kernel/result.ts';
import { composeLetter } from '../../core/remedy/notify.ts';
import { composeStatement } from '../../core/remedy/statement.ts';
import type { LetterToPost } from '../../flow/ports/letter.ts';
import { readBounce } from '../../world/letter/bounce.ts';
import { type Sender, sealLetter } from '../../world/letter/envelope.ts';
import { openLetterPost, POST_WAITS } from '../../world/letter/post.ts';
import { letterPress } from '../../world/letter/press.ts';
import { readLetterFacts, readStatementFacts } from '../../world/letter/read-facts.ts';
import { printStatement } from '../../world/letter/statement.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_DONE, type Problem } from './exit.ts';
import { sayLetterRefusal, sayStatementRefusal } from './letter-refusal.ts';

export interface PreviewOptions extends SpeechOptions {
  readonly facts: string;
  readonly lang?: string;
  readonly html?: boolean;
  readonly text?: boolean;
  readonly eml?: boolean;
}

export interface TryOptions extends SpeechOptions {
  readonly facts: string;
  readonly lang?: string;
  readonly to: string;
}

export type StatementPreviewOptions = Omit<PreviewOptions, 'eml'>;

/** `storno letter preview`: the letter that these facts make, as text, page or whole message. */
export async function runLetterPreview(context: Context, options: PreviewOptions): Promise<number> {
  const printed = await printFacts(options);
  if (!printed.ok) return refuse(context, options, printed.error);
  const letter = printed.value;
  const { subject, text, html, locale } = letter;
  const { terminal } = context;
  if (options.json === true) terminal.out(`${JSON.stringify({ locale, subject, text, html }, null, 2)}\n`);
  else if (options.eml === true) terminal.out((await sealLetter(letter, PREVIEWED_BY)).toString());
  else terminal.out(options.html === true ? html : `${subject}\n\n${text}`);
  return EXIT_DONE;
}

/** A preview goes nowhere: it bears names that RFC 2606 keeps free. */
const PREVIEWED_BY: Sender = { name: 'Storno', address: 'preview@storno.example', replyTo: null };
const PREVIEWED_TO = 'customer@storno.example';

/** `storno letter try`: sends the letter to an address of one's own, through the server of the settings. */
export async function runLetterTry(context: Context, options: TryOptions): Promise<number> {
  const { STORNO_SMTP_URL: smtpUrl, STORNO_MAIL_FROM: from } = process.env;
  if (smtpUrl === undefined || !URL.canParse(smtpUrl) || from === undefined) {
    const message = 'Set STORNO_SMTP_URL (smtp://host:port) and STORNO_MAIL_FROM (an address) first.';
    return refuse(context, options, [{ kind: 'setting', file: null, message }]);
  }
  const printed = await printFacts(options);
  if (!printed.ok) return refuse(context, options, printed.error);
  const post = openLetterPost({
    smtpUrl,
    sender: { name: 'Storno', address: from, replyTo: null },
    waits: POST_WAITS,
  });
  const outcome = await post.post({ ...printed.value, to: { address: options.to, name: null } });
  if (outcome.kind !== 'accepted') {
    const message = `The letter was not taken (${outcome.kind.replaceAll('_', ' ')}): ${outcome.words}`;
    return refuse(context, options, [{ kind: outcome.kind, file: null, message }]);
  }
  context.terminal.out(options.json === true ? `${JSON.stringify(outcome, null, 2)}\n` : `Sent. ${outcome.words}\n`);
  return EXIT_DONE;
}

/** `storno letter bounce`: what a delivery report says, as the worker reads it. */
export async function runLetterBounce(context: Context, file: string, options: SpeechOptions): Promise<number> {
  const read = await readBounded(file);
  if (!read.ok) return refuse(context, options, [read.error]);
  const bounce = await readBounce(read.value);
  const { terminal } = context;
  if (options.json === true) terminal.out(`${JSON.stringify(bounce, null, 2)}\n`);
  else if (bounce === null) terminal.out(`${file} reports no trouble with a letter.\n`);
  else {
    const { permanence, recipient, status, messageId, words } = bounce;
    terminal.out(
      [
        `${permanence === 'permanent' ? 'Came back' : 'Not delivered yet'}: ${recipient}, ${status}`,
        `Letter     ${messageId ?? 'not named in the report'}`,
        `Answer     ${words === '' ? 'none' : words}`,
        '',
      ].join('\n'),
    );
  }
  return EXIT_DONE;
}

/** `storno letter statement`: the public statement that these figures make. */
export async function runStatementPreview(context: Context, options: StatementPreviewOptions): Promise<number> {
  const json = await readJson(options.facts);
  if (!json.ok) return refuse(context, options, [json.error]);
  const facts = readStatementFacts(inLanguage(json.value, options.lang));
  if (!facts.ok) return refuse(context, options, fieldProblems(options.facts, facts.error));
  const composed = composeStatement(facts.value);
  if (!composed.ok) {
    return refuse(context, options, [contradiction(options.facts, sayStatementRefusal(composed.error))]);
  }
  const { locale, title, text, html } = printStatement(composed.value);
  context.terminal.out(
    options.json === true
      ? `${JSON.stringify({ locale, title, text, html }, null, 2)}\n`
      : options.html === true
        ? html
        : text,
  );
  return EXIT_DONE;
}

interface Asked {
  readonly facts: string;
  readonly lang?: string;
}

async function printFacts({ facts: file, lang }: Asked): Promise<Result<LetterToPost, readonly Problem[]>> {
  const json = await readJson(file);
  if (!json.ok) return { ok: false, error: [json.error] };
  const facts = readLetterFacts(inLanguage(json.value, lang));
  if (!facts.ok) return { ok: false, error: fieldProblems(file, facts.error) };
  const composed = composeLetter(facts.value);
  if (!composed.ok) return { ok: false, error: [contradiction(file, sayLetterRefusal(composed.error))] };
  const to = { address: PREVIEWED_TO, name: facts.value.customer.name };
  return { ok: true, value: { ...letterPress.print(composed.value), letterId: PREVIEW_ID, to } };
}

const PREVIEW_ID = 'ltr_preview';

function inLanguage(json: unknown, lang: string | undefined): unknown {
  return lang === undefined || typeof json !== 'object' || json === null ? json : { ...json, locale: lang };
}

function fieldProblems(file: string, errors: readonly FieldError[]): readonly Problem[] {
  return errors.map(({ pointer, detail }) => ({
    kind: 'field',
    file,
    message: `${file}: ${pointer === '' ? 'the document' : pointer} ${detail}. docs/letters.md has every field.`,
  }));
}

function contradiction(file: string, said: string): Problem {
  return { kind: 'contradiction', file, message: `${file}: ${said}` };
}

async function readJson(file: string): Promise<Result<unknown, Problem>> {
  const read = await readBounded(file);
  if (!read.ok) return read;
  try {
    return { ok: true, value: JSON.parse(read.value.toString()) };
  } catch {
    return { ok: false, error: { kind: 'not_json', file, message: `${file} is no JSON.` } };
  }
}

/** Letters and reports are pages, not archives. */
const FILE_BYTES_MAX = 10_000_000;

async function readBounded(file: string): Promise<Result<Buffer, Problem>> {
  try {
    const { size } = await stat(file);
    if (size > FILE_BYTES_MAX) {
      const message = `${file} is larger than ${FILE_BYTES_MAX / 1_000_000} MB: is it the right file?`;
      return { ok: false, error: { kind: 'too_large', file, message } };
    }
    return { ok: true, value: await readFile(file) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return { ok: false, error: { kind: 'unreadable', file, message: `${basename(file)} cannot be read (${code}).` } };
  }
}
