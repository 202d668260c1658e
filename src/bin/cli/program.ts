import { Command, InvalidArgumentError, Option } from 'commander';
import type { ActorOptions } from './actor.ts';
import type { AuditCheckpointOptions, AuditListOptions, AuditVerifyOptions } from './audit.ts';
import type { BankAccountOptions, ExportTransfersOptions } from './bank-desk.ts';
import type { BankMatchOptions } from './bank-match.ts';
import type { BankOrderOptions } from './bank-order.ts';
import type { BooksOptions, ExportOptions, StatementOptions } from './books.ts';
import { campaignCommands } from './campaign/commands.ts';
import { caseworkCommands } from './casework/commands.ts';
import type { Context, SpeechOptions } from './context.ts';
import type { ControlOptions } from './control.ts';
import type { StopOptions, UrlOptions } from './database.ts';
import type { DemoOptions } from './demo.ts';
import { EXIT_USAGE, problemsAsJson } from './exit.ts';
import type { ExplainOptions } from './explain.ts';
import type { KeyCreateOptions } from './key.ts';
import type { PreviewOptions, StatementPreviewOptions, TryOptions } from './letter.ts';
import type { LiveOptions } from './live.ts';
import type { MapOptions } from './map.ts';
import type { MigrateOptions } from './migrate.ts';
import type { ProveOptions } from './prove.ts';
import type { MatchOptions, ReconcileOptions } from './reconcile.ts';
import type { RefundOptions, UnpayableOptions } from './refund.ts';
import type { SandboxOptions } from './sandbox.ts';
import type { ScanOptions } from './scan.ts';
import type { ScenarioOptions } from './scenario.ts';
import type { ServeOptions } from './serve.ts';
import { addSourceOptions } from './sources.ts';
import type { StatementDraftOptions, StatementPublishOptions } from './statement.ts';
import type { VerifyOptions } from './verify.ts';
import type { WatchOptions } from './watch.ts';
import type { WorkerOptions } from './worker.ts';

export interface ProgramSetup {
  readonly context: Context;
  readonly version: string;
  /** Whether errors of usage are said as JSON: known before the options are understood. */
  readonly wantsJson: boolean;
  onExit(code: number): void;
}

/** All commands with their options. Each loads its code only when it runs, so that `--help` is instant. */
export function buildProgram(setup: ProgramSetup): Command {
  const program = new Command('storno')
    .description('Finds every double charge in a folder of exports, says why, and what is owed to whom.')
    .version(setup.version)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        if (!setup.wantsJson) setup.context.terminal.err(text);
      },
      outputError: (text) => setup.context.terminal.err(setup.wantsJson ? usageAsJson(text) : usageAsText(text)),
    })
    .helpCommand(false)
    .addHelpText('before', EXAMPLES);
  program.addCommand(scanCommand(setup));
  program.addCommand(explainCommand(setup));
  program.addCommand(mapCommand(setup));
  program.addCommand(scenarioCommand(setup));
  program.addCommand(booksCommand(setup));
  program.addCommand(bankCommand(setup));
  program.addCommand(watchCommand(setup));
  program.addCommand(serveCommand(setup));
  program.addCommand(workerCommand(setup));
  program.addCommand(controlCommand(setup));
  program.addCommand(chargeCommand(setup));
  program.addCommand(keyCommand(setup));
  for (const command of caseworkCommands({ ...setup, addSpeech: addSpeechOptions })) program.addCommand(command);
  program.addCommand(statementCommand(setup));
  program.addCommand(proveCommand(setup));
  program.addCommand(verifyCommand(setup));
  program.addCommand(auditCommand(setup));
  program.addCommand(sandboxCommand(setup));
  program.addCommand(migrateCommand(setup));
  program.addCommand(databaseCommand(setup));
  program.addCommand(letterCommand(setup));
  program.addCommand(notifyCommand(setup));
  program.addCommand(refundCommand(setup));
  program.addCommand(reconcileCommand(setup));
  program.addCommand(demoCommand(setup));
  const speaking = { ...setup, addSpeech: addSpeechOptions };
  for (const command of campaignCommands(speaking)) program.addCommand(command);
  inherit(program);
  return program;
}

