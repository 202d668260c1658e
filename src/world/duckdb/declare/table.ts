import type { Database } from '../open.ts';
import { queryRows, quoteName, quoteText } from '../open.ts';
import type { FileFormat } from '../source.ts';
import { RECORD_BYTES_MAX, type TextShape } from './records.ts';

export interface TableColumn {
  /** As in the file, trimmed; unique without regard to case. */
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
}

/** A file as SQL sees it, before anything is understood. */
export interface Table {
  readonly format: FileFormat;
  readonly columns: readonly TableColumn[];
  /** Files of one shape can be read in one go: `from` takes them all and adds `file_index`. */
  readonly from: (paths: readonly string[]) => string;
  /** Columns that the engine adds to the file's own for expressions of maps; `SELECT *` leaves them out. */
  readonly hidden: readonly string[];
  /** Equal for files that `from` may take together. */
  readonly key: string;
  /** SQL that is true where a record is no row at all, and the sentence for it; null where that cannot be. */
  readonly broken: { readonly when: string; readonly value: string; readonly reason: string } | null;
  /** SQL of an amount column's own digits, where the engine would read them as binary fractions. */
  readonly digits: (name: string) => string | null;
}

/** At most one fault a file and scan is kept: a sign that the file must be looked at record by record. */
export const REJECTS_TABLE = 'storno_faults';
export const REJECTS_SCANS = 'storno_fault_scans';

export interface CsvText {
  /** Of the file as it is read: with its header as the one first line, or without. */
  readonly shape: TextShape & { readonly delimiter: string };
  readonly names: readonly string[];
  /** Whether threads may begin in the middle of the file: not where line ends stand in quotes. */
  readonly order: 'parallel' | 'sequential';
}

export function csvTable({ shape, names, order }: CsvText): Table {
  const columns = names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  const options = [
    'auto_detect = false',
    `header = ${shape.headerLines === 1}`,
    // DuckDB takes the first line end for that of all records. A cleaned file may begin with a quoted one.
    ...(shape.headerLines === 0 ? ["new_line = '\\n'"] : []),
    `delim = ${quoteText(shape.delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `columns = {${columns}}`,
    `parallel = ${order === 'parallel'}`,
    ...TEXT_OPTIONS,
  ].join(', ');
  return {
    format: 'csv',
    columns: names.map((name) => ({ name, type: 'VARCHAR' })),
    from: (paths) => `read_csv(${pathList(paths)}, ${options})`,
    hidden: [],
    key: options,
    broken: null,
    digits: () => null,
  };
}

const TEXT_OPTIONS = [
  `max_line_size = ${RECORD_BYTES_MAX + 2}`,
  'ignore_errors = true',
  'store_rejects = true',
  `rejects_table = '${REJECTS_TABLE}'`,
  `rejects_scan = '${REJECTS_SCANS}'`,
  'rejects_limit = 1',
];

/** A delimiter that cannot stand in JSON, so that the whole line is the one value. */
const LINE_OPTIONS = [
  'auto_detect = false',
  'header = false',
  "delim = '\u0001'",
  "quote = ''",
  "escape = ''",
  "columns = {'storno_line': 'VARCHAR'}",
  'strict_mode = false',
  ...TEXT_OPTIONS,
].join(', ');

/**
 * Lines as text, values taken from them by key: `read_json` would read amounts as binary fractions. Keys that differ
 * only in case are one column.
 */
export function ndjsonTable(format: 'ndjson' | 'json', keys: readonly string[]): Table {
  const pointers = keys.map((key) => quoteText(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)).join(', ');
  const places = Map.groupBy(keys.keys(), (index) => (keys[index] ?? '').toLowerCase());
  const columns = [...places.values()].map((indexes) => ({ name: keys[indexes[0] ?? 0] ?? '', indexes }));
  const values = columns.map(({ name, indexes }) => {
    const each = indexes.map((index) => `storno_values[${index + 1}]`);
    return `, ${each.length === 1 ? each[0] : `coalesce(${each.join(', ')})`} AS ${quoteName(name)}`;
  });
  return {
    format,
    columns: columns.map(({ name }) => ({ name, type: 'VARCHAR' })),
    from: (paths) => `(SELECT file_index, storno_line, storno_values${values.join('')} FROM (
      SELECT file_index, storno_line, CASE WHEN starts_with(ltrim(storno_line), '{')
        THEN TRY(json_extract_string(storno_line, [${pointers}]::VARCHAR[])) END AS storno_values
      FROM read_csv(${pathList(paths)}, ${LINE_OPTIONS}) WHERE trim(storno_line) <> ''))`,
    hidden: [],
    key: pointers,
    broken: { when: 'storno_values IS NULL', value: 'storno_line', reason: 'This line is not a JSON object' },
    digits: (name) => {
      const pattern = `"${name.replace(/[\\^$.|?*+()[\]{}"]/g, '\\$&')}"\\s*:\\s*(-?[0-9][0-9.eE+-]*)`;
      const value = quoteName(name);
      const own = `regexp_extract(storno_line, ${quoteText(pattern)}, 1)`;
      // Up to 15 digits a binary fraction gives the decimal back as it was; only longer ones are looked up in the line.
      return `CASE WHEN regexp_matches(storno_line, '[0-9.]{16}') AND TRY_CAST(${own} AS DOUBLE) = TRY_CAST(${value} AS DOUBLE)
        THEN ${own} ELSE ${value} END`;
    },
  };
}

export async function parquetTable(database: Database, path: string): Promise<Table> {
  const rows = await queryRows(database, `DESCRIBE SELECT * FROM read_parquet(${quoteText(path)})`);
  const columns = rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  return {
    format: 'parquet',
    columns,
    from: (paths) => `read_parquet(${pathList(paths)}, hive_partitioning = false)`,
    hidden: ['filename', 'file_row_number'].filter((name) => !columns.some((column) => column.name === name)),
    key: JSON.stringify(columns),
    broken: null,
    digits: () => null,
  };
}

/** The keys of the objects in a file of lines, in order of appearance, from as many lines as the bound allows. */
export async function jsonKeys(database: Database, path: string): Promise<readonly string[]> {
  const table = ndjsonTable('ndjson', []);
  const rows = await queryRows(
    database,
    `SELECT key, min(place) AS place FROM (
       SELECT unnest(keys) AS key, row * 1000 + generate_subscripts(keys, 1) AS place FROM (
         SELECT TRY(json_keys(storno_line)) AS keys, row_number() OVER () AS row
         FROM (SELECT storno_line FROM ${table.from([path])} WHERE starts_with(ltrim(storno_line), '{') LIMIT ${KEY_LINES_MAX})))
     GROUP BY key ORDER BY place`,
  );
  return rows.map(([key]) => String(key));
}

/** Lines that are looked at for the columns of an NDJSON file: a key that first appears later is not kept. */
export const KEY_LINES_MAX = 200_000;

function pathList(paths: readonly string[]): string {
  return `[${paths.map(quoteText).join(', ')}]`;
}
