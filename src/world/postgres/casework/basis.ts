import type { Pool } from 'pg';
import { money } from '../../../core/kernel/money.ts';
import type { Candidate, OwedState } from '../../../core/remedy/candidate.ts';
import { type NewLiability, recognizedEntry } from '../../../core/remedy/recognize.ts';
import type { Basis, Plans } from '../../../flow/ports/casework.ts';
import { appendAudit } from '../audit.ts';
import { TRANSFER } from '../store/shapes.ts';
import {
  arraysOf,
  fromArrays,
  instantOrNull,
  inTransaction,
  namesOf,
  type Queries,
  type Row,
  run,
  type Shape,
  type Statement,
  timeOf,
} from '../store/sql.ts';

/**
 * What moved on the wrong and the kept payment of each finding of $1 since it was found, and not by us: refunds made by
 * hand, disputes, returns. A refund under way counts as if it were back. The account may not be known to the provider.
 */
const MOVED = `moved as (
    select f.account_id, f.finding_id,
      coalesce(sum(m.amount_minor * m.sign) filter (where m.parent_payment_id = f.payment_id and not m.is_open), 0)::bigint
        as wrong_minor,
      coalesce(sum(m.amount_minor * m.sign) filter (where m.parent_payment_id = f.kept_payment_id), 0)::bigint
        as kept_minor,
      coalesce(bool_or(m.parent_payment_id = f.payment_id and m.is_open), false) as is_disputed
    from storno.incident_finding as f
    join (
      select p.account_id, p.provider, p.merchant_account, p.payment_id, p.parent_payment_id, p.amount_minor,
        case p.kind when 'chargeback_reversal' then -1 else 1 end as sign,
        p.kind = 'chargeback' and p.status = 'pending' as is_open
      from storno.payment as p
      where p.kind <> 'charge' and p.status in ('succeeded', 'pending') and p.parent_payment_id in (
        select i.payment_id from storno.incident_finding as i where i.incident_id = $1
        union
        select i.kept_payment_id from storno.incident_finding as i where i.incident_id = $1
      )
    ) as m on m.account_id in (f.account_id, '') and m.provider = f.provider
      and m.merchant_account = f.merchant_account and m.parent_payment_id in (f.payment_id, f.kept_payment_id)
    where f.incident_id = $1
      and not f.evidence -> 'payments' @> jsonb_build_array(jsonb_build_object('payment_id', m.payment_id))
      and not exists (
        select from storno.refund_attempt as a
        where a.account_id = f.account_id and a.provider_ref = m.payment_id
      )
    group by f.account_id, f.finding_id
  )`;

const OWED = [
  'liability_id',
  'owed_minor',
  'reserved_minor',
  'refunded_minor',
  'transferred_minor',
  'credited_minor',
  'elsewhere_minor',
  'unpayable_minor',
] as const;

function owedColumns(alias: string): string {
  return OWED.map((column) => `${alias}.${column} as ${alias}_${column}`).join(', ');
}

const READ_CANDIDATES: Statement = {
  name: 'read_candidates',
  text: `with ${MOVED}
    select f.account_id, f.finding_id, f.class, f.grade, f.rental_id, f.provider, f.merchant_account, f.payment_id,
      f.kept_payment_id, f.refund_due_minor, f.currency,
      (f.evidence -> 'wrong' ->> 'created_at')::timestamptz as charged_at,
      (
        select r.verdict from storno.finding_review as r
        where r.account_id = f.account_id and r.incident_id = f.incident_id and r.finding_id = f.finding_id
        order by r.ordinal desc limit 1
      ) as review,
      ${owedColumns('principal')}, ${owedColumns('interest')},
      (
        select o.incident_id from storno.liability as o
        where o.account_id = f.account_id and o.provider = f.provider and o.merchant_account = f.merchant_account
          and o.payment_id = f.payment_id and o.kind = 'principal' and o.incident_id <> f.incident_id
      ) as owed_by,
      coalesce(m.is_disputed, false) as is_disputed, coalesce(m.kept_minor > 0, false) or exists (
        select from storno.liability as o
        where o.account_id = f.account_id and o.provider = f.provider and o.merchant_account = f.merchant_account
          and o.payment_id = f.kept_payment_id and o.kind = 'principal'
      ) as is_kept_gone,
      array(
        select distinct t.channel from storno.refund as t
        where t.account_id = principal.account_id and t.liability_id = principal.liability_id and t.state = 'failed'
        order by t.channel
      ) as failed_channels
    from storno.incident_finding as f
    left join storno.liability as principal on principal.account_id = f.account_id
      and principal.incident_id = f.incident_id and principal.finding_id = f.finding_id
      and principal.kind = 'principal'
    left join storno.liability as interest on interest.account_id = f.account_id
      and interest.incident_id = f.incident_id and interest.finding_id = f.finding_id
      and interest.kind = 'time_value'
    left join moved as m on m.account_id = f.account_id and m.finding_id = f.finding_id
    where f.incident_id = $1
    order by f.account_id collate "C", f.finding_id collate "C"`,
};

