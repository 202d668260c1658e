import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';

/** The tariff of car2go in Italy in 2014: EUR 0.29 for every begun minute, at most 14.90 an hour and 59.00 a day. */
const MINUTE_MINOR = 29n;
const HOUR_CAP_MINOR = 1490n;
const DAY_CAP_MINOR = 5900n;

/** The price of a drive of this length in EUR cents; at least one minute is begun. */
export function priceOf(durationMs: number): bigint {
  const minutes = BigInt(Math.max(1, Math.ceil(durationMs / MINUTE_MS)));
  const days = minutes / 1440n;
  const hours = (minutes % 1440n) / 60n;
  const rest = capped((minutes % 60n) * MINUTE_MINOR, HOUR_CAP_MINOR);
  return days * DAY_CAP_MINOR + capped(hours * HOUR_CAP_MINOR + rest, DAY_CAP_MINOR);
}

function capped(amountMinor: bigint, capMinor: bigint): bigint {
  return amountMinor < capMinor ? amountMinor : capMinor;
}

/**
 * Lengths of drives in ms, by quantile from 0 % to 100 % in steps of 5 %: log-normal with median 18 minutes and sigma
 * 0.5, cut at 1 % and 99 %. Two drives of one person then cost the same about once in thirty pairs.
 */
export const DRIVE_LENGTHS: readonly number[] = [
  5.6, 7.9, 9.5, 10.7, 11.8, 12.9, 13.8, 14.8, 15.9, 16.9, 18.0, 19.2, 20.4, 21.8, 23.4, 25.2, 27.4, 30.2, 34.2, 41.0,
  57.6,
].map((minutes) => minutes * MINUTE_MS);

/** Now and then somebody keeps the car for an errand, a day, a weekend: from one hour to two days. */
export const LONG_DRIVE_LENGTHS: readonly number[] = [1, 2, 3, 5, 9, 20, 48].map((hours) => hours * HOUR_MS);
