import { CHECK_VIOLATION as CHECKED, UNIQUE_VIOLATION as DUPLICATE } from '../../src/world/postgres/errors.ts';
import { type Attack, denied, REFUSED_STEP, refused } from './attack.ts';

const FOREIGN_KEY = '23503';
const API = 'storno_api';
const WORKER = 'storno_worker';

/** Anna planned pln_1 and may approve; bruno may approve; both opened its sample. Nobody has decided. */
export const CASEWORK_SEED = `
insert into storno.staff values
  ('anna', 'Anna', '{operator,approver}', null, '2014-11-17', null),
  ('bruno', 'Bruno', '{approver}', null, '2014-11-17', null),
  ('dora', 'Dora', '{approver}', null, '2014-11-17', '2014-11-18'),
  ('emil', 'Emil', '{approver}', null, '2014-11-17', null),
  ('otto', 'Otto', '{operator}', null, '2014-11-17', null),
  ('vera', 'Vera', '{approver}', 'acc_1', '2014-11-17', null);
insert into storno.remedy_policy values (1, '{}', repeat('1', 64), 'anna', '2014-11-17');
insert into storno.incident values ('inc_7', 'Twice', 'files', null, null, null, null, '2014-10-27', 'the files begin',
  '{}', repeat('2', 64), 1, 1, '{}', 'anna', '2014-11-17');
insert into storno.incident_finding values ('acc_1', 'inc_7', 'fnd_ch_9', 'double_charge', 'proven', 'rnt_1', 'stripe',
  'acct', 'ch_9', 'ch_1', 580, 580, 'EUR', 'twice', '{}');
insert into storno.outside_sample values ('acc_2', 'inc_7', 'rnt_3', 'before', '{}');
insert into storno.liability values ('acc_1', 'lia_1', 'inc_7', 'fnd_ch_9', 'principal', 'stripe', 'acct', 'ch_9', 'ch_1',
  'rnt_1', 580, 'EUR', 0, 0, 0, 0, 0, 0, 1, '2014-11-17');
insert into storno.remedy_plan values ('pln_1', 'inc_7', 1, repeat('3', 64), repeat('4', 64), 1, 1, '{"EUR": 580}', '{}',
  1, 'anna', '2014-11-17');
insert into storno.remedy_plan_account values ('acc_1', 'pln_1', 'milano', 30, 0, 'EUR', 90, 'refund');
insert into storno.remedy_plan_refund values ('acc_1', 'pln_1', 'lia_1', 'original_payment', 580, 'EUR');
insert into storno.plan_sample values ('acc_1', 'pln_1');
insert into storno.plan_sample_opened
select 'acc_1', 'pln_1', who, '2014-11-18' from unnest(array['anna', 'bruno', 'dora', 'otto', 'vera']) as o (who);
`;

export const CASEWORK_PROTECTED = [
  ...['incident', 'incident_finding', 'outside_sample', 'remedy_policy', 'remedy_plan', 'remedy_plan_account'],
  ...['remedy_plan_refund', 'remedy_plan_exclusion', 'plan_sample', 'plan_sample_opened', 'plan_decision'],
]
  .map((table) => `union all select t::text from storno.${table} as t`)
  .concat(
    'union all select (account_id, liability_id, finding_id, kind, payment_id, owed_minor)::text from storno.liability',
  )
  .join('\n');

function decide(parts: { readonly by: string; readonly planned?: string; readonly digest?: string }): string {
  const { by, planned = 'anna', digest = '3' } = parts;
  return `insert into storno.plan_decision values ('pln_1', repeat('${digest}', 64), '${planned}', 1, 'approved', 'x',
    '${by}', '2014-11-18', '2014-11-20')`;
}

export const CASEWORK_ATTACKS: readonly Attack[] = [
  // Four eyes.
  refused(decide({ by: 'anna' }), CHECKED, API),
  refused(decide({ by: 'anna', planned: 'otto' }), FOREIGN_KEY, API),
  refused(decide({ by: 'bruno', digest: '5' }), FOREIGN_KEY, API),
  refused(decide({ by: 'dora' }), REFUSED_STEP, API),
  refused(decide({ by: 'emil' }), REFUSED_STEP, API),
  refused(decide({ by: 'otto' }), REFUSED_STEP, API),
  refused(decide({ by: 'vera' }), REFUSED_STEP, API),
  refused(decide({ by: 'nobody' }), REFUSED_STEP, API),
  refused(decide({ by: 'bruno' }).replace("64), 'anna', 1,", "64), 'anna', 0,"), FOREIGN_KEY, API),
  refused(decide({ by: 'bruno' }).replace('2014-11-20', '2014-11-17'), CHECKED, API),
  // A campaign without an approval.
  refused(
    `insert into storno.campaign (campaign_id, plan_id, digest, state, reason, per_ten_seconds, halt_failures, version,
      started_by, started_at, changed_by, changed_at)
    values ('cmp_1', 'pln_1', repeat('3', 64), 'running', '', 10, 1, 1, 'bruno', '2014-11-18', 'bruno', '2014-11-18')`,
    FOREIGN_KEY,
    API,
  ),
  // What is frozen.
  refused(
    "insert into storno.remedy_plan_exclusion values ('acc_1', 'pln_1', 'fnd_late', 1, 'EUR', 'late')",
    REFUSED_STEP,
    API,
  ),
  refused(
    "insert into storno.remedy_plan_account values ('acc_2', 'pln_1', 'milano', 30, 0, 'EUR', 90, 'refund')",
    REFUSED_STEP,
    API,
  ),
  refused(
    `insert into storno.incident_finding values ('acc_2', 'inc_7', 'fnd_late', 'double_charge', 'proven', 'rnt_3',
      'stripe', 'acct', 'ch_8', null, 580, 580, 'EUR', 'late', '{}')`,
    REFUSED_STEP,
    API,
  ),
  refused("insert into storno.outside_sample values ('acc_1', 'inc_7', 'rnt_2', 'after', '{}')", REFUSED_STEP, API),
  // Owed once, and never more than it is.
  refused(
    `insert into storno.liability values ('acc_1', 'lia_2', 'inc_7', 'fnd_ch_9', 'principal', 'stripe', 'acct', 'ch_9',
      null, null, 1, 'EUR', 0, 0, 0, 0, 0, 0, 1, '2014-11-18')`,
    DUPLICATE,
    API,
  ),
  refused(
    `insert into storno.liability values ('acc_1', 'lia_3', 'inc_7', 'fnd_ch_9', 'time_value', 'stripe', 'acct', 'ch_9',
      null, null, 5, 'EUR', 0, 5, 0, 0, 0, 0, 1, '2014-11-18')`,
    REFUSED_STEP,
    API,
  ),
  refused('update storno.liability set elsewhere_minor = owed_minor + 1, version = version + 1', CHECKED, API, WORKER),
  refused('update storno.liability set elsewhere_minor = 1', REFUSED_STEP, API, WORKER),
  ...denied(
    'update storno.liability set owed_minor = 1, version = version + 1',
    'delete from storno.liability',
    'update storno.remedy_plan set planned_by = $$bruno$$',
    'update storno.remedy_plan_refund set amount_minor = 1',
    'delete from storno.remedy_plan_exclusion',
    'update storno.plan_decision set decision = $$approved$$',
    'delete from storno.plan_decision',
    'update storno.incident_finding set grade = $$proven$$',
    'delete from storno.finding_review',
    'update storno.remedy_policy set body = $${}$$',
    'delete from storno.staff',
    'update storno.staff set staff_id = $$bruno$$',
    'truncate storno.plan_sample_opened',
  ),
];
