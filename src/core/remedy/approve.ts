import { fail, ok, type Result } from '../kernel/result.ts';
import { HOUR_MS, type Instant } from '../kernel/time.ts';
import type { Amounts, RemedyPolicy } from './remedy-policy.ts';
import { mayApprove, type Staff } from './staff.ts';

/** All that bears on whether a plan may be approved, as it stands in the transaction that decides. */
export interface Approval {
  readonly plan: {
    readonly digest: string;
    readonly basisDigest: string;
    readonly refunds: number;
    readonly sums: Amounts;
    readonly samples: number;
    readonly plannedBy: string;
  };
  /** The decision that stands already; null where there is none. */
  readonly decided: 'approved' | 'refused' | null;
  readonly decider: Staff;
  /** Digests computed anew, from the plan's rows and from what they rest on. */
  readonly now: { readonly digest: string; readonly basisDigest: string };
  /** What whoever approves says that he approves; null where he does not say it. */
  readonly expected: Expected;
  readonly samplesOpened: number;
  readonly isBeneficiary: boolean;
  /** Approved on the same day before, over all incidents. */
  readonly approvedToday: Amounts;
  readonly policy: Pick<RemedyPolicy, 'caps' | 'approval'>;
  readonly at: Instant;
}

export interface Expected {
  readonly digest: string | null;
  readonly refunds: number | null;
  /** By currency; null where nothing is expected. */
  readonly sums: Amounts | null;
}

export type ApprovalRefusal =
  | { readonly kind: 'already_decided'; readonly decision: 'approved' | 'refused' }
  | { readonly kind: 'may_not' }
  | { readonly kind: 'same_person' }
  | { readonly kind: 'rows_changed' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'digest_differs'; readonly digest: string }
  | { readonly kind: 'count_differs'; readonly refunds: number }
  | { readonly kind: 'total_differs'; readonly sums: Amounts }
  | { readonly kind: 'beneficiary' }
  | { readonly kind: 'samples_not_opened'; readonly opened: number; readonly samples: number }
  | { readonly kind: 'over_plan_cap'; readonly currency: string; readonly capMinor: bigint }
  | { readonly kind: 'over_day_cap'; readonly currency: string; readonly capMinor: bigint };

/**
 * Whether the plan may be approved by this person now, and until when that holds. What cannot be healed is asked first.
 * The database asks the most of it once more by itself.
 */
export function decideApproval(approval: Approval): Result<{ readonly expiresAt: Instant }, ApprovalRefusal> {
  const barred = decideRefusal(approval);
  if (!barred.ok) return barred;
  const { plan, now, expected, policy } = approval;
  if (now.digest !== plan.digest) return fail({ kind: 'rows_changed' });
  if (now.basisDigest !== plan.basisDigest) return fail({ kind: 'stale' });
  if (expected.digest !== null && expected.digest !== plan.digest) {
    return fail({ kind: 'digest_differs', digest: plan.digest });
  }
  if (expected.refunds !== null && expected.refunds !== plan.refunds) {
    return fail({ kind: 'count_differs', refunds: plan.refunds });
  }
  if (expected.sums !== null && !isSame(expected.sums, plan.sums)) {
    return fail({ kind: 'total_differs', sums: plan.sums });
  }
  if (approval.isBeneficiary) return fail({ kind: 'beneficiary' });
  if (approval.samplesOpened < plan.samples) {
    return fail({ kind: 'samples_not_opened', opened: approval.samplesOpened, samples: plan.samples });
  }
  return overCap(approval) ?? ok({ expiresAt: approval.at + policy.approval.validHours * HOUR_MS });
}

/** Whether this person may say no: whoever may approve and did not plan it. */
export function decideRefusal(
  approval: Pick<Approval, 'decided' | 'decider' | 'plan'>,
): Result<null, Extract<ApprovalRefusal, { kind: 'already_decided' | 'may_not' | 'same_person' }>> {
  const { decided, decider, plan } = approval;
  if (decided !== null) return fail({ kind: 'already_decided', decision: decided });
  if (!mayApprove(decider)) return fail({ kind: 'may_not' });
  if (decider.staffId === plan.plannedBy) return fail({ kind: 'same_person' });
  return ok(null);
}

function overCap({ plan, policy: { caps }, approvedToday }: Approval): Result<never, ApprovalRefusal> | null {
  for (const [currency, amountMinor] of Object.entries(plan.sums)) {
    const [planCap, dayCap] = [caps.plan[currency] ?? 0n, caps.day[currency] ?? 0n];
    if (amountMinor > planCap) return fail({ kind: 'over_plan_cap', currency, capMinor: planCap });
    if (amountMinor + (approvedToday[currency] ?? 0n) > dayCap) {
      return fail({ kind: 'over_day_cap', currency, capMinor: dayCap });
    }
  }
  return null;
}

function isSame(one: Amounts, other: Amounts): boolean {
  const currencies = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...currencies].every((currency) => (one[currency] ?? 0n) === (other[currency] ?? 0n));
}
