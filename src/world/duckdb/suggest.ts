import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { FACT_KINDS, type FactKind } from '../../core/fact/fact.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Refusal } from '../../flow/ports.ts';
import { findFiles } from './declare/files.ts';
import { recognise } from './declare/known.ts';
import type { MapEntry } from './declare/map.ts';
import { createMacros } from './declare/normal.ts';
import { type PreparedFile, prepareFile } from './declare/prepare.ts';
import { requiredColumns } from './declare/reject.ts';
import { understandEntry } from './declare/understand-entry.ts';
import { normalisedSql } from './declare/view.ts';
import { type Database, MEMORY_LIMIT, openDatabase, queryRows, quoteName } from './open.ts';
import { type SuggestedColumn, suggestColumns } from './suggest/columns.ts';
import { type Shape, shapeOf } from './suggest/shape.ts';
import { FACT_WORDS, plainWords } from './suggest/words.ts';

/** How a file might be read as one fact. */
export interface Suggestion {
  readonly fact: FactKind;
  /** How likely the file holds this fact at all, from 0 to 1. */
  readonly confidence: number;
  readonly columns: readonly SuggestedColumn[];
  /** Required columns for which nothing was found: the map is refused until they are filled in. */
  readonly missing: readonly string[];
  /** What the map makes of the first rows; null where it lacks a column or does not run. */
  readonly trial: { readonly rows: number; readonly usable: number } | null;
}

export interface SuggestedMap {
  readonly file: string;
  /** What the file is, where no map is needed: the contract's columns for a fact, or a known export. */
  readonly recognised: string | null;
  /** Best first. */
  readonly suggestions: readonly Suggestion[];
  /** The best suggestion as the text of a map that lies beside the file. */
  readonly mapText: string;
  /** What a person should look at before using it. */
  readonly notes: readonly string[];
}

/** Enough to tell shapes apart, little enough for a moment. */
const SAMPLE_ROWS = 2_000;

/** Suggests a map for a file of unknown form. The refusals are those of a scan: missing, empty, binary, damaged. */
export async function suggestMap(path: string): Promise<Result<SuggestedMap, readonly Refusal[]>> {
  const { files, refusals } = findFiles([path], null);
  const [found] = files;
  if (found === undefined) return fail(refusals);
  const database = await openDatabase({
    memoryLimit: MEMORY_LIMIT,
    threads: availableParallelism(),
    spillFolder: null,
  });
  try {
    await createMacros(database);
    const file = await prepareFile(database, found);
    return file.ok ? ok(await suggestFor(database, file.value)) : fail([file.error]);
  } finally {
    database.close();
  }
}

async function suggestFor(database: Database, file: PreparedFile): Promise<SuggestedMap> {
  const shapes = await sampleShapes(database, file);
  const suggestions: Suggestion[] = [];
  for (const fact of FACT_KINDS) suggestions.push(await suggestFact(database, file, { fact, shapes }));
  suggestions.sort((one, other) => other.confidence - one.confidence);
  const [best] = suggestions;
  const recognised = recognisedAs(file);
  return {
    file: file.found.path,
    recognised,
    suggestions,
    mapText: best === undefined ? '{}\n' : mapTextOf(file, best),
    notes: best === undefined ? [] : notesOf(best, shapes),
  };
}

async function sampleShapes(database: Database, file: PreparedFile): Promise<readonly Shape[]> {
  const { columns } = file.table;
  if (columns.length === 0) return [];
  const list = columns.map(({ name }) => `${quoteName(name)}::VARCHAR`).join(', ');
  const rows = await queryRows(
    database,
    `SELECT ${list} FROM ${file.table.from([file.readPath])} LIMIT ${SAMPLE_ROWS}`,
  );
  return columns.map(({ name, type }, index) =>
    shapeOf(
      name,
      type,
      rows.map((row) => (row[index] === null || row[index] === undefined ? null : String(row[index]))),
    ),
  );
}

function recognisedAs(file: PreparedFile): string | null {
  const names = file.table.columns.map(({ name }) => name);
  const present = new Set(names.map((name) => name.toLowerCase()));
  const fact = FACT_KINDS.find((each) => requiredColumns(each).every((name) => present.has(name)));
  if (fact !== undefined) return `the contract's own columns: give it as --${fact}`;
  const known = recognise(names);
  if (known === null) return null;
  return `a ${known.name}: give it as ${Object.keys(known.facts)
    .map((each) => `--${each}`)
    .join(' or ')}`;
}