/** Down to the last subcommand: each refuses in the same words and with the same exit code. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child as Command);
  }
}

const EXAMPLES = `Examples
  storno scan --rentals rentals.csv --payments payments.csv
  storno scan --rentals r.csv --payments 'pay-*.csv.gz' --out report
  storno explain PAYMENT_OR_RENTAL_ID --rentals r.csv --payments p.csv
  storno map --suggest export.csv
  storno scenario C08 --out demo
`;

function usageAsText(text: string): string {
  return withHint(text.replace(/^error: /, 'storno: '));
}

/** `--payments FILE ID` takes the id for one more file: the one usage in which the order matters. */
function withHint(text: string): string {
  if (!process.argv.includes('explain') || !text.includes("missing required argument 'id'")) return text;
  return `${text}The id stands before the options, such as: storno explain ID --payments FILE\n`;
}

function usageAsJson(text: string): string {
  const message = text
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .trim();
  return problemsAsJson([{ kind: 'usage', file: null, message }], EXIT_USAGE);
}

/** Every command speaks in the same ways. */
function addSpeechOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object and nothing else on stdout')
    .option('--quiet', 'no progress on stderr')
    .addOption(new Option('--verbose', 'each phase on stderr, assumptions in the summary').conflicts('quiet'))
    .option('--no-color', 'plain text (also where NO_COLOR is set or stdout is no terminal)')
    .on('option:no-color', () => {
      process.env.NO_COLOR = '1';
    });
}

function scanCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('scan')
    .description('find every wrong charge, and why')
    .addHelpText('before', SCAN_EXAMPLES);
  addSourceOptions(command)
    .option('--out <dir>', 'write summary.json, findings.csv, refunds.csv, rejected.csv and report.html there')
    .addOption(new Option('--ndjson', 'print one finding a line and nothing else on stdout').conflicts('json'))
    .option('--fail-on-findings', 'exit with 10 when a wrong charge is proven');
  return addSpeechOptions(command)
    .addHelpText('after', EXIT_CODES)
    .action(async (options: ScanOptions) => {
      const { runScan } = await import('./scan.ts');
      onExit(await runScan(context, options));
    });
}

const SCAN_EXAMPLES = `Examples
  storno scan --rentals rentals.csv --payments payments.csv --out report
  storno scan --payments stripe-balance.csv    (one layer is enough to begin)
  storno scan --rentals r.csv --payments p1.csv p2.csv --charges books.csv
  storno scan --map map.json --tz Europe/Rome --json | jq .refund_due

CSV, NDJSON or Parquet, also .gz; several files and globs for each. Each further
layer sharpens the verdict.
`;

const EXIT_CODES = `
Exit codes
  0    done
  2    usage, or a file that cannot be used; nothing was done
  3    done, but some rows were rejected
  10   with --fail-on-findings: something is proven (also if rows were rejected)
  130  interrupted; nothing was written
`;

function explainCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('explain')
    .description('show one case: all its money in order of time, the verdict and why')
    .argument('<id>', 'of a rental, a payment or a charge; it stands before the options')
    .addHelpText(
      'before',
      'Examples\n  storno explain rental_17 --rentals r.csv --payments p.csv\n  storno explain pay_9 --payments p.csv --json\n',
    );
  return addSpeechOptions(addSourceOptions(command)).action(async (id: string, options: ExplainOptions) => {
    const { runExplain } = await import('./explain.ts');
    onExit(await runExplain(context, id, options));
  });
}

function mapCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('map')
    .description('propose how to read a file of another form')
    .requiredOption('--suggest <file>', 'the file to look at')
    .option('--out <file>', 'write the map there (refused if it exists)')
    .addHelpText(
      'before',
      'Examples\n  storno map --suggest export.csv --out map.json\n  storno scan --map map.json --out report\n',
    );
  return addSpeechOptions(command).action(async (options: MapOptions) => {
    const { runMap } = await import('./map.ts');
    onExit(await runMap(context, options));
  });
}

function scenarioCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('scenario')
    .description('make a history with a known cause: four files to scan, and the truth')
    .argument('[cause]', 'C01 to C26, or none')
    .option('--list', 'show the causes')
    .option('--out <dir>', 'where the files go')
    .option('--accounts <count>', 'how many customers', wholeNumber, ACCOUNTS)
    .option('--seed <number>', 'the same seed makes the same files', wholeNumber, SEED)
    .addHelpText(
      'before',
      'Examples\n  storno scenario C08 --out demo\n  storno scenario none --out calm --accounts 5000 --seed 7\n',
    );
  return addSpeechOptions(command).action(async (cause: string | undefined, options: ScenarioOptions) => {
    const { runScenario } = await import('./scenario.ts');
    onExit(await runScenario(context, cause, options));
  });
}

function sandboxCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('sandbox')
    .description("a payment provider in Stripe's format that goes wrong on purpose")
    .option('--host <address>', 'where it listens', '127.0.0.1')
    .option('--port <number>', '0 takes any free one', wholeNumber, SANDBOX_PORT)
    .option('--state <dir>', 'where it remembers (without: it forgets when it ends)')
    .option('--profile <name|file>', 'how it behaves: a preset, or a JSON file', 'honest')
    .option('--seed <number>', 'the same seed makes the same mishaps', wholeNumber, SEED)
    .option('--webhook <url>', 'tell every event there')
    .option('--secret <secret...>', 'what signs the webhooks; two while they are exchanged')
    .addHelpText('before', SANDBOX_EXAMPLES);
  return addSpeechOptions(command).action(async (options: SandboxOptions) => {
    const { runSandbox } = await import('./sandbox.ts');
    onExit(await runSandbox(context, options));
  });
}

const SANDBOX_EXAMPLES = `Examples
  storno sandbox
  storno sandbox --profile lossy --state sandbox-state
  storno sandbox --webhook http://127.0.0.1:3000/webhooks/stripe --secret whsec_a

Point any Stripe SDK at it with a key that begins with sk_test_.
docs/sandbox.md has every knob.
`;

const SANDBOX_PORT = 4010;

function serveCommand({ onExit, context, version }: ProgramSetup): Command {
  const command = new Command('serve')
    .description('serve the API; with --with-worker charge as well, in one process')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <number>', '0 takes a free one and prints it', wholeNumber, SERVE_PORT)
    .option('--requests <count>', 'a minute, for each key', wholeNumber, REQUESTS_A_MINUTE)
    .option('--with-worker', 'do the work of storno worker too')
    .option('--concurrency <count>', 'calls to the provider at a time, with --with-worker', atLeastOne, CALLS)
    .option('--allow-private', 'webhooks may go to private addresses')
    .addHelpText(
      'before',
      'Examples\n  storno serve --with-worker\n  STORNO_DATABASE_URL=postgres://… storno serve --host 0.0.0.0 --port 8080\n',
    );
  return addSpeechOptions(command).action(async (options: Omit<ServeOptions, 'version'>) => {
    const { runServe } = await import('./serve.ts');
    onExit(await runServe(context, { ...options, version }));
  });
}

const SERVE_PORT = 3000;
/** A thousand a second: above what one client sends, below what stops the others. */
const REQUESTS_A_MINUTE = 60_000;
/** Some calls of a third of a second each: twenty charges a second, and no provider minds. */
const CALLS = 8;

function workerCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('worker')
    .description('charge what is due, watch the provider, tell of events; any number side by side')
    .option('--once', 'work off what is due now, and end')
    .option('--concurrency <count>', 'calls to the provider at a time', atLeastOne, CALLS)
    .option('--allow-private', 'webhooks may go to private addresses')
    .addHelpText('before', 'Examples\n  storno worker\n  storno worker --once\n  storno worker --concurrency 32\n');
  return addSpeechOptions(command).action(async (options: WorkerOptions) => {
    const { runWorker } = await import('./worker.ts');
    onExit(await runWorker(context, options));
  });
}

function controlCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('control')
    .description('stop and resume charging, for all workers')
    .addHelpText(
      'before',
      'Examples\n  storno control show\n  storno control stop --reason "declines doubled" --by on-call\n  storno control resume --reason "provider confirms" --by on-call\n',
    );
  addSpeechOptions(command.command('show').description('is money taken, and who said so?')).action(
    async (options: LiveOptions) => {
      const { runControlShow } = await import('./control.ts');
      onExit(await runControlShow(context, options));
    },
  );
  for (const [name, charging] of [
    ['stop', 'stopped'],
    ['resume', 'running'],
  ] as const) {
    addSpeechOptions(command.command(name).description(`${name} charging; rentals are taken in either way`))
      .requiredOption('--reason <text>', 'kept for whoever comes after')
      .requiredOption('--by <name>', 'who decides it')
      .action(async (options: ControlOptions) => {
        const { runControlSet } = await import('./control.ts');
        onExit(await runControlSet(context, charging, options));
      });
  }
  return command;
}

function chargeCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('charge')
    .description('decide about a charge that is parked: it waits for a person')
    .addHelpText(
      'before',
      'Examples\n  storno charge look-again rnt_7:rental:1\n  storno charge write-off rnt_7:rental:1\n',
    );
  for (const [name, does] of [
    ['look-again', 'ask the provider once more before anything is sent'],
    ['write-off', 'ask for it no more'],
  ] as const) {
    addSpeechOptions(command.command(name).description(does).argument('<id>', 'RENTAL:rental:1')).action(
      async (id: string, options: LiveOptions) => {
        const { runCharge } = await import('./charge.ts');
        onExit(await runCharge(context, name, id, options));
      },
    );
  }
  return command;
}

function keyCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('key').description('make, list and revoke keys to the API');
  addSpeechOptions(command.command('create').description('make a key; it is printed once, alone on stdout'))
    .requiredOption('--name <name>', 'whose it is')
    .requiredOption('--scopes <list>', 'what it may, with commas between; or all')
    .option('--staff <id>', 'the person whose it is: it then opens decisions')
    .option('--expires <day>', 'from when on it opens nothing (default: never)')
    .action(async (options: KeyCreateOptions) => {
      const { runKeyCreate } = await import('./key.ts');
      onExit(await runKeyCreate(context, options));
    });
  addSpeechOptions(command.command('list').description('show all keys, with when they were last used')).action(
    async (options: LiveOptions) => {
      const { runKeyList } = await import('./key.ts');
      onExit(await runKeyList(context, options));
    },
  );
  addSpeechOptions(
    command.command('revoke').description('end a key within two seconds').argument('<id>', 'key_…'),
  ).action(async (id: string, options: LiveOptions) => {
    const { runKeyRevoke } = await import('./key.ts');
    onExit(await runKeyRevoke(context, id, options));
  });
  return command.addHelpText(
    'before',
    'Examples\n  storno key create --name app --scopes rentals:write,charges:read\n  storno key list\n  storno key revoke key_0123456789abcdef\n',
  );
}

function proveCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('prove')
    .description('write the evidence pack of an incident: one signed file that anybody can verify')
    .argument('<incident>', 'inc_…')
    .requiredOption('--out <file>', 'where to write it')
    .addHelpText('before', 'Examples\n  storno prove inc_7 --out pack.zip\n  storno verify pack.zip\n');
  return addSpeechOptions(command).action(async (incidentId: string, options: ProveOptions) =>
    onExit(await (await import('./prove.ts')).runProve(context, incidentId, options)),
  );
}

function verifyCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('verify')
    .description('recompute an evidence pack from itself, without a database; exit 1 where anything fails')
    .argument('<pack>', 'a file that storno prove wrote')
    .option('--public-key <file>', 'trust this key and no other (default: the one in the pack)')
    .option('--checkpoint <file>', 'also against checkpoints of the audit log that were kept elsewhere')
    .addHelpText('before', 'Examples\n  storno verify pack.zip --public-key operator.pem --checkpoint kept.ndjson\n');
  return addSpeechOptions(command).action(async (path: string, options: VerifyOptions) =>
    onExit(await (await import('./verify.ts')).runVerify(context, path, options)),
  );
}

function auditCommand({ onExit, context }: ProgramSetup): Command {
  const audit = new Command('audit')
    .helpCommand(false)
    .description('who decided what: list it, recompute the chain of hashes, sign how far it reaches')
    .addHelpText(
      'before',
      'Examples\n  storno audit list --incident inc_1\n  storno audit checkpoint --out /mnt/auditor/storno.ndjson\n  storno audit verify --checkpoint /mnt/auditor/storno.ndjson\n',
    );
  addSpeechOptions(audit.command('list').description('what was decided, newest first'))
    .option('--incident <id>', 'the time line of one incident')
    .option('--limit <count>', 'at most so many', atLeastOne, AUDIT_ENTRIES_SHOWN)
    .action(async (options: AuditListOptions) =>
      onExit(await (await import('./audit.ts')).runAuditList(context, options)),
    );
  addSpeechOptions(audit.command('verify').description('recompute the whole chain; exit 1 where it is not whole'))
    .option('--checkpoint <file>', 'also against the checkpoints that were kept elsewhere')
    .option('--public-key <file>', 'trust this key (default: that of the data folder)')
    .action(async (options: AuditVerifyOptions) =>
      onExit(await (await import('./audit.ts')).runAuditVerify(context, options)),
    );
  addSpeechOptions(audit.command('checkpoint').description('seal what is new and sign how far the chain reaches'))
    .option('--out <file>', 'add the checkpoint as a line to this file; keep it where nobody can reach both')
    .action(async (options: AuditCheckpointOptions) =>
      onExit(await (await import('./audit.ts')).runAuditCheckpoint(context, options)),
    );
  addSpeechOptions(audit.command('key').description('print the public key, for whoever verifies')).action(
    async (options: LiveOptions) => onExit(await (await import('./audit.ts')).runAuditKey(context, options)),
  );
  return audit;
}

