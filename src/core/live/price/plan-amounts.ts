import { divideHalfEven, SCALE_MAX } from '../../kernel/decimal.ts';
import type { Plan } from '../plan.ts';
import { type Caps, cappedTime, chargedWithin, type Fine, uncappedTime } from './time-part.ts';

/** What the parts of a price come to, in minor units, each rounded once, a half to the even neighbour. */
export interface Amounts {
  readonly base: bigint;
  /** All begun minutes, without caps. */
  readonly uncapped: bigint;
  readonly distance: bigint;
  /** Time with so many free minutes, after caps: that of a ride which is so many minutes shorter. */
  time(free: number): bigint;
  subtotal(free: number): bigint;
  /** At least the plan's minimum. Never grows with `free`. */
  total(free: number): bigint;
}

const METRES = 1000;

export function amountsOf(ride: {
  readonly plan: Plan;
  readonly exponent: number;
  readonly minutes: number;
  readonly distanceMeters: number | null;
}): Amounts {
  const { plan, exponent, minutes, distanceMeters } = ride;
  const unit = 10n ** BigInt(SCALE_MAX - exponent);
  const round = (fine: Fine) => divideHalfEven(fine, unit);
  const caps: Caps = {
    hour: plan.hourCapMinor === null ? null : plan.hourCapMinor * unit,
    day: plan.dayCapMinor === null ? null : plan.dayCapMinor * unit,
  };
  const base = plan.baseMinor;
  const distance = round(chargedWithin(plan.perKilometre, 0, Math.ceil((distanceMeters ?? 0) / METRES)));
  const time = (free: number) => round(cappedTime(plan, minutes - free, caps));
  const subtotal = (free: number) => base + distance + time(free);
  return {
    base,
    distance,
    uncapped: round(uncappedTime(plan, minutes)),
    time,
    subtotal,
    total(free) {
      const sum = subtotal(free);
      return plan.minimumMinor !== null && plan.minimumMinor > sum ? plan.minimumMinor : sum;
    },
  };
}
