import type { FactKind } from '../../core/fact/fact.ts';
import type { RejectedRow } from '../../core/remedy/import.ts';
import { CONTRACT } from './contract.ts';
import { type FoundLine, findLines, shorten } from './declare/lines.ts';
import type { Reading } from './declare/reading.ts';
import { sayWrong, wrongValueSql } from './declare/reject.ts';
import { numberedSql } from './declare/view.ts';
import type { Declared } from './declare.ts';
import { type Database, queryRows, quoteName, quoteText } from './open.ts';
import type { DeclaredFact, FileLine, RefusedRow, RowPlace } from './source.ts';

/** What the first pass found, so that clean files are not read again. */
export interface RejectedParts {
  /** By fact, rows with a reject code for each source, parallel to `sources`. */
  readonly coded: ReadonlyMap<FactKind, readonly number[]>;
  /** Sound rows that another judge refused: a second record of one id with another content. */
  readonly refused: ReadonlyMap<FactKind, readonly RefusedRow[]>;
}

/** Every record that was not used, in order of fact, file and line. */
export async function* rejectedRows(
  database: Database,
  declared: Declared,
  parts: RejectedParts,
): AsyncGenerator<RejectedRow> {
  for (const { fact } of declared.facts) {
    for (const [source, reading] of (declared.readings.get(fact) ?? []).entries()) {
      const refused = (parts.refused.get(fact) ?? []).filter((row) => row.source === source);
      const coded = parts.coded.get(fact)?.[source] ?? 0;
      const unreadable = reading.derived ? 0 : (reading.file.text?.left ?? 0);
      if (refused.length + coded + unreadable === 0) continue;
      yield* rejectedOfSource(database, { declared, reading, refused, hasCoded: coded > 0 && !reading.derived });
    }
  }
}

interface SourceParts {
  readonly declared: Declared;
  readonly reading: Reading;
  readonly refused: readonly RefusedRow[];
  readonly hasCoded: boolean;
}

/** A row's place among the sound records of its file, and what is wrong with it. */
interface WrongRow {
  readonly row: number;
  readonly column: string;
  readonly value: string;
  readonly reason: string;
}

async function* rejectedOfSource(database: Database, parts: SourceParts): AsyncGenerator<RejectedRow> {
  const { reading } = parts;
  const path = reading.file.found.path;
  const refused = await refusedRows(database, parts);
  const coded = parts.hasCoded ? codedRows(database, parts) : null;
  const wrong = merge(refused, coded);
  let next = await wrong.next();
  if (reading.file.text === null) {
    for (; !next.done; next = await wrong.next()) yield say(path, next.value.row + 1, next.value);
    return;
  }
  let row = 0;
  for await (const batch of findLines(reading.file.text)) {
    for (const { line, unreadable } of batch) {
      if (unreadable !== null) {
        if (!reading.derived) yield say(path, line, { column: '', ...unreadable });
        continue;
      }
      for (; !next.done && next.value.row === row; next = await wrong.next()) yield say(path, line, next.value);
      row += 1;
    }
  }
}

function say(file: string, line: number, { column, value, reason }: Omit<WrongRow, 'row'>): RejectedRow {
  return { file, line, column, value: shorten(value), reason: sentence(reason) };
}

function sentence(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}

/** Rows that SQL refused, streamed in order: there may be as many as the file has. */
async function* codedRows(database: Database, { declared, reading }: SourceParts): AsyncGenerator<WrongRow> {
  const currency = CONTRACT[reading.fact].some(({ name }) => name === 'currency') ? "coalesce(currency, '')" : "''";
  const connection = await database.connect();
  try {
    const result = await connection.stream(
      `SELECT "x.row"::DOUBLE, reject::INTEGER, left(coalesce((${wrongValueSql(reading)})::VARCHAR, ''), 400), ${currency}
       FROM (${numberedSql(reading, declared.settings)}) WHERE reject <> 0`,
    );
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      for (const [row, code, value, unit] of chunk.getRows()) {
        const what = { reading, value: String(value), currency: String(unit), timeZone: declared.settings.timeZone };
        yield { row: Number(row), value: String(value), ...sayWrong(Number(code), what) };
      }
    }
  } finally {
    connection.closeSync();
  }
}

async function refusedRows(
  database: Database,
  { declared, reading, refused }: SourceParts,
): Promise<readonly WrongRow[]> {
  const rows = await fileRows(database, { declared, reading, ordinals: refused.map(({ ordinal }) => ordinal) });
  return refused
    .map(({ ordinal, column, value, reason }) => ({ row: rows.get(ordinal) ?? 0, column, value, reason }))
    .sort((one, other) => one.row - other.row);
}

