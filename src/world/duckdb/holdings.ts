import { join } from 'node:path';
import type { FactKind } from '../../core/fact/fact.ts';
import type { Coverage, Facts, Layers } from '../../core/fact/facts.ts';
import type { Window } from '../../core/kernel/time.ts';
import type { RowCounts } from '../../core/remedy/import.ts';
import type { Progress } from '../../flow/ports.ts';
import { wantAround } from './around.ts';
import { closeCases } from './closing.ts';
import { type Counting, startCounting } from './counting.ts';
import { type FactTypes, gather, keepCases } from './gather.ts';
import { wantWitnesses } from './missing.ts';
import { type Database, queryRows, quoteText } from './open.ts';
import {
  CONFLICTING,
  type Holdings,
  hasRejected,
  OUTLINE,
  outlineTable,
  REPEATED,
  STORE,
  TIME_COLUMN,
  USED,
} from './outline.ts';
import { outlineSql, unpackSql } from './pass.ts';
import { settleRepeats } from './repeats.ts';
import { samplePart } from './sample.ts';
import { prepareScreen, propose } from './screen.ts';
import type { DeclaredFact } from './source.ts';
import { wantStrays } from './strays.ts';
import { enableProgress, runWatched } from './watch.ts';

/**
 * Reads every row of every fact once and draws the outline. `settle` runs the reading, again if a file turns out to
 * need it.
 */
export async function outline(input: {
  readonly database: Database;
  readonly declared: readonly DeclaredFact[];
  readonly progress: Progress;
  readonly settle: (pass: () => Promise<void>) => Promise<void>;
  readonly wantedSql: Holdings['wantedSql'];
}): Promise<Holdings> {
  const { database, declared, progress, wantedSql } = input;
  await prepareEngine(database);
  const twins = new Set<FactKind>();
  await input.settle(async () => {
    await database.connection.run('set preserve_insertion_order = false');
    for (const fact of declared) {
      const bytes = fact.sources.reduce((sum, source) => sum + source.bytes, 0);
      await runWatched(database, { name: `reading ${fact.fact}`, total: bytes }, outlineSql(fact), progress);
    }
  });
  await database.connection.run('set preserve_insertion_order = true');
  for (const { fact } of declared) await database.connection.run(unpackSql(fact));
  for (const fact of declared) if (await settleRepeats(database, fact)) twins.add(fact.fact);
  const counts = new Map<FactKind, RowCounts>();
  const coded = new Map<FactKind, readonly number[]>();
  for (const fact of declared) {
    const fates = await fatesOf(database, fact);
    counts.set(fact.fact, countRows(fact, fates));
    coded.set(fact.fact, countCoded(fact, fates));
  }
  const layers = await layersOf(database, declared);
  const coverage = await coverageOf(database, declared);
  return { database, declared, wantedSql, outlined: { counts, coded, twins, layers, coverage } };
}

export const OPTIMIZERS_OFF = [
  // What is joined here is a short list of hashes with a file of unknown length. The guess at that length is so bad for
  // CSV that the table is built of the file: measured, 8 s instead of 2 for 10 million rows.
  'build_side_probe_side',
  // Makes a join of `currency in (190 codes)`, and rows come out of a parallel join in any order: measured, 9 of 10
  // rows
  // of a CSV of a million then lost their place.
  'in_clause',
];

async function prepareEngine(database: Database): Promise<void> {
  await enableProgress(database);
  await database.connection.run(`attach ${quoteText(join(database.folder, 'store.duckdb'))} as ${STORE}`);
  await database.connection.run(`attach ':memory:' as ${OUTLINE}`);
  await database.connection.run(`set disabled_optimizers = '${OPTIMIZERS_OFF.join(',')}'`);
}

/** How many rows of a source met a fate. */
interface Fate {
  readonly source: number;
  readonly fate: number;
  readonly rows: number;
}

