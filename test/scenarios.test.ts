/**
 * Every cause, made, written to files and scanned from them, with rentals and payments only and with all four layers:
 * what is given back must equal the truth to the cent for every account, the cause must come first, and the window must
 * be right to the quarter hour. All that fails is said in one table, each line with the command that shows it again.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Instant, MINUTE_MS, toRfc3339 } from '../src/core/kernel/time.ts';
import type { Grade } from '../src/core/remedy/finding.ts';
import type { Scan } from '../src/core/remedy/scan.ts';
import { makeScenario, SCENARIO_CAUSES, type ScenarioCause } from '../src/core/scenario/scenario.ts';
import type { LayerNeeded, Truth } from '../src/core/scenario/truth.ts';
import type { Sources } from '../src/flow/ports.ts';
import { scan } from '../src/flow/remedy.ts';
import { openArchive } from '../src/world/duckdb/archive.ts';
import { openFolder } from '../src/world/out/folder.ts';
import { writeScenarioFiles } from '../src/world/out/scenario-files.ts';

const ACCOUNTS = Number(process.env.STORNO_ACCOUNTS ?? 300);
const SEED = Number(process.env.STORNO_SEED ?? 1);
const QUARTER_HOUR_MS = 15 * MINUTE_MS;
const SILENT = { begin() {}, advance() {}, end() {} };

/** The layers that a scan is given besides the payments. */
const LAYER_SETS: readonly (readonly LayerNeeded[])[] = [['rentals'], ['rentals', 'charges', 'settlements']];

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'storno-scenarios-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test(`all causes are found, to the cent, the cause first (seed ${SEED}, ${ACCOUNTS} accounts)`, async (t) => {
  const failures: string[] = [];
  for (const cause of SCENARIO_CAUSES) {
    const { truth, path } = await write(cause);
    for (const layers of LAYER_SETS) {
      const faults = await scanFolder(path, layers).then(
        (found) => compare(truth, found, layers),
        (crash: Error) => [`CRASH ${crash.message}`],
      );
      for (const fault of faults) failures.push(`${cause.padEnd(5)}${String(layers.length + 1)} layers  ${fault}`);
    }
  }
  t.diagnostic(`${SCENARIO_CAUSES.length * LAYER_SETS.length} scans`);
  assert.equal(
    failures.length,
    0,
    `\n${failures.join('\n')}\nSee one: ./storno scenario CAUSE --accounts ${ACCOUNTS} --seed ${SEED} --out out/CAUSE\n`,
  );
});

async function write(cause: ScenarioCause): Promise<{ readonly truth: Truth; readonly path: string }> {
  const scenario = makeScenario({ cause, accounts: ACCOUNTS, seed: SEED });
  const path = join(folder, cause);
  const opened = openFolder(path);
  assert.ok(opened.ok);
  await writeScenarioFiles(opened.value, scenario);
  return { truth: scenario.truth, path };
}

async function scanFolder(path: string, layers: readonly LayerNeeded[]): Promise<Scan> {
  const archive = await openArchive({ memory: '1GB' });
  try {
    const files: Sources['files'] = Object.fromEntries(
      ['payments', ...layers].map((fact) => [fact, [join(path, `${fact}.csv`)]]),
    );
    const scanned = await scan({ archive, progress: SILENT }, { files, map: null, timeZone: null });
    if (!scanned.ok) throw new Error(scanned.error.map(({ message }) => message).join(' '));
    return scanned.value.scan;
  } finally {
    await archive.close();
  }
}

/** Everything in which the scan differs from the truth, as far as these layers can show it. */
function compare(truth: Truth, found: Scan, layers: readonly LayerNeeded[]): readonly string[] {
  const isVisible = (needed: readonly LayerNeeded[]) => needed.every((layer) => layers.includes(layer));
  const due = dueByAccount(truth, isVisible);
  const shown = truth.findings.some(({ grade, layersNeeded }) => grade !== 'possible' && isVisible(layersNeeded));
  return [
    ...compareCounts(truth, found),
    ...compareSums(due, sumRefunds(found, ['proven', 'probable'])),
    ...compareProven(due, sumRefunds(found, ['proven'])),
    ...(isVisible(truth.layersNeeded) ? [...compareCause(truth, found, shown), ...compareWindow(truth, found)] : []),
    ...(shown ? [] : compareSilence(found)),
  ];
}

