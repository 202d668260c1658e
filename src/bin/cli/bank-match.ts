import { readFile } from 'node:fs/promises';
import type { BankStatement } from '../../core/fact/bank.ts';
import { type FieldError, field, type Reading, readText, refuse as refuseField } from '../../core/kernel/field.ts';
import { money, parseMoney } from '../../core/kernel/money.ts';
import { parseDay } from '../../core/kernel/rfc3339.ts';
import { checkStatement } from '../../core/remedy/check-statement.ts';
import { endToEndIdOf } from '../../core/remedy/end-to-end-id.ts';
import { type EntryStanding, type KnownEntry, takeStatement } from '../../core/remedy/identify-entries.ts';
import { movementOfSettlement, movementsOfEntry } from '../../core/remedy/reconcile/movement.ts';
import type { Expectation, Movement } from '../../core/remedy/reconcile/shape.ts';
import { reconcile } from '../../core/remedy/reconcile.ts';
import { readBankFileAt } from '../../world/bank/read-bank-file.ts';
import { sha256 } from '../../world/digest.ts';
import { readSettlementLines } from '../../world/duckdb/settlement-lines.ts';
import { matchAsJson, matchText } from './bank-match-text.ts';
import { sayBreak } from './bank-rows.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_DONE, EXIT_ROWS_REJECTED, type Problem } from './exit.ts';

export interface BankMatchOptions extends SpeechOptions {
  readonly expected: string;
  readonly asOf: string;
  readonly report?: readonly string[];
  readonly tz?: string;
}

/**
 * `storno bank match --expected FILE --as-of DAY FILES...`: whether what was ordered has come to pass, by bank files,
 * provider reports, or both. Files are taken in the order given; the same money in several is taken once. Answers 3
 * where anything but matches is left, 2 where a file cannot be used or does not come out even.
 */
export async function runBankMatch(
  context: Context,
  files: readonly string[],
  options: BankMatchOptions,
): Promise<number> {
  const expected = await readExpected(options.expected);
  const taken = await takeFiles(files);
  const reports = await takeReports(options);
  const usage = usageProblems(files, options);
  const problems = [...usage, ...expected.problems, ...taken.problems, ...reports.problems];
  if (problems.length > 0) return refuse(context, options, problems);
  const { doubts } = taken;
  const movements = [...taken.movements, ...reports.movements];
  const found = reconcile({ expectations: expected.expectations, movements, manual: [], asOf: options.asOf });
  const sides = { expectations: expected.expectations, movements, found, doubts };
  const { terminal } = context;
  terminal.out(
    options.json === true ? `${JSON.stringify(matchAsJson(sides), null, 2)}\n` : matchText(sides, terminal.style),
  );
  const isDone =
    doubts.length + found.ambiguities.length + found.open.length + found.unexpected.length === 0 &&
    found.groups.every(({ standing, returned }) => standing === 'matched' && returned.length === 0);
  return isDone ? EXIT_DONE : EXIT_ROWS_REJECTED;
}

function usageProblems(files: readonly string[], { asOf, report }: BankMatchOptions): readonly Problem[] {
  const messages = [
    parseDay(asOf) === null ? '--as-of is a day such as 2026-11-30.' : [],
    files.length + (report ?? []).length === 0 ? 'Give bank files, or --report FILE, or both.' : [],
  ].flat();
  return messages.map((message) => ({ kind: 'usage', file: null, message }));
}

interface Taken {
  readonly movements: readonly Movement[];
  /** Entries that may have been in an earlier file already: they are left out. */
  readonly doubts: readonly string[];
  readonly problems: readonly Problem[];
}

async function takeFiles(files: readonly string[]): Promise<Taken> {
  let known: readonly KnownEntry[] = [];
  const movements = new Map<string, readonly Movement[]>();
  const doubts: string[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const read = await readBankFileAt(file);
    if (!read.ok) {
      problems.push({ kind: read.error.kind, file, message: `${file} ${read.error.message}` });
      continue;
    }
    for (const statement of read.value.kind === 'statements' ? read.value.statements : []) {
      problems.push(...breaksOf(file, statement));
      const { identified, known: after } = takeStatement(known, statement);
      known = after;
      for (const { entry, standing } of identified) {
        const key = keyToTake(standing);
        if (key !== null) movements.set(key, movementsOfEntry(key, entry, statement.to ?? statement.from ?? ''));
        if (standing.kind === 'ambiguous') doubts.push(`${file}: an entry may be ${standing.candidates.join(' or ')}`);
      }
    }
  }
  return { movements: [...movements.values()].flat(), doubts, problems };
}