async function fatesOf(database: Database, { fact }: DeclaredFact): Promise<readonly Fate[]> {
  const rows = await queryRows(
    database,
    `select source, fate, count(*)::double from ${outlineTable(fact)} group by source, fate`,
  );
  return rows.map(([source, fate, count]) => ({ source: Number(source), fate: Number(fate), rows: Number(count) }));
}

function countRows({ sources }: DeclaredFact, fates: readonly Fate[]): RowCounts {
  const own = fates.filter(({ source }) => sources[source]?.derived !== true);
  const sum = (isWanted: (fate: number) => boolean) =>
    own.reduce((total, { fate, rows }) => (isWanted(fate) ? total + rows : total), 0);
  return {
    read: sum(() => true),
    used: sum((fate) => fate === USED),
    repeated: sum((fate) => fate === REPEATED),
    rejected: sum((fate) => fate !== USED && fate !== REPEATED),
  };
}

function countCoded({ sources }: DeclaredFact, fates: readonly Fate[]): readonly number[] {
  return sources.map((_, place) =>
    fates.reduce((sum, { source, fate, rows }) => (source === place && isCoded(fate) ? sum + rows : sum), 0),
  );
}

function isCoded(fate: number): boolean {
  return fate !== USED && fate !== REPEATED && fate !== CONFLICTING;
}

async function layersOf(database: Database, declared: readonly DeclaredFact[]): Promise<Layers> {
  const has = (fact: FactKind) => declared.some((each) => each.fact === fact);
  const layers = { rentals: has('rentals'), charges: has('charges'), settlements: has('settlements') };
  if (!layers.rentals) return layers;
  const [row] = await queryRows(
    database,
    `select count(account) > 0 or count(*) = 0 from ${outlineTable('rentals')} where fate = ${USED}`,
  );
  return { ...layers, rentalsTellAccounts: row?.[0] === true };
}

async function coverageOf(database: Database, declared: readonly DeclaredFact[]): Promise<Coverage> {
  const windows = new Map<FactKind, Window | null>();
  for (const { fact } of declared) {
    const time = TIME_COLUMN[fact];
    const [row = []] = await queryRows(
      database,
      `select min(${time})::double, max(${time})::double from ${outlineTable(fact)} where fate = ${USED}`,
    );
    const [from, to] = row;
    windows.set(fact, typeof from === 'number' && typeof to === 'number' ? { from, to } : null);
  }
  return {
    rentalsEnded: windows.get('rentals') ?? null,
    paymentsCreated: windows.get('payments') ?? null,
    chargesCreated: windows.get('charges') ?? null,
    settlementsBooked: windows.get('settlements') ?? null,
  };
}

/** Every case that may not come out even, closed; and what is counted meanwhile, where there is any. */
export async function screen(
  holdings: Holdings,
  progress: Progress,
): Promise<{ readonly facts: Facts; readonly counting: Counting | null }> {
  const { database, outlined } = holdings;
  progress.begin('looking for what does not come out even', null);
  await prepareScreen(database, outlined.layers);
  await propose(database, outlined.layers);
  await close(holdings);
  if (outlined.layers.settlements) {
    while (await wantWitnesses(database)) await closeCases(database, outlined.layers);
  }
  progress.end();
  await yieldMemory(database);
  await keepSampled(holdings, progress);
  // Where nothing is proposed there will be no finding, and nothing to count for it.
  const isCounted = (await countWanted(database, 'payments')) > 0;
  const gathering = gatherAll(holdings, { partOf: (fact) => samplePart(fact, outlined), progress });
  const gathered = gathering.then(
    () => undefined,
    () => undefined,
  );
  const counting = isCounted ? await startCounting(holdings, gathered) : null;
  try {
    return { facts: await gathering, counting };
  } catch (error) {
    await counting?.stop();
    throw error;
  }
}

/** The cases of facts that are sampled, for the gathering and the counting that follow. */
async function keepSampled(holdings: Holdings, progress: Progress): Promise<void> {
  const { database, declared, outlined, wantedSql } = holdings;
  // Core asks for no order.
  await database.connection.run('set preserve_insertion_order = false');
  for (const fact of declared) {
    const part = samplePart(fact.fact, outlined);
    if (part === null) continue;
    progress.begin(`reading cases from ${fact.fact}`, null);
    await keepCases({ database, declared: fact, outlined, wantedSql, part });
    progress.end();
  }
  await database.connection.run('set preserve_insertion_order = true');
}

