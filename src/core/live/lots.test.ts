import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ianaCalendar } from '../../world/calendar.ts';
import { HOUR_MS, toRfc3339 } from '../kernel/time.ts';
import { grantLot, lastDayAfter, lotsGivenBack, restoreEntries } from './lots.ts';

const ROME = 'Europe/Rome';

function endOf(day: string): number {
  const end = ianaCalendar.endOfDay(day, ROME);
  assert.ok(end !== null);
  return end;
}

const NOW = Date.UTC(2014, 10, 24, 22, 30);
const TERMS = {
  accountId: 'acc_1',
  lotId: 'lot_1',
  market: 'milano',
  minutes: 30,
  validFrom: NOW,
  lastDay: '2015-02-22',
  expiresAt: endOf('2015-02-22'),
  source: 'goodwill',
  incidentId: 'inc_1',
};

test('30 minutes given on 24 Nov 2014 at 23:30 in Rome for 90 days end with 22 Feb 2015 there', () => {
  const given = ianaCalendar.localDay(NOW, ROME);
  assert.equal(given, '2014-11-24');
  const lastDay = lastDayAfter(given, 90);
  assert.equal(lastDay, '2015-02-22');
  assert.equal(toRfc3339(endOf(lastDay)), '2015-02-22T23:00:00Z');
});

test('the last day counts over leap days, changes of clocks and the end of the year', () => {
  assert.equal(lastDayAfter('2024-02-28', 1), '2024-02-29');
  assert.equal(lastDayAfter('2023-02-28', 1), '2023-03-01');
  assert.equal(lastDayAfter('2026-12-31', 1), '2027-01-01');
  assert.equal(toRfc3339(endOf(lastDayAfter('2026-12-30', 1))), '2026-12-31T23:00:00Z');
  assert.equal(toRfc3339(endOf(lastDayAfter('2026-03-27', 2))), '2026-03-29T22:00:00Z');
  assert.equal(endOf('2026-10-25') - endOf('2026-10-24'), 25 * HOUR_MS);
});

test('a lot is given whole, with its entry and its event', () => {
  const granted = grantLot(TERMS, NOW);
  assert.ok(granted.ok);
  const { lot, transfer, event } = granted.value;
  assert.deepEqual(lot, { ...TERMS, remaining: 30 });
  assert.deepEqual(
    [transfer.kind, transfer.debit, transfer.credit, transfer.asset, transfer.amount, transfer.dimension],
    ['minutes_granted', 'house_minutes_granted', 'account_minutes', 'MIN/milano', 30n, 'lot_1'],
  );
  assert.deepEqual(event.data, { lot_id: 'lot_1', market: 'milano', minutes: 30 });
});

test('no lot is given that is empty, endless, or lapsed before it can be used', () => {
  const refusal = (parts: Partial<typeof TERMS>, now: number) => {
    const granted = grantLot({ ...TERMS, ...parts }, now);
    return granted.ok ? null : granted.error.kind;
  };
  for (const minutes of [0, -1, 0.5, 1_000_001]) assert.equal(refusal({ minutes }, NOW), 'minutes_out_of_bounds');
  assert.equal(refusal({ lastDay: '2015-02-30' }, NOW), 'day_malformed');
  assert.equal(refusal({ validFrom: TERMS.expiresAt }, NOW), 'lapsed');
  assert.equal(refusal({}, TERMS.expiresAt), 'lapsed');
  assert.equal(refusal({}, TERMS.expiresAt - 1), null);
});

test('minutes go back to the lot from which they came, naming the entry that took them', () => {
  const uses = [{ lotId: 'lot_1', minutes: 7 }];
  const drawer = { accountId: 'acc_1', market: 'milano', priced: 'rnt_1:1', happenedAt: NOW };
  const [entry] = restoreEntries(uses, drawer);
  assert.equal(entry?.corrects, 'minutes_used:rnt_1:1:lot_1');
  assert.deepEqual([entry?.debit, entry?.credit, entry?.amount], ['house_minutes_used', 'account_minutes', 7n]);
  const lot = { ...TERMS, remaining: 3 };
  assert.deepEqual(lotsGivenBack([lot], uses), [{ ...lot, remaining: 10 }]);
  assert.throws(() => lotsGivenBack([{ ...lot, remaining: 24 }], uses), /31 of 30/);
});
