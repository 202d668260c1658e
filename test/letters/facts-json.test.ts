/** Facts lie in the database as JSON: whatever they are, they are read as they were written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../../src/core/kernel/money.ts';
import type { LetterFacts } from '../../src/core/remedy/notify/facts.ts';
import { readLetterFacts } from '../../src/world/letter/read-facts.ts';
import { letterFactsAsJson } from '../../src/world/letter/write-facts.ts';

const TEXT_LENGTH_MAX = 200;
const RUNS = 300;

/** Objects as JSON makes them. */
const record = <T>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(of, { noNullPrototype: true });

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(({ length }) => length <= TEXT_LENGTH_MAX),
  fc.constantFrom('Città', 'amountMinor', '{"amount":1,"currency":"EUR"}', '__proto__', '\\u0000', '1e400'),
);
const amount = fc
  .tuple(fc.bigInt(0n, BigInt(Number.MAX_SAFE_INTEGER)), fc.constantFrom('EUR', 'JPY', 'KWD', 'CHF'))
  .map(([minor, currency]) => money(minor, currency));
const day = fc.constantFrom('2014-11-12', '2026-02-28', '2028-02-29');
const zone = fc.constantFrom('Europe/Rome', 'UTC', 'America/Sao_Paulo');
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const localTime = record({ day, time: fc.constantFrom('00:00', '23:59') });
const minutes = record({ minutes: fc.integer(), market: text, lastDay: day });

const ride = record({
  rentalId: text,
  started: localTime,
  ended: localTime,
  zone,
  market: text,
  vehicle: orNull(text),
});
const rental = record({
  wrong: fc.constantFrom(
    'double_charge' as const,
    'duplicate_record' as const,
    'overcharge' as const,
    'charge_without_rental' as const,
    'acquirer_duplicate' as const,
  ),
  ride: orNull(ride),
  price: amount,
  debits: fc.array(record({ amount, day, reference: text, excess: amount }), { maxLength: 3 }),
});
const rentals = fc.array(rental, { maxLength: 3 });
const part = record({
  amount,
  channel: fc.constantFrom(
    'card' as const,
    'direct_debit_reversal' as const,
    'bank_transfer' as const,
    'account_credit' as const,
  ),
  acceptedOn: day,
  expectedBy: day,
  bankReference: orNull(text),
});
const refunds = fc.array(part, { maxLength: 3 });
const head = {
  locale: text,
  writtenOn: day,
  operator: record({ name: text, contact: text, accountUrl: text }),
  customer: record({ name: orNull(text) }),
};
const reason = fc.constantFrom(
  'card_closed' as const,
  'account_closed' as const,
  'window_over' as const,
  'not_possible' as const,
);
const kind = <T extends LetterFacts['kind']>(name: T) => fc.constant(name);

const facts: fc.Arbitrary<LetterFacts> = fc.oneof(
  record({
    kind: kind('refund_sent'),
    ...head,
    rentals,
    refunds,
    interest: orNull(amount),
    minutes: orNull(minutes),
  }),
  record({
    kind: kind('refund_failed_choose'),
    ...head,
    rentals,
    failed: record({ amount, failedOn: day, reason }),
    interest: orNull(amount),
  }),
  record({
    kind: kind('refund_corrected'),
    ...head,
    rentals,
    refunds,
    interest: orNull(amount),
    earlier: record({ writtenOn: day, amount, expectedBy: day }),
  }),
  record({
    kind: kind('acquirer_repays'),
    ...head,
    rentals,
    repayment: record({ amount, expectedBy: orNull(day) }),
  }),
  record({ kind: kind('minutes_reminder'), ...head, minutes }),
  record({
    kind: kind('bank_details_changed'),
    ...head,
    change: record({ changed: localTime, zone, ibanEnd: text, amount, paidFrom: day }),
  }),
);

test('facts become JSON and facts again, whatever they are', () => {
  const seed = Number(process.env.STORNO_SEED ?? 1);
  fc.assert(
    fc.property(facts, (one) => {
      const stored = JSON.parse(JSON.stringify(letterFactsAsJson(one)));
      assert.deepEqual(readLetterFacts(stored), { ok: true, value: one });
    }),
    { seed, numRuns: RUNS },
  );
});