interface Ordinals {
  readonly declared: Declared;
  readonly reading: Reading;
  readonly ordinals: readonly number[];
}

/** From places in the view to places among the file's sound records: the same, but for rows that are left out. */
async function fileRows(
  database: Database,
  { declared, reading, ordinals }: Ordinals,
): Promise<ReadonlyMap<number, number>> {
  const isSame = reading.where === null && !reading.derived;
  if (isSame || ordinals.length === 0) return new Map(ordinals.map((ordinal) => [ordinal, ordinal]));
  const rows = await queryRows(
    database,
    `SELECT "x.ordinal", "x.row" FROM (${numberedSql(reading, declared.settings)})
     WHERE "x.ordinal" IN (SELECT unnest([${ordinals.join(', ')}]::BIGINT[]))`,
  );
  return new Map(rows.map(([ordinal, row]) => [Number(ordinal), Number(row)]));
}

async function* merge(refused: readonly WrongRow[], coded: AsyncGenerator<WrongRow> | null): AsyncGenerator<WrongRow> {
  let index = 0;
  for await (const row of coded ?? []) {
    for (let each = refused[index]; each !== undefined && each.row < row.row; each = refused[++index]) yield each;
    yield row;
  }
  yield* refused.slice(index);
}

/** The physical lines of rows of one fact's view, in the order asked for. */
export async function locateRows(
  database: Database,
  declared: Declared,
  { fact, places }: { readonly fact: FactKind; readonly places: readonly RowPlace[] },
): Promise<readonly FileLine[]> {
  const readings = declared.readings.get(fact) ?? [];
  const lines = new Map<string, FileLine>();
  for (const [source, reading] of readings.entries()) {
    const ordinals = places.filter((place) => place.source === source).map(({ ordinal }) => ordinal);
    if (ordinals.length === 0) continue;
    const rows = await fileRows(database, { declared, reading, ordinals });
    const found = await linesOf(reading, new Set(rows.values()));
    for (const ordinal of ordinals) {
      const line = found.get(rows.get(ordinal) ?? -1) ?? 0;
      lines.set(`${source}:${ordinal}`, { file: reading.file.found.path, line });
    }
  }
  return places.map(({ source, ordinal }) => lines.get(`${source}:${ordinal}`) ?? { file: '', line: 0 });
}

async function linesOf(reading: Reading, rows: ReadonlySet<number>): Promise<ReadonlyMap<number, number>> {
  if (reading.file.text === null) return new Map([...rows].map((row) => [row, row + 1]));
  const lines = new Map<number, number>();
  let row = 0;
  const visit = ({ line, unreadable }: FoundLine) => {
    if (unreadable !== null) return;
    if (rows.has(row)) lines.set(row, line);
    row += 1;
  };
  for await (const batch of findLines(reading.file.text)) {
    for (const each of batch) visit(each);
    if (lines.size === rows.size) break;
  }
  return lines;
}

/** Where the first usable row of each id stands. The id is the fact's own: `rental_id` of rentals and so on. */
export async function locateIds(
  database: Database,
  declared: Declared,
  { declaredFact, ids }: { readonly declaredFact: DeclaredFact; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, FileLine>> {
  const { fact, view } = declaredFact;
  const id = quoteName(CONTRACT[fact][0]?.name ?? '');
  if (ids.length === 0) return new Map();
  const wanted = `${id} IN (SELECT unnest([${ids.map(quoteText).join(', ')}])) AND reject = 0`;
  const sources = await queryRows(database, `SELECT DISTINCT source FROM ${view} WHERE ${wanted} ORDER BY source`);
  const places = new Map<string, RowPlace>();
  for (const [source] of sources) {
    const reading = declared.readings.get(fact)?.[Number(source)];
    if (reading === undefined) continue;
    const rows = await queryRows(
      database,
      `SELECT ${id}, min("x.ordinal") FROM (${numberedSql(reading, declared.settings)}) WHERE ${wanted} GROUP BY ${id}`,
    );
    for (const [found, ordinal] of rows) {
      if (!places.has(String(found))) places.set(String(found), { source: Number(source), ordinal: Number(ordinal) });
    }
  }
  const lines = await locateRows(database, declared, { fact, places: [...places.values()] });
  return new Map(
    [...places.keys()].flatMap((each, index) => (lines[index] === undefined ? [] : [[each, lines[index]] as const])),
  );
}
