import type { Pool } from 'pg';
import type { ChargeCase, ObligationKey } from '../../../core/live/charge.ts';
import type { LiveStore } from '../../../flow/ports/store.ts';
import { attemptOf, captureOf, intentOf, keyOf, methodOf, sightedOf } from './rows.ts';
import { CAPTURE, KEY } from './shapes.ts';
import {
  arraysOf,
  fromArrays,
  instantOrNull,
  namesOf,
  type Row,
  runAlone,
  runForOne,
  type Statement,
  timeOf,
} from './sql.ts';

type Cases = Pick<
  LiveStore,
  'claim' | 'claimOpen' | 'readCase' | 'readIntents' | 'readOldestTrace' | 'readParkedUnsaid'
>;

export const INTENT_COLUMNS = `${namesOf(KEY, 'i.')}, i.state, i.amount_minor, i.currency, i.provider, i.run_at, i.version,
    i.declines, i.created_at`;
export const KEY_ORDER = 'i.account_id collate "C", i.rental_id collate "C", i.purpose collate "C", i.occurrence';

/** Rows of an obligation `i` in another table. */
function ofIntent(alias: string): string {
  return KEY.map(([name]) => `${alias}.${name} = i.${name}`).join(' and ');
}

/** Rows that another is just claiming are passed over. */
const claiming = (from: string, where: string): string => `select ${namesOf(KEY, 'i.')}
    from ${from}
    where i.run_at <= $2 and (i.lease_until is null or i.lease_until <= $2)${where}
    order by i.run_at, ${KEY_ORDER}
    limit $4
    for update of i skip locked`;

const PICKED_IS_HELD = `update storno.charge_intent as i
  set version = i.version + 1, lease_owner = $1, lease_until = $3
  from picked as p
  where ${ofIntent('p')}
  returning ${namesOf(KEY, 'i.')}, i.version, i.run_at`;

/**
 * The row of control is locked for reading: whoever stops charging waits until claims under way are written, and none
 * is written after he has stopped it.
 */
const CLAIM: Statement = {
  name: 'claim',
  text: `with running as (select from storno.control where charging = 'running' for share),
  picked as (
    ${claiming('storno.charge_intent as i, running', '')}
  )
  ${PICKED_IS_HELD}`,
};

const CLAIM_OPEN: Statement = {
  name: 'claim_open',
  text: `with picked as (
    ${claiming('storno.charge_intent as i', " and i.state = 'in_flight'")}
  )
  ${PICKED_IS_HELD}`,
};

/**
 * Charges of the rental `i` that may hold money and that nothing here explains: its own that no capture names, and
 * those of an obligation that is not here. Looked for only before the first attempt: what is sent later follows from
 * what is known of the one before.
 */
const SIGHTINGS = `case
      when i.state <> 'due' or exists (select from storno.attempt as a where ${ofIntent('a')}) then '[]'
      else (
        select coalesce(jsonb_agg(to_jsonb(s) order by s.created_at, s.provider_ref collate "C"), '[]')
        from (
          select p.provider, p.merchant_account, p.payment_id as provider_ref, p.occurrence, p.created_at
          from storno.payment as p
          where p.account_id = i.account_id and p.rental_id = i.rental_id and p.purpose = i.purpose
            and p.kind = 'charge' and p.status in ('succeeded', 'pending') and p.amount_minor > 0
            and case
              when p.occurrence = i.occurrence then not exists (
                select from storno.capture as c
                where ${ofIntent('c')} and c.provider = p.provider and c.merchant_account = p.merchant_account
                  and c.provider_ref = p.payment_id
              )
              else not exists (
                select from storno.charge_intent as o
                where o.account_id = p.account_id and o.rental_id = p.rental_id and o.purpose = p.purpose
                  and o.occurrence = p.occurrence
              )
            end
        ) as s
      )
    end`;

/**
 * What is known of obligations, all from one moment. Amounts inside of JSON are text, since JSON's numbers end at
 * 2^53.
 */
const READ_CASES: Statement = {
  name: 'read_cases',
  text: `select ${INTENT_COLUMNS}, m.method,
    (select coalesce(jsonb_agg(to_jsonb(a) order by a.generation), '[]')
      from storno.attempt as a where ${ofIntent('a')}) as attempts,
    (select coalesce(jsonb_agg(to_jsonb(c) order by c.captured_at, c.provider_ref collate "C"), '[]') from (
      select ${namesOf(CAPTURE, 'c.').replace('c.captured_minor', 'c.captured_minor::text')}
      from storno.capture as c where ${ofIntent('c')}
    ) as c) as captures,
    ${SIGHTINGS} as sightings
  from ${fromArrays(KEY, 1, 'k')}
  join storno.charge_intent as i on ${ofIntent('k')}
  left join lateral (
    select jsonb_build_object('provider', provider, 'merchant_account', merchant_account, 'customer_ref', customer_ref,
      'method_ref', method_ref) as method
    from storno.account where account_id = i.account_id
  ) as m on true`,
};

