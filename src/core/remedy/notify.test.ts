import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BY_CARD, LETTERS, RIGHT, SENT, TWICE, WRONG } from '../../../test/letters/facts.ts';
import { type Money, money } from '../kernel/money.ts';
import type { LetterFacts, RefundPart, WrongedRental } from './notify/facts.ts';
import type { Letter, RidesBlock, Sentence } from './notify/letter.ts';
import { composeLetter, RENTALS_SHOWN_MAX } from './notify.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 300 };
const eur = (amountMinor: bigint): Money => money(amountMinor, 'EUR');

function composed(facts: LetterFacts): Letter {
  const letter = composeLetter(facts);
  assert.ok(letter.ok, letter.ok ? '' : letter.error.kind);
  return letter.value;
}

function sentences({ blocks }: Letter): readonly Sentence[] {
  return blocks.flatMap((block) =>
    'sentences' in block ? block.sentences : 'points' in block ? block.points.flat() : [],
  );
}

function ids(facts: LetterFacts): readonly string[] {
  return sentences(composed(facts)).map(({ id }) => id);
}

function ridesOf({ blocks }: Letter): RidesBlock {
  const rides = blocks.find((block) => block.kind === 'rides');
  assert.ok(rides);
  return rides;
}

test('the first sentence after the greeting says what happened, with the exact sum', () => {
  for (const [name, facts] of Object.entries(LETTERS)) {
    if (facts.kind === 'minutes_reminder') continue;
    const [, first] = sentences(composed(facts));
    assert.match(first?.id ?? '', /^lead\./, name);
    assert.equal(first?.values.amount?.kind, 'money', name);
  }
});

test('a refund is told in the order: what, nothing to do, rides, why, arrival, minutes, disagreement', () => {
  assert.deepEqual(
    composed(SENT).blocks.map(({ kind }) => kind),
    ['greeting', 'lead', 'rides', 'paragraph', 'paragraph', 'paragraph', 'paragraph', 'paragraph', 'closing', 'note'],
  );
  assert.deepEqual(ids(SENT), [
    'greeting.named',
    'lead.refund_sent_twice',
    'do_nothing',
    'apology',
    'why.later_day',
    'arrival.card',
    'arrival.reversal',
    'arrival.bank_reference',
    'minutes.gift',
    'minutes.on_top',
    'disagree.sent',
    'closing',
    'never_ask',
    'copy',
  ]);
});

const WRONG_FACTS: readonly (readonly [string, LetterFacts, string])[] = [
  ['no rental', { ...SENT, rentals: [] }, 'no_rentals'],
  ['two currencies', { ...SENT, rentals: [{ ...TWICE, price: money(1450n, 'CHF') }] }, 'currencies_differ'],
  [
    'a refund in another currency',
    { ...SENT, refunds: [{ ...BY_CARD, amount: money(1450n, 'CHF') }] },
    'currencies_differ',
  ],
  ['a rental without its ride', { ...SENT, rentals: [{ ...TWICE, ride: null }] }, 'ride_missing'],
  ['a ride where there was none', { ...SENT, rentals: [{ ...TWICE, wrong: 'charge_without_rental' }] }, 'ride_missing'],
  ['nothing wrong', { ...SENT, rentals: [{ ...TWICE, debits: [RIGHT] }] }, 'nothing_wrong'],
  ['an excess above its debit', withDebits([RIGHT, { ...WRONG, excess: eur(1451n) }]), 'excess_beyond_debit'],
  ['both legs given back', withDebits([{ ...RIGHT, excess: eur(1450n) }, WRONG]), 'excess_beyond_owed'],
  ['a refund a cent above the excess', { ...SENT, refunds: [{ ...BY_CARD, amount: eur(1451n) }] }, 'refund_differs'],
  ['a refund a cent below', { ...SENT, refunds: [{ ...BY_CARD, amount: eur(1449n) }] }, 'refund_differs'],
  ['no refund', { ...SENT, refunds: [] }, 'amount_not_positive'],
  ['interest that the refund leaves out', { ...SENT, interest: eur(1n) }, 'refund_differs'],
  ['a day that does not exist', { ...SENT, writtenOn: '2014-02-30' }, 'day_malformed'],
  ['a refund accepted after the letter', { ...SENT, writtenOn: '2014-11-19' }, 'days_out_of_order'],
  [
    'a refund that arrives before it is sent',
    { ...SENT, refunds: [{ ...BY_CARD, expectedBy: '2014-11-19' }] },
    'days_out_of_order',
  ],
  ['no minutes', { ...SENT, minutes: { ...SENT.minutes, minutes: 0 } }, 'minutes_out_of_bounds'],
  ['minutes without a last day', { ...SENT, minutes: { ...SENT.minutes, lastDay: '' } }, 'day_malformed'],
  ['minutes that have lapsed', { ...SENT, minutes: { ...SENT.minutes, lastDay: '2014-11-19' } }, 'minutes_lapsed'],
  ['an hour that no clock shows', atTime('24:00'), 'time_malformed'],
];

