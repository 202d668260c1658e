import type { FactKind } from '../../core/fact/fact.ts';
import type { AttributeBase } from '../../core/remedy/population.ts';
import { type Database, queryRows, quoteText } from './open.ts';
import { type Holdings, OUTLINE } from './outline.ts';
import { samplePart } from './sample.ts';
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
  /** One row in so many was counted; the numbers here are of all. */
  readonly part: number;
  /** SQL of (hashed, rows) of those values whose hashes the given query has, as counted. */
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
  const isCopied = isGathered(declared, holdings.outlined);
  const base = isCopied ? `select * from ${table}` : read;
  if (isCopied) await database.connection.run(`create table ${table} as ${read}`);
  const part = samplePart(fact, holdings.outlined);
  const counted: CountedColumn[] = [];
  for (const [place, estimate] of (await estimateColumns(database, base, columns)).entries()) {
    const { name, column } = columns[place] ?? { name: '', column: '' };
    const { rows, present, sampled } = estimate;
    const own = { fact, name, rows: rows * (part ?? 1), nulls: (rows - present) * (part ?? 1), part: part ?? 1 };
    const counts = (where: string) =>
      `select ${column} as hashed, count(*) as rows from (${base}) where ${where} group by 1`;
    if (part !== null || sampled < SAMPLE_MIN) {
      const kept = `${OUTLINE}.${fact}_values_${group}_${place}`;
      await database.connection.run(`create table ${kept} as ${counts(`${column} is not null`)}`);
      counted.push({
        ...own,
        distinct: await countDistinct(database, kept, present * own.part),
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

/**
 * How many values there are, from how often each was counted. Of a sample those that it missed are added after Chao:
 * they are as many as the values met once and twice suggest, and no more than there are rows.
 */
async function countDistinct(database: Database, kept: string, rowsOfAll: number): Promise<number> {
  const [row = []] = await queryRows(
    database,
    `select count(*)::double, (count(*) filter (rows = 1))::double, (count(*) filter (rows = 2))::double,
       coalesce(sum(rows), 0)::double from ${kept}`,
  );
  const [met = 0, once = 0, twice = 0, rows = 0] = row.map(Number);
  if (rows === rowsOfAll) return met;
  return Math.min(rowsOfAll, Math.round(met + (once * (once - 1)) / (2 * (twice + 1))));
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

/**
 * Completes a column with the counts of these values, the most frequent first. `seen` says how often each occurs in the
 * findings: what was counted of a sample is never taken to be less.
 */
export async function countValues(
  database: Database,
  { countsOf, part, ...base }: CountedColumn,
  seen: ReadonlyMap<string, number>,
): Promise<AttributeBase> {
  if (seen.size === 0) return { ...base, values: new Map() };
  const list = [...seen.keys()].map((value) => `(${quoteText(value)})`).join(', ');
  const rows = await queryRows(
    database,
    `with seen as (select value, hash(value) as hashed from (values ${list}) list(value))
     select seen.value, coalesce(found.rows, 0)::double from seen
     left join (${countsOf('select hashed from seen')}) found on found.hashed = seen.hashed`,
  );
  const counts = rows.map(([text, count]) => {
    const value = String(text);
    const counted = Number(count) * part;
    return [value, part === 1 ? counted : Math.max(counted, seen.get(value) ?? 0)] as const;
  });
  const present = counts.filter(([, count]) => count > 0);
  return { ...base, values: new Map(present.sort(byFrequency)) };
}

type Counted = readonly [value: string, count: number];

/** The most frequent first, of equally frequent ones in the order of their text. */
export function byFrequency([one, count]: Counted, [other, otherCount]: Counted): number {
  return otherCount - count || (one < other ? -1 : 1);
}
