import { money } from '../../../core/kernel/money.ts';
import type { Liability } from '../../../core/remedy/liability.ts';
import type { Refund, RefundAttempt, RefundCampaign, RefundKey } from '../../../core/remedy/refund.ts';
import type { Campaign } from '../../../flow/ports/campaign.ts';
import { instantOf, instantOrNull, type Row, type Shape } from '../store/sql.ts';

/** Rows of the tables as the program's own values. The schema's checks are what makes the casts true. */

export const REFUND_KEY: Shape<RefundKey> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['plan_id', 'text', ({ planId }) => planId],
  ['liability_id', 'text', ({ liabilityId }) => liabilityId],
];

export function refundKeyOf(row: Row): RefundKey {
  return {
    accountId: row.account_id as string,
    planId: row.plan_id as string,
    liabilityId: row.liability_id as string,
  };
}

/** Unique over all accounts. */
export function sayKey({ accountId, planId, liabilityId }: RefundKey): string {
  return `${accountId} ${planId} ${liabilityId}`;
}

export function refundOf(row: Row): Refund {
  return {
    key: refundKeyOf(row),
    channel: row.channel as Refund['channel'],
    amount: money(row.amount_minor as bigint, row.currency as string),
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    paymentId: row.payment_id as string,
    state: row.state as Refund['state'],
    reason: row.reason as string,
    runAt: instantOrNull(row.run_at),
    version: row.version as number,
    acceptedAt: instantOrNull(row.accepted_at),
    succeededAt: instantOrNull(row.succeeded_at),
    watchedUntil: instantOrNull(row.watched_until),
    recordedAt: instantOf(row.recorded_at),
  };
}

/** Columns of the liability `l`, each with the prefix `l_`. */
export const LIABILITY_COLUMNS = [
  'incident_id',
  'finding_id',
  'kind',
  'kept_payment_id',
  'rental_id',
  'owed_minor',
  'currency',
  'reserved_minor',
  'refunded_minor',
  'transferred_minor',
  'credited_minor',
  'elsewhere_minor',
  'unpayable_minor',
  'version',
  'recorded_at',
]
  .map((name) => `l.${name} as l_${name}`)
  .join(', ');

export function liabilityOf(row: Row): Liability {
  return {
    accountId: row.account_id as string,
    liabilityId: row.liability_id as string,
    incidentId: row.l_incident_id as string,
    findingId: row.l_finding_id as string,
    kind: row.l_kind as Liability['kind'],
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    paymentId: row.payment_id as string,
    keptPaymentId: row.l_kept_payment_id as string | null,
    rentalId: row.l_rental_id as string | null,
    owed: money(row.l_owed_minor as bigint, row.l_currency as string),
    reservedMinor: row.l_reserved_minor as bigint,
    refundedMinor: row.l_refunded_minor as bigint,
    transferredMinor: row.l_transferred_minor as bigint,
    creditedMinor: row.l_credited_minor as bigint,
    elsewhereMinor: row.l_elsewhere_minor as bigint,
    unpayableMinor: row.l_unpayable_minor as bigint,
    version: row.l_version as number,
    recordedAt: instantOf(row.l_recorded_at),
  };
}

export function refundAttemptOf(row: Row): RefundAttempt {
  return {
    key: refundKeyOf(row),
    generation: row.generation as number,
    idempotencyKey: row.idempotency_key as string,
    requestDigest: row.request_digest as string,
    state: row.state as RefundAttempt['state'],
    sentAt: instantOf(row.sent_at),
    horizonAt: instantOf(row.horizon_at),
    providerRef: row.provider_ref as string | null,
    failureCode: row.failure_code as string | null,
    absentAt: (row.absent_at as unknown[]).map(instantOf),
  };
}

export function refundCampaignOf(row: Row): RefundCampaign {
  return {
    state: row.campaign_state as RefundCampaign['state'],
    canary: row.canary as number | null,
    perTenSeconds: row.per_ten_seconds as number,
  };
}

export const CAMPAIGN_COLUMNS = `c.campaign_id, c.plan_id, p.incident_id, c.state, c.reason, c.canary, c.per_ten_seconds,
  c.halt_failures, c.version, c.started_by, c.started_at, c.changed_by, c.changed_at`;

export function campaignOf(row: Row): Campaign {
  return {
    campaignId: row.campaign_id as string,
    planId: row.plan_id as string,
    incidentId: row.incident_id as string,
    state: row.state as Campaign['state'],
    reason: row.reason as string,
    canary: row.canary as number | null,
    perTenSeconds: row.per_ten_seconds as number,
    haltFailures: row.halt_failures as number,
    version: row.version as number,
    startedBy: row.started_by as string,
    startedAt: instantOf(row.started_at),
    changedBy: row.changed_by as string,
    changedAt: instantOf(row.changed_at),
  };
}