/** Lines that are no payments, such as payouts and fees, are the bank's to tell. */
async function takeReports({ report, tz }: BankMatchOptions): Promise<Omit<Taken, 'doubts'>> {
  if (report === undefined) return { movements: [], problems: [] };
  const read = await readSettlementLines(report, tz ?? null);
  return read.ok
    ? { movements: read.value.map(movementOfSettlement), problems: [] }
    : { movements: [], problems: read.error };
}

/** Details that come after their sum take its place: they make the same amount. */
function keyToTake(standing: EntryStanding): string | null {
  if (standing.kind === 'new') return standing.key;
  return standing.kind === 'known' && standing.addsDetails ? standing.key : null;
}

function breaksOf(file: string, statement: BankStatement): readonly Problem[] {
  return checkStatement(statement).map((found) => ({
    kind: found.kind,
    file,
    message: `${file}, ${statement.statementId}: ${sayBreak(found)} Ask the bank before you rely on it.`,
  }));
}

interface ReadExpected {
  readonly expectations: readonly Expectation[];
  readonly problems: readonly Problem[];
}

/** A list of `{id, kind, amount, currency, references, from, to, promised_on}`; docs/bank.md has the form. */
async function readExpected(file: string): Promise<ReadExpected> {
  const problem = (message: string): Problem => ({ kind: 'expected_invalid', file, message: `${file} ${message}` });
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!Array.isArray(value)) return { expectations: [], problems: [problem('must be a list.')] };
    const errors: FieldError[] = [];
    const expectations = value.map((item, at) => expectationOf({ value: item, pointer: `/${at}`, errors }));
    return { expectations, problems: errors.map(({ pointer, detail }) => problem(`${pointer} ${detail}.`)) };
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    return { expectations: [], problems: [problem(message)] };
  }
}

const KINDS = ['payout', 'transfer', 'reversal', 'refund'] as const;
const TEXT_MAX = 100;

function expectationOf(reading: Reading): Expectation {
  const id = readText(field(reading, 'id'), { lengthMax: TEXT_MAX }) ?? '';
  const said = readText(field(reading, 'amount'), { lengthMax: TEXT_MAX }) ?? '';
  const currency = readText(field(reading, 'currency'), { lengthMax: 3 }) ?? '';
  const read = parseMoney(said.replace(/^-/, ''), currency);
  if (!read.ok || read.value.amountMinor === 0n) {
    refuseField(field(reading, 'amount'), 'must be an amount such as "-14.50", negative where money goes');
  }
  const minor = read.ok ? read.value.amountMinor : 1n;
  const kind = KINDS.find((each) => each === field(reading, 'kind').value);
  if (kind === undefined) refuseField(field(reading, 'kind'), `must be one of ${KINDS.join(', ')}`);
  const references = field(reading, 'references').value;
  const own = Array.isArray(references) ? references.filter((each) => typeof each === 'string') : [];
  return {
    id,
    kind: kind ?? 'transfer',
    amount: money(said.startsWith('-') ? -minor : minor, currency),
    references: [...own, endToEndIdOf(id, sha256)],
    ...readDays(reading),
  };
}

function readDays(reading: Reading): Pick<Expectation, 'from' | 'to' | 'promisedOn'> {
  const from = dayIn(field(reading, 'from'));
  const to = dayIn(field(reading, 'to'));
  if (from > to) refuseField(field(reading, 'to'), 'must not lie before from');
  const promised = field(reading, 'promised_on');
  return { from, to, promisedOn: promised.value === undefined || promised.value === null ? null : dayIn(promised) };
}

function dayIn(reading: Reading): string {
  const said = readText(reading, { lengthMax: TEXT_MAX }) ?? '';
  if (said !== '' && parseDay(said) === null) refuseField(reading, 'must be a day such as 2026-11-30');
  return said;
}
