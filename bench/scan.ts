/**
 * How long a whole scan takes against the one query that one would try first, on the same files, in turn:
 *
 *     npm run bench -- --charges 1m,10m,50m --format csv,parquet --rounds 3
 *
 * With rentals that query is the balance, which reads them too; the query over payments alone is beside it. Ends with 1
 * where a limit is not kept. Figures measured so far: bench/README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FORMATS, type Format, type WrittenHistory, writeHistory } from './history.ts';
import { type Cost, measure, median } from './measure.ts';

/** The scan may take this many times the naive query, from ten million charges on. */
const RATIO_MAX = 3;
const RATIO_FROM = 10_000_000;
const PEAK_BYTES_MAX = 2_000_000_000;
const COLD_CHARGES = 25_000;
const COLD_SECONDS_MAX = 2;

const root = join(import.meta.dirname, '..');
const say = (line: string) => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    charges: { type: 'string', default: '1m,10m' },
    format: { type: 'string', default: FORMATS.join(',') },
    rounds: { type: 'string', default: '3' },
  },
});
const sizes = values.charges.split(',').map(parseCount);
const formats = values.format.split(',').map(parseFormat);
const rounds = parseCount(values.rounds);

const folder = mkdtempSync(join(tmpdir(), 'storno-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const misses: string[] = [];
await benchColdStart();
say(`\n${row(['charges', 'format', 'against', 'naive', 'scan', 'ratio', 'cpu', 'us/row', 'peak MB'])}`);
for (const size of sizes) {
  note(`writing ${size} charges`);
  const history = await writeHistory(size, folder);
  for (const format of formats) {
    await benchLine(history, format, 'payments');
    await benchLine(history, format, 'payments, rentals');
  }
  for (const path of [...Object.values(history.payments), ...Object.values(history.rentals)]) rmSync(path);
}
for (const miss of misses) say(`\nLimit not kept: ${miss}`);
process.exitCode = misses.length === 0 ? 0 : 1;

async function benchColdStart(): Promise<void> {
  const history = await writeHistory(COLD_CHARGES, folder);
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) seconds.push((await scan(history, 'csv', 'payments, rentals')).seconds);
  const typical = median(seconds);
  say(`cold start, ${COLD_CHARGES} charges with rentals (CSV): ${typical.toFixed(2)} s`);
  if (typical > COLD_SECONDS_MAX) misses.push(`cold start took ${typical.toFixed(2)} s of ${COLD_SECONDS_MAX}`);
}

type Files = 'payments' | 'payments, rentals';

/** What a scan is held against. */
type Rival = 'duplicates' | 'balance';

const RIVALS: Readonly<Record<Files, readonly Rival[]>> = {
  payments: ['duplicates'],
  'payments, rentals': ['balance', 'duplicates'],
};

type Round = Readonly<Record<Rival, Cost | null>> & { readonly scan: Cost };

async function benchLine(history: WrittenHistory, format: Format, files: Files): Promise<void> {
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const costs: Record<Rival, Cost | null> = { duplicates: null, balance: null };
    for (const rival of RIVALS[files]) costs[rival] = await naive(history, format, rival);
    done.push({ ...costs, scan: await scan(history, format, files) });
  }
  const whole = median(done.map((round) => round.scan.seconds));
  const peak = Math.max(...done.map((round) => round.scan.peakBytes ?? 0));
  const line = `${history.charges} charges, ${format}, ${files}`;
  for (const rival of RIVALS[files]) {
    const ratio = median(done.map((round) => round.scan.seconds / (round[rival]?.seconds ?? Number.NaN)));
    const cpu = median(done.map((round) => cpuOf(round.scan) / cpuOf(round[rival])));
    const rivals = median(done.map((round) => round[rival]?.seconds ?? Number.NaN));
    const cells = [rivals.toFixed(2), whole.toFixed(2), ratio.toFixed(2), cpu.toFixed(2)];
    const perRow = ((whole * 1e6) / history.charges).toFixed(2);
    say(row([String(history.charges), format, `${files}: ${rival}`, ...cells, perRow, (peak / 1e6).toFixed(0)]));
    if (files === 'payments' && history.charges >= RATIO_FROM && ratio > RATIO_MAX) {
      misses.push(`${line}: ${ratio.toFixed(2)} times the naive query, ${RATIO_MAX} are allowed`);
    }
  }
  if (peak > PEAK_BYTES_MAX) misses.push(`${line}: ${(peak / 1e9).toFixed(2)} GB of memory`);
}

function cpuOf(cost: Cost | null): number {
  return cost?.cpuSeconds ?? Number.NaN;
}

function naive(history: WrittenHistory, format: Format, rival: Rival): Promise<Cost> {
  const files = [history.payments[format], ...(rival === 'balance' ? [history.rentals[format]] : [])];
  return measure(process.execPath, [join(root, 'bench/naive.ts'), ...files], [0]);
}

function scan(history: WrittenHistory, format: Format, files: Files): Promise<Cost> {
  const rentals = files === 'payments' ? [] : ['--rentals', history.rentals[format]];
  const out = join(folder, 'out');
  const args = ['scan', '--payments', history.payments[format], ...rentals, '--out', out];
  return measure(process.execPath, [join(root, 'src/bin/cli.ts'), ...args], [0]);
}

function row(cells: readonly string[]): string {
  const widths = [10, 9, 31, 8, 8, 7, 7, 8, 8];
  return cells
    .map((cell, index) => (index < 3 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
    .join('');
}

/** `10m`, `250k` or a plain number. */
function parseCount(text: string): number {
  const [, digits, unit] = /^(\d+)([km]?)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) throw new Error(`"${text}" is no number such as 10m, 250k or 3`);
  return Number(digits) * (unit?.toLowerCase() === 'm' ? 1_000_000 : unit?.toLowerCase() === 'k' ? 1000 : 1);
}

function parseFormat(text: string): Format {
  const format = FORMATS.find((each) => each === text.trim());
  if (format === undefined) throw new Error(`"${text}" is none of ${FORMATS.join(', ')}`);
  return format;
}
