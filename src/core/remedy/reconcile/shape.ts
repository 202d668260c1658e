import type { Day } from '../../kernel/day.ts';
import type { Money } from '../../kernel/money.ts';

/** What must come to pass on the account, written down before it does. Positive: money comes; negative: it goes. */
export interface Expectation {
  readonly id: string;
  /** A payout of the provider, a transfer or a reversal of ours, a refund in the provider's report. */
  readonly kind: 'payout' | 'transfer' | 'reversal' | 'refund';
  readonly amount: Money;
  /** Every name under which it may be told: end-to-end id, payment information id, payout id, payment id. */
  readonly references: readonly string[];
  /** The days on which it is expected, both included. Under its reference it is known for longer. */
  readonly from: Day;
  readonly to: Day;
  /** The day that somebody was promised; null where none was. */
  readonly promisedOn: Day | null;
}

/** What did come to pass: a payment in a bank statement, or a line of the provider's report. Same signs. */
export interface Movement {
  /** The same in every import of the same money. */
  readonly id: string;
  readonly amount: Money;
  readonly references: readonly string[];
  readonly on: Day;
  readonly returnReason: string | null;
}

/** How much of a movement is for an expectation; the sum over either never exceeds it. */
export interface Allocation {
  readonly expectationId: string;
  readonly movementId: string;
  /** Signed as the movement is: a return has the sign against its expectation. */
  readonly amountMinor: bigint;
}

/** Hand before reference before amount before sum: each takes what those before it have left. */
export type Evidence = 'hand' | 'reference' | 'amount' | 'sum';

/** Expectations and movements that belong together, each in one group at most. */
export interface Group {
  /** `over` where more moved than was expected, whichever way; returns do not count here. */
  readonly standing: 'matched' | 'over' | 'under';
  readonly by: Evidence;
  readonly expectationIds: readonly string[];
  readonly movementIds: readonly string[];
  /** Empty where several expectations share a difference, and nobody can say whose it is. */
  readonly allocations: readonly Allocation[];
  /** Movements without returns − expectations; zero where matched. */
  readonly difference: Money;
  /** Which of them came back, by which movement and why. */
  readonly returned: readonly Returned[];
  /** Who decided it, and why; null unless by hand. */
  readonly decision: { readonly person: string; readonly reason: string } | null;
}

export interface Returned {
  readonly expectationId: string;
  readonly movementId: string;
  readonly reason: string | null;
}

/** What fits in more than one way: nothing is allocated, a person decides. */
export interface Ambiguity {
  readonly why: 'several_fit' | 'too_many_to_search';
  readonly expectationIds: readonly string[];
  readonly movementIds: readonly string[];
}

/** A person's decision. What does not sum up becomes `over` or `under`, as elsewhere. */
export interface ManualMatch {
  readonly expectationIds: readonly string[];
  readonly movementIds: readonly string[];
  readonly person: string;
  readonly reason: string;
}

export interface Promised {
  readonly expectationId: string;
  readonly promisedOn: Day;
  readonly arrivedOn: Day | null;
  /** `unknown`: something may be its payment, nobody can say so. */
  readonly standing: 'kept' | 'missed' | 'pending' | 'unknown';
}