function withDebits(debits: WrongedRental['debits']): LetterFacts {
  return { ...SENT, rentals: [{ ...TWICE, debits }] };
}

function atTime(time: string): LetterFacts {
  assert.ok(TWICE.ride);
  return { ...SENT, rentals: [{ ...TWICE, ride: { ...TWICE.ride, started: { day: '2014-11-12', time } } }] };
}

for (const [what, facts, kind] of WRONG_FACTS) {
  test(`makes no letter of ${what}`, () => {
    const letter = composeLetter(facts);
    assert.equal(letter.ok ? 'written' : letter.error.kind, kind);
  });
}

test('makes no correction of what is correct, and none of more than four characters of an IBAN', () => {
  const day = LETTERS['refund-corrected-day'];
  assert.ok(day?.kind === 'refund_corrected');
  const same = composeLetter({ ...day, earlier: { ...day.earlier, expectedBy: '2014-12-11' } });
  assert.equal(same.ok ? 'written' : same.error.kind, 'nothing_corrected');
  const bank = LETTERS['bank-details-changed'];
  assert.ok(bank?.kind === 'bank_details_changed');
  const whole = composeLetter({ ...bank, change: { ...bank.change, ibanEnd: 'IT60X0542811101000000123456' } });
  assert.equal(whole.ok ? 'written' : whole.error.kind, 'iban_end_malformed');
});

test('what was given beyond the right sum stays with the customer, what is missing is named', () => {
  assert.ok(ids(LETTERS['refund-corrected-less'] as LetterFacts).includes('corrected.less'));
  const more = sentences(composed(LETTERS['refund-corrected-more'] as LetterFacts));
  const difference = more.find(({ id }) => id === 'corrected.more')?.values.difference;
  assert.deepEqual(difference, { kind: 'money', money: eur(4785n) });
});

test('a notice about bank details names neither the account page nor a link', () => {
  const letter = composed(LETTERS['bank-details-changed'] as LetterFacts);
  assert.ok(!sentences(letter).some(({ id }) => id === 'copy'));
  assert.ok(!sentences(letter).some(({ values }) => 'url' in values));
});

test('says that a debit may simply vanish where it is at most 7 days old and goes back to a card', () => {
  const says = (refund: Partial<RefundPart>): boolean =>
    ids({ ...SENT, writtenOn: '2014-12-01', refunds: [{ ...BY_CARD, ...refund }] }).includes('arrival.reversal');
  assert.ok(says({ acceptedOn: '2014-11-16' }));
  assert.ok(says({ acceptedOn: '2014-11-23' }));
  assert.ok(!says({ acceptedOn: '2014-11-24' }));
  assert.ok(!says({ channel: 'bank_transfer' }));
});

test('explains a later day only where the debit has one', () => {
  const sameDay = withDebits([RIGHT, { ...WRONG, day: '2014-11-12' }]);
  assert.ok(!ids(sameDay).includes('why.later_day'));
});

test('says "twice" only where it is true of every rental', () => {
  assert.equal(composed(LETTERS['refund-sent-parts'] as LetterFacts).subject.id, 'subject.refund_sent_too_much');
  assert.equal(composed(LETTERS['refund-sent-recorded-twice'] as LetterFacts).subject.id, 'subject.refund_sent_twice');
});

test('shows 20 rentals and says how many more there are; the sum is of all', () => {
  const rentals = Array.from({ length: 25 }, () => TWICE);
  const rides = ridesOf(composed({ ...SENT, rentals, refunds: [{ ...BY_CARD, amount: eur(25n * 1450n) }] }));
  assert.equal(rides.rentals.length, RENTALS_SHOWN_MAX);
  assert.deepEqual(rides.more?.values.rentals, { kind: 'count', count: 5 });
  assert.deepEqual(rides.sums.at(-1)?.amount, eur(36_250n));
});

test('the parts of a refund as they are told always sum to the refund, to the cent', () => {
  const part = fc.record({
    amount: fc.bigInt({ min: 1n, max: 10n ** 12n }).map(eur),
    channel: fc.constantFrom<RefundPart['channel'][]>(
      'card',
      'direct_debit_reversal',
      'bank_transfer',
      'account_credit',
    ),
    acceptedOn: fc.constant('2014-11-20'),
    expectedBy: fc.constantFrom('2014-11-24', '2014-12-04'),
    bankReference: fc.option(fc.constantFrom('A1', 'B2')),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), (refunds) => {
      const total = refunds.reduce((sum, { amount }) => sum + amount.amountMinor, 0n);
      const debit = { ...WRONG, amount: eur(total), excess: eur(total) };
      const letter = composed({ ...SENT, refunds, rentals: [{ ...TWICE, price: eur(0n), debits: [debit] }] });
      const told = sentences(letter).filter(({ id }) => /^(?:part|arrival)\./.test(id));
      const amounts = told.flatMap(({ values: { amount } }) =>
        amount?.kind === 'money' ? [amount.money.amountMinor] : [],
      );
      const sum = amounts.reduce((so, amount) => so + amount, 0n);
      assert.equal(sum, total);
    }),
    RUNS,
  );
});
