import { planText } from '../plan/plan-text.ts';
import type { PlanAccount, PlanExclusion, PlanRefund } from '../plan.ts';
import { canonicalText, type Json } from '../proof/canonical.ts';
import type { TextDigest } from '../proof/chain.ts';
import type { PackRow, PackRows } from '../proof/pack.ts';
import { instant, minor, text, whole } from '../proof/read-rows.ts';
import type { Channel } from '../remedy-policy.ts';
import { type Check, check } from './check.ts';

/** Four eyes: what was carried out is what another person approved, by its digest, before anything was sent. */
export function checkApprovals(rows: PackRows, digest: TextDigest): readonly Check[] {
  const decided = `${rows.plan_decision.length} decisions, ${rows.campaign.length} campaigns`;
  return [
    check('every plan has the digest of its rows', planFaults(rows, digest), `${rows.remedy_plan.length} plans`),
    check('another person than the planner decided, about this very digest', decisionFaults(rows), decided),
    check('whoever approved had opened every sample before', sampleFaults(rows), `${rows.plan_sample.length} samples`),
    check('no campaign without an approval that still held', campaignFaults(rows), decided),
    check('nothing was sent before its plan was approved', sendFaults(rows), `${rows.refund_attempt.length} attempts`),
    check('every refund is a row of an approved plan', refundFaults(rows), `${rows.refund.length} refunds`),
    check('a campaign that is done left no refund open', doneFaults(rows), decided),
  ];
}

function planFaults(rows: PackRows, digest: TextDigest): readonly string[] {
  const incidentId = text(rows.incident[0] ?? {}, 'incident_id');
  return rows.remedy_plan.flatMap((plan) => {
    const planId = text(plan, 'plan_id');
    const accounts = rows.remedy_plan_account.filter((row) => row.plan_id === planId).map(accountOf);
    const refunds = rows.remedy_plan_refund.filter((row) => row.plan_id === planId).map(refundOf);
    const exclusions = rows.remedy_plan_exclusion.filter((row) => row.plan_id === planId).map(exclusionOf);
    const head = { incidentId, policyVersion: whole(plan, 'policy_version') };
    const isSame = digest(planText(head, { accounts, refunds, exclusions })) === text(plan, 'digest');
    return [
      ...(isSame ? [] : [`plan ${planId} has another digest than its rows`]),
      ...(accounts.length === whole(plan, 'accounts') && refunds.length === whole(plan, 'refunds')
        ? []
        : [`plan ${planId} counts other rows than it has`]),
      ...(canonicalText(sumsOf(refunds)) === canonicalText(withoutNoughts(plan.sums ?? null))
        ? []
        : [`plan ${planId} states other sums than those of its rows`]),
    ];
  });
}

/** By currency, as text; JSON of the database may hold them as numbers. */
function sumsOf(refunds: readonly PlanRefund[]): Json {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of refunds) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  return Object.fromEntries([...sums].map(([currency, sum]) => [currency, String(sum)]));
}

function withoutNoughts(sums: Json): Json {
  if (typeof sums !== 'object' || sums === null || Array.isArray(sums)) return null;
  const entries = Object.entries(sums as { readonly [name: string]: Json });
  return Object.fromEntries(entries.map(([name, sum]) => [name, String(sum)]).filter(([, sum]) => sum !== '0'));
}

function decisionFaults(rows: PackRows): readonly string[] {
  return rows.plan_decision.flatMap((decision) => {
    const planId = text(decision, 'plan_id');
    const plan = rows.remedy_plan.find((one) => one.plan_id === planId);
    if (plan === undefined) return [`a decision about plan ${planId}, which is not there`];
    return [
      ...(decision.decided_by === plan.planned_by ? [`plan ${planId} was decided by whoever planned it`] : []),
      ...(decision.digest === plan.digest ? [] : [`plan ${planId} was decided about by another digest`]),
      ...(instant(decision, 'decided_at') < instant(plan, 'planned_at')
        ? [`plan ${planId} was decided too early`]
        : []),
    ];
  });
}

function sampleFaults(rows: PackRows): readonly string[] {
  return approvalsOf(rows).flatMap((decision) => {
    const planId = text(decision, 'plan_id');
    const samples = rows.plan_sample.filter((row) => row.plan_id === planId);
    const opened = rows.plan_sample_opened.filter(
      (row) =>
        row.plan_id === planId &&
        row.opened_by === decision.decided_by &&
        instant(row, 'opened_at') <= instant(decision, 'decided_at'),
    );
    const seen = new Set(opened.map((row) => row.account_id));
    const missing = samples.filter((row) => !seen.has(row.account_id ?? null));
    return [
      ...(samples.length === whole(decision, 'samples') ? [] : [`plan ${planId} has ${samples.length} samples`]),
      ...missing.map((row) => `the sample ${row.account_id} of plan ${planId} was not opened by whoever approved`),
    ];
  });
}

