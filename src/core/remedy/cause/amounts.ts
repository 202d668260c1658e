import type { Case } from './case.ts';
import { countsOf, quantile, shareOf } from './numbers.ts';

/** How the amounts of a case stand to each other. Ratios are for the eye: no money is computed from them. */
export interface AmountProfile {
  /** Share of the cases with two legs whose amounts are equal. */
  readonly equalLegs: number;
  /** Later leg over earlier leg, ascending, where they differ. */
  readonly legRatios: readonly number[];
  /** Taken over owed for charges of a wrong amount, ascending. */
  readonly priceRatios: readonly number[];
  /** The factor that most of the wrong amounts share. */
  readonly constant: Factor | null;
}

export interface Factor {
  readonly factor: number;
  readonly share: number;
  /** What is known by this factor: a decimal shift, a tax rate; null for any other constant. */
  readonly meaning: string | null;
}

/** Two ratios are one factor if they are this near; a cent of rounding on a fare of a few euros moves it by less. */
const FACTOR_TOLERANCE = 0.004;

export function amountProfileOf(cases: readonly Case[]): AmountProfile {
  const legs = cases.flatMap((each) => legRatioOf(each));
  const prices = cases.flatMap((each) => (each.finding.class === 'overcharge' ? priceRatioOf(each) : []));
  return {
    equalLegs: shareOf(legs, (ratio) => ratio === 1),
    legRatios: legs.filter((ratio) => ratio !== 1).sort((one, other) => one - other),
    priceRatios: prices.toSorted((one, other) => one - other),
    constant: constantFactor(prices),
  };
}

function legRatioOf({ first, second }: Case): readonly number[] {
  const one = first?.payment?.amount ?? first?.line?.amount;
  const other = second?.payment?.amount ?? second?.line?.amount;
  if (one === undefined || other === undefined || one.amountMinor <= 0n) return [];
  return one.amountMinor === other.amountMinor ? [1] : [Number(other.amountMinor) / Number(one.amountMinor)];
}

function priceRatioOf({ finding }: Case): readonly number[] {
  const owed = finding.evidence.rental?.amountDue;
  const taken = finding.evidence.wrong?.amount;
  if (owed === undefined || taken === undefined || owed.amountMinor <= 0n) return [];
  return [Number(taken.amountMinor) / Number(owed.amountMinor)];
}

/** The fullest heap of nearly equal ratios. */
function constantFactor(ratios: readonly number[]): Factor | null {
  if (ratios.length < 2) return null;
  const logs = ratios.map(Math.log).sort((one, other) => one - other);
  let best = { from: 0, to: 0 };
  for (let from = 0, to = 0; to < logs.length; to += 1) {
    while ((logs[to] ?? 0) - (logs[from] ?? 0) > 2 * FACTOR_TOLERANCE) from += 1;
    if (to - from > best.to - best.from) best = { from, to };
  }
  const factor = Math.exp(quantile(logs.slice(best.from, best.to + 1), 0.5));
  return { factor, share: (best.to - best.from + 1) / logs.length, meaning: meaningOf(factor) };
}

/** Shifts of the decimal point, and standard VAT rates in the countries where cars are shared (2014 to 2025). */
const SHIFTS: readonly number[] = [10, 100, 1000, 0.1, 0.01, 0.001];
const TAX_PERCENT: readonly number[] = [7, 7.7, 8, 8.1, 10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 25.5, 27];

function meaningOf(factor: number): string | null {
  const shift = SHIFTS.find((known) => Math.abs(factor / known - 1) < FACTOR_TOLERANCE);
  if (shift !== undefined) return `the decimal point or unit is off by a factor of ${shift}`;
  const tax = TAX_PERCENT.find((known) => Math.abs(factor / (1 + known / 100) - 1) < FACTOR_TOLERANCE / 2);
  return tax === undefined ? null : `a tax of ${tax}% was put on twice`;
}

export function mostCommonOf<T>(values: readonly T[]): { readonly value: T; readonly share: number } | null {
  const top = countsOf(values)[0];
  return top === undefined ? null : { value: top[0], share: top[1] / values.length };
}
