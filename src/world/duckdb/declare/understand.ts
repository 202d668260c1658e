import type { FactKind } from '../../../core/fact/fact.ts';
import { fail, ok, type Result } from '../../../core/kernel/result.ts';
import type { Refusal } from '../../../flow/ports.ts';
import { CONTRACT, isAmount } from '../contract.ts';
import { type Database, queryRows, quoteName } from '../open.ts';
import { refuse } from './files.ts';
import { attributesOf, PLAIN, typeOf, unfitType } from './fit.ts';
import { recognise } from './known.ts';
import type { KnownColumns, KnownExport, KnownReading } from './known-export.ts';
import type { PreparedFile } from './prepare.ts';
import { type Expression, findColumn, type Reading } from './reading.ts';
import { requiredColumns } from './reject.ts';
import { zoneOfLabel } from './zone-names.ts';

/** A file given for one fact: by the contract's own names, or as a known export. All refusals of the file at once. */
export async function understandFile(
  database: Database,
  file: PreparedFile,
  fact: FactKind,
): Promise<Result<readonly Reading[], readonly Refusal[]>> {
  const missing = requiredColumns(fact).filter((name) => findColumn(file, name) === null);
  if (missing.length === 0 || isEmptyJson(file)) return readContract(file, fact);
  const known = recognise(file.table.columns.map(({ name }) => name));
  const make = known?.facts[fact];
  if (known !== null && make !== undefined) return ok(await readKnown(database, file, { fact, known }));
  return fail([refuseColumns({ file, fact, missing, known })]);
}

/** A document without objects has no columns; it holds no rows, which is no fault. */
function isEmptyJson(file: PreparedFile): boolean {
  return file.table.format === 'json' && file.table.columns.length === 0;
}

interface Unfit {
  readonly file: PreparedFile;
  readonly fact: FactKind;
  readonly missing: readonly string[];
  readonly known: KnownExport | null;
}

function refuseColumns({ file, fact, missing, known }: Unfit): Refusal {
  const path = file.found.path;
  const names = file.table.columns.map(({ name }) => name);
  const listed =
    names.length > NAMES_LISTED_MAX
      ? `${names.slice(0, NAMES_LISTED_MAX).join(', ')} and ${names.length - NAMES_LISTED_MAX} more`
      : names.join(', ');
  const kind = 'column_missing';
  if (known !== null) {
    const possible = Object.keys(known.facts)
      .map((each) => `--${each}`)
      .join(' or ');
    return refuse(kind, path, `is a ${known.name}, which holds no ${fact}: give it as ${possible}`);
  }
  const columns = missing.length === 1 ? `column ${missing[0]}` : `columns ${missing.join(', ')}`;
  return refuse(
    kind,
    path,
    `cannot be read as ${fact}: it lacks the ${columns}. It has ${listed}. If it holds them under other names, run "storno map --suggest ${path}" and give the result with --map`,
  );
}

const NAMES_LISTED_MAX = 40;

function readContract(file: PreparedFile, fact: FactKind): Result<readonly Reading[], readonly Refusal[]> {
  const contract = new Set(CONTRACT[fact].map(({ name }) => name));
  const repeated = file.repeated.filter((name) => contract.has(name.toLowerCase()));
  if (repeated.length > 0) {
    return fail([
      refuse(
        'column_missing',
        file.found.path,
        `has more than one column ${repeated.join(', ')}, so it is not clear which is meant. Rename one of them`,
      ),
    ]);
  }
  const columns = new Map<string, Expression>();
  const refusals: Refusal[] = [];
  for (const column of CONTRACT[fact]) {
    const given = file.table.columns.find(({ name }) => name.toLowerCase() === column.name);
    if (given === undefined) continue;
    const wrong = unfitType(given.type, column.name, fact);
    if (wrong !== null)
      refusals.push(
        refuse(
          'column_missing',
          file.found.path,
          `has ${wrong}. Write a map (storno map --suggest ${file.found.path})`,
        ),
      );
    columns.set(column.name, { sql: valueSql(file, fact, given), type: given.type, zone: null, mapped: null });
  }
  if (refusals.length > 0) return fail(refusals);
  const attributes = attributesOf(file, (name) => contract.has(name.toLowerCase()));
  return ok([{ ...PLAIN, fact, file, form: 'the columns of the contract', columns, attributes }]);
}

function valueSql(file: PreparedFile, fact: FactKind, given: { readonly name: string }): string {
  const isMoney = CONTRACT[fact].some((column) => isAmount(column) && column.name === given.name.toLowerCase());
  return (isMoney ? file.table.digits(given.name) : null) ?? quoteName(given.name);
}

/** How many rows tell which of day and month comes first. */
const DATE_SAMPLE = 100_000;

