import type { Static } from 'typebox';
import { money } from '../core/kernel/money.ts';
import { type Instant, toRfc3339 } from '../core/kernel/time.ts';
import type { Incident } from '../core/remedy/incident.ts';
import type { Progress } from '../core/remedy/progress.ts';
import type { Amounts } from '../core/remedy/remedy-policy.ts';
import type { Campaign, PlannedRefund } from '../flow/ports/campaign.ts';
import type { ReviewedFinding, StoredPlan } from '../flow/ports/casework.ts';
import type { Opened } from '../flow/remedy/decide-plan.ts';
import { countUnexplained, type Reconciled } from '../flow/remedy/reconcile-incident.ts';
import type { FindingShape, IncidentShape, ReconciliationShape } from './contract/incident.ts';
import type { CampaignShape, PlanRefundShape, PreviewShape, RemedyPlanShape } from './contract/remedy-plan.ts';
import { sayMoney } from './wire.ts';

/* As wire.ts, for what makes an incident good. */

function timeOrNull(instant: Instant | null): string | null {
  return instant === null ? null : toRfc3339(instant);
}

function saySums(sums: Amounts) {
  return Object.entries(sums).map(([currency, amountMinor]) => sayMoney(money(amountMinor, currency)));
}

export function sayIncident(incident: Incident, closedAt: Instant | null): Static<typeof IncidentShape> {
  return {
    incident_id: incident.incidentId,
    title: incident.title,
    source: incident.source,
    affected_from: timeOrNull(incident.affectedFrom),
    affected_to: timeOrNull(incident.affectedTo),
    charged_from: timeOrNull(incident.chargedFrom),
    charged_to: timeOrNull(incident.chargedTo),
    findings: incident.findings,
    accounts: incident.accounts,
    scope_sha256: incident.scopeDigest,
    opened_by: incident.openedBy,
    opened_at: toRfc3339(incident.openedAt),
    closed_at: timeOrNull(closedAt),
  };
}

export function sayFinding(finding: ReviewedFinding): Static<typeof FindingShape> {
  return {
    finding_id: finding.findingId,
    account_id: finding.accountId,
    class: finding.class,
    grade: finding.grade,
    rental_id: finding.rentalId,
    payment_id: finding.paymentId,
    kept_payment_id: finding.keptPaymentId,
    amount: sayMoney(finding.amount),
    refund_due: sayMoney(finding.refundDue),
    reason: finding.reason,
    review: finding.review,
    evidence: finding.evidence,
  };
}

export function sayReconciliation(found: Reconciled, asOf: string): Static<typeof ReconciliationShape> {
  const { groups, open, ambiguities, promises, expectations } = found;
  return {
    as_of: asOf,
    even: countUnexplained(found) === 0,
    expected: expectations.length,
    matched: groups.filter(({ standing }) => standing === 'matched').length,
    open: open.map(({ expectationId, isOverdue }) => ({ expectation: expectationId, overdue: isOverdue })),
    different: groups
      .filter(({ standing }) => standing !== 'matched')
      .map(({ standing, expectationIds, movementIds }) => ({
        standing,
        expected: [...expectationIds],
        moved: [...movementIds],
      })),
    ambiguous: ambiguities.length,
    promises_kept: promises.filter(({ standing }) => standing === 'kept').length,
    promises_missed: promises.filter(({ standing }) => standing === 'missed').length,
  };
}

export function sayPlan({ decision, ...plan }: StoredPlan): Static<typeof RemedyPlanShape> {
  return {
    plan_id: plan.planId,
    incident_id: plan.incidentId,
    state: decision?.decision ?? 'waiting',
    policy_version: plan.policyVersion,
    digest: plan.digest,
    accounts: plan.accounts,
    refunds: plan.refunds,
    sums: saySums(plan.sums),
    minutes: { ...plan.minutes },
    samples: plan.samples,
    planned_by: plan.plannedBy,
    planned_at: toRfc3339(plan.plannedAt),
    decision:
      decision === null
        ? null
        : {
            decision: decision.decision,
            reason: decision.reason,
            decided_by: decision.decidedBy,
            decided_at: toRfc3339(decision.decidedAt),
            expires_at: toRfc3339(decision.expiresAt),
          },
  };
}

export function sayPlannedRefund({ key, ...planned }: PlannedRefund): Static<typeof PlanRefundShape> {
  return {
    account_id: key.accountId,
    liability_id: key.liabilityId,
    channel: planned.channel,
    amount: sayMoney(money(planned.amountMinor, planned.currency)),
    provider: planned.provider,
    merchant_account: planned.merchantAccount,
    payment_id: planned.paymentId,
    kept_payment_id: planned.keptPaymentId,
  };
}

export function sayPreview({ kind, preview: { account, ...preview } }: Opened): Static<typeof PreviewShape> {
  return {
    result: kind,
    account_id: account.accountId,
    market: account.market,
    minutes: account.minutes,
    valid_days: account.validDays,
    goodwill: sayMoney(money(account.goodwillMinor, account.currency)),
    letter: account.letter,
    refunds: preview.refunds.map((refund) => ({
      finding_id: refund.findingId,
      payment_id: refund.paymentId,
      kind: refund.kind,
      channel: refund.channel,
      amount: sayMoney(money(refund.amountMinor, refund.currency)),
      reason: refund.reason,
      evidence: refund.evidence,
    })),
    exclusions: preview.exclusions.map(({ findingId, amountMinor, currency, reason }) => ({
      finding_id: findingId,
      amount: sayMoney(money(amountMinor, currency)),
      reason,
    })),
  };
}

export function sayCampaign(campaign: Campaign, progress: Progress): Static<typeof CampaignShape> {
  return {
    plan_id: campaign.planId,
    incident_id: campaign.incidentId,
    state: campaign.state,
    reason: campaign.reason,
    canary: campaign.canary,
    refunds_in_ten_seconds: campaign.perTenSeconds,
    started_by: campaign.startedBy,
    started_at: toRfc3339(campaign.startedAt),
    changed_by: campaign.changedBy,
    changed_at: toRfc3339(campaign.changedAt),
    progress: {
      planned: progress.planned,
      done: progress.done,
      due: progress.due,
      pending: progress.pending,
      unknown: progress.unknown,
      failed: progress.failed,
      needs_customer: progress.needsCustomer,
      quarantined: progress.quarantined,
      not_owed: progress.notOwed,
      canceled: progress.canceled,
      not_taken_over: progress.missing,
      paid: saySums(progress.paidMinor),
      rate: progress.perSecond,
      eta: timeOrNull(progress.etaAt),
      last_success: timeOrNull(progress.lastSuccessAt),
      is_over: progress.isOver,
    },
  };
}
