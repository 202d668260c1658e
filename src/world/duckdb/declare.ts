import { FACT_KINDS, type FactKind } from '../../core/fact/fact.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Refusal, Sources } from '../../flow/ports.ts';
import { type FoundFile, findFiles } from './declare/files.ts';
import { type MapEntry, type MapFile, parseMap } from './declare/map.ts';
import { createMacros, isBinaryFraction } from './declare/normal.ts';
import { type PreparedFile, prepareFile } from './declare/prepare.ts';
import type { Reading, ViewSettings } from './declare/reading.ts';
import { understandFile } from './declare/understand.ts';
import { understandEntry } from './declare/understand-entry.ts';
import { type Alike, viewSelect, type WantedRows, wantedSelect } from './declare/view.ts';
import { isZone } from './declare/zone.ts';
import { refuseZoneless } from './declare/zoneless.ts';
import type { Database } from './open.ts';
import { ATTRIBUTES_MAX, type DeclaredFact, type DeclaredSource, type FactView } from './source.ts';

/** All facts of a scan as views. `readings` are behind them; a file that had to be cleaned replaces its readings. */
export interface Declared {
  readonly facts: readonly DeclaredFact[];
  readonly notes: readonly string[];
  readonly settings: ViewSettings;
  /** By fact, parallel to `sources`. */
  readonly readings: Map<FactKind, readonly Reading[]>;
}

/** Checks, recognises and declares every file. Answers all refusals at once; nothing is declared then. */
export async function declareFacts(
  database: Database,
  sources: Sources,
): Promise<Result<Declared, readonly Refusal[]>> {
  await createMacros(database);
  const settings = { timeZone: sources.timeZone };
  const { wanted, refusals } = findWanted(sources);
  const read = await readAll(database, wanted);
  const zoneless = await refuseZoneless(database, read.readings, settings);
  const all = [...refusals, ...read.refusals, ...zoneless];
  if (all.length > 0) return fail(all);
  const readings = new Map(
    FACT_KINDS.map((fact) => [fact, read.readings.filter((each) => each.fact === fact)] as const).filter(
      ([, list]) => list.length > 0,
    ),
  );
  const facts = [...readings].map(([fact, list]) => describeFact(fact, list));
  const declared = { facts, notes: notesOf(read.readings, facts), settings, readings };
  await createViews(database, declared);
  return ok(declared);
}

/** A file for a fact, by its own names or through a map. */
interface Wanted {
  readonly fact: FactKind;
  readonly found: FoundFile;
  readonly mapped: { readonly map: MapFile; readonly entry: MapEntry } | null;
}

interface FoundSources {
  readonly wanted: readonly Wanted[];
  readonly refusals: readonly Refusal[];
}

function findWanted(sources: Sources): FoundSources {
  const refusals: Refusal[] = [];
  const wanted: Wanted[] = [];
  const map = sources.map === null ? null : parseMap(sources.map.path, sources.map.text);
  if (map !== null && !map.ok) refusals.push(...map.error);
  for (const fact of FACT_KINDS) {
    const given = findFiles(sources.files[fact] ?? [], null);
    refusals.push(...given.refusals);
    wanted.push(...given.files.map((found) => ({ fact, found, mapped: null })));
    for (const entry of map?.ok ? map.value.entries.filter((each) => each.fact === fact) : []) {
      const { files, refusals: others } = findFiles(entry.from, map?.ok ? map.value.folder : null);
      refusals.push(...others);
      if (map?.ok) wanted.push(...files.map((found) => ({ fact, found, mapped: { map: map.value, entry } })));
    }
  }
  if (sources.timeZone !== null && !isZone(sources.timeZone)) refusals.push(unknownZone(sources.timeZone));
  if (refusals.length === 0 && !wanted.some(({ fact }) => fact === 'payments')) refusals.push(NO_PAYMENTS);
  return { wanted, refusals };
}

const NO_PAYMENTS: Refusal = {
  file: '',
  kind: 'fact_missing',
  message:
    'No payments were given, and without them nothing can be judged. Give --payments FILE, or a map that names them.',
};

function unknownZone(zone: string): Refusal {
  return {
    file: '',
    kind: 'unknown_zone',
    message: `"${zone}" is no time zone. Use a name such as Europe/Rome, Europe/Berlin or UTC with --tz.`,
  };
}

interface ReadSources {
  readonly readings: readonly Reading[];
  readonly refusals: readonly Refusal[];
}