interface KnownForm {
  readonly fact: FactKind;
  readonly known: KnownExport;
}

async function readKnown(
  database: Database,
  file: PreparedFile,
  { fact, known }: KnownForm,
): Promise<readonly Reading[]> {
  const columns = knownColumns(file, await dateOrderOf(database, file));
  const parts = known.facts[fact]?.(columns) ?? [];
  const readings: Reading[] = [];
  for (const [index, part] of parts.entries()) {
    const form = `${known.name}${known.name.startsWith('PayPal') ? ` (dates ${columns.dateOrder} first)` : ''}`;
    readings.push(await readPart(database, file, { fact, form, part, derived: index > 0 }));
  }
  return readings;
}

interface PartForm {
  readonly fact: FactKind;
  readonly form: string;
  readonly part: KnownReading;
  readonly derived: boolean;
}

async function readPart(
  database: Database,
  file: PreparedFile,
  { fact, form, part, derived }: PartForm,
): Promise<Reading> {
  const columns = new Map<string, Expression>();
  const zones = new Map<string, string>();
  for (const [name, value] of Object.entries(part.columns)) {
    const sql = typeof value === 'string' ? value : value.local;
    const zone = typeof value === 'string' ? null : value.zone;
    columns.set(name, { sql, type: await typeOf(database, file, sql), zone, mapped: null });
    if (zone !== null) for (const [label, each] of await zonesIn(database, file, zone)) zones.set(label, each);
  }
  const used = new Set(
    quotedNames(
      Object.values(part.columns)
        .map((each) => (typeof each === 'string' ? each : `${each.local} ${each.zone}`))
        .join(' '),
    ),
  );
  const keep = new Set(part.keep.map((name) => name.toLowerCase()));
  const drop = new Set(part.drop.map((name) => name.toLowerCase()));
  const isUsed = (name: string) =>
    drop.has(name.toLowerCase()) || (used.has(name.toLowerCase()) && !keep.has(name.toLowerCase()));
  return {
    fact,
    file,
    form,
    columns,
    where: part.where,
    faults: part.faults,
    attributes: attributesOf(file, isUsed),
    lacks: new Set(part.lacks),
    derived,
    zones,
  };
}

/** Names in double quotes in SQL of our own making. */
function quotedNames(sql: string): readonly string[] {
  return [...sql.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"').toLowerCase());
}

function knownColumns(file: PreparedFile, dateOrder: 'day' | 'month'): KnownColumns {
  const sqlOf = (name: string) => `nullif(${quoteName(name)}::VARCHAR, '')`;
  return {
    dateOrder,
    has: (name) => findColumn(file, name) !== null,
    text: (...names) => {
      const found = names.map((name) => findColumn(file, name)).find((name) => name !== null);
      return found === undefined || found === null ? 'NULL::VARCHAR' : sqlOf(found);
    },
    metadata: (...keys) => {
      const found = keys.flatMap((key) => file.table.columns.filter(({ name }) => isMetadata(name, key)));
      return found.length === 0 ? 'NULL::VARCHAR' : `coalesce(${found.map(({ name }) => sqlOf(name)).join(', ')})`;
    },
  };
}

function isMetadata(name: string, key: string): boolean {
  const lower = name.toLowerCase();
  return [
    `payment_metadata[${key}]`,
    `charge_metadata[${key}]`,
    `refund_metadata[${key}]`,
    `metadata[${key}]`,
    `${key} (metadata)`,
  ].includes(lower);
}

/** Which part of `9/4/2018` goes beyond 12 anywhere; where none does, the month is first, as PayPal's default is. */
async function dateOrderOf(database: Database, file: PreparedFile): Promise<'day' | 'month'> {
  const date = findColumn(file, 'Date');
  if (date === null) return 'month';
  const [row] = await queryRows(
    database,
    `SELECT max(TRY_CAST(split_part(d, '/', 1) AS INTEGER)) FROM (
       SELECT ${quoteName(date)}::VARCHAR AS d FROM ${file.table.from([file.readPath])} LIMIT ${DATE_SAMPLE})`,
  );
  return Number(row?.[0] ?? 0) > 12 ? 'day' : 'month';
}

async function zonesIn(database: Database, file: PreparedFile, zone: string): Promise<ReadonlyMap<string, string>> {
  const rows = await queryRows(
    database,
    `SELECT DISTINCT ${zone} AS z FROM ${file.table.from([file.readPath])} WHERE z IS NOT NULL LIMIT 500`,
  );
  return new Map(
    rows.flatMap(([label]) => {
      const found = zoneOfLabel(String(label));
      return found === null ? [] : [[String(label), found] as const];
    }),
  );
}
