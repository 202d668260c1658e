import assert from 'node:assert/strict';
import { it } from 'node:test';
import { money } from '../../../core/kernel/money.ts';
import { HOUR_MS, type Instant } from '../../../core/kernel/time.ts';
import { type PostedRental, postRental } from '../../../core/live/post-rental.ts';
import { isPlain } from './plain-ending.ts';

const ENDED_AT: Instant = Date.UTC(2026, 10, 2, 8, 30);

function posted(amountMinor: bigint, vatMinor: bigint): PostedRental {
  const amount = money(amountMinor, 'EUR');
  return postRental(
    {
      rental: {
        rentalId: 'rnt_1',
        accountId: 'acc_1',
        vehicleId: null,
        market: 'milano',
        startedAt: ENDED_AT - HOUR_MS,
        endedAt: ENDED_AT,
        distanceMeters: null,
        pricing: { kind: 'stated', amountDue: amount },
      },
      price: {
        amount,
        vat: money(vatMinor, 'EUR'),
        billedMinutes: 60,
        lotUses: [],
        lines: [{ kind: 'stated', text: 'As stated', amountMinor }],
      },
      planDigest: null,
    },
    { now: ENDED_AT + 1, provider: 'stripe' },
  );
}

it('a rental as core posts it is plain, with tax and without', () => {
  assert.ok(isPlain(posted(1218n, 220n)));
  assert.ok(isPlain(posted(1218n, 0n)));
});

it('a rental that costs nothing is not plain', () => {
  assert.ok(!isPlain(posted(0n, 0n)));
});

/** Each differs in one thing from what the database would write by itself. */
const OTHERS: Readonly<Record<string, (ending: PostedRental) => PostedRental>> = {
  'a further revision': (one) => ({ ...one, record: { ...one.record, revision: 2 } }),
  'minutes used': (one) => ({
    ...one,
    record: { ...one.record, price: { ...one.record.price, lotUses: [{ lotId: 'lot_1', minutes: 5 }] } },
  }),
  'an intent of another amount': (one) => ({
    ...one,
    intent: one.intent && { ...one.intent, amount: money(1217n, 'EUR') },
  }),
  'an intent that is run later': (one) => ({ ...one, intent: one.intent && { ...one.intent, runAt: ENDED_AT + 2 } }),
  'an intent of another account': (one) => ({
    ...one,
    intent: one.intent && { ...one.intent, key: { ...one.intent.key, accountId: 'acc_2' } },
  }),
  'no intent': (one) => ({ ...one, intent: null }),
  'an entry less': (one) => ({ ...one, transfers: one.transfers.slice(1) }),
  'entries in another order': (one) => ({ ...one, transfers: one.transfers.toReversed() }),
  'an entry of another amount': (one) => ({
    ...one,
    transfers: one.transfers.map((entry) => ({ ...entry, amount: entry.amount + 1n })),
  }),
  'an entry that corrects another': (one) => ({
    ...one,
    transfers: one.transfers.map((entry) => ({ ...entry, corrects: 'rental_ended:rnt_0:1' })),
  }),
  'a second event': (one) => ({ ...one, events: [...one.events, ...one.events] }),
  'an event that says more': (one) => ({
    ...one,
    events: one.events.map((event) => ({ ...event, data: { ...event.data, amount_minor: 1218 } })),
  }),
};

for (const [what, change] of Object.entries(OTHERS)) {
  it(`${what} goes the general way`, () => assert.ok(!isPlain(change(posted(1218n, 220n)))));
}