async function readAll(database: Database, wanted: readonly Wanted[]): Promise<ReadSources> {
  const prepared = new Map<string, Result<PreparedFile, Refusal>>();
  const refusals: Refusal[] = [];
  const readings: Reading[] = [];
  for (const each of wanted) {
    const known = prepared.get(each.found.path);
    const file = known ?? (await prepareFile(database, each.found));
    prepared.set(each.found.path, file);
    if (!file.ok) {
      if (known === undefined) refusals.push(file.error);
      continue;
    }
    const read = await understand(database, file.value, each);
    if (read.ok) readings.push(...read.value);
    else refusals.push(...read.error);
  }
  return { readings, refusals };
}

async function understand(
  database: Database,
  file: PreparedFile,
  { fact, mapped }: Wanted,
): Promise<Result<readonly Reading[], readonly Refusal[]>> {
  if (mapped === null) return understandFile(database, file, fact);
  const read = await understandEntry(database, file, mapped);
  return read.ok ? ok([read.value]) : read;
}

function describeFact(fact: FactKind, readings: readonly Reading[]): DeclaredFact {
  const attributes = attributesOf(readings).slice(0, ATTRIBUTES_MAX);
  const sources: readonly DeclaredSource[] = readings.map(({ file, derived }) => ({
    file: file.found.path,
    format: file.table.format,
    bytes: file.found.bytes,
    derived,
  }));
  return { fact, view: `${fact}_row` as FactView, attributes, sources };
}

/** Names of all attributes in order of first appearance; `Worker` and `worker` are one. */
function attributesOf(readings: readonly Reading[]): readonly string[] {
  const names = new Map<string, string>();
  for (const { attributes } of readings) {
    for (const { name } of attributes) if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()];
}

/** (Re)creates the view of every fact; files of one shape in a row are read in one go. */
export async function createViews(database: Database, declared: Declared): Promise<void> {
  for (const { fact, view, attributes } of declared.facts) {
    const selects = alikeOf(declared, fact, attributes).map((alike) =>
      viewSelect(alike, attributes, declared.settings),
    );
    await database.connection.run(`CREATE OR REPLACE VIEW ${view} AS ${selects.join(' UNION ALL ')}`);
  }
}

/** A query in the columns of the fact's view that reads wanted rows only, and faster. */
export function wantedSql(declared: Declared, fact: FactKind, wanted: WantedRows): string {
  const { attributes = [] } = declared.facts.find((each) => each.fact === fact) ?? {};
  const { settings } = declared;
  return alikeOf(declared, fact, attributes)
    .map((alike) => wantedSelect(alike, attributes, { settings, wanted }))
    .join(' UNION ALL ');
}

function alikeOf(declared: Declared, fact: FactKind, attributes: readonly string[]): readonly Alike[] {
  return groupAlike(declared.readings.get(fact) ?? [], (reading) =>
    viewSelect({ first: 0, group: [withoutPath(reading)] }, attributes, declared.settings),
  );
}

function withoutPath(reading: Reading): Reading {
  return { ...reading, file: { ...reading.file, readPath: '' } };
}

function groupAlike(readings: readonly Reading[], keyOf: (reading: Reading) => string): readonly Alike[] {
  const groups: { first: number; key: string; group: [Reading, ...Reading[]] }[] = [];
  for (const [index, reading] of readings.entries()) {
    const key = keyOf(reading);
    const last = groups.at(-1);
    if (last !== undefined && last.key === key) last.group.push(reading);
    else groups.push({ first: index, key, group: [reading] });
  }
  return groups;
}

function notesOf(readings: readonly Reading[], facts: readonly DeclaredFact[]): readonly string[] {
  const notes = readings.flatMap((reading) => [
    ...(reading.derived ? [] : [`${reading.file.found.path}: ${reading.form}, as ${reading.fact}`]),
    ...reading.file.notes,
    ...[...reading.columns].flatMap(([name, { type }]) =>
      name.startsWith('amount') && isBinaryFraction(type)
        ? [
            `${reading.file.found.path}: ${name} is stored as binary fractions (${type}); the shortest decimal that gives the same fraction is taken`,
          ]
        : [],
    ),
  ]);
  for (const { fact, sources } of facts) {
    const all = attributesOf(readings.filter((each) => each.fact === fact));
    const left = all.slice(ATTRIBUTES_MAX);
    if (left.length > 0)
      notes.push(
        `${fact} (${sources.length} files): ${left.length} further columns beyond ${ATTRIBUTES_MAX} are not looked at: ${left.slice(0, 10).join(', ')}`,
      );
  }
  return [...new Set(notes)];
}