const AUDIT_ENTRIES_SHOWN = 100;

function watchCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('watch')
    .description('look over all history of the live database for wrong charges, as a worker does for every change')
    .option('--database <url>', 'another database than that of STORNO_DATABASE_URL')
    .option('--fail-on-findings', 'exit with 10 when a wrong charge is proven')
    .addHelpText('before', 'Examples\n  storno watch\n  storno watch --json --fail-on-findings\n');
  return addSpeechOptions(command).action(async (options: WatchOptions) => {
    const { runWatch } = await import('./watch.ts');
    onExit(await runWatch(context, options));
  });
}

function booksCommand({ onExit, context }: ProgramSetup): Command {
  const books = new Command('books')
    .helpCommand(false)
    .description('what the double-entry books say: balance, statement of a customer, export for the accountant')
    .addHelpText(
      'before',
      'Examples\n  storno books balance\n  storno books statement --account acc_1\n  storno books export --format journal-days --from 2026-11-01 --to 2026-12-01 --out november.csv\n',
    );
  const common = (command: Command) =>
    addSpeechOptions(command)
      .option('--from <time>', 'entries from this day or time on')
      .option('--to <time>', 'entries before this day or time')
      .option('--database <url>', 'another database than that of STORNO_DATABASE_URL');
  books.addCommand(
    common(new Command('balance').description('trial balance: what was debited and credited, line by line')).action(
      async (options: BooksOptions) => onExit(await (await import('./books.ts')).runBalance(context, options)),
    ),
  );
  books.addCommand(
    common(new Command('statement').description('every entry of one customer, with the balance after it'))
      .requiredOption('--account <id>', 'whose')
      .action(async (options: StatementOptions) =>
        onExit(await (await import('./books.ts')).runStatement(context, options)),
      ),
  );
  books.addCommand(
    common(new Command('export').description('all entries as CSV, or a journal that accounting programs import'))
      .addOption(
        new Option('--format <format>', 'csv: one row an entry; journal: two; journal-days: one entry a day and kind')
          .choices(['csv', 'journal', 'journal-days'])
          .makeOptionMandatory(),
      )
      .requiredOption('--out <file>', 'where to write')
      .option('--chart <file>', 'JSON with your own account numbers: {"house_revenue": "8400"}')
      .action(async (options: ExportOptions) => onExit(await (await import('./books.ts')).runExport(context, options))),
  );
  return books;
}

