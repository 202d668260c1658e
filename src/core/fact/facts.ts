import type { Window } from '../kernel/time.ts';
import type { Charge } from './charge.ts';
import type { Payment } from './payment.ts';
import type { Rental } from './rental.ts';
import type { Settlement } from './settlement.ts';

/**
 * All facts of one scan, or of a part of it. `layers` and `coverage` always describe the whole input, also when the
 * lists hold only the part that the screen proposed: a part must be judged exactly as it would be within the whole.
 */
export interface Facts {
  readonly rentals: readonly Rental[];
  readonly payments: readonly Payment[];
  readonly charges: readonly Charge[];
  readonly settlements: readonly Settlement[];
  readonly layers: Layers;
  readonly coverage: Coverage;
  /** Absent where every rental row could be used. */
  readonly rentalsUnread?: RentalsUnread;
}

/**
 * What rejected rows of the rentals file still told of themselves. A rental that could not be read is no rental that
 * never was: charges that it may explain are not called wrong with any certainty.
 */
export interface RentalsUnread {
  readonly rentalIds: ReadonlySet<string>;
  readonly accountIds: ReadonlySet<string>;
}

/** Which layers were given besides the payments, which always are. */
export interface Layers {
  readonly rentals: boolean;
  /** False where no rental of the whole input has an account (MDS trips); absent means that they have. */
  readonly rentalsTellAccounts?: boolean;
  readonly charges: boolean;
  readonly settlements: boolean;
}

/**
 * What stretch of time each layer covers (first and last fact, both included); null where the layer is absent or empty.
 */
export interface Coverage {
  readonly rentalsEnded: Window | null;
  readonly paymentsCreated: Window | null;
  readonly chargesCreated: Window | null;
  readonly settlementsBooked: Window | null;
}
