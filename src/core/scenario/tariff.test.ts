import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/time.ts';
import { priceOf } from './tariff.ts';

const ROWS: readonly (readonly [what: string, durationMs: number, priceMinor: bigint])[] = [
  ['a second begins a minute', SECOND_MS, 29n],
  ['a minute is one', MINUTE_MS, 29n],
  ['a minute and a second are two', MINUTE_MS + SECOND_MS, 58n],
  ['30 minutes are the EUR 8.70 of 2014', 30 * MINUTE_MS, 870n],
  ['51 minutes stay below the hour', 51 * MINUTE_MS, 1479n],
  ['52 minutes meet the cap of the hour', 52 * MINUTE_MS, 1490n],
  ['an hour', HOUR_MS, 1490n],
  ['an hour and a minute', HOUR_MS + MINUTE_MS, 1519n],
  ['four hours meet the cap of the day', 4 * HOUR_MS, 5900n],
  ['a day', 24 * HOUR_MS, 5900n],
  ['a day and ten minutes', 24 * HOUR_MS + 10 * MINUTE_MS, 6190n],
];

for (const [what, durationMs, priceMinor] of ROWS) {
  test(what, () => assert.equal(priceOf(durationMs), priceMinor));
}
