import type { Instant } from '../kernel/time.ts';

/**
 * Free minutes given at once: so many whole minutes in one market, from an instant until the end of a last day.
 * Used soonest expiry first, then oldest; given back with their original expiry; what is left at the end expires by
 * an entry in the books.
 */
export interface Lot {
  readonly accountId: string;
  readonly lotId: string;
  readonly market: string;
  /** Above zero. */
  readonly minutes: number;
  /** Between 0 and `minutes`. */
  readonly remaining: number;
  readonly validFrom: Instant;
  /** `YYYY-MM-DD` in the market's zone, the last day on which they can be used. */
  readonly lastDay: string;
  /** The instant at which `lastDay` ends in the market's zone: not valid any more from here on. */
  readonly expiresAt: Instant;
  /** Why it was given: `goodwill`, `package`, `welcome`, … */
  readonly source: string;
  /** Unique with the account where it is not null. */
  readonly incidentId: string | null;
}

/** Minutes drawn from one lot for one rental. */
export interface LotUse {
  readonly lotId: string;
  readonly minutes: number;
}
