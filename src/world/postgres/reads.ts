import type { Pool } from 'pg';
import type { AttemptEvidence, Balance, Listing, LiveReads } from '../../flow/ports/store.ts';
import { INTENT_COLUMNS, KEY_ORDER } from './store/cases.ts';
import { LOT_COLUMNS, LOT_ORDER } from './store/lots.ts';
import { JOIN_VOID, RECORD_COLUMNS } from './store/records.ts';
import { intentOf, lotOf, recordOf } from './store/rows.ts';
import { instantOf, type Row, runAlone, type Statement, timeOrNull } from './store/sql.ts';

/**
 * Pages go by the primary key, account first: a page of one account costs what it shows, whatever is behind it. A
 * listing over all accounts reads the key in order as well; a filter that rarely matches makes it read much.
 */
const LIST_RENTALS: Statement = {
  name: 'list_rentals',
  text: `select ${RECORD_COLUMNS}
    from storno.rental as r
    ${JOIN_VOID}
    where ($1::text is null or r.account_id = $1) and ($2::text is null or r.market = $2)
      and ($3::timestamptz is null or r.ended_at >= $3) and ($4::timestamptz is null or r.ended_at < $4)
      and ($5::text is null or (r.account_id collate "C", r.rental_id collate "C") > ($5, $6))
      and not exists (
        select from storno.rental as later
        where later.account_id = r.account_id and later.rental_id = r.rental_id and later.revision > r.revision
      )
    order by r.account_id collate "C", r.rental_id collate "C"
    limit $7`,
};

const LIST_INTENTS: Statement = {
  name: 'list_intents',
  text: `select ${INTENT_COLUMNS}
    from storno.charge_intent as i
    where ($1::text is null or i.account_id = $1) and ($2::text is null or i.state = $2)
      and ($3::text is null
        or (i.account_id collate "C", i.rental_id collate "C", i.purpose collate "C", i.occurrence)
          > ($3, $4, $5, $6::int))
    order by ${KEY_ORDER}
    limit $7`,
};

const READ_EVIDENCE: Statement = {
  name: 'read_evidence',
  text: `select a.generation, a.state, a.idempotency_key, a.provider_ref, a.sent_at, a.horizon_at,
      (select coalesce(jsonb_agg(jsonb_build_object('source', e.source, 'outcome', e.outcome, 'detail', e.detail,
          'at', e.seen_at) order by e.version), '[]')
        from storno.evidence as e
        where e.account_id = a.account_id and e.rental_id = a.rental_id and e.purpose = a.purpose
          and e.occurrence = a.occurrence and e.generation = a.generation) as seen
    from storno.attempt as a
    where a.account_id = $1 and a.rental_id = $2 and a.purpose = $3 and a.occurrence = $4
    order by a.generation`,
};

const LIST_LOTS: Statement = {
  name: 'list_lots',
  text: `select ${LOT_COLUMNS} from storno.lot where account_id = $1 order by ${LOT_ORDER}`,
};

const READ_BALANCES: Statement = {
  name: 'read_balances',
  text: `select l.line, t.dimension, t.asset, sum(l.amount)::bigint as balance
    from storno.transfer as t
    cross join lateral (values (t.debit, t.amount), (t.credit, -t.amount)) as l (line, amount)
    where t.account_id = $1
    group by l.line, t.dimension, t.asset
    order by l.line, t.dimension collate "C", t.asset collate "C"`,
};

export function openReads(pool: Pool): LiveReads {
  return {
    async listRentals({ accountId, market, endedFrom, endedTo, cursor, limit }) {
      const after = placeOf(cursor, 2);
      const values = [accountId, market, timeOrNull(endedFrom), timeOrNull(endedTo), ...after, limit + 1];
      const rows = await runAlone(pool, LIST_RENTALS, values);
      return pageOf(rows.map(recordOf), limit, ({ rental }) => [rental.accountId, rental.rentalId]);
    },
    async listIntents({ accountId, state, cursor, limit }) {
      const rows = await runAlone(pool, LIST_INTENTS, [accountId, state, ...placeOf(cursor, 4), limit + 1]);
      return pageOf(rows.map(intentOf), limit, ({ key }) => [
        key.accountId,
        key.rentalId,
        key.purpose,
        String(key.occurrence),
      ]);
    },
    async readEvidence({ accountId, rentalId, purpose, occurrence }) {
      return (await runAlone(pool, READ_EVIDENCE, [accountId, rentalId, purpose, occurrence])).map(evidenceOf);
    },
    async listLots(accountId) {
      return (await runAlone(pool, LIST_LOTS, [accountId])).map(lotOf);
    },
    async readBalances(accountId) {
      return (await runAlone(pool, READ_BALANCES, [accountId])).map(balanceOf);
    },
  };
}

/** One row more than asked for tells whether there is a next page. */
function pageOf<T>(rows: readonly T[], limit: number, keyOf: (item: T) => readonly string[]): Listing<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? JSON.stringify(keyOf(last)) : null };
}

/**
 * The key after which a page begins. Whoever hands out cursors seals them; one that is not ours begins at the
 * start.
 */
function placeOf(cursor: string | null, parts: number): readonly (string | null)[] {
  const nowhere = new Array<null>(parts).fill(null);
  if (cursor === null) return nowhere;
  const key: unknown = JSON.parse(cursor);
  const isPlace = Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string');
  return isPlace ? key : nowhere;
}

function evidenceOf(row: Row): AttemptEvidence {
  return {
    generation: row.generation as number,
    state: row.state as string,
    idempotencyKey: row.idempotency_key as string,
    providerRef: row.provider_ref as string | null,
    sentAt: instantOf(row.sent_at),
    horizonAt: instantOf(row.horizon_at),
    seen: (row.seen as (Row & { readonly at: string })[]).map(({ source, outcome, detail, at }) => ({
      source: source as string,
      outcome: outcome as string,
      detail: detail as string,
      at: instantOf(at),
    })),
  };
}

function balanceOf(row: Row): Balance {
  return {
    ledgerAccount: row.line as string,
    dimension: row.dimension as string,
    asset: row.asset as string,
    balance: row.balance as bigint,
  };
}