interface FactShapes {
  readonly fact: FactKind;
  readonly shapes: readonly Shape[];
}

async function suggestFact(database: Database, file: PreparedFile, { fact, shapes }: FactShapes): Promise<Suggestion> {
  const columns = suggestColumns(fact, shapes);
  const given = new Set(columns.map(({ column }) => column));
  const missing = requiredColumns(fact).filter((name) => !given.has(name));
  const trial = missing.length > 0 ? null : await tryMap(database, file, { fact, columns });
  return { fact, columns, missing, trial, confidence: confidenceOf({ fact, shapes, columns, missing }) };
}

interface Weighed extends FactShapes {
  readonly columns: readonly SuggestedColumn[];
  readonly missing: readonly string[];
}

/** The required columns speak for a fact, and so do words in the header that only this fact has. */
function confidenceOf({ fact, shapes, columns, missing }: Weighed): number {
  const required = requiredColumns(fact);
  const sum = columns
    .filter(({ column }) => required.includes(column))
    .reduce((total, { confidence }) => total + confidence, 0);
  const words = new Set(shapes.flatMap(({ name }) => plainWords(name).split(' ')));
  const hits = FACT_WORDS[fact].filter((word) => words.has(word)).length;
  const optional = columns.filter(({ column, confidence }) => !required.includes(column) && confidence >= 0.6).length;
  const score = (0.7 * sum) / required.length + 0.2 * Math.min(hits / 3, 1) + 0.1 * Math.min(optional / 3, 1);
  return Math.round(100 * score * (missing.length > 0 ? 0.5 : 1)) / 100;
}

interface Tried {
  readonly fact: FactKind;
  readonly columns: readonly SuggestedColumn[];
}

/** Runs the suggestion over the first rows, as a scan would; times without a zone are taken as UTC for this. */
async function tryMap(database: Database, file: PreparedFile, { fact, columns }: Tried): Promise<Suggestion['trial']> {
  const entry: MapEntry = { fact, name: fact, from: [file.found.path], where: null, columns: columnTexts(columns) };
  const map = { path: 'map.json', folder: '.', entries: [entry] };
  const reading = await understandEntry(database, file, { map, entry });
  if (!reading.ok) return null;
  const rows = normalisedSql(reading.value, [file.readPath], { timeZone: 'UTC' });
  const [counts] = await queryRows(
    database,
    `SELECT count(*), count(*) FILTER (reject = 0) FROM (SELECT reject FROM (${rows}) LIMIT ${SAMPLE_ROWS})`,
  );
  return { rows: Number(counts?.[0] ?? 0), usable: Number(counts?.[1] ?? 0) };
}

function columnTexts(columns: readonly SuggestedColumn[]): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map(({ column, expression }) => [column, expression]));
}

function mapTextOf(file: PreparedFile, { fact, columns }: Suggestion): string {
  return `${JSON.stringify({ [fact]: { from: basename(file.found.path), columns: columnTexts(columns) } }, null, 2)}\n`;
}

function notesOf({ columns, missing, fact, trial }: Suggestion, shapes: readonly Shape[]): readonly string[] {
  const notes = columns
    .filter(({ confidence }) => confidence < 0.5)
    .map(({ column, expression, why }) => `Check ${column}: ${expression} (${why})`);
  if (missing.length > 0)
    notes.push(`Nothing was found for ${missing.join(', ')}, which every row of ${fact} needs. Add them by hand`);
  const used = columns.map(({ expression }) => expression).join(' ');
  const local = shapes.filter(
    ({ name, time }) =>
      used.includes(name) && (time?.form === 'format' || time?.form === 'iso_local' || time?.form === 'typed_local'),
  );
  if (local.length > 0)
    notes.push(
      `Times in ${local.map(({ name }) => name).join(', ')} say no zone: give --tz, for example --tz Europe/Rome`,
    );
  if (trial !== null && trial.usable < trial.rows)
    notes.push(`${trial.rows - trial.usable} of the first ${trial.rows} rows would be rejected`);
  return notes;
}
