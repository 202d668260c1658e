import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { FACT_KINDS, type FactKind } from '../../core/fact/fact.ts';
import { currencies } from '../../core/kernel/currency.ts';
import { LAYER_SQL } from './layers.ts';

/**
 * Writes the live database's facts as files of the contract, one a fact, so that the same engine judges them that
 * judges everybody's exports. All four are read in one snapshot. Answers the paths.
 */
export async function exportFacts(
  client: ClientBase,
  folder: string,
): Promise<Readonly<Partial<Record<FactKind, readonly string[]>>>> {
  await client.query('begin transaction isolation level repeatable read, read only');
  try {
    const paths = new Map<FactKind, readonly string[]>();
    for (const fact of FACT_KINDS) {
      const path = join(folder, `${fact}.csv`);
      if (OPTIONAL.includes(fact) && !(await hasRows(client, fact))) continue;
      const rows = client.query(copyTo(`copy (${exportSql(fact)}) to stdout (format csv, header)`));
      await pipeline(rows, createWriteStream(path));
      paths.set(fact, [path]);
    }
    return Object.fromEntries(paths);
  } finally {
    await client.query('rollback');
  }
}

/** A layer without any row is no layer: it would say that nothing was booked, where nobody has read the books yet. */
const OPTIONAL: readonly FactKind[] = ['charges', 'settlements'];

async function hasRows(client: ClientBase, fact: FactKind): Promise<boolean> {
  const { rows } = await client.query(`select from (${LAYER_SQL[fact]}) layer limit 1`);
  return rows.length > 0;
}

/** Minor units as the contract's decimal: exact, with all decimals of the currency. */
function major(minor: string, currency: string): string {
  const cases = [0, 1, 3, 4].flatMap((exponent) => {
    const codes = currencies().filter(([, of]) => of === exponent);
    if (codes.length === 0) return [];
    return [`when ${currency} in (${codes.map(([code]) => `'${code}'`).join(', ')}) then ${decimal(minor, exponent)}`];
  });
  return `case ${cases.join(' ')} else ${decimal(minor, 2)} end`;
}

function decimal(minor: string, exponent: number): string {
  return `round(${minor}::numeric / ${10 ** exponent}, ${exponent})::text`;
}

function instant(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** The layer in the contract's words: amounts in major units, times in RFC 3339, no account where nothing tells it. */
function exportSql(fact: FactKind): string {
  const amount = fact === 'rentals' ? 'amount_due' : 'amount';
  const columns = COLUMNS[fact].map((column) => {
    if (column === amount) return `${major('amount_minor', 'currency')} as ${amount}`;
    if (column === 'account_id') return "nullif(account_id, '') as account_id";
    return column.endsWith('_at') ? `${instant(column)} as ${column}` : column;
  });
  return `select ${columns.join(', ')} from (${LAYER_SQL[fact]}) layer`;
}

const COLUMNS: Readonly<Record<FactKind, readonly string[]>> = {
  rentals: [
    ...['rental_id', 'account_id', 'vehicle_id', 'market', 'started_at', 'ended_at', 'amount_due', 'currency'],
    ...['plan_id', 'revision'],
  ],
  payments: [
    ...[
      'payment_id',
      'kind',
      'parent_payment_id',
      'account_id',
      'rental_id',
      'charge_id',
      'status',
      'amount',
      'currency',
    ],
    ...['created_at', 'purpose', 'provider', 'idempotency_key', 'merchant_account', 'generation', 'code'],
  ],
  charges: [
    ...['charge_id', 'account_id', 'rental_id', 'purpose', 'status', 'amount', 'currency', 'created_at', 'provider'],
    ...['payment_id', 'idempotency_key', 'generation', 'decline_code'],
  ],
  settlements: ['line_id', 'payment_id', 'amount', 'currency', 'booked_at', 'file'],
};