function campaignFaults(rows: PackRows): readonly string[] {
  const approvals = approvalsByPlan(rows);
  return rows.campaign.flatMap((campaign) => {
    const campaignId = text(campaign, 'campaign_id');
    const decision = approvals.get(text(campaign, 'plan_id'));
    if (decision === undefined) return [`campaign ${campaignId} has no approval`];
    const at = instant(campaign, 'started_at');
    return [
      ...(campaign.digest === decision.digest ? [] : [`campaign ${campaignId} carries out another digest`]),
      ...(at < instant(decision, 'decided_at') ? [`campaign ${campaignId} began before the approval`] : []),
      ...(at >= instant(decision, 'expires_at') ? [`campaign ${campaignId} began after the approval had lapsed`] : []),
    ];
  });
}

function sendFaults(rows: PackRows): readonly string[] {
  const approvals = approvalsByPlan(rows);
  const refunds = new Set(rows.refund.map(refundKey));
  return rows.refund_attempt.flatMap((attempt) => {
    const decision = approvals.get(text(attempt, 'plan_id'));
    const name = `attempt ${attempt.idempotency_key}`;
    if (!refunds.has(refundKey(attempt))) return [`${name} belongs to no refund`];
    if (decision === undefined) return [`${name} was sent without an approval`];
    return instant(attempt, 'sent_at') < instant(decision, 'decided_at')
      ? [`${name} was sent before the approval`]
      : [];
  });
}

function refundFaults(rows: PackRows): readonly string[] {
  const approvals = approvalsByPlan(rows);
  const planned = new Map(rows.remedy_plan_refund.map((row) => [refundKey(row), row]));
  return rows.refund.flatMap((refund) => {
    const row = planned.get(refundKey(refund));
    const name = `the refund of ${refund.liability_id}`;
    if (!approvals.has(text(refund, 'plan_id'))) return [`${name} is of a plan that nobody approved`];
    if (row === undefined) return [`${name} is no row of its plan`];
    const same = ['channel', 'amount_minor', 'currency'].every((column) => row[column] === refund[column]);
    return same ? [] : [`${name} is not what its plan says`];
  });
}

const FINAL = ['succeeded', 'failed', 'not_owed', 'canceled'];

function doneFaults(rows: PackRows): readonly string[] {
  const refunds = new Map(rows.refund.map((row) => [refundKey(row), row]));
  return rows.campaign
    .filter((campaign) => campaign.state === 'done')
    .flatMap((campaign) =>
      rows.remedy_plan_refund
        .filter((row) => row.plan_id === campaign.plan_id)
        .filter((row) => !FINAL.includes(String(refunds.get(refundKey(row))?.state)))
        .map((row) => `the refund of ${row.liability_id} is not final`),
    );
}

function approvalsOf(rows: PackRows): readonly PackRow[] {
  return rows.plan_decision.filter((row) => row.decision === 'approved');
}

function approvalsByPlan(rows: PackRows): ReadonlyMap<string, PackRow> {
  return new Map(approvalsOf(rows).map((row) => [text(row, 'plan_id'), row]));
}

/** Ids hold no blanks. */
export function refundKey(row: PackRow): string {
  return `${row.account_id} ${row.plan_id} ${row.liability_id}`;
}

function accountOf(row: PackRow): PlanAccount {
  return {
    accountId: text(row, 'account_id'),
    market: text(row, 'market'),
    minutes: whole(row, 'minutes'),
    goodwillMinor: minor(row, 'goodwill_minor'),
    currency: text(row, 'currency'),
    validDays: whole(row, 'valid_days'),
    letter: text(row, 'letter') as PlanAccount['letter'],
  };
}

function refundOf(row: PackRow): PlanRefund {
  return {
    accountId: text(row, 'account_id'),
    liabilityId: text(row, 'liability_id'),
    channel: text(row, 'channel') as Channel,
    amountMinor: minor(row, 'amount_minor'),
    currency: text(row, 'currency'),
  };
}

function exclusionOf(row: PackRow): PlanExclusion {
  return {
    accountId: text(row, 'account_id'),
    findingId: text(row, 'finding_id'),
    amountMinor: minor(row, 'amount_minor'),
    currency: text(row, 'currency'),
    reason: text(row, 'reason'),
  };
}
