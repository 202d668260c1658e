import { money } from '../../src/core/kernel/money.ts';
import type { Debit, LetterFacts, RefundPart, WrongedRental } from '../../src/core/remedy/notify/facts.ts';

const eur = (amountMinor: bigint) => money(amountMinor, 'EUR');

export const OPERATOR = {
  name: 'Pendolo Carsharing',
  contact: 'assistenza@pendolo.example',
  accountUrl: 'www.pendolo.example/account',
};

export const RIGHT: Debit = { amount: eur(1450n), day: '2014-11-12', reference: 'ch_3PkA7Qm1', excess: eur(0n) };
export const WRONG: Debit = { amount: eur(1450n), day: '2014-11-16', reference: 'ch_3PmX2Rt9', excess: eur(1450n) };

export const TWICE: WrongedRental = {
  wrong: 'double_charge',
  ride: {
    rentalId: 'rnt_48213',
    started: { day: '2014-11-12', time: '18:02' },
    ended: { day: '2014-11-12', time: '18:52' },
    zone: 'Europe/Rome',
    market: 'Milano',
    vehicle: 'EX 417 KB',
  },
  price: eur(1450n),
  debits: [RIGHT, WRONG],
};

const OVER_MIDNIGHT: WrongedRental = {
  wrong: 'overcharge',
  ride: {
    rentalId: 'rnt_48377',
    started: { day: '2014-11-10', time: '23:48' },
    ended: { day: '2014-11-11', time: '00:21' },
    zone: 'Europe/Rome',
    market: 'Milano',
    vehicle: null,
  },
  price: eur(957n),
  debits: [{ amount: eur(5742n), day: '2014-11-11', reference: 'ch_3PkB9Zz4', excess: eur(4785n) }],
};

const WITHOUT_RENTAL: WrongedRental = {
  wrong: 'charge_without_rental',
  ride: null,
  price: eur(0n),
  debits: [{ amount: eur(870n), day: '2014-11-16', reference: 'ch_3PmX8Uu2', excess: eur(870n) }],
};

export const BY_CARD: RefundPart = {
  amount: eur(1450n),
  channel: 'card',
  acceptedOn: '2014-11-20',
  expectedBy: '2014-12-04',
  bankReference: '74537604321009876543210',
};

const COMMON = { locale: 'en', writtenOn: '2014-11-20', operator: OPERATOR, customer: { name: 'Giulia Ferrari' } };

export const SENT = {
  ...COMMON,
  kind: 'refund_sent',
  rentals: [TWICE],
  refunds: [BY_CARD],
  interest: null,
  minutes: { minutes: 30, market: 'Milano', lastDay: '2015-02-22' },
} as const satisfies LetterFacts;

/** One letter of every kind and of every way that it can go, by the name of its golden file. */
export const LETTERS: Readonly<Record<string, LetterFacts>> = {
  'refund-sent': SENT,
  'refund-sent-parts': {
    ...COMMON,
    kind: 'refund_sent',
    customer: { name: null },
    rentals: [TWICE, OVER_MIDNIGHT, WITHOUT_RENTAL],
    refunds: [
      BY_CARD,
      { ...BY_CARD, amount: eur(4785n), channel: 'bank_transfer', expectedBy: '2014-11-24', bankReference: null },
      {
        ...BY_CARD,
        amount: eur(870n),
        channel: 'direct_debit_reversal',
        expectedBy: '2014-11-24',
        bankReference: 'STORNO-INC7-000482',
      },
      { ...BY_CARD, amount: eur(31n), channel: 'account_credit', expectedBy: '2014-11-20', bankReference: null },
    ],
    interest: eur(31n),
    minutes: null,
  },
  'refund-sent-recorded-twice': {
    ...SENT,
    rentals: [
      { ...TWICE, wrong: 'duplicate_record', debits: [RIGHT, { ...WRONG, day: '2014-11-12' }] },
      {
        ...TWICE,
        ride: { ...OVER_MIDNIGHT.ride, rentalId: 'rnt_48390', vehicle: 'EX 902 LC' } as WrongedRental['ride'],
      },
    ],
    refunds: [{ ...BY_CARD, amount: eur(2900n), channel: 'account_credit', bankReference: null }],
    minutes: { minutes: 1, market: 'Milano', lastDay: '2015-01-11' },
  },
  'refund-failed': {
    ...COMMON,
    kind: 'refund_failed_choose',
    rentals: [TWICE],
    failed: { amount: eur(1450n), failedOn: '2014-11-28', reason: 'card_closed' },
    interest: null,
  },
  'refund-corrected-more': {
    ...COMMON,
    kind: 'refund_corrected',
    writtenOn: '2014-12-08',
    rentals: [TWICE, { ...OVER_MIDNIGHT, wrong: 'overcharge' }],
    refunds: [
      BY_CARD,
      { ...BY_CARD, amount: eur(4785n), acceptedOn: '2014-12-08', expectedBy: '2014-12-22', bankReference: null },
    ],
    interest: null,
    earlier: { writtenOn: '2014-11-20', amount: eur(1450n), expectedBy: '2014-12-04' },
  },
  'refund-corrected-less': {
    ...COMMON,
    kind: 'refund_corrected',
    rentals: [TWICE],
    refunds: [{ ...BY_CARD, channel: 'direct_debit_reversal' }],
    interest: null,
    earlier: { writtenOn: '2014-11-18', amount: eur(2900n), expectedBy: '2014-12-04' },
  },
  'refund-corrected-day': {
    ...COMMON,
    kind: 'refund_corrected',
    writtenOn: '2014-12-08',
    rentals: [TWICE],
    refunds: [{ ...BY_CARD, channel: 'bank_transfer', acceptedOn: '2014-12-08', expectedBy: '2014-12-11' }],
    interest: null,
    earlier: { writtenOn: '2014-11-20', amount: eur(1450n), expectedBy: '2014-12-04' },
  },
  'acquirer-repays': {
    ...COMMON,
    kind: 'acquirer_repays',
    rentals: [{ ...TWICE, wrong: 'acquirer_duplicate' }],
    repayment: { amount: eur(1450n), expectedBy: '2014-11-28' },
  },
  'acquirer-repays-some-day': {
    ...COMMON,
    kind: 'acquirer_repays',
    rentals: [{ ...TWICE, wrong: 'acquirer_duplicate' }],
    repayment: { amount: eur(1450n), expectedBy: null },
  },
  'minutes-reminder': {
    ...COMMON,
    kind: 'minutes_reminder',
    writtenOn: '2015-02-08',
    minutes: { minutes: 18, market: 'Milano', lastDay: '2015-02-22' },
  },
  'minutes-reminder-last': {
    ...COMMON,
    kind: 'minutes_reminder',
    writtenOn: '2015-02-07',
    minutes: { minutes: 1, market: 'Milano', lastDay: '2015-02-08' },
  },
  'bank-details-changed': {
    ...COMMON,
    kind: 'bank_details_changed',
    change: {
      changed: { day: '2014-12-01', time: '09:41' },
      zone: 'Europe/Rome',
      ibanEnd: '2606',
      amount: eur(1450n),
      paidFrom: '2014-12-04',
    },
  },
};
