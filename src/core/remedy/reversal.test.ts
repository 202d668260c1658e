import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CollectedDebit, decideWayBack, type WayBack } from './reversal.ts';

/** Monday, 9 November 2026, in a week without closed days. */
const SETTLED = '2026-11-09';
const RETURNABLE = '2027-01-13';

function check(debit: Partial<CollectedDebit>, [today, withinTargetDays]: [string, number], expected: WayBack): void {
  const whole: CollectedDebit = { scheme: 'core', settledOn: SETTLED, isReturned: false, ...debit };
  assert.deepEqual(decideWayBack(whole, { today, withinTargetDays }), expected);
}

test('on the day of settlement and five TARGET days after it is reversed, not on the sixth', () => {
  const reversal = { kind: 'reversal', lastDay: '2026-11-16', returnableUntil: RETURNABLE } as const;
  check({}, [SETTLED, 5], reversal);
  check({}, ['2026-11-16', 5], reversal);
  check({}, ['2026-11-17', 5], { kind: 'credit_transfer', why: 'too_late', returnableUntil: RETURNABLE });
});

test('a bank may give two days only, and a weekend counts as the Monday after it', () => {
  check({}, ['2026-11-11', 2], { kind: 'reversal', lastDay: '2026-11-11', returnableUntil: RETURNABLE });
  check({}, ['2026-11-14', 5], { kind: 'reversal', lastDay: '2026-11-16', returnableUntil: RETURNABLE });
  check({}, ['2026-11-14', 4], { kind: 'credit_transfer', why: 'too_late', returnableUntil: RETURNABLE });
});

test('over Easter the days of the scheme are those on which banks settle', () => {
  const debit = { settledOn: '2026-04-02' };
  check(debit, ['2026-04-13', 5], { kind: 'reversal', lastDay: '2026-04-13', returnableUntil: '2026-06-08' });
});

test('before settlement nothing is sent, because a reject may still come', () => {
  check({ settledOn: null }, [SETTLED, 5], { kind: 'wait', why: 'not_settled' });
  check({}, ['2026-11-08', 5], { kind: 'wait', why: 'not_settled' });
});

test('what came back already is never given back again', () => {
  check({ isReturned: true }, [SETTLED, 5], { kind: 'none', why: 'returned' });
  check({ isReturned: true, settledOn: null }, [SETTLED, 5], { kind: 'none', why: 'returned' });
});

test('between businesses no refund of the debtor can cross', () => {
  check({ scheme: 'b2b' }, ['2026-11-10', 5], { kind: 'reversal', lastDay: '2026-11-16', returnableUntil: null });
});
