import { PACK_TABLES, type PackTable } from '../../../core/remedy/proof/pack.ts';

/** Which accounts, payments and plans an incident is about: named sets that the sources below use. $1 is its id. */
const SETS = `
with plans as materialized (
  select p.plan_id from storno.remedy_plan as p where p.incident_id = $1
), owed as materialized (
  select l.account_id, l.liability_id, l.provider, l.merchant_account, l.payment_id, l.rental_id
  from storno.liability as l where l.incident_id = $1
), lots as materialized (
  select l.account_id, l.lot_id from storno.lot as l where l.incident_id = $1
), refs as materialized (
  select o.account_id, o.provider, o.merchant_account, o.payment_id as ref from owed as o
  union
  select a.account_id, r.provider, r.merchant_account, a.provider_ref
  from storno.refund_attempt as a
  join storno.refund as r on r.account_id = a.account_id and r.plan_id = a.plan_id and r.liability_id = a.liability_id
  where a.plan_id in (select plan_id from plans) and a.provider_ref is not null
), orders as materialized (
  select b.end_to_end_id, b.file_id from storno.bank_order as b where b.plan_id in (select plan_id from plans)
), matches as materialized (
  select m.match_id, m.movement_ids from storno.bank_match as m
  where m.expectation_ids && array(select end_to_end_id from orders)
    or m.movement_ids && array(
      select v.movement_id from storno.bank_movement as v where v.refs && array(select end_to_end_id from orders)
    )
), movements as materialized (
  select v.movement_id, v.file_id from storno.bank_movement as v
  where v.refs && array(select end_to_end_id from orders)
    or v.movement_id = any (array(select unnest(m.movement_ids) from matches as m))
), part as (
  select coalesce(max(c.from_position) filter (where c.from_position <= b.first), 1) as first,
    coalesce(min(c.position) filter (where c.position >= b.last), 0) as last
  from storno.audit_checkpoint as c
  cross join (
    select coalesce(min(s.position), 0) as first, coalesce(max(s.position), 0) as last
    from storno.audit_seal as s join storno.audit_entry as e on e.entry_id = s.entry_id
    where e.incident_id = $1
  ) as b
)`;

const OF_INCIDENT = 'where t.incident_id = $1';
const OF_PLANS = 'where t.plan_id in (select plan_id from plans)';

/**
 * Of the books only what belongs to the incident: entries of its payments, refunds, plans and lots. What else somebody
 * drove or paid is nobody's business here.
 */
const TRANSFERS = `join (
    select account_id, provider || ':' || merchant_account || ':' || ref as source_ref from refs
    union
    select account_id, provider || ':' || merchant_account || ':' || payment_id || ':time_value' from owed
    union
    select o.account_id, p.plan_id || ':' || o.liability_id from owed as o cross join plans as p
    union
    select a.account_id, a.idempotency_key from storno.refund_attempt as a
    where a.plan_id in (select plan_id from plans)
    union
    select a.account_id, $1 from storno.remedy_plan_account as a where a.plan_id in (select plan_id from plans)
    union
    select t.account_id, t.source_ref from storno.transfer as t
    join lots as l on l.account_id = t.account_id and l.lot_id = t.dimension
    union
    select t.account_id, t.source_ref from storno.transfer as t
    join owed as o on o.account_id = t.account_id
    where t.kind = 'overpaid' and starts_with(t.source_ref, o.rental_id || ':')
  ) as wanted on wanted.account_id = t.account_id and wanted.source_ref = t.source_ref`;