function bankCommand({ onExit, context }: ProgramSetup): Command {
  const bank = new Command('bank')
    .helpCommand(false)
    .description('files from and for the bank: camt.052, camt.053, camt.054, pain.001, pain.002, pain.007')
    .addHelpText(
      'before',
      'Examples\n  storno bank check inbox/*.xml --json\n  storno bank order refunds.json --out refunds.xml\n  storno bank match inbox/*.xml --expected refunds-expected.json --as-of 2026-11-30\n',
    );
  const check = new Command('check')
    .description('what bank files hold, and whether their sums agree to the cent')
    .argument('<files...>', 'camt.052, camt.053, camt.054 or pain.002');
  bank.addCommand(
    addSpeechOptions(check).action(async (files: readonly string[], options: SpeechOptions) =>
      onExit(await (await import('./bank.ts')).runBankCheck(context, files, options)),
    ),
  );
  const order = new Command('order')
    .description('write a file for the bank: credit transfers (pain.001) or reversals of direct debits (pain.007)')
    .argument('<file>', 'JSON that says what; docs/bank.md has the form')
    .requiredOption('--out <file>', 'where to write; refused if it exists');
  bank.addCommand(
    addSpeechOptions(order).action(async (file: string, options: BankOrderOptions) =>
      onExit(await (await import('./bank-order.ts')).runBankOrder(context, file, options)),
    ),
  );
  const match = new Command('match')
    .description('whether what was ordered has come to pass, by what the bank says')
    .argument('[files...]', 'camt.052, camt.053 or camt.054, in the order in which they came')
    .option('--report <file...>', 'what the provider says: Stripe balance, Adyen settlement, PayPal activity')
    .option('--tz <zone>', 'zone of times in reports that carry none, e.g. Europe/Rome')
    .requiredOption('--expected <file>', 'JSON list of what is expected; docs/bank.md has the form')
    .requiredOption('--as-of <day>', 'up to which day the files are complete');
  bank.addCommand(
    addSpeechOptions(match).action(async (files: readonly string[], options: BankMatchOptions) =>
      onExit(await (await import('./bank-match.ts')).runBankMatch(context, files, options)),
    ),
  );
  const keyFile = (command: Command) => command.option('--key-file <file>', 'the file with your key (or STORNO_KEY)');
  keyFile(addSpeechOptions(bank.command('export').description('everything that is due over the bank, as one pain.001')))
    .requiredOption('--out <file>', 'the file to send to the bank')
    .action(async (options: ExportTransfersOptions) =>
      onExit(await (await import('./bank-desk.ts')).runBankExport(context, options)),
    );
  keyFile(addSpeechOptions(bank.command('again').description('the very bytes of a file that was made before')))
    .argument('<id>', 'bnk_…')
    .requiredOption('--out <file>', 'where to write it')
    .action(async (id: string, options: ExportTransfersOptions) =>
      onExit(await (await import('./bank-desk.ts')).runBankAgain(context, id, options)),
    );
  keyFile(addSpeechOptions(bank.command('import').description('take in what the bank sent: camt.052 to 054, pain.002')))
    .argument('<files...>', 'again and again is no harm')
    .action(async (files: readonly string[], options: ActorOptions) =>
      onExit(await (await import('./bank-desk.ts')).runBankImport(context, files, options)),
    );
  keyFile(addSpeechOptions(bank.command('account').description('where a customer wants money that came back')))
    .argument('<account>', 'whose money it is')
    .requiredOption('--iban <iban>', 'as he said it')
    .requiredOption('--holder <name>', 'whose account it is')
    .action(async (account: string, options: BankAccountOptions) =>
      onExit(await (await import('./bank-desk.ts')).runBankAccount(context, account, options)),
    );
  return bank;
}

function notifyCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('notify')
    .description('write to customers about an incident: what is due now, and how letters stand')
    .addHelpText('before', 'Examples\n  storno notify inc_1\n  storno notify settle ltr_1 --as sent\n')
    .enablePositionalOptions();
  addSpeechOptions(command.command('incident', { isDefault: true }).description('write what is due, and count'))
    .argument('<incident>', 'inc_…')
    .action(async (incident: string, options: LiveOptions) => {
      const { runNotify } = await import('./notify.ts');
      onExit(await runNotify(context, incident, options));
    });
  addSpeechOptions(command.command('settle').description('say what became of a letter that may have gone out or not'))
    .argument('<letter>', 'ltr_…')
    .addOption(
      new Option('--as <state>', 'it was sent, or it is due again').choices(['sent', 'due']).makeOptionMandatory(),
    )
    .action(async (letter: string, options: LiveOptions & { readonly as: 'sent' | 'due' }) => {
      const { runSettleLetter } = await import('./notify.ts');
      onExit(await runSettleLetter(context, letter, options));
    });
  addSpeechOptions(command.command('bounce').description('take in a delivery report: a letter came back'))
    .argument('<file>', 'a message as it came, .eml')
    .action(async (file: string, options: LiveOptions) => {
      const { runBounce } = await import('./notify.ts');
      onExit(await runBounce(context, file, options));
    });
  return command;
}

function statementCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('statement')
    .description('what is told to everybody about an incident; another person publishes it')
    .addHelpText(
      'before',
      'Examples\n  storno statement draft inc_1 --lang it\n  storno statement publish inc_1 --lang it --revision 1\n',
    );
  const asked = (name: string, description: string) =>
    addSpeechOptions(command.command(name).description(description).argument('<incident>', 'inc_…'));
  const acting = (name: string, description: string) =>
    asked(name, description)
      .addOption(new Option('--lang <code>', 'in which language').choices(['it', 'de', 'en']).default('it'))
      .option('--key-file <file>', 'a file with your key (default: STORNO_KEY)');
  acting('draft', 'words and figures as they stand now')
    .option('--explanation <text>', 'why it happened, in that language')
    .option('--expected-by <day>', 'when the last refund arrives, 2026-11-30')
    .action(async (id: string, options: StatementDraftOptions) =>
      onExit(await (await import('./statement.ts')).runStatementDraft(context, id, options)),
    );
  asked('show', 'all that was drafted and published').action(async (id: string, options: SpeechOptions) =>
    onExit(await (await import('./statement.ts')).runStatementShow(context, id, options)),
  );
  acting('publish', 'make a draft of another person public')
    .requiredOption('--revision <n>', 'which one', atLeastOne)
    .option('--digest <sha256>', 'the digest of what you have read')
    .action(async (id: string, options: StatementPublishOptions) =>
      onExit(await (await import('./statement.ts')).runStatementPublish(context, id, options)),
    );
  return command;
}

function refundCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('refund')
    .description('decide about a refund that waits for a person')
    .addHelpText('before', 'Examples\n  storno refund release lia_1 --plan pln_1 --account acc_1\n');
  for (const [name, does] of [
    ['look-again', 'nothing is wrong: ask the provider once more before anything is sent'],
    ['release', 'give it up here, so that a further plan may pay it'],
  ] as const) {
    addSpeechOptions(command.command(name).description(does).argument('<liability>', 'lia_…'))
      .requiredOption('--plan <plan>', 'pln_…')
      .requiredOption('--account <account>', 'whose it is')
      .option('--key-file <file>', 'the file with your key (or STORNO_KEY)')
      .action(async (liabilityId: string, options: RefundOptions) => {
        const { runRefund } = await import('./refund.ts');
        onExit(await runRefund(context, name, { liabilityId, options }));
      });
  }
  addSpeechOptions(command.command('unpayable').description('every way was tried: it stays owed, and is told so'))
    .argument('<liability>', 'lia_…')
    .requiredOption('--account <account>', 'whose it is')
    .requiredOption('--reason <text>', 'what was tried, and why it ends here')
    .option('--key-file <file>', 'the file with your key (or STORNO_KEY)')
    .action(async (liabilityId: string, options: UnpayableOptions) => {
      const { runUnpayable } = await import('./refund.ts');
      onExit(await runUnpayable(context, liabilityId, options));
    });
  return command;
}

function reconcileCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('reconcile')
    .description('follow every refund of an incident to its booking at the provider or the bank')
    .addHelpText('before', 'Examples\n  storno reconcile inc_1 --as-of 2026-11-30\n');
  addSpeechOptions(command.command('incident', { isDefault: true }).description('what is explained, and what is not'))
    .argument('<incident>', 'inc_…')
    .option('--as-of <day>', 'up to which statements and ledger are whole (default: today)')
    .option('--key-file <file>', 'the file with your key (or STORNO_KEY)')
    .action(async (incident: string, options: ReconcileOptions) => {
      const { runReconcile } = await import('./reconcile.ts');
      onExit(await runReconcile(context, incident, options));
    });
  addSpeechOptions(command.command('match').description('say that movements and expectations belong together'))
    .requiredOption('--expected <ids...>', 'as reconcile names them')
    .requiredOption('--moved <ids...>', 'movements')
    .requiredOption('--reason <text>', 'why')
    .option('--key-file <file>', 'the file with your key (or STORNO_KEY)')
    .action(async (options: MatchOptions) => {
      const { runMatch } = await import('./reconcile.ts');
      onExit(await runMatch(context, options));
    });
  return command;
}

function demoCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('demo')
    .description('play the whole story on this machine: Milan in November 2014, charged twice and made right')
    .option('--out <dir>', 'where everything is kept', 'out/milano-2014')
    .option('--stay', 'on a terminal: stay up afterwards for a look, until Ctrl-C');
  return addSpeechOptions(command).action(async (options: DemoOptions) => {
    const { runDemo } = await import('./demo.ts');
    onExit(await runDemo(context, options));
  });
}

