import type { Rental } from '../../fact/rental.ts';
import type { Basis } from '../detect.ts';
import type { FindingClass, Grade } from '../finding.ts';
import type { Share } from './allocate.ts';
import { holdOf, type Leg, most, remainingOf } from './leg.ts';

/** A charge without a rental reference that should not have been. */
export interface KeylessSuspect {
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly basis: KeylessBasis;
  readonly share: Share;
  readonly kept: Leg | null;
  /** The rental it repeats, where one reading is left. */
  readonly rental: Rental | null;
  /** How many other rentals of the account cost the same and are as good a reading. */
  readonly alternatives: number;
}

export type KeylessBasis =
  | Basis
  /** More charges than rentals of this price. */
  | 'rental_paid'
  /** The account has an unpaid rental, at another price. */
  | 'other_price'
  | 'no_rental'
  /** Nothing but account, amount and a short gap; no rentals to compare with. */
  | 'close_in_time';

/** A charge without reference that one rental explains. */
export interface Explained {
  readonly leg: Leg;
  readonly rental: Rental;
}

export interface KeylessVerdict {
  readonly suspects: readonly KeylessSuspect[];
  readonly explained: readonly Explained[];
  /** Succeeded charges that are neither: nothing speaks against them, or too little is known. */
  readonly quiet: readonly Leg[];
}

/** A suspect that gives back all it still holds, but for what is on its way already. */
export function suspectOf(leg: Leg): Pick<KeylessSuspect, 'share' | 'rental' | 'alternatives'> {
  const remaining = remainingOf(leg);
  const give = most(0n, remaining - holdOf(leg));
  return { share: { leg, give, held: remaining - give }, rental: null, alternatives: 0 };
}

export function amountKey(leg: Leg): string {
  return `${leg.payment.amount.currency} ${leg.payment.amount.amountMinor}`;
}
