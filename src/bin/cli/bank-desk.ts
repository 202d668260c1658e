import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { money, sayMoney } from '../../core/kernel/money.ts';
import { toRfc3339 } from '../../core/kernel/time.ts';
import { enterBankAccount } from '../../flow/remedy/enter-bank-account.ts';
import { exportTransfers } from '../../flow/remedy/export-transfers.ts';
import { type Imported, type ImportWorld, importStatements, importStatus } from '../../flow/remedy/import-bank.ts';
import { checkIban } from '../../world/bank/iban.ts';
import { readBankFile } from '../../world/bank/read-bank-file.ts';
import { ianaCalendar } from '../../world/calendar.ts';
import { systemClock } from '../../world/clock.ts';
import { sha256, sha256OfBytes } from '../../world/digest.ts';
import { systemEntropy } from '../../world/entropy.ts';
import { openBankAccounts, openBankDesk } from '../../world/postgres/bank.ts';
import { openRefunds } from '../../world/postgres/campaign.ts';
import { openLetterBox } from '../../world/postgres/letters.ts';
import { type ActingSide, type ActorOptions, withOperator } from './actor.ts';
import { orderWriter } from './bank-writer.ts';
import { type Context, refuse, refuseWith } from './context.ts';
import { EXIT_DONE, EXIT_NOT_APPROVED, EXIT_ROWS_REJECTED, type Problem } from './exit.ts';
import { poolOf } from './live.ts';
import { policyFor } from './policy.ts';
import { readSettings } from './settings.ts';

export interface ExportTransfersOptions extends ActorOptions {
  readonly out: string;
}

const CONNECTIONS_MAX = 2;

function workerSide({ database }: ActingSide) {
  const pool = poolOf(database, { role: 'storno_worker', connectionsMax: CONNECTIONS_MAX });
  return { bank: openBankDesk(pool), refunds: openRefunds(pool), letters: openLetterBox(pool) };
}

const AROUND = { clock: systemClock, entropy: systemEntropy, digest: sha256 };

/** `storno bank export --out FILE`: everything that is due over the bank, in one pain.001. */
export function runBankExport(context: Context, options: ExportTransfersOptions): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  const bankSettings = settings.bank;
  if (bankSettings === null || problems.length > 0) {
    const missing = say('setting', 'Transfers need STORNO_BANK_IBAN and STORNO_BANK_NAME: docs/bank.md.');
    return Promise.resolve(refuse(context, options, problems.length > 0 ? problems : [missing]));
  }
  if (existsSync(options.out)) {
    return Promise.resolve(refuse(context, options, [say('exists', `${options.out} is already there: move it away.`)]));
  }
  return withOperator(context, options, async (side) => {
    const { bank, refunds } = workerSide(side);
    const world = { ...AROUND, bank, refunds, writer: orderWriter(bankSettings), policy: policyFor(settings).refund };
    const exported = await exportTransfers(world, side.actor.staffId);
    if (!exported.ok) {
      const { error } = exported;
      if (error.kind === 'unwritable') {
        const problems = error.why.map((why) => say('unwritable', why));
        return refuse(context, options, problems);
      }
      if (error.kind === 'made_by_another') {
        const message = 'Somebody made a file of these transfers at this moment: send his. Nothing was made here.';
        return refuse(context, options, [say(error.kind, message)]);
      }
      context.terminal.out(options.json === true ? '{"orders":0}\n' : 'Nothing is due over the bank.\n');
      return EXIT_DONE;
    }
    const { body, fileId, messageId, orders, executeOn, total } = exported.value;
    await writeFile(options.out, body);
    const sums = Object.entries(total).map(([currency, minor]) => sayMoney(money(minor, currency)));
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ file_id: fileId, message_id: messageId, orders, execute_on: executeOn, sums })}\n`
        : `${orders} transfers, ${sums.join(', ')}, to be executed on ${executeOn}: ${options.out}\n` +
            `Message ${messageId}. Made once: storno bank again ${fileId} writes the same bytes.\n`,
    );
    return EXIT_DONE;
  });
}

/** `storno bank again FILE_ID --out FILE`: the very bytes that were made. */
export function runBankAgain(context: Context, fileId: string, options: ExportTransfersOptions): Promise<number> {
  return withOperator(context, options, async (side) => {
    const body = await workerSide(side).bank.readFileBody(fileId);
    if (body === null) return refuse(context, options, [say('unknown', `There is no bank file ${fileId}.`)]);
    await writeFile(options.out, body);
    context.terminal.out(options.json === true ? `${JSON.stringify({ file_id: fileId })}\n` : `${options.out}\n`);
    return EXIT_DONE;
  });
}

/** `storno bank import FILE...`: statements and status reports; what is known already changes nothing. */
export function runBankImport(context: Context, files: readonly string[], options: ActorOptions): Promise<number> {
  return withOperator(context, options, async (side) => {
    const world: ImportWorld = { ...AROUND, ...workerSide(side), readStatements: readTaken };
    const done: (Imported & { readonly file: string })[] = [];
    const problems: Problem[] = [];
    for (const file of files) {
      const imported = await importFile(world, file, side.actor.staffId);
      if ('message' in imported) problems.push(imported);
      else done.push({ ...imported, file });
    }
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ files: done.map(({ ambiguous, ...rest }) => ({ ...rest, ambiguous: ambiguous.length })) })}\n`
        : done.map(sayImported).join(''),
    );
    if (problems.length > 0) return refuse(context, options, problems);
    return done.some(({ ambiguous }) => ambiguous.length > 0) ? EXIT_ROWS_REJECTED : EXIT_DONE;
  });
}