/** Served: minutes of this incident were given, or a plan of it was begun. */
const READ_CUSTOMERS: Statement = {
  name: 'read_plan_customers',
  text: `select a.account_id, a.home_market, a.provider is not null as has_method,
      exists (select from storno_pii.bank_account as b where b.account_id = a.account_id) as has_bank_account,
      exists (select from storno.lot as l where l.account_id = a.account_id and l.incident_id = $1)
      or exists (
        select from storno.remedy_plan_account as r
        join storno.remedy_plan as p on p.plan_id = r.plan_id and p.incident_id = $1
        join storno.campaign as c on c.plan_id = r.plan_id
        where r.account_id = a.account_id
      ) as is_served
    from storno.account as a
    where a.account_id in (select f.account_id from storno.incident_finding as f where f.incident_id = $1)
    order by a.account_id collate "C"`,
};

interface Named extends NewLiability {
  readonly liabilityId: string;
}

const LIABILITY: Shape<Named> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['liability_id', 'text', ({ liabilityId }) => liabilityId],
  ['finding_id', 'text', ({ findingId }) => findingId],
  ['kind', 'text', ({ kind }) => kind],
  ['provider', 'text', ({ provider }) => provider],
  ['merchant_account', 'text', ({ merchantAccount }) => merchantAccount],
  ['payment_id', 'text', ({ paymentId }) => paymentId],
  ['kept_payment_id', 'text', ({ keptPaymentId }) => keptPaymentId],
  ['rental_id', 'text', ({ rentalId }) => rentalId],
  ['owed_minor', 'bigint', ({ owed }) => owed.amountMinor],
  ['currency', 'text', ({ owed }) => owed.currency],
];

/**
 * What the live books owe already is not booked again: the payment stands there as surplus, or its rental was corrected
 * (`overpaid`, named after the rental and its revision).
 */
const RECOGNIZE: Statement = {
  name: 'recognize_liabilities',
  text: `with born as (
      insert into storno.liability (${namesOf(LIABILITY)}, incident_id, reserved_minor, refunded_minor,
        transferred_minor, credited_minor, elsewhere_minor, unpayable_minor, version, recorded_at)
      select n.*, $1, 0, 0, 0, 0, 0, 0, 1, $2::timestamptz
      from ${fromArrays(LIABILITY, 3, 'n')}
      on conflict do nothing
      returning account_id, provider, merchant_account, payment_id, kind, rental_id
    ), booked as (
      insert into storno.transfer (${namesOf(TRANSFER)})
      select ${namesOf(TRANSFER, 't.')} from ${fromArrays(TRANSFER, 3 + LIABILITY.length, 't')}
      join born as b on b.account_id = t.account_id and t.source_ref =
        b.provider || ':' || b.merchant_account || ':' || b.payment_id
          || case b.kind when 'time_value' then ':time_value' else '' end
      where b.kind = 'time_value' or not exists (
        select from storno.transfer as s
        where s.account_id = b.account_id and (
          (s.kind = 'surplus_capture' and s.source_ref = t.source_ref)
          or (s.kind = 'overpaid' and starts_with(s.source_ref, b.rental_id || ':'))
        )
      )
      on conflict do nothing
    )
    select count(*)::int as born from born`,
};

