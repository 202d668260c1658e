import type { Pool, PoolClient } from 'pg';
import type { Instant } from '../../core/kernel/time.ts';
import type { DaySum } from '../../core/ledger/journal.ts';
import type { Transfer } from '../../core/ledger/transfer.ts';
import type { LedgerSum } from '../../core/ledger/trial-balance.ts';
import { guarded } from './errors.ts';

/** Which entries: `from` included, `to` excluded, both by the world's time; null is open. One account, or all. */
export interface Period {
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly accountId: string | null;
}

/** Reads the books; changes nothing. Methods throw `StoreUnavailable` where the database does not answer. */
export interface Books {
  sums(period: Period): Promise<readonly LedgerSum[]>;
  daySums(period: Period): Promise<readonly DaySum[]>;
  /** In order of time, in one snapshot, so many at once that memory stays flat. */
  transfers(period: Period): AsyncIterable<Transfer>;
}

const FETCH_ROWS = 5000;

const IN_PERIOD = `
  ($1::timestamptz is null or happened_at >= $1) and ($2::timestamptz is null or happened_at < $2)
  and ($3::text is null or account_id = $3)`;

export function readBooks(pool: Pool): Books {
  return {
    sums: (period) => guarded(async () => (await pool.query<LedgerSum>(SUMS_SQL, valuesOf(period))).rows),
    daySums: (period) => guarded(async () => (await pool.query<DaySum>(DAY_SUMS_SQL, valuesOf(period))).rows),
    transfers: (period) => readTransfers(pool, period),
  };
}

const SUMS_SQL = `
  select ledger_account as "ledgerAccount", dimension, asset,
    coalesce(sum(amount) filter (where side = 'debit'), 0)::bigint as debits,
    coalesce(sum(amount) filter (where side = 'credit'), 0)::bigint as credits
  from storno.transfer
  cross join lateral (values (debit, 'debit'), (credit, 'credit')) leg (ledger_account, side)
  where ${IN_PERIOD}
  group by ledger_account, dimension, asset
  order by asset, ledger_account, dimension`;

const DAY_SUMS_SQL = `
  select to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD') as day, kind, debit, credit, asset,
    sum(amount)::bigint as amount, count(*) as transfers
  from storno.transfer
  where ${IN_PERIOD}
  group by 1, 2, 3, 4, 5
  order by 1, 2, 3, 4, 5`;

const TRANSFERS_SQL = `
  select account_id as "accountId", kind, source_ref as "sourceRef", debit, credit, dimension, asset, amount, corrects,
    happened_at as "happenedAt"
  from storno.transfer
  where ${IN_PERIOD}
  order by happened_at, recorded_at, account_id, kind, source_ref`;

async function* readTransfers(pool: Pool, period: Period): AsyncIterable<Transfer> {
  const client = await guarded(() => pool.connect());
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    await client.query(`declare entries no scroll cursor for ${TRANSFERS_SQL}`, valuesOf(period));
    for (;;) {
      const rows = await fetchRows(client);
      yield* rows;
      if (rows.length < FETCH_ROWS) return;
    }
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}

async function fetchRows(client: PoolClient): Promise<readonly Transfer[]> {
  const { rows } = await client.query<Omit<Transfer, 'happenedAt'> & { readonly happenedAt: Date }>(
    `fetch ${FETCH_ROWS} from entries`,
  );
  return rows.map((row) => ({ ...row, happenedAt: row.happenedAt.getTime() }));
}

function valuesOf({ from, to, accountId }: Period): (Date | string | null)[] {
  return [from === null ? null : new Date(from), to === null ? null : new Date(to), accountId];
}
