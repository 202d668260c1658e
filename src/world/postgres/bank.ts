import type { Pool } from 'pg';
import { money } from '../../core/kernel/money.ts';
import type { BankAccounts, BankDesk } from '../../flow/ports/bank.ts';
import { readExpectations } from './bank/expectations.ts';
import { takeFile, writeOrderFile } from './bank/files.ts';
import { type Row, runAlone, runForOne, type Statement, timeOf } from './store/sql.ts';

/** The newest word of the customer counts, after it has waited, and only if the letter about it was written. */
const USABLE = `select newest.account_id, newest.iban, newest.holder
  from (
    select distinct on (b.account_id) b.account_id, b.revision, b.iban, b.holder, b.usable_from
    from storno_pii.bank_account as b
    order by b.account_id, b.revision desc
  ) as newest
  where newest.usable_from <= $1 and exists (
    select from storno.letter as l
    where l.account_id = newest.account_id and l.kind = 'bank_details_changed' and l.occurrence = newest.revision
  )`;

const READ_DUE: Statement = {
  name: 'read_due_transfers',
  text: `with usable as (${USABLE})
  select r.account_id, r.plan_id, r.liability_id
  from storno.refund as r
  join storno.campaign as c on c.plan_id = r.plan_id and c.state = 'running'
  join usable as u on u.account_id = r.account_id
  where r.state = 'due' and r.channel = 'credit_transfer'
  order by r.account_id, r.liability_id
  limit $2`,
};

const READ_UNFILED: Statement = {
  name: 'read_unfiled_orders',
  text: `with usable as (${USABLE})
  select r.account_id, r.plan_id, r.liability_id, t.generation, t.idempotency_key, r.amount_minor, r.currency, u.iban,
    u.holder
  from storno.refund as r
  join storno.refund_attempt as t on t.account_id = r.account_id and t.plan_id = r.plan_id
    and t.liability_id = r.liability_id and t.state = 'sent'
  join usable as u on u.account_id = r.account_id
  where r.state = 'in_flight' and r.channel = 'credit_transfer' and not exists (
    select from storno.bank_order as o
    where o.account_id = r.account_id and o.plan_id = r.plan_id and o.liability_id = r.liability_id
      and o.generation = t.generation
  )
  order by t.idempotency_key
  limit $2`,
};

const READ_BODY: Statement = {
  name: 'read_bank_file_body',
  text: 'select body from storno_pii.bank_file_body where file_id = $1',
};

const READ_STATEMENTS: Statement = {
  name: 'read_statement_files',
  text: `select b.body from storno.bank_file as f
  join storno_pii.bank_file_body as b on b.file_id = f.file_id
  where f.direction = 'in' and f.kind like 'camt.%' and f.recorded_at >= $1
  order by f.recorded_at, f.file_id`,
};

const READ_ORDER: Statement = {
  name: 'read_bank_order',
  text: `select o.account_id, o.plan_id, o.liability_id, o.generation, o.amount_minor, o.currency, f.message_id
  from storno.bank_order as o
  join storno.bank_file as f on f.file_id = o.file_id
  where o.end_to_end_id = $1`,
};

const READ_ORDERS_OF: Statement = {
  name: 'read_bank_orders_of',
  text: `select o.end_to_end_id from storno.bank_order as o
  join storno.bank_file as f on f.file_id = o.file_id and f.direction = 'out'
  where f.message_id = $1
  order by o.end_to_end_id`,
};

const READ_UNHEARD: Statement = {
  name: 'read_unheard_movements',
  text: `select o.end_to_end_id, m.movement_id, m.amount_minor > 0 as is_back, m.return_reason
  from storno.bank_movement as m
  cross join lateral unnest(m.refs) as named (ref)
  join storno.bank_order as o on o.end_to_end_id = named.ref and o.currency = m.currency
  join storno.refund_attempt as t on t.account_id = o.account_id and t.plan_id = o.plan_id
    and t.liability_id = o.liability_id and t.generation = o.generation
  where (m.amount_minor = -o.amount_minor and t.state in ('sent', 'pending'))
    or (m.amount_minor = o.amount_minor and t.state = 'succeeded')
  order by o.end_to_end_id, m.movement_id`,
};

/** Of several incidents and currencies the first: the letter names one sum, and the account is for all. */
const READ_AWAITING: Statement = {
  name: 'read_awaiting',
  text: `select p.incident_id, r.currency, sum(r.amount_minor)::bigint as amount_minor, a.locale, m.market, m.time_zone
  from storno.refund as r
  join storno.remedy_plan as p on p.plan_id = r.plan_id
  join storno.liability as l on l.account_id = r.account_id and l.liability_id = r.liability_id
  join storno.account as a on a.account_id = r.account_id
  join storno.market as m on m.market = a.home_market
  where r.account_id = $1 and r.state = 'failed'
    and l.owed_minor > l.reserved_minor + l.refunded_minor + l.transferred_minor + l.credited_minor + l.elsewhere_minor
  group by p.incident_id, r.currency, a.locale, m.market, m.time_zone
  order by p.incident_id, r.currency
  limit 1`,
};

