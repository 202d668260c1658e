import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { FACT_KINDS, type FactKind } from '../../core/fact/fact.ts';
import { currencies } from '../../core/kernel/currency.ts';

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
      const rows = client.query(copyTo(`copy (${FACT_SQL[fact]}) to stdout (format csv, header)`));
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
  const { rows } = await client.query(`select from (${FACT_SQL[fact]}) fact limit 1`);
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

/**
 * What each layer says.
 *
 * A rental owes, for its purpose `rental`, what its holding revision costs, but never more than its holding intent: a
 * price that was raised after the capture is taken by an adjustment of its own. A rental that was taken back owes nothing.
 */
const FACT_SQL: Readonly<Record<FactKind, string>> = {
  rentals: `
    select r.rental_id, r.account_id, r.vehicle_id, r.market, ${instant('r.started_at')} as started_at,
      ${instant('r.ended_at')} as ended_at,
      ${major('case when v.revision is null then least(r.amount_minor, coalesce(i.amount_minor, r.amount_minor)) else 0 end', 'r.currency')} as amount_due,
      r.currency, r.plan_id, r.revision
    from storno.rental r
    left join storno.rental_void v
      on v.account_id = r.account_id and v.rental_id = r.rental_id and v.revision = r.revision
    left join storno.charge_intent i
      on i.account_id = r.account_id and i.rental_id = r.rental_id and i.purpose = 'rental' and i.state <> 'voided'
    where not exists (
      select from storno.rental later
      where later.account_id = r.account_id and later.rental_id = r.rental_id and later.revision > r.revision
    )`,
  payments: `
    select payment_id, kind, parent_payment_id, nullif(account_id, '') as account_id, rental_id,
      idempotency_key as charge_id, status, ${major('amount_minor', 'currency')} as amount, currency,
      ${instant('created_at')} as created_at, purpose, provider, idempotency_key, merchant_account, generation, code
    from storno.payment`,
  charges: `
    select a.idempotency_key as charge_id, a.account_id, a.rental_id, a.purpose,
      case a.state when 'sent' then 'unknown' when 'failed_final' then 'failed' else a.state end as status,
      ${major('i.amount_minor', 'i.currency')} as amount, i.currency, ${instant('a.sent_at')} as created_at, a.provider,
      a.provider_ref as payment_id, a.idempotency_key, a.generation, a.decline_code
    from storno.attempt a
    join storno.charge_intent i using (account_id, rental_id, purpose, occurrence)`,
  settlements: `
    select line_id, payment_id, ${major('amount_minor', 'currency')} as amount, currency,
      ${instant('booked_at')} as booked_at, provider || ':' || merchant_account as file
    from storno.settlement
    where kind in ('charge', 'refund', 'chargeback', 'chargeback_reversal')`,
};