const SOURCES: Readonly<Record<PackTable, string>> = {
  incident: OF_INCIDENT,
  incident_finding: OF_INCIDENT,
  finding_review: OF_INCIDENT,
  assumption: OF_INCIDENT,
  complaint: OF_INCIDENT,
  victim_list: OF_INCIDENT,
  victim: OF_INCIDENT,
  outside_sample: OF_INCIDENT,
  outside_look: OF_INCIDENT,
  prevention: OF_INCIDENT,
  incident_closure: OF_INCIDENT,
  remedy_policy: `where t.version in (select policy_version from storno.remedy_plan where incident_id = $1)`,
  remedy_plan: OF_INCIDENT,
  remedy_plan_account: OF_PLANS,
  remedy_plan_refund: OF_PLANS,
  remedy_plan_exclusion: OF_PLANS,
  plan_sample: OF_PLANS,
  plan_sample_opened: OF_PLANS,
  plan_decision: OF_PLANS,
  campaign: OF_PLANS,
  liability: OF_INCIDENT,
  liability_unpayable: 'join owed as o on o.account_id = t.account_id and o.liability_id = t.liability_id',
  refund: OF_PLANS,
  refund_attempt: OF_PLANS,
  refund_evidence: OF_PLANS,
  transfer: TRANSFERS,
  lot: OF_INCIDENT,
  letter: OF_INCIDENT,
  settlement: `join (select distinct provider, merchant_account, ref from refs) as wanted
    on wanted.provider = t.provider and wanted.merchant_account = t.merchant_account and wanted.ref = t.payment_id`,
  bank_file: 'where t.file_id in (select file_id from orders union select file_id from movements)',
  bank_order: OF_PLANS,
  bank_movement: 'where t.movement_id in (select movement_id from movements)',
  bank_match: 'where t.match_id in (select match_id from matches)',
  audit_entry: OF_INCIDENT,
  audit_seal: 'cross join part where t.position between part.first and part.last',
  audit_checkpoint: 'cross join part where t.position between part.first and part.last',
};

const OUR_REFS = `to_jsonb(array(
  select r from unnest(t.refs) as r where r in (select end_to_end_id from orders) order by r
))`;

/** Times with every digit that is stored, so that a hash over them is one over what is there. */
const EXACT = new Set(['audit_entry', 'audit_checkpoint']);

/** Every row of a table that belongs to the incident, with the columns of a pack and no others. */
export function selectRows(table: PackTable): string {
  const columns = Object.entries(PACK_TABLES[table]).map(([name, kind]) => {
    if (table === 'bank_movement' && name === 'refs') return `${OUR_REFS} as refs`;
    if (kind.startsWith('instant')) return `${timeText(`t.${name}`, EXACT.has(table) ? 'US' : 'MS')} as ${name}`;
    if (kind === 'amount') return `t.${name}::text as ${name}`;
    if (kind === 'day') return `t.${name}::text as ${name}`;
    if (kind.startsWith('whole')) return `t.${name}::float8 as ${name}`;
    return `t.${name}`;
  });
  return `${SETS} select ${columns.join(', ')} from storno.${table} as t ${SOURCES[table]}`;
}

function timeText(column: string, fraction: 'MS' | 'US'): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${fraction}"Z"')`;
}

/** A group and its sums, as the database adds them up. */
export function selectTotals(total: {
  readonly table: PackTable;
  readonly by: readonly string[];
  readonly sums: readonly string[];
}): string {
  const by = total.by.map((name) => `t.${name}`);
  const sums = total.sums.map((name) => `sum(t.${name})::text as ${name}`);
  const groups = by.length === 0 ? 'having count(*) > 0' : `group by ${by.join(', ')}`;
  return `${SETS} select ${[...by, 'count(*)::float8 as count', ...sums].join(', ')}
    from storno.${total.table} as t ${SOURCES[total.table]} ${groups}`;
}

export const SELECT_ACCOUNTS = `
with affected as (
  select distinct account_id from storno.incident_finding where incident_id = $1 and account_id <> ''
)
select count(*)::float8 as affected,
  (count(*) filter (where not exists (
    select from storno.complaint as c where c.incident_id = $1 and c.account_id = a.account_id
  )))::float8 as silent
from affected as a`;