const READ_MOVEMENTS: Statement = {
  name: 'read_bank_movements',
  text: `select movement_id as id, amount_minor, currency, booked_on::text as on_day, refs, return_reason
  from storno.bank_movement
  union all
  select 'line:' || s.provider || ':' || s.merchant_account || ':' || s.line_id, s.amount_minor, s.currency,
    to_char(s.booked_at at time zone 'UTC', 'YYYY-MM-DD'), array[s.payment_id], null
  from storno.settlement as s
  where s.kind = 'refund'
  order by id`,
};

const READ_MATCHES: Statement = {
  name: 'read_bank_matches',
  text: 'select expectation_ids, movement_ids, decided_by, reason from storno.bank_match order by decided_at, match_id',
};

const PUT_ACCOUNT: Statement = {
  name: 'put_bank_account',
  text: `insert into storno_pii.bank_account (account_id, revision, iban, holder, entered_by, entered_at, usable_from)
  select $1, coalesce(max(b.revision), 0) + 1, $2, $3, $4, $5, $6
  from storno_pii.bank_account as b where b.account_id = $1
  returning revision`,
};

const MATCH: Statement = {
  name: 'match_by_hand',
  text: `insert into storno.bank_match (match_id, expectation_ids, movement_ids, reason, decided_by, decided_at)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (match_id) do nothing
  returning match_id`,
};

/** As role storno_worker. */
export function openBankDesk(pool: Pool): BankDesk {
  return {
    readDueTransfers: async (now, limit) => (await runAlone(pool, READ_DUE, [timeOf(now), limit])).map(keyOf),
    readUnfiled: async (now, limit) =>
      (await runAlone(pool, READ_UNFILED, [timeOf(now), limit])).map((row) => ({
        key: keyOf(row),
        generation: row.generation as number,
        reference: row.idempotency_key as string,
        amount: money(row.amount_minor as bigint, row.currency as string),
        iban: row.iban as string,
        holder: row.holder as string,
      })),
    writeOrderFile: (file) => writeOrderFile(pool, file),
    readFileBody: async (fileId) => ((await runForOne(pool, READ_BODY, [fileId]))?.body as Buffer | undefined) ?? null,
    readStatementFiles: async (since) =>
      (await runAlone(pool, READ_STATEMENTS, [timeOf(since)])).map((row) => row.body as Buffer),
    takeFile: (file) => takeFile(pool, file),
    readOrder: async (endToEndId) => {
      const row = await runForOne(pool, READ_ORDER, [endToEndId]);
      if (row === null) return null;
      return {
        key: keyOf(row),
        generation: row.generation as number,
        amount: money(row.amount_minor as bigint, row.currency as string),
        messageId: row.message_id as string,
      };
    },
    readOrdersOf: async (messageId) =>
      (await runAlone(pool, READ_ORDERS_OF, [messageId])).map((row) => row.end_to_end_id as string),
    readUnheard: async () =>
      (await runAlone(pool, READ_UNHEARD, [])).map((row) => ({
        endToEndId: row.end_to_end_id as string,
        movementId: row.movement_id as string,
        kind: row.is_back === true ? 'returned' : 'booked',
        code: row.return_reason as string | null,
      })),
    readAwaiting: async (accountId) => {
      const row = await runForOne(pool, READ_AWAITING, [accountId]);
      if (row === null) return null;
      const market = row.market as string;
      return {
        incidentId: row.incident_id as string,
        amount: money(row.amount_minor as bigint, row.currency as string),
        account: { locale: row.locale as string, market, zone: row.time_zone as string, refunds: [], minutes: null },
      };
    },
    readExpectations: (incidentId) => readExpectations(pool, incidentId),
    readMovements: async () =>
      (await runAlone(pool, READ_MOVEMENTS, [])).map((row) => ({
        id: row.id as string,
        amount: money(row.amount_minor as bigint, row.currency as string),
        references: row.refs as string[],
        on: row.on_day as string,
        returnReason: row.return_reason as string | null,
      })),
    readManualMatches: async () =>
      (await runAlone(pool, READ_MATCHES, [])).map((row) => ({
        expectationIds: row.expectation_ids as string[],
        movementIds: row.movement_ids as string[],
        person: row.decided_by as string,
        reason: row.reason as string,
      })),
  };
}

/** As role storno_api. */
export function openBankAccounts(pool: Pool): BankAccounts {
  return {
    async putBankAccount({ accountId, iban, holder, enteredBy, enteredAt, usableFrom }) {
      const values = [accountId, iban, holder, enteredBy, timeOf(enteredAt), timeOf(usableFrom)];
      const row = await runForOne(pool, PUT_ACCOUNT, values);
      return { revision: row?.revision as number };
    },
    async matchByHand({ matchId, expectationIds, movementIds, reason, person, at }) {
      const row = await runForOne(pool, MATCH, [matchId, expectationIds, movementIds, reason, person, timeOf(at)]);
      return row === null ? 'exists' : 'created';
    },
  };
}

function keyOf(row: Row) {
  return {
    accountId: row.account_id as string,
    planId: row.plan_id as string,
    liabilityId: row.liability_id as string,
  };
}
