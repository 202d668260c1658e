import type { Pool } from 'pg';

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Statements that change rows, of tables and columns that there are, with values of their types. */
export async function makeStatements(
  admin: Pool,
  { seed, count }: { readonly seed: number; readonly count: number },
): Promise<readonly string[]> {
  const tables = await readTables(admin);
  const next = generator(seed);
  return Array.from({ length: count }, () => makeStatement(tables, next));
}

async function readTables(admin: Pool): Promise<readonly Table[]> {
  const { rows } = await admin.query<{ name: string; columns: readonly Column[] }>(`
    select n.nspname || '.' || c.relname as name,
      json_agg(json_build_object('name', a.attname, 'type',
        format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null)) order by a.attnum) as columns
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type as t on t.oid = a.atttypid
    where n.nspname in ('storno', 'storno_pii') and c.relkind in ('r', 'p')
    group by 1
    order by 1`);
  return rows;
}

type Next = (below: number) => number;

function makeStatement(tables: readonly Table[], next: Next): string {
  const table = pick(tables, next);
  switch (next(6)) {
    case 0:
      return `delete from ${table.name} where ${condition(table, next)}`;
    case 1:
    case 2:
      return insert(table, next);
    case 3:
      return `${insert(table, next)} on conflict do nothing`;
    default:
      return `update ${table.name} set ${assignments(table, next)} where ${condition(table, next)}`;
  }
}

function insert({ name, columns }: Table, next: Next): string {
  const listed = next(4) === 0 ? columns.filter(() => next(3) > 0) : columns;
  if (listed.length === 0) return `insert into ${name} default values`;
  const values = listed.map(({ name: column, type }) => value(column, type, next));
  return `insert into ${name} (${listed.map((column) => column.name).join()}) values (${values.join()})`;
}

function assignments({ columns }: Table, next: Next): string {
  const first = pick(columns, next);
  const second = next(2) === 0 ? pick(columns, next) : first;
  return [...new Set([first, second])]
    .map(({ name, type }) => `${name} = ${next(6) === 0 ? `${name}` : value(name, type, next)}`)
    .join();
}

function condition({ columns }: Table, next: Next): string {
  if (next(2) === 0) return 'true';
  const { name, type } = pick(columns, next);
  return `${name} ${pick(['=', '<>', 'is distinct from'], next)} ${value(name, type, next)}`;
}

/** Often a value that stands in the seed, so that something is hit. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  account_id: ['acc_1', 'acc_2', 'acc_9'],
  rental_id: ['rnt_1', 'rnt_2', 'rnt_3', 'rnt_9'],
  purpose: ['rental', 'adjustment'],
  state: ['due', 'in_flight', 'succeeded', 'voided', 'parked', 'uncollected', 'sent', 'failed_final', 'done', 'new'],
  currency: ['EUR', 'USD'],
  asset: ['EUR', 'MIN/milano'],
  debit: ['house_clearing', 'account_receivable', 'account_minutes'],
  credit: ['house_revenue', 'account_payable', 'house_clearing'],
  kind: ['capture', 'charge', 'refund', 'rental_ended'],
  market: ['milano'],
  provider: ['stripe'],
  merchant_account: ['acct'],
  lot_id: ['lot_1', 'lot_9'],
  outcome: ['succeeded', 'absent'],
  charging: ['running', 'stopped'],
};

function value(column: string, type: string, next: Next): string {
  if (next(12) === 0) return 'null';
  const known = KNOWN[column];
  if (known !== undefined) return `'${pick(known, next)}'`;
  switch (type) {
    case 'integer':
    case 'bigint':
      return String(pick([-1, 0, 1, 2, 3, 30, 580, 100_000], next));
    case 'boolean':
      return pick(['true', 'false'], next);
    case 'date':
    case 'timestamp with time zone':
      return `'${pick(['2014-01-01', '2014-11-12', '2030-01-01'], next)}'`;
    case 'jsonb':
      return pick(["'{}'", "'[]'"], next);
    case 'text[]':
    case 'timestamp with time zone[]':
      return "'{}'";
    default:
      return pick(["''", "'x'", "'ch_1'", "'key_1'", "repeat('a', 64)", "repeat('f', 300)"], next);
  }
}

function pick<T>(list: readonly T[], next: Next): T {
  return list[next(list.length)] as T;
}

/** Mulberry32: small and the same everywhere. */
function generator(seed: number): Next {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
