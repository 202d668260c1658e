/** The command as a user starts it: `./storno` in a process of its own, on real files, by what it prints and leaves. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..');
const STORNO = join(ROOT, 'storno');
const RUN_MS_MAX = 60_000;
const STOP_MS_MAX = 15_000;

const RENTALS = `rental_id,account_id,started_at,ended_at,amount_due,currency
r1,a1,2014-11-10T08:00:00Z,2014-11-10T08:50:00Z,14.50,EUR
r2,a2,2014-11-10T09:00:00Z,2014-11-10T09:50:00Z,14.50,EUR
`;
const PAYMENTS_HEADER = 'payment_id,kind,account_id,rental_id,status,amount,currency,created_at\n';
const PAID_ONCE = `${PAYMENTS_HEADER}p1,charge,a1,r1,succeeded,14.50,EUR,2014-11-10T08:51:00Z
p2,charge,a2,r2,succeeded,14.50,EUR,2014-11-10T09:51:00Z
`;
const PAID_TWICE = `${PAID_ONCE}p3,charge,a1,r1,succeeded,14.50,EUR,2014-11-16T02:00:00Z\n`;
const WITH_A_BAD_ROW = `${PAID_TWICE}p4,charge,a2,r2,succeeded,-14.50,EUR,2014-11-16T02:00:00Z\n`;
const FIVE_FILES = ['findings.csv', 'refunds.csv', 'rejected.csv', 'report.html', 'summary.json'];

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'storno-cli-'));
  write('rentals.csv', RENTALS);
  write('once.csv', PAID_ONCE);
  write('twice.csv', PAID_TWICE);
  write('bad-row.csv', WITH_A_BAD_ROW);
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('exit codes', () => {
  const rows: readonly (readonly [title: string, parameters: readonly string[], code: number])[] = [
    ['0 when nothing is wrong', ['scan', '--rentals', 'rentals.csv', '--payments', 'once.csv'], 0],
    ['0 when something is wrong', ['scan', '--rentals', 'rentals.csv', '--payments', 'twice.csv'], 0],
    ['3 when rows were rejected', ['scan', '--rentals', 'rentals.csv', '--payments', 'bad-row.csv'], 3],
    ['10 when asked for and proven', ['scan', '--payments', 'twice.csv', '--fail-on-findings'], 10],
    ['10 wins over 3', ['scan', '--rentals', 'rentals.csv', '--payments', 'bad-row.csv', '--fail-on-findings'], 10],
    ['0 when asked for and not proven', ['scan', '--payments', 'once.csv', '--fail-on-findings'], 0],
    ['2 for an unknown command', ['scna'], 2],
    ['2 for an unknown option', ['scan', '--payment', 'once.csv'], 2],
    ['2 for no command', [], 2],
    ['2 without payments', ['scan', '--rentals', 'rentals.csv'], 2],
    ['2 for two forms at once', ['scan', '--payments', 'once.csv', '--json', '--ndjson'], 2],
    ['2 for a memory size that is none', ['scan', '--payments', 'once.csv', '--memory', 'lots'], 2],
    ['2 for an unknown zone', ['scan', '--payments', 'once.csv', '--tz', 'Europe/Atlantis'], 2],
    ['2 for an unknown id', ['explain', 'nobody', '--payments', 'once.csv'], 2],
    ['2 for an unknown cause', ['scenario', 'C99', '--out', 'x'], 2],
    ['0 for help', ['scan', '--help'], 0],
    ['0 for the version', ['--version'], 0],
  ];
  for (const [title, parameters, code] of rows) {
    test(title, () => {
      const ran = storno(parameters);
      assert.equal(ran.code, code, ran.stderr + ran.stdout);
      assert.equal(ran.stderr !== '', code === 2, `words on stderr exactly when refused: ${ran.stderr}`);
    });
  }
});

describe('what is printed', () => {
  test('--json prints summary.json and nothing else, also beside --out', () => {
    const ran = storno([
      'scan',
      '--rentals',
      'rentals.csv',
      '--payments',
      'bad-row.csv',
      '--json',
      '--out',
      'json-out',
    ]);
    assert.equal(ran.code, 3);
    assert.equal(ran.stdout, read('json-out/summary.json'));
    const summary = JSON.parse(ran.stdout);
    assert.deepEqual(summary.counts.payments, { read: 4, used: 3, repeated: 0, rejected: 1 });
    assert.deepEqual(summary.refund_due, { EUR: { proven: '14.50', probable: '0.00', possible: '0.00' } });
    assert.equal(summary.findings.double_charge.proven, 1);
    assert.equal(summary.accounts_affected, 1);
  });

  test('--ndjson prints one finding a line and nothing else', () => {
    const ran = storno(['scan', '--rentals', 'rentals.csv', '--payments', 'twice.csv', '--ndjson']);
    const lines = ran.stdout.trimEnd().split('\n');
    assert.equal(lines.length, 1);
    const { payment_id, kept_payment_id, refund_due, grade } = JSON.parse(lines[0] ?? '');
    assert.deepEqual(
      { payment_id, kept_payment_id, refund_due, grade },
      {
        payment_id: 'p3',
        kept_payment_id: 'p1',
        refund_due: '14.50',
        grade: 'proven',
      },
    );
    assert.equal(storno(['scan', '--payments', 'once.csv', '--ndjson']).stdout, '');
  });

  test('the summary begins with the verdict and ends with what to do', () => {
    const { stdout } = storno(['scan', '--rentals', 'rentals.csv', '--payments', 'twice.csv', '--out', 'said']);
    assert.match(stdout, /^1 rental was charged twice: EUR 14\.50 to give back to 1 customer, all of it\nproven\.\n/);
    assert.match(stdout, /double charge +proven +1 +EUR 14\.50/);
    assert.match(stdout, /said\/report\.html/);
    assert.match(stdout, /storno explain r1 --rentals rentals\.csv --payments twice\.csv/);
  });

  test('lines are at most 80 columns wide, but for commands that must survive copying', () => {
    const { stdout } = storno(['scan', '--rentals', 'rentals.csv', '--payments', 'twice.csv', '--verbose']);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80 || line.includes('storno '), line);
  });

  test('a pipe gets no colour; NO_COLOR and --no-color keep it away on a terminal too', (t) => {
    const scan = ['scan', '--payments', 'twice.csv'];
    assert.doesNotMatch(storno(scan).stdout, ESCAPE);
    if (spawnSync('script', ['--version']).status !== 0) return t.skip('`script` (util-linux) is not installed');
    assert.match(onTerminal(scan, {}), ESCAPE_COLOUR);
    assert.doesNotMatch(onTerminal(scan, { NO_COLOR: '1' }), ESCAPE_COLOUR);
    assert.doesNotMatch(onTerminal([...scan, '--no-color'], {}), ESCAPE_COLOUR);
  });

  test('nothing is written without --out', () => {
    const before = readdirSync(folder);
    const { stdout } = storno(['scan', '--payments', 'twice.csv']);
    assert.deepEqual(readdirSync(folder), before);
    assert.match(stdout, /--out DIR/);
  });

  test('--quiet is silent on stderr, --verbose tells the phases', () => {
    assert.equal(storno(['scan', '--payments', 'twice.csv', '--quiet']).stderr, '');
    assert.match(storno(['scan', '--payments', 'twice.csv', '--verbose']).stderr, /^storno: .+\n/);
  });

  test('help begins with examples', () => {
    for (const parameters of [
      ['--help'],
      ['scan', '--help'],
      ['explain', '--help'],
      ['map', '--help'],
      ['scenario', '--help'],
    ]) {
      assert.match(storno(parameters).stdout, /^Examples\n {2}storno /);
    }
  });

  test('a slip of the finger is answered with what was meant', () => {
    assert.match(storno(['scna']).stderr, /Did you mean scan\?/);
    assert.match(storno(['scan', '--payment', 'x']).stderr, /Did you mean --payments\?/);
    assert.match(storno(['explain', '--payments', 'once.csv']).stderr, /The id stands before the options/);
  });
});

describe('the five files', () => {
  test('all are written, in a folder that is made, with nothing beside them', () => {
    assert.equal(storno(['scan', '--payments', 'twice.csv', '--out', 'deep/er/out']).code, 0);
    assert.deepEqual(readdirSync(join(folder, 'deep/er/out')).sort(), FIVE_FILES);
  });

  test('all are written when there is nothing to say, with headers only', () => {
    write('empty-rentals.csv', RENTALS.slice(0, RENTALS.indexOf('\n') + 1));
    write('empty-payments.csv', PAYMENTS_HEADER);
    const ran = storno([
      'scan',
      '--rentals',
      'empty-rentals.csv',
      '--payments',
      'empty-payments.csv',
      '--out',
      'nothing',
    ]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^There is nothing to judge/);
    assert.deepEqual(readdirSync(join(folder, 'nothing')).sort(), FIVE_FILES);
    for (const name of ['findings.csv', 'refunds.csv', 'rejected.csv'])
      assert.match(read(`nothing/${name}`), /^[a-z_,]+\n$/);
    assert.deepEqual(JSON.parse(read('nothing/summary.json')).counts, {
      rentals: { read: 0, used: 0, repeated: 0, rejected: 0 },
      payments: { read: 0, used: 0, repeated: 0, rejected: 0 },
    });
  });

  test('an older scan in the folder is replaced', () => {
    storno(['scan', '--payments', 'twice.csv', '--out', 'again']);
    storno(['scan', '--payments', 'once.csv', '--out', 'again']);
    assert.deepEqual(readdirSync(join(folder, 'again')).sort(), FIVE_FILES);
    assert.equal(read('again/findings.csv').trimEnd().split('\n').length, 1);
  });

  test('the same scan gives the same bytes', () => {
    const scan = (out: string) =>
      storno(['scan', '--rentals', 'rentals.csv', '--payments', 'bad-row.csv', '--out', out]);
    scan('bytes-1');
    scan('bytes-2');
    for (const name of FIVE_FILES) assert.equal(read(`bytes-1/${name}`), read(`bytes-2/${name}`), name);
  });

  test('read = used + repeated + rejected, and every rejected row is told', () => {
    write(
      'mixed.csv',
      `${WITH_A_BAD_ROW}p1,charge,a1,r1,succeeded,14.50,EUR,2014-11-10T08:51:00Z
p5,charge,a1,r1,succeeded,abc,EUR,2014-11-10T08:51:00Z
p6,charge,a1,r1,succeeded,5.00,CHF,2014-11-10T08:51:00Z
p7,charge,a1,r1,succeeded,5.00,EUR,2014-02-30T08:51:00Z
p2,charge,a2,r2,succeeded,29.00,EUR,2014-11-10T09:51:00Z
`,
    );
    const ran = storno(['scan', '--rentals', 'rentals.csv', '--payments', 'mixed.csv', '--json', '--out', 'mixed']);
    assert.equal(ran.code, 3, ran.stderr);
    const { read: rows, used, repeated, rejected } = JSON.parse(ran.stdout).counts.payments;
    assert.deepEqual({ rows, used, repeated, rejected }, { rows: 9, used: 3, repeated: 1, rejected: 5 });
    const told = read('mixed/rejected.csv').trimEnd().split('\n').slice(1);
    assert.deepEqual(
      told.map((line) => line.split(',').slice(0, 3).join(',')),
      [
        'mixed.csv,5,amount',
        'mixed.csv,7,amount',
        'mixed.csv,8,currency',
        'mixed.csv,9,created_at',
        'mixed.csv,10,amount',
      ],
    );
  });

  test('ids that a spreadsheet would run are made text', () => {
    write('formula.csv', PAID_TWICE.replaceAll('a1', '"=HYPERLINK(""http://x"")"'));
    storno(['scan', '--payments', 'formula.csv', '--out', 'formula']);
    assert.match(read('formula/refunds.csv'), /\n"'=HYPERLINK\(""http:\/\/x""\)",EUR,proven,14\.50,1\n/);
  });

  test('--out that is a file or cannot be written to is refused before anything is read', () => {
    for (const out of ['once.csv', 'once.csv/below', '/proc/storno']) {
      const ran = storno(['scan', '--payments', 'does-not-exist.csv', '--out', out]);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, /--out/);
    }
  });
});

describe('files that cannot be used', () => {
  const make: Readonly<Record<string, () => void>> = {
    'missing.csv': () => {},
    'folder.csv': () => mkdirSync(join(folder, 'folder.csv')),
    'empty.csv': () => write('empty.csv', ''),
    'binary.csv': () => writeFileSync(join(folder, 'binary.csv'), Buffer.from([0, 1, 2, 3, 0, 255, 254, 0, 80])),
    'no-amount.csv': () =>
      write(
        'no-amount.csv',
        'payment_id,kind,status,currency,created_at\np,charge,succeeded,EUR,2014-11-10T08:51:00Z\n',
      ),
    'no-zone.csv': () => write('no-zone.csv', PAID_ONCE.replaceAll('Z\n', '\n')),
    'broken.csv.gz': () => writeFileSync(join(folder, 'broken.csv.gz'), gzipSync(PAID_ONCE).subarray(0, 60)),
    'broken.parquet': () => write('broken.parquet', 'PAR1 this is not parquet PAR1'),
  };
  for (const [name, prepare] of Object.entries(make)) {
    test(`${name} is refused by name, and nothing is written`, () => {
      prepare();
      const ran = storno(['scan', '--payments', name, '--out', 'refused']);
      assert.equal(ran.code, 2, ran.stderr + ran.stdout);
      assert.ok(ran.stderr.includes(name), ran.stderr);
      assert.doesNotMatch(ran.stderr, /\n\s+at /, 'no stack');
      assert.equal(ran.stdout, '');
      assert.equal(existsSync(join(folder, 'refused')), false);
    });
  }

  test('all of them are named at once, and with --json as one object on stderr', () => {
    const ran = storno(['scan', '--payments', 'missing.csv', '--rentals', 'missing-too.csv', '--json']);
    assert.equal(ran.code, 2);
    assert.equal(ran.stdout, '');
    const { error } = JSON.parse(ran.stderr);
    assert.equal(error.exit_code, 2);
    assert.deepEqual(
      error.problems.map(({ kind }: { kind: string }) => kind),
      ['missing', 'missing'],
    );
    for (const { file, message } of error.problems) assert.ok(message.includes(file));
  });

  test('a usage error with --json is an object too', () => {
    assert.equal(JSON.parse(storno(['scan', '--json', '--payment', 'x']).stderr).error.problems[0].kind, 'usage');
  });

  test('a map that is missing, no JSON or no map is refused by name', () => {
    write('text.json', 'this is no map');
    write('list.json', '[1, 2]');
    for (const name of ['absent.json', 'text.json', 'list.json']) {
      const ran = storno(['scan', '--payments', 'once.csv', '--map', name]);
      assert.equal(ran.code, 2, name);
      assert.ok(ran.stderr.includes(name), ran.stderr);
    }
  });

  test('a file that may not be read is refused by name', (t) => {
    if (process.getuid?.() === 0) return t.skip('root may read everything');
    write('secret.csv', PAID_ONCE);
    chmodSync(join(folder, 'secret.csv'), 0o000);
    const ran = storno(['scan', '--payments', 'secret.csv']);
    assert.equal(ran.code, 2);
    assert.ok(ran.stderr.includes('secret.csv'));
  });
});

describe('explain', () => {
  const files = ['--rentals', 'rentals.csv', '--payments', 'twice.csv'];

  test('shows the pair, the verdict and why, for a rental and for either payment', () => {
    for (const id of ['r1', 'p1', 'p3']) {
      const { stdout, code } = storno(['explain', id, ...files]);
      assert.equal(code, 0);
      assert.match(stdout, /^Rental r1: account a1/);
      assert.match(stdout, /PROVEN: double charge, EUR 14\.50 to give back\./);
      assert.match(stdout, /kept {3}o-+> {2}EUR 14\.50 {2}p1\n {2}again +o {2}EUR 14\.50 {2}p3/);
      assert.match(stdout, /p3 {2}<- give back/);
    }
  });

  test('says why something is no duplicate', () => {
    const { stdout } = storno(['explain', 'r2', ...files]);
    assert.match(stdout, /Not a duplicate\.\n\S.+/);
  });

  test('--json is one object with the same facts', () => {
    const explained = JSON.parse(storno(['explain', 'r1', ...files, '--json']).stdout);
    assert.deepEqual(
      explained.payments.map(({ payment_id }: { payment_id: string }) => payment_id),
      ['p1', 'p3'],
    );
    assert.equal(explained.findings[0].payment_id, 'p3');
    assert.deepEqual(explained.not_a_duplicate, []);
  });
});

describe('an id that is not there', () => {
  test('is answered with the ids that come near', () => {
    const { stderr } = storno(['explain', 'R11', '--rentals', 'rentals.csv', '--payments', 'twice.csv']);
    assert.match(stderr, /No rental, payment or charge has the id R11\. Did you mean r1 or /);
  });

  test('is said to be so where none comes near', () => {
    assert.match(storno(['explain', 'nobody', '--payments', 'twice.csv']).stderr, /compared exactly/);
  });

  test('may be that of a finding', () => {
    const { stdout } = storno(['explain', 'fnd_p3', '--rentals', 'rentals.csv', '--payments', 'twice.csv']);
    assert.match(stdout, /^Rental r1: account a1/);
  });
});

describe('map', () => {
  const UNKNOWN = `Transaction Ref;Customer No;Trip;Betrag (EUR);State;Booked on
T-1;K1;F1;14,50;paid;16.11.2014 02:00:11
T-2;K2;F2;9,00;paid;16.11.2014 03:00:11
T-3;K1;F1;14,50;paid;16.11.2014 05:00:11
`;

  test('what is suggested for an unknown file can be scanned with, from any folder', () => {
    write('unknown.csv', UNKNOWN);
    const ran = storno(['map', '--suggest', 'unknown.csv', '--out', 'maps/map.json']);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^unknown\.csv looks like payments \(\d+%/);
    assert.match(ran.stdout, /\d+% {2,}rental_id +Trip/);
    const scanned = storno(['scan', '--map', 'maps/map.json', '--tz', 'Europe/Rome', '--json']);
    assert.equal(JSON.parse(scanned.stdout).refund_due.EUR.proven, '14.50', scanned.stderr);
  });

  test('--json is one object with the map in it; nothing is written', () => {
    write('unknown.csv', UNKNOWN);
    const before = readdirSync(folder);
    const { map, suggestions } = JSON.parse(storno(['map', '--suggest', 'unknown.csv', '--json']).stdout);
    assert.equal(map.payments.columns.rental_id, 'Trip');
    assert.ok(
      suggestions[0].columns.every(({ confidence }: { confidence: number }) => confidence > 0 && confidence <= 1),
    );
    assert.deepEqual(readdirSync(folder), before);
  });

  test('an older map is not overwritten, and a missing file is refused', () => {
    write('older.json', '{}');
    assert.equal(storno(['map', '--suggest', 'once.csv', '--out', 'older.json']).code, 2);
    assert.equal(read('older.json'), '{}');
    assert.equal(storno(['map', '--suggest', 'missing.csv']).code, 2);
  });

  test('a file in the form of the contract needs none', () => {
    assert.match(storno(['map', '--suggest', 'once.csv']).stdout, /needs no map/);
  });
});

describe('scenario', () => {
  test('the same seed writes the same files, all five or none', () => {
    for (const out of ['c08-1', 'c08-2']) storno(['scenario', 'C08', '--out', out, '--accounts', '20', '--seed', '3']);
    const names = readdirSync(join(folder, 'c08-1')).sort();
    assert.deepEqual(names, ['charges.csv', 'payments.csv', 'rentals.csv', 'settlements.csv', 'truth.json']);
    for (const name of names) assert.equal(read(`c08-1/${name}`), read(`c08-2/${name}`));
  });

  test('prints the command that scans it, and that command works', () => {
    const { stdout } = storno(['scenario', 'C05', '--out', 'c 05', '--accounts', '30']);
    const command = /^ {2}(\.\/storno scan .+)$/m.exec(stdout)?.[1];
    assert.ok(command !== undefined, stdout);
    const ran = spawnSync('sh', ['-c', command.replace('./storno', STORNO)], { cwd: folder, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(readdirSync(join(folder, 'c 05', 'scan')).sort(), FIVE_FILES);
  });
});

describe('interruption', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} at any time leaves no file and no folder, and ends with ${code}`, async () => {
      storno(['scenario', 'C08', '--out', 'long', '--accounts', '1500']);
      const temporary = mkdtempSync(join(folder, 'tmp-'));
      for (const afterMs of [120, 350, 600, 900]) {
        const ended = await interrupt(signal, afterMs, temporary);
        if (ended.code === 0) continue; // It was done already: a fast machine.
        assert.equal(ended.code, code, `after ${afterMs} ms: ${ended.stderr}`);
        assert.equal(existsSync(join(folder, 'stopped')), false, `after ${afterMs} ms`);
        assert.deepEqual(leftBehind(temporary), [], `after ${afterMs} ms`);
      }
    });
  }
});

/** How a coloured text begins, in ECMA-48; and any control sequence at all. */
const ESCAPE_COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]+m`);
const ESCAPE = new RegExp(String.fromCharCode(27));

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function storno(parameters: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(STORNO, parameters, {
    cwd: folder,
    encoding: 'utf8',
    timeout: RUN_MS_MAX,
    env: cleanEnvironment(),
  });
  return { code: status, stdout, stderr };
}

function onTerminal(parameters: readonly string[], variables: Readonly<Record<string, string>>): string {
  const command = [STORNO, ...parameters].join(' ');
  return spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: RUN_MS_MAX,
    env: { ...cleanEnvironment(), TERM: 'xterm-256color', ...variables },
  }).stdout;
}

/** Without what the machine that runs the tests says about colours; Node shows few where `CI` is set. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR: _none, FORCE_COLOR: _forced, CI: _ci, ...rest } = process.env;
  return rest;
}

async function interrupt(signal: NodeJS.Signals, afterMs: number, temporary: string): Promise<Ran> {
  const child = spawn(
    STORNO,
    ['scan', '--rentals', 'long/rentals.csv', '--payments', 'long/payments.csv', '--out', 'stopped'],
    { cwd: folder, env: { ...cleanEnvironment(), TMPDIR: temporary } },
  );
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  // Before the program has begun to listen, the signal itself ends it: a shell counts that as 128 + signal too.
  const ended = new Promise<number | null>((resolve) =>
    child.on('close', (code, by) => resolve(by === null ? code : 128 + constants.signals[by])),
  );
  await pause(afterMs);
  child.kill(signal);
  // A statement that the engine cannot be torn from once held the process for ever.
  const hanging = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  const code = await ended;
  clearTimeout(hanging);
  if (code === 0) rmSync(join(folder, 'stopped'), { recursive: true });
  return { code, stdout: '', stderr };
}

/** Node keeps its compiled code there; everything else would be ours. */
function leftBehind(temporary: string): readonly string[] {
  return readdirSync(temporary).filter((name) => !name.startsWith('node-compile-cache'));
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