/**
 * From here on the cases live in JavaScript, and the engine only reads files through once more: it gives back what it
 * held, so that the two peaks do not stand on each other (measured at 50 million charges: 2.3 GB, else 1.6).
 */
async function yieldMemory(database: Database): Promise<void> {
  const [row] = await queryRows(
    database,
    `select value from duckdb_settings() where name = 'memory_limit' and value similar to '[0-9.]+ (MiB|GiB|TiB)'`,
  );
  const [number, unit] = String(row?.[0] ?? '').split(' ');
  if (unit === undefined || (unit === 'MiB' && Number(number) < YIELDING_MIN_MIB)) return;
  await database.connection.run(`set memory_limit = '${Number(number) / 4} ${unit}'`);
}

/** A smaller engine keeps what it has: a quarter of it would be too little to work with. */
const YIELDING_MIN_MIB = 800;

/** The cases around one payment, charge or rental id. */
export async function around(holdings: Holdings, id: string): Promise<Facts> {
  const { database, outlined } = holdings;
  await prepareScreen(database, outlined.layers);
  await wantAround(holdings, id);
  await close(holdings);
  return gatherAll(holdings, { partOf: () => null, progress: SILENT });
}

const SILENT: Progress = { begin() {}, advance() {}, end() {} };

async function close({ database, declared, outlined }: Holdings): Promise<void> {
  await closeCases(database, outlined.layers);
  if (await wantStrays(database, outlined.layers, declared)) await closeCases(database, outlined.layers);
}

interface Gathering {
  /** See `samplePart`. */
  readonly partOf: (fact: FactKind) => number | null;
  readonly progress: Progress;
}

async function gatherAll(holdings: Holdings, { partOf, progress }: Gathering): Promise<Facts> {
  const { database, declared, outlined, wantedSql } = holdings;
  const read = async <Kind extends FactKind>(kind: Kind): Promise<readonly FactTypes[Kind][]> => {
    const fact = declared.find((each) => each.fact === kind);
    if (fact === undefined) return [];
    progress.begin(`reading cases from ${kind}`, await countWanted(database, kind));
    const rows = await gather({
      database,
      declared: { ...fact, fact: kind },
      outlined,
      wantedSql,
      part: partOf(kind),
      onRows: (count) => progress.advance(count),
    });
    progress.end();
    return rows;
  };
  return {
    rentals: await read('rentals'),
    payments: await read('payments'),
    charges: await read('charges'),
    settlements: await read('settlements'),
    layers: outlined.layers,
    coverage: outlined.coverage,
    ...(await readUnread(holdings)),
  };
}

/** What rejected rows of the rentals file tell of themselves; they are read again only where there are any. */
async function readUnread({ database, declared, outlined }: Holdings): Promise<Pick<Facts, 'rentalsUnread'>> {
  const rentals = declared.find(({ fact }) => fact === 'rentals');
  if (rentals === undefined || !hasRejected(outlined, 'rentals')) return {};
  const rows = await queryRows(database, `select rental_id, account_id from ${rentals.view} where reject <> 0`);
  const textsOf = (place: number) =>
    new Set(rows.map((row) => row[place]).filter((value): value is string => typeof value === 'string'));
  return { rentalsUnread: { rentalIds: textsOf(0), accountIds: textsOf(1) } };
}

const WANTED_BY: Readonly<Record<FactKind, string>> = {
  rentals: 'rental',
  payments: 'payment',
  charges: 'charge',
  settlements: 'payment',
};

async function countWanted(database: Database, fact: FactKind): Promise<number> {
  const [row] = await queryRows(database, `select count(*)::double from ${OUTLINE}.wanted_${WANTED_BY[fact]}`);
  return Number(row?.[0]);
}
