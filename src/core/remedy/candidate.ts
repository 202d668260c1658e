import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { FindingClass, Grade } from './finding.ts';
import type { Channel } from './remedy-policy.ts';

/** A finding with all that bears on whether and how it is paid, as it stands now: what a plan is made from. */
export interface Candidate {
  /** Empty where nobody is known. */
  readonly accountId: string;
  readonly findingId: string;
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly rentalId: string | null;
  readonly provider: string;
  readonly merchantAccount: string;
  readonly paymentId: string | null;
  readonly keptPaymentId: string | null;
  readonly refundDue: Money;
  /** When the wrong charge was made; null where no payment is given back. */
  readonly chargedAt: Instant | null;
  /** The last review; null where there is none. */
  readonly review: 'accepted' | 'rejected' | null;
  readonly principal: OwedState | null;
  readonly interest: OwedState | null;
  /** The other incident that owes this payment already. */
  readonly owedBy: string | null;
  /** A dispute over the wrong payment is open. */
  readonly isDisputed: boolean;
  /** The charge that was to stay was given back, or is about to be. */
  readonly isKeptGone: boolean;
  /** Over which it was tried, and came back for good. */
  readonly failedChannels: readonly Channel[];
}

/** A liability as far as a plan needs it: what is owed, and what of it is discharged or under way. Minor units. */
export interface OwedState {
  readonly liabilityId: string;
  readonly owed: Money;
  readonly reservedMinor: bigint;
  readonly refundedMinor: bigint;
  readonly transferredMinor: bigint;
  readonly creditedMinor: bigint;
  readonly elsewhereMinor: bigint;
  readonly unpayableMinor: bigint;
}

/** What may still be given: at least zero. */
export function leftOfOwed(state: OwedState): bigint {
  const { reservedMinor, refundedMinor, transferredMinor, creditedMinor, elsewhereMinor, unpayableMinor } = state;
  const gone = reservedMinor + refundedMinor + transferredMinor + creditedMinor + elsewhereMinor + unpayableMinor;
  return state.owed.amountMinor - gone;
}

/** A customer as far as a plan needs him. */
export interface PlanCustomer {
  readonly accountId: string;
  readonly homeMarket: string;
  /** Whether there is a method by which he pays us: then he can be credited. */
  readonly hasMethod: boolean;
  /** Whether he said where else his money may go. */
  readonly hasBankAccount: boolean;
  /** A plan of this incident was carried out for him before: minutes and letters are not given again. */
  readonly isServed: boolean;
}

/** Whether a finding may be paid at all, as far as class, grade and review tell; else why not. */
export type Standing = 'payable' | 'phantom' | 'acquirer' | 'not_due' | 'rejected' | 'possible' | 'not_reviewed';

/**
 * Only what is proven is paid without a person looking. A person may reject whatever he likes, and accept what is
 * probable, or possible.
 */
export function standingOf(
  candidate: Pick<Candidate, 'class' | 'grade' | 'review'> & { readonly refundDue: Money },
): Standing {
  const { class: kind, grade, review, refundDue } = candidate;
  if (kind === 'phantom' || kind === 'missing_twin') return 'phantom';
  if (review === 'rejected') return 'rejected';
  if (kind === 'acquirer_duplicate') return 'acquirer';
  if (refundDue.amountMinor === 0n) return 'not_due';
  if (review === 'accepted' || grade === 'proven') return 'payable';
  return grade === 'possible' ? 'possible' : 'not_reviewed';
}