function letterCommand({ onExit, context }: ProgramSetup): Command {
  const letter = new Command('letter')
    .helpCommand(false)
    .description('the letters to customers and the public statement: look at them before anybody else does')
    .addHelpText('before', LETTER_EXAMPLES);
  const asked = (command: Command) =>
    addSpeechOptions(command)
      .requiredOption('--facts <file>', 'what the letter is about, as JSON (docs/letters.md)')
      .option('--lang <tag>', 'another language than that of the facts');
  const printed = (command: Command) =>
    asked(command)
      .addOption(new Option('--html', 'the page').conflicts(['text', 'eml', 'json']))
      .addOption(new Option('--text', 'the text (what is shown anyway)').conflicts(['eml', 'json']));
  letter.addCommand(
    printed(new Command('preview').description('show the letter that these facts make'))
      .addOption(new Option('--eml', 'the whole message, for a mail program').conflicts('json'))
      .action(async (options: PreviewOptions) => {
        const { runLetterPreview } = await import('./letter.ts');
        onExit(await runLetterPreview(context, options));
      }),
  );
  letter.addCommand(
    asked(new Command('try').description('send it to yourself, over STORNO_SMTP_URL'))
      .requiredOption('--to <address>', 'your own address')
      .action(async (options: TryOptions) => {
        const { runLetterTry } = await import('./letter.ts');
        onExit(await runLetterTry(context, options));
      }),
  );
  letter.addCommand(
    printed(new Command('statement').description('show the public statement that these figures make')).action(
      async (options: StatementPreviewOptions) => {
        const { runStatementPreview } = await import('./letter.ts');
        onExit(await runStatementPreview(context, options));
      },
    ),
  );
  const bounce = new Command('bounce').description('read a delivery report').argument('<file>', 'a raw message');
  letter.addCommand(
    addSpeechOptions(bounce).action(async (file: string, options: SpeechOptions) => {
      const { runLetterBounce } = await import('./letter.ts');
      onExit(await runLetterBounce(context, file, options));
    }),
  );
  return letter;
}

const LETTER_EXAMPLES = `Examples
  storno letter preview --facts facts.json
  storno letter preview --facts facts.json --lang de --html > letter.html
  storno letter statement --facts figures.json --lang it
`;

function migrateCommand({ onExit, context }: ProgramSetup): Command {
  const command = new Command('migrate')
    .description("bring the database to this program's schema")
    .option('--dry-run', 'say what would be applied, and apply nothing')
    .addHelpText(
      'before',
      'Examples\n  storno migrate --dry-run\n  STORNO_DATABASE_URL=postgresql://… storno migrate\n',
    );
  return addSpeechOptions(command).action(async (options: MigrateOptions) => {
    const { runMigrate } = await import('./migrate.ts');
    onExit(await runMigrate(context, options));
  });
}

const DATABASE_EXAMPLES = `Examples
  storno database status
  storno database start      (it stays until it is stopped)
  psql "$(storno database url)"
`;

function databaseCommand({ onExit, context }: ProgramSetup): Command {
  const database = new Command('database')
    .description('the database server that Storno brings: start, stop, look, connect')
    .addHelpText('before', DATABASE_EXAMPLES);
  const start = new Command('start').description('start it, to stay until it is stopped');
  database.addCommand(
    addSpeechOptions(start).action(async (options: SpeechOptions) => {
      const { runDatabaseStart } = await import('./database.ts');
      onExit(await runDatabaseStart(context, options));
    }),
  );
  const stop = new Command('stop').description('stop it').option('--force', 'also while somebody is connected');
  database.addCommand(
    addSpeechOptions(stop).action(async (options: StopOptions) => {
      const { runDatabaseStop } = await import('./database.ts');
      onExit(await runDatabaseStop(context, options));
    }),
  );
  const status = new Command('status').description('where it lies, whether it runs, who uses it');
  database.addCommand(
    addSpeechOptions(status).action(async (options: SpeechOptions) => {
      const { runDatabaseStatus } = await import('./database.ts');
      onExit(await runDatabaseStatus(context, options));
    }),
  );
  const url = new Command('url')
    .description('print its address for another program; it holds a password')
    .option('--role <role>', 'as whom to connect', 'storno_auditor');
  database.addCommand(
    addSpeechOptions(url).action(async (options: UrlOptions) => {
      const { runDatabaseUrl } = await import('./database.ts');
      onExit(await runDatabaseUrl(context, options));
    }),
  );
  return database;
}

/** A town's worth of customers: large enough to show a cause, small enough to read. */
const ACCOUNTS = 1000;
const SEED = 1;
const WHOLE_NUMBER_MAX = 10_000_000;

function atLeastOne(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('It must be at least 1.');
  return number;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > WHOLE_NUMBER_MAX) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${WHOLE_NUMBER_MAX}.`);
  }
  return number;
}
