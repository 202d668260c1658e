import type { FactKind } from '../../core/fact/fact.ts';
import type { AttributeBase } from '../../core/remedy/population.ts';
import { type Database, queryRows, quoteText } from './open.ts';
import { type Holdings, OUTLINE } from './outline.ts';
import type { DeclaredFact } from './source.ts';
import { type AttributeColumn, attributeGroups, baseSql, isGathered } from './traits.ts';

/**
 * How the attributes are spread over everything. All of it but the counts of single values can be known before there
 * are findings, so it is begun while core still adjudicates: the engine has threads of its own.
 */
export interface CountedColumn {
  readonly fact: FactKind;
  readonly name: string;
  readonly rows: number;
  readonly nulls: number;
  readonly distinct: number;
  /** SQL of (hashed, rows) of those values whose hashes the given query has. */
  readonly countsOf: (hashes: string) => string;
}

/** Counts all attributes of all facts, on the given connection. */
export async function countColumns(database: Database, holdings: Holdings): Promise<readonly CountedColumn[]> {
  const counted: CountedColumn[] = [];
  for (const declared of holdings.declared) {
    for (const [group, columns] of attributeGroups(declared).entries()) {
      counted.push(...(await countGroup(database, { holdings, declared, columns, group })));
    }
  }
  return counted;
}

interface Group {
  readonly holdings: Holdings;
  readonly declared: DeclaredFact;
  readonly columns: readonly AttributeColumn[];
  readonly group: number;
}

async function countGroup(database: Database, input: Group): Promise<readonly CountedColumn[]> {
  const { holdings, declared, columns, group } = input;
  const { fact } = declared;
  const read = baseSql(declared, holdings.outlined, columns);
  const table = `${OUTLINE}.${fact}_base_${group}`;
  const base = isGathered(declared) ? `select * from ${table}` : read;
  if (isGathered(declared)) await database.connection.run(`create table ${table} as ${read}`);
  const counted: CountedColumn[] = [];
  for (const [place, estimate] of (await estimateColumns(database, base, columns)).entries()) {
    const { name, column } = columns[place] ?? { name: '', column: '' };
    const { rows, present, sampled } = estimate;
    const own = { fact, name, rows, nulls: rows - present };
    const counts = (where: string) =>
      `select ${column} as hashed, count(*) as rows from (${base}) where ${where} group by 1`;
    if (sampled < SAMPLE_MIN) {
      const kept = `${OUTLINE}.${fact}_values_${group}_${place}`;
      await database.connection.run(`create table ${kept} as ${counts(`${column} is not null`)}`);
      const [row] = await queryRows(database, `select count(*)::double from ${kept}`);
      counted.push({
        ...own,
        distinct: Number(row?.[0]),
        countsOf: (hashes) => `select * from ${kept} where hashed in (${hashes})`,
      });
    } else
      counted.push({
        ...own,
        distinct: sampled * SAMPLE_PART,
        countsOf: (hashes) => counts(`${column} in (${hashes})`),
      });
  }
  return counted;
}

/** One value in so many is counted, chosen by hash: 1600 or more of them tell the whole within 2.5 % of itself. */
const SAMPLE_PART = 64;
const SAMPLE_MIN = 1600;

interface Estimate {
  readonly rows: number;
  readonly present: number;
  readonly sampled: number;
}

async function estimateColumns(
  database: Database,
  base: string,
  columns: readonly AttributeColumn[],
): Promise<readonly Estimate[]> {
  const counts = columns.flatMap(({ column }) => [
    `count(${column})::double`,
    `count(distinct case when ${column} % ${SAMPLE_PART} = 0 then ${column} end)::double`,
  ]);
  const [row = []] = await queryRows(database, `select count(*)::double, ${counts.join(', ')} from (${base})`);
  return columns.map((_, place) => ({
    rows: Number(row[0]),
    present: Number(row[1 + 2 * place]),
    sampled: Number(row[2 + 2 * place]),
  }));
}

/** Completes a column with the exact counts of these values, the most frequent first. */
export async function countValues(
  database: Database,
  { countsOf, ...base }: CountedColumn,
  values: readonly string[],
): Promise<AttributeBase> {
  if (values.length === 0) return { ...base, values: new Map() };
  const list = values.map((value) => `(${quoteText(value)})`).join(', ');
  const rows = await queryRows(
    database,
    `with seen as (select value, hash(value) as hashed from (values ${list}) list(value))
     select seen.value, found.rows::double from seen
     join (${countsOf('select hashed from seen')}) found on found.hashed = seen.hashed
     order by found.rows desc, seen.value`,
  );
  return { ...base, values: new Map(rows.map(([value, count]) => [String(value), Number(count)])) };
}