const COUNT_ELSEWHERE: Statement = {
  name: 'count_elsewhere',
  text: `with ${MOVED}
    update storno.liability as l
    set elsewhere_minor = l.elsewhere_minor + g.more_minor, version = l.version + 1
    from (
      select o.account_id, o.liability_id, least(
          m.wrong_minor - o.elsewhere_minor,
          o.owed_minor - o.reserved_minor - o.refunded_minor - o.transferred_minor - o.credited_minor
            - o.elsewhere_minor - o.unpayable_minor
        ) as more_minor
      from storno.liability as o
      join moved as m on m.account_id = o.account_id and m.finding_id = o.finding_id
      where o.incident_id = $1 and o.kind = 'principal'
    ) as g
    where l.account_id = g.account_id and l.liability_id = g.liability_id and g.more_minor > 0
    returning l.liability_id`,
};

/** Rows of one statement: so many liabilities with their entries are a few megabytes. */
const CHUNK = 10_000;

type BasisOf = Pick<Plans, 'readBasis' | 'recognize' | 'countElsewhere'>;

export function openBasis(pool: Pool): BasisOf {
  return {
    readBasis: (incidentId) => inTransaction(pool, (on) => readBasis(on, incidentId)),
    recognize: ({ incidentId, liabilities, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        let born = 0;
        for (let from = 0; from < liabilities.length; from += CHUNK) {
          const chunk = liabilities.slice(from, from + CHUNK);
          const entries = chunk.map((liability) => recognizedEntry(liability, at));
          const values = [...arraysOf(LIABILITY, chunk), ...arraysOf(TRANSFER, entries)];
          const [row] = await run(on, RECOGNIZE, [incidentId, timeOf(at), ...values]);
          born += row?.born as number;
        }
        if (born > 0) {
          const entry = { accountId: '', incidentId, at, actor: by, subject: incidentId, payload: { count: born } };
          await appendAudit(on, { ...entry, action: 'liability.recognized' });
        }
        return born;
      }),
    countElsewhere: (incidentId, now) =>
      inTransaction(pool, async (on) => {
        const counted = await run(on, COUNT_ELSEWHERE, [incidentId]);
        if (counted.length > 0) {
          const payload = { count: counted.length };
          const entry = { accountId: '', incidentId, at: now, actor: 'storno', subject: incidentId, payload };
          await appendAudit(on, { ...entry, action: 'liability.returned_elsewhere' });
        }
        return counted.length;
      }),
  };
}

export async function readBasis(on: Queries, incidentId: string): Promise<Basis> {
  const candidates = (await run(on, READ_CANDIDATES, [incidentId])).map(candidateOf);
  const customers = (await run(on, READ_CUSTOMERS, [incidentId])).map((row) => ({
    accountId: row.account_id as string,
    homeMarket: row.home_market as string,
    hasMethod: row.has_method as boolean,
    hasBankAccount: row.has_bank_account as boolean,
    isServed: row.is_served as boolean,
  }));
  return { candidates, customers };
}

function candidateOf(row: Row): Candidate {
  return {
    accountId: row.account_id as string,
    findingId: row.finding_id as string,
    class: row.class as Candidate['class'],
    grade: row.grade as Candidate['grade'],
    rentalId: row.rental_id as string | null,
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    paymentId: row.payment_id as string | null,
    keptPaymentId: row.kept_payment_id as string | null,
    refundDue: money(row.refund_due_minor as bigint, row.currency as string),
    chargedAt: instantOrNull(row.charged_at),
    review: row.review as Candidate['review'],
    principal: owedOf(row, 'principal'),
    interest: owedOf(row, 'interest'),
    owedBy: row.owed_by as string | null,
    isDisputed: row.is_disputed as boolean,
    isKeptGone: row.is_kept_gone as boolean,
    failedChannels: row.failed_channels as Candidate['failedChannels'],
  };
}

function owedOf(row: Row, alias: 'principal' | 'interest'): OwedState | null {
  const of = (column: (typeof OWED)[number]) => row[`${alias}_${column}`];
  if (of('liability_id') === null) return null;
  return {
    liabilityId: of('liability_id') as string,
    owed: money(of('owed_minor') as bigint, row.currency as string),
    reservedMinor: of('reserved_minor') as bigint,
    refundedMinor: of('refunded_minor') as bigint,
    transferredMinor: of('transferred_minor') as bigint,
    creditedMinor: of('credited_minor') as bigint,
    elsewhereMinor: of('elsewhere_minor') as bigint,
    unpayableMinor: of('unpayable_minor') as bigint,
  };
}
