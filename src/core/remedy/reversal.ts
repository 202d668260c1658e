import { addDays, type Day } from '../kernel/day.ts';
import { addTargetDays } from '../kernel/target-day.ts';

/** A direct debit that was collected twice, as far as its way back depends on it. */
export interface CollectedDebit {
  /** Under `b2b` the debtor has no right to a refund. */
  readonly scheme: 'core' | 'b2b';
  /** The day on which the money was settled between the banks; null while it is not. */
  readonly settledOn: Day | null;
  /** It came back already: returned by the bank, refunded to the debtor, reversed. */
  readonly isReturned: boolean;
}

export interface ReversalTerms {
  /** The day on which the order reaches our bank. */
  readonly today: Day;
  /** TARGET days after settlement on which our bank still takes a reversal: 5 by the scheme, 2 at some banks. */
  readonly withinTargetDays: number;
}

/** How a direct debit is given back. Until `returnableUntil` the debtor's bank may still take it back by itself. */
export type WayBack =
  /** Nothing may be sent: it would pay twice. */
  | { readonly kind: 'none'; readonly why: 'returned' }
  /** A reject may still come; sending before settlement would pay for money that we never got. */
  | { readonly kind: 'wait'; readonly why: 'not_settled' }
  | { readonly kind: 'reversal'; readonly lastDay: Day; readonly returnableUntil: Day | null }
  /** Whoever sends it before `returnableUntil` may pay twice. */
  | { readonly kind: 'credit_transfer'; readonly why: 'too_late'; readonly returnableUntil: Day | null };

/**
 * Debtors may take their money back for eight weeks without giving a reason (EPC016-06, SEPA Direct Debit Core
 * Rulebook); it can leave our account up to seven business days later (ABN AMRO, "SEPA direct debit: refusal,
 * revocation or refund").
 */
const REFUND_RIGHT_DAYS = 56;
const REFUND_TRAVEL_TARGET_DAYS = 7;

/**
 * A reversal (pain.007) is allowed after settlement and within the days of the scheme; later only a transfer is.
 * Source: EPC016-06, SEPA Direct Debit Core Rulebook, reversals.
 */
export function decideWayBack(debit: CollectedDebit, terms: ReversalTerms): WayBack {
  if (debit.isReturned) return { kind: 'none', why: 'returned' };
  if (debit.settledOn === null || debit.settledOn > terms.today) return { kind: 'wait', why: 'not_settled' };
  const lastDay = addTargetDays(debit.settledOn, terms.withinTargetDays);
  const returnableUntil = debit.scheme === 'b2b' ? null : refundableUntil(debit.settledOn);
  // What reaches the bank on a closed day is dealt with on the next open one.
  if (addTargetDays(terms.today, 0) <= lastDay) return { kind: 'reversal', lastDay, returnableUntil };
  return { kind: 'credit_transfer', why: 'too_late', returnableUntil };
}

function refundableUntil(settledOn: Day): Day {
  return addTargetDays(addDays(settledOn, REFUND_RIGHT_DAYS), REFUND_TRAVEL_TARGET_DAYS);
}
