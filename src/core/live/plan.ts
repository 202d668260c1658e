import type { Decimal } from '../kernel/decimal.ts';

/** A pricing plan of GBFS 3, as far as it is billed, with our caps. Amounts are in major units and include VAT. */
export interface Plan {
  readonly planId: string;
  /** In the first language that it is said in. */
  readonly name: string;
  readonly currency: string;
  /** Charged once for a rental, in minor units. */
  readonly baseMinor: bigint;
  readonly perMinute: readonly Segment[];
  readonly perKilometre: readonly Segment[];
  /** What 60 begun minutes, counted from the start, cost at most; null where there is no such cap. */
  readonly hourCapMinor: bigint | null;
  /** The same for 24 hours. */
  readonly dayCapMinor: bigint | null;
  /** What a rental costs at least; null where there is no such thing. */
  readonly minimumMinor: bigint | null;
}

/**
 * `rate` is charged once `start` units have elapsed and again every `interval` of them, up to but not including `end`.
 * Whole minutes or kilometres. An interval of 0 charges once. Segments run side by side.
 */
export interface Segment {
  readonly start: number;
  readonly end: number | null;
  readonly interval: number;
  readonly rate: Decimal;
}

/** How often a segment charges among the units from `from` to before `to`. */
export function chargesWithin(segment: Segment, from: number, to: number): bigint {
  return chargesBefore(segment, to) - chargesBefore(segment, from);
}

function chargesBefore({ start, end, interval }: Segment, to: number): bigint {
  const until = end === null ? to : Math.min(to, end);
  if (until <= start) return 0n;
  return interval === 0 ? 1n : BigInt(Math.ceil((until - start) / interval));
}