async function importFile(world: ImportWorld, file: string, by: string): Promise<Imported | Problem> {
  const body = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (body instanceof Error) return { kind: 'unreadable', file, message: `${file} cannot be read: ${body.message}` };
  const read = await readBankFile(body);
  if (!read.ok) return { kind: read.error.kind, file, message: `${file} ${read.error.message}` };
  const bytes = { body, sha256: Buffer.from(sha256OfBytes(body)).toString('hex'), by };
  return read.value.kind === 'status'
    ? importStatus(world, bytes, read.value.report)
    : importStatements(world, bytes, read.value.statements);
}

/** Taken before, hence readable. */
export async function readTaken(body: Uint8Array) {
  const read = await readBankFile(body);
  return read.ok && read.value.kind === 'statements' ? read.value.statements : [];
}

function sayImported({ file, kind, movements, known, ambiguous, heard }: Imported & { readonly file: string }): string {
  const parts = [
    kind === 'exists' ? 'taken before' : `${movements} movements are new`,
    ...(known > 0 ? [`${known} entries were known`] : []),
    ...(ambiguous.length > 0 ? [`${ambiguous.length} may be new or not: a person decides`] : []),
    ...(heard > 0 ? [`${heard} orders of ours went on`] : []),
  ];
  return `${file}: ${parts.join('; ')}\n`;
}

export interface BankAccountOptions extends ActorOptions {
  readonly iban: string;
  readonly holder: string;
}

/** `storno bank account ACCOUNT`: where a customer wants what came back; he said so himself, to a person here. */
export function runBankAccount(context: Context, accountId: string, options: BankAccountOptions): Promise<number> {
  const iban = checkIban(options.iban);
  if (!iban.ok) {
    return Promise.resolve(refuse(context, options, [say('iban', `The IBAN is ${iban.error.replaceAll('_', ' ')}.`)]));
  }
  const { settings } = readSettings(process.env);
  const letterSettings = settings.letters;
  if (letterSettings === null) {
    const message = 'Whoever is known under the old address must be told: set STORNO_OPERATOR_NAME and what it needs.';
    return Promise.resolve(refuse(context, options, [say('setting', message)]));
  }
  return withOperator(context, options, async (side) => {
    if (side.actor.accountId === accountId) {
      const problems = [say('own_account', `${accountId} is your own account: somebody else must enter it.`)];
      return refuseWith(context, options, { code: EXIT_NOT_APPROVED, problems });
    }
    const { bank, letters } = workerSide(side);
    const accounts = openBankAccounts(poolOf(side.database, { role: 'storno_api', connectionsMax: CONNECTIONS_MAX }));
    const world = {
      ...AROUND,
      accounts,
      desk: bank,
      letters,
      operator: letterSettings.operator,
      calendar: ianaCalendar,
    };
    const wish = { accountId, iban: iban.value, holder: options.holder, by: side.actor.staffId };
    const entered = await enterBankAccount(world, wish);
    if (!entered.ok) {
      return refuse(context, options, [
        say(entered.error.kind, `No refund of ${accountId} came back: it needs no account.`),
      ]);
    }
    const from = toRfc3339(entered.value.usableFrom);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ account_id: accountId, revision: entered.value.revision, usable_from: from })}\n`
        : `Nothing is paid there before ${from}; a letter to the address known before says so.\n`,
    );
    return EXIT_DONE;
  });
}

function say(kind: string, message: string): Problem {
  return { kind, file: null, message };
}