function compareCounts({ rows }: Truth, { counts }: Scan): readonly string[] {
  const faults: string[] = [];
  for (const fact of ['rentals', 'payments', 'charges', 'settlements'] as const) {
    const of = counts[fact];
    if (of === undefined) continue;
    const repeated = fact === 'payments' ? rows.paymentsRepeated : 0;
    const isRight =
      of.read === rows[fact] && of.repeated === repeated && of.rejected === 0 && of.used === of.read - repeated;
    if (!isRight) faults.push(`${fact}: ${JSON.stringify(of)}, written ${rows[fact]}, of them ${repeated} twice`);
  }
  return faults;
}

function dueByAccount(
  truth: Truth,
  isVisible: (needed: readonly LayerNeeded[]) => boolean,
): ReadonlyMap<string, bigint> {
  const due = new Map<string, bigint>();
  for (const { accountId, grade, refundDue, layersNeeded } of truth.findings) {
    if (grade === 'possible' || accountId === null || refundDue.amountMinor === 0n || !isVisible(layersNeeded))
      continue;
    due.set(accountId, (due.get(accountId) ?? 0n) + refundDue.amountMinor);
  }
  return due;
}

function sumRefunds(found: Scan, grades: readonly Grade[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { accountId, grade, refundDue } of found.refunds) {
    if (!grades.includes(grade)) continue;
    sums.set(accountId, (sums.get(accountId) ?? 0n) + refundDue.amountMinor);
  }
  return sums;
}

function compareSums(due: ReadonlyMap<string, bigint>, found: ReadonlyMap<string, bigint>): readonly string[] {
  const accounts = [...new Set([...due.keys(), ...found.keys()])];
  const wrong = accounts.filter((account) => (due.get(account) ?? 0n) !== (found.get(account) ?? 0n));
  if (wrong.length === 0) return [];
  const shown = wrong
    .slice(0, 3)
    .map((account) => `${account} ${found.get(account) ?? 0n} not ${due.get(account) ?? 0n}`);
  return [`refunds of ${wrong.length} of ${due.size} accounts differ: ${shown.join(', ')}`];
}

function compareProven(due: ReadonlyMap<string, bigint>, proven: ReadonlyMap<string, bigint>): readonly string[] {
  const wrong = [...proven].filter(([account, sum]) => sum > (due.get(account) ?? 0n));
  if (wrong.length === 0) return [];
  const shown = wrong.slice(0, 3).map(([account, sum]) => `${account} ${sum} of ${due.get(account) ?? 0n}`);
  return [`PROVEN but not due for ${wrong.length} accounts: ${shown.join(', ')}`];
}

function compareCause(truth: Truth, { diagnosis }: Scan, shown: boolean): readonly string[] {
  const said = diagnosis.causes.slice(0, 2).map(({ id, score }) => `${id} ${score.toFixed(2)}`);
  if (!shown) return [];
  return diagnosis.causes[0]?.id === truth.cause ? [] : [`cause said to be ${said.join(', then ') || 'nothing'}`];
}

function compareWindow(truth: Truth, { diagnosis }: Scan): readonly string[] {
  if (truth.incident === null) return [];
  const { incident } = diagnosis;
  if (incident === null) return ['no window'];
  const ends: readonly (readonly [name: string, truth: Instant | null, found: Instant | null])[] = [
    ['from', truth.incident.ended?.from ?? null, incident.from],
    ['to', truth.incident.ended?.to ?? null, incident.to],
    ['charged from', truth.incident.charged.from, incident.chargedFrom],
    ['charged to', truth.incident.charged.to, incident.chargedTo],
  ];
  return ends
    .filter(([, right, found]) => right !== null && (found === null || Math.abs(found - right) > QUARTER_HOUR_MS))
    .map(([name, right, found]) => `${name} ${say(found)}, truly ${say(right)}`);
}

/** Where these layers show nothing wrong, nothing may be called wrong. */
function compareSilence({ verdicts, diagnosis }: Scan): readonly string[] {
  const said = verdicts.findings.filter(({ grade }) => grade !== 'possible');
  return [
    ...(said.length === 0 ? [] : [`${said.length} findings where there is nothing, first ${said[0]?.findingId}`]),
    ...(said.length === 0 && verdicts.findings.length === 0 && diagnosis.causes.length > 0
      ? ['a cause of nothing']
      : []),
  ];
}

function say(instant: Instant | null): string {
  return instant === null ? 'nowhere' : toRfc3339(instant);
}
