import { assert } from '../../../core/kernel/assert.ts';
import type { PlanAccount, PlanExclusion, PlanRefund } from '../../../core/remedy/plan.ts';
import type { Amounts } from '../../../core/remedy/remedy-policy.ts';
import type { PlanRows, StoredPlan } from '../../../flow/ports/casework.ts';
import { instantOf, namesOf, type Queries, type Row, run, type Shape, type Statement } from '../store/sql.ts';

export const ACCOUNT: Shape<PlanAccount> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['market', 'text', ({ market }) => market],
  ['minutes', 'int', ({ minutes }) => minutes],
  ['goodwill_minor', 'bigint', ({ goodwillMinor }) => goodwillMinor],
  ['currency', 'text', ({ currency }) => currency],
  ['valid_days', 'int', ({ validDays }) => validDays],
  ['letter', 'text', ({ letter }) => letter],
];

export const REFUND: Shape<PlanRefund> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['liability_id', 'text', ({ liabilityId }) => liabilityId],
  ['channel', 'text', ({ channel }) => channel],
  ['amount_minor', 'bigint', ({ amountMinor }) => amountMinor],
  ['currency', 'text', ({ currency }) => currency],
];

export const EXCLUSION: Shape<PlanExclusion> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['finding_id', 'text', ({ findingId }) => findingId],
  ['amount_minor', 'bigint', ({ amountMinor }) => amountMinor],
  ['currency', 'text', ({ currency }) => currency],
  ['reason', 'text', ({ reason }) => reason],
];

const READ_ACCOUNTS: Statement = {
  name: 'read_plan_accounts',
  text: `select ${namesOf(ACCOUNT)} from storno.remedy_plan_account where plan_id = $1
    order by account_id collate "C"`,
};

const READ_REFUNDS: Statement = {
  name: 'read_plan_refunds',
  text: `select ${namesOf(REFUND)} from storno.remedy_plan_refund where plan_id = $1
    order by account_id collate "C", liability_id collate "C"`,
};

const READ_EXCLUSIONS: Statement = {
  name: 'read_plan_exclusions',
  text: `select ${namesOf(EXCLUSION)} from storno.remedy_plan_exclusion where plan_id = $1
    order by account_id collate "C", finding_id collate "C"`,
};

export async function readPlanRows(on: Queries, planId: string): Promise<PlanRows> {
  return {
    accounts: (await run(on, READ_ACCOUNTS, [planId])).map(accountOf),
    refunds: (await run(on, READ_REFUNDS, [planId])).map(refundOf),
    exclusions: (await run(on, READ_EXCLUSIONS, [planId])).map(exclusionOf),
  };
}

export function accountOf(row: Row): PlanAccount {
  return {
    accountId: row.account_id as string,
    market: row.market as string,
    minutes: row.minutes as number,
    goodwillMinor: row.goodwill_minor as bigint,
    currency: row.currency as string,
    validDays: row.valid_days as number,
    letter: row.letter as PlanAccount['letter'],
  };
}

export function refundOf(row: Row): PlanRefund {
  return {
    accountId: row.account_id as string,
    liabilityId: row.liability_id as string,
    channel: row.channel as PlanRefund['channel'],
    amountMinor: row.amount_minor as bigint,
    currency: row.currency as string,
  };
}

export function exclusionOf(row: Row): PlanExclusion {
  return {
    accountId: row.account_id as string,
    findingId: row.finding_id as string,
    amountMinor: row.amount_minor as bigint,
    currency: row.currency as string,
    reason: row.reason as string,
  };
}

/** A plan `p` with its decision `d`. */
export const PLAN_COLUMNS = `p.plan_id, p.incident_id, p.policy_version, p.digest, p.basis_digest, p.accounts, p.refunds,
  p.sums, p.minutes, p.samples, p.planned_by, p.planned_at, d.decision, d.reason, d.decided_by, d.decided_at, d.expires_at`;

export function planOf(row: Row): StoredPlan {
  return {
    planId: row.plan_id as string,
    incidentId: row.incident_id as string,
    policyVersion: row.policy_version as number,
    digest: row.digest as string,
    basisDigest: row.basis_digest as string,
    accounts: row.accounts as number,
    refunds: row.refunds as number,
    sums: amountsOf(row.sums),
    minutes: row.minutes as StoredPlan['minutes'],
    samples: row.samples as number,
    plannedBy: row.planned_by as string,
    plannedAt: instantOf(row.planned_at),
    decision:
      row.decision === null
        ? null
        : {
            decision: row.decision as 'approved' | 'refused',
            reason: row.reason as string,
            decidedBy: row.decided_by as string,
            decidedAt: instantOf(row.decided_at),
            expiresAt: instantOf(row.expires_at),
          },
  };
}

/** `{"EUR": 123456}`: JSON's numbers are exact below 2^53, far above every cap. */
export function amountsOf(sums: unknown): Amounts {
  const amounts = Object.entries(sums as Readonly<Record<string, number>>);
  return Object.fromEntries(
    amounts.map(([currency, amount]) => {
      assert(Number.isSafeInteger(amount), `${amount} ${currency} cannot be read exactly`);
      return [currency, BigInt(amount)];
    }),
  );
}

export function sumsJson(sums: Amounts): string {
  return `{${Object.entries(sums)
    .map(([currency, amountMinor]) => `${JSON.stringify(currency)}:${amountMinor}`)
    .join(',')}}`;
}