const READ_INTENTS: Statement = {
  name: 'read_intents',
  text: `select ${INTENT_COLUMNS}
    from storno.rental_key as k
    join storno.charge_intent as i on i.account_id = k.account_id and i.rental_id = k.rental_id
    where k.rental_id = $1
    order by ${KEY_ORDER}`,
};

/** Reads all attempts: it is asked once in the life of a database, before the first listing was read. */
const READ_OLDEST_TRACE: Statement = {
  name: 'read_oldest_trace',
  text: `select least(
    (select min(a.sent_at) from storno.attempt as a
      where a.provider = $1 and a.merchant_account = $2 and a.state in ('sent', 'pending')),
    (select max(p.created_at) from storno.payment as p where p.provider = $1 and p.merchant_account = $2)
  ) as since`,
};

/** A later parking has an alarm of its own, so that one of an earlier says nothing about it. */
const READ_PARKED_UNSAID: Statement = {
  name: 'read_parked_unsaid',
  text: `select ${namesOf(KEY, 'i.')}, e.data ->> 'reason' as reason
  from storno.charge_intent as i
  join lateral (
    select o.data, o.happened_at from storno.outbox as o
    where o.type = 'charge.parked' and o.account_id = i.account_id and o.data ->> 'rental_id' = i.rental_id
      and o.data ->> 'purpose' = i.purpose and (o.data ->> 'occurrence')::int = i.occurrence
    order by o.event_id desc
    limit 1
  ) as e on true
  where i.state = 'parked' and not exists (
    select from storno.alarm as a
    where a.kind = 'charge_parked' and a.raised_at >= e.happened_at
      and starts_with(a.subject, i.rental_id || ':' || i.purpose || ':' || i.occurrence || '#')
  )
  order by e.happened_at, ${KEY_ORDER}
  limit $1`,
};

export function openCases(pool: Pool): Cases {
  const claim = async (
    statement: Statement,
    { worker, now, leaseUntil, limit }: Parameters<LiveStore['claim']>[0],
  ): Promise<readonly ChargeCase[]> =>
    readClaimed(pool, await runAlone(pool, statement, [worker, timeOf(now), timeOf(leaseUntil), limit]));
  return {
    claim: (request) => claim(CLAIM, request),
    claimOpen: (request) => claim(CLAIM_OPEN, request),
    async readCase(key) {
      return (await readCases(pool, [key]))[0] ?? null;
    },
    async readIntents(rentalId) {
      return (await runAlone(pool, READ_INTENTS, [rentalId])).map(intentOf);
    },
    async readOldestTrace({ provider, merchantAccount }) {
      return instantOrNull((await runForOne(pool, READ_OLDEST_TRACE, [provider, merchantAccount]))?.since ?? null);
    },
    async readParkedUnsaid(limit) {
      const rows = await runAlone(pool, READ_PARKED_UNSAID, [limit]);
      return rows.map((row) => ({ key: keyOf(row), reason: row.reason as string }));
    },
  };
}

/**
 * Reads what was claimed in a statement of its own: the one that claims saw the rows beside an intent as they were
 * before it had the intent for itself. Whose version has gone on since is another's again.
 */
async function readClaimed(pool: Pool, claimed: readonly Row[]): Promise<readonly ChargeCase[]> {
  if (claimed.length === 0) return [];
  const cases = await readCases(pool, claimed.map(keyOf));
  const versions = new Map(claimed.map((row) => [nameOf(keyOf(row)), row.version as number]));
  return cases.filter(({ intent }) => versions.get(nameOf(intent.key)) === intent.version).toSorted(byWaiting);
}

async function readCases(pool: Pool, keys: readonly ObligationKey[]): Promise<readonly ChargeCase[]> {
  return (await runAlone(pool, READ_CASES, arraysOf(KEY, keys))).map(caseOf);
}

function caseOf(row: Row): ChargeCase {
  return {
    intent: intentOf(row),
    attempts: (row.attempts as Row[]).map(attemptOf),
    paymentMethod: row.method === null ? null : methodOf(row.method as Row),
    captures: (row.captures as Row[]).map(captureOf),
    sightings: (row.sightings as Row[]).map(sightedOf),
  };
}

export function nameOf({ accountId, rentalId, purpose, occurrence }: ObligationKey): string {
  return `${accountId} ${rentalId}:${purpose}:${occurrence}`;
}

function byWaiting({ intent: one }: ChargeCase, { intent: other }: ChargeCase): number {
  return (one.runAt ?? 0) - (other.runAt ?? 0) || compareKeys(one.key, other.key);
}

function compareKeys(one: ObligationKey, other: ObligationKey): number {
  return (
    compareText(one.accountId, other.accountId) ||
    compareText(one.rentalId, other.rentalId) ||
    compareText(one.purpose, other.purpose) ||
    one.occurrence - other.occurrence
  );
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
