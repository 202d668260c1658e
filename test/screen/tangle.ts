import fc from 'fast-check';
import { CHARGE_STATUSES, type Charge } from '../../src/core/fact/charge.ts';
import { PURPOSES } from '../../src/core/fact/fact.ts';
import type { Facts } from '../../src/core/fact/facts.ts';
import { PAYMENT_STATUSES, type Payment } from '../../src/core/fact/payment.ts';
import type { Rental } from '../../src/core/fact/rental.ts';
import type { Settlement } from '../../src/core/fact/settlement.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import { seal } from '../history.ts';

/**
 * Rows that point at each other at random, from few ids: references that lead nowhere, in circles or to several
 * rentals, two currencies, keys that are none, accounts that nobody knows, more drives at once than a car can make.
 * Nothing here looks like life; a screen that holds for these holds for what life has not shown yet.
 */
export interface TangleShape {
  readonly rentals: boolean;
  readonly charges: boolean;
  readonly settlements: boolean;
  /** One car and long drives: a fleet under one number. */
  readonly fleet: boolean;
  /** The bank books whole days twice, once or never. */
  readonly days: boolean;
  /** Most charges name no rental, and few of them meet otherwise than by key or charge. */
  readonly keyless: boolean;
}

export const anyTangleShape: fc.Arbitrary<TangleShape> = plain({
  rentals: fc.boolean(),
  charges: fc.boolean(),
  settlements: fc.boolean(),
  fleet: fc.integer({ min: 0, max: 7 }).map((draw) => draw === 0),
  days: fc.boolean(),
  keyless: fc.boolean(),
});

export function anyTangle(shape: TangleShape): fc.Arbitrary<Facts> {
  const size = shape.fleet ? { minLength: 20, maxLength: 40 } : { maxLength: 10 };
  return plain({
    rentals: fc.uniqueArray(anyRental(shape), { ...size, selector: (each) => each.rentalId }),
    payments: fc.uniqueArray(anyPayment(shape), {
      minLength: 1,
      maxLength: shape.keyless ? 12 : 40,
      selector: (each) => each.paymentId,
    }),
    charges: fc.uniqueArray(anyRecord, { maxLength: 20, selector: (each) => each.chargeId }),
    settlements: fc.array(anyLine, { maxLength: 20 }),
    fates: fc.array(fc.nat(2), { minLength: DAYS, maxLength: DAYS }),
  }).map(({ rentals, payments, charges, settlements, fates }) => {
    const drawn = [...payments, ...(shape.fleet ? rentals.map(paymentOf) : [])];
    const lines = shape.days ? drawn.flatMap((payment) => linesOf(payment, fates)) : settlements;
    const facts = {
      rentals: shape.rentals ? rentals : [],
      payments: drawn,
      charges: shape.charges ? charges : [],
      settlements: shape.settlements ? unique(lines) : [],
    };
    return seal(facts, shape);
  });
}

const START = Date.UTC(2014, 10, 10);
const DAYS = 12;

const oneOf = <Value>(...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const id = (prefix: string, count: number) => fc.nat(count - 1).map((number) => `${prefix}${number}`);

/** The value mostly, null sometimes. */
const often = (value: fc.Arbitrary<string>) => fc.option(value, { freq: 4 });
const seldom = (value: fc.Arbitrary<string>) =>
  fc.nat(3).chain((draw) => (draw === 0 ? value.map((each): string | null => each) : fc.constant(null)));

const amount = fc
  .tuple(oneOf(0n, 500n, 1450n, 1450n, 1450n, 2900n), fc.nat(30))
  .map(([amountMinor, draw]) => ({ amountMinor, currency: draw === 0 ? 'CHF' : 'EUR' }));

/** Steps of five minutes in the first hours of so many days. */
const timeIn = (days: number) =>
  fc
    .tuple(fc.nat(days - 1), fc.nat(5), fc.nat(11))
    .map(([day, hour, step]) => START + day * DAY_MS + hour * HOUR_MS + step * 5 * MINUTE_MS);
const time = timeIn(DAYS);

/** Records as the program makes them, not without a prototype. */
function plain<Fields>(fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> }): fc.Arbitrary<Fields> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<Fields>;
}

const account = often(id('a', 4));
const rental = id('r', 12);
const key = oneOf('k1', 'k2', 'k3', 'k4', 'none', '--');
const purpose = fc.nat(5).chain((draw) => (draw === 0 ? oneOf(...PURPOSES) : fc.constant('rental' as const)));

function anyRental({ fleet }: TangleShape): fc.Arbitrary<Rental> {
  return plain({
    rentalId: fleet ? id('r', 60) : id('r', 10),
    accountId: id('a', 4),
    vehicleId: fleet ? oneOf('v0') : often(id('v', 2)),
    market: fc.constant(null),
    startedAt: fc.constant(null),
    endedAt: fleet ? fc.nat(400).map((minute) => START + minute * MINUTE_MS) : timeIn(2),
    amountDue: amount,
    attributes: fc.constant({}),
    minutes: fc.option(fc.integer({ min: 1, max: fleet ? 300 : 60 }), { freq: 6 }),
  }).map(({ minutes, ...each }) => ({
    ...each,
    startedAt: minutes === null ? null : each.endedAt - minutes * MINUTE_MS,
  }));
}

function anyPayment({ keyless }: TangleShape): fc.Arbitrary<Payment> {
  return plain({
    paymentId: id('p', 60),
    kind: fc.nat(9).map((draw) => (['refund', 'chargeback', 'chargeback_reversal'] as const)[draw] ?? 'charge'),
    parentPaymentId: often(id('p', 60)),
    accountId: account,
    rentalId: keyless ? seldom(rental) : often(rental),
    chargeId: keyless ? seldom(id('c', 3)) : seldom(id('c', 12)),
    status: fc.nat(5).chain((draw) => (draw === 0 ? oneOf(...PAYMENT_STATUSES) : fc.constant('succeeded' as const))),
    amount,
    createdAt: time,
    purpose,
    provider: oneOf(null, 'paypal'),
    idempotencyKey: seldom(key),
    attributes: fc.nat(4).map((draw): Payment['attributes'] => (draw < 2 ? { card: String(draw) } : {})),
  }).map((each) => (each.kind === 'charge' ? { ...each, parentPaymentId: null } : each));
}

const anyRecord: fc.Arbitrary<Charge> = plain({
  chargeId: id('c', 24),
  accountId: id('a', 4),
  rentalId: often(rental),
  purpose,
  status: fc.nat(3).chain((draw) => (draw === 0 ? oneOf(...CHARGE_STATUSES) : fc.constant('succeeded' as const))),
  amount,
  createdAt: time,
  provider: fc.constant(null),
  paymentId: often(id('p', 60)),
  idempotencyKey: seldom(key),
  attributes: fc.constant({}),
});

const anyLine: fc.Arbitrary<Settlement> = plain({
  lineId: id('l', 30),
  paymentId: id('p', 60),
  amount: fc
    .tuple(amount, oneOf(1n, 1n, 1n, -1n))
    .map(([each, sign]) => ({ ...each, amountMinor: sign * each.amountMinor })),
  bookedAt: time,
  file: fc.constant(null),
  attributes: fc.constant({}),
});

/** The charge that makes a drive a charged one. */
function paymentOf(drive: Rental): Payment {
  return {
    paymentId: `of_${drive.rentalId}`,
    kind: 'charge',
    parentPaymentId: null,
    accountId: drive.accountId,
    rentalId: drive.rentalId,
    chargeId: null,
    status: 'succeeded',
    amount: drive.amountDue,
    createdAt: drive.endedAt + MINUTE_MS,
    purpose: 'rental',
    provider: null,
    idempotencyKey: null,
    attributes: {},
  };
}

/** The bank's lines of a charge: none, one or two, all charges of a day alike. */
function linesOf(payment: Payment, fates: readonly number[]): readonly Settlement[] {
  const fate = fates[Math.floor((payment.createdAt - START) / DAY_MS)] ?? 1;
  const line = (posting: number): Settlement => ({
    lineId: `l_${payment.paymentId}`,
    paymentId: payment.paymentId,
    amount: payment.amount,
    bookedAt: payment.createdAt + posting * DAY_MS,
    file: null,
    attributes: {},
  });
  return [1, 2].slice(0, fate).map(line);
}

function unique(lines: readonly Settlement[]): readonly Settlement[] {
  const known = new Map(
    lines.map((line) => [[line.lineId, line.paymentId, line.amount.amountMinor, line.bookedAt].join(' '), line]),
  );
  return [...known.values()];
}

/** Histories side by side as one input, every id of its own history: a part of it is then truly a part. */
export function beside(histories: readonly Facts[], layers: Facts['layers']): Facts {
  const parts = histories.map((facts, index) => renamed(facts, `h${index}_`));
  return seal(
    {
      rentals: parts.flatMap((part) => part.rentals),
      payments: parts.flatMap((part) => part.payments),
      charges: parts.flatMap((part) => part.charges),
      settlements: parts.flatMap((part) => part.settlements),
    },
    layers,
  );
}

function renamed(facts: Facts, prefix: string): Omit<Facts, 'layers' | 'coverage'> {
  const of = (text: string) => prefix + text;
  const orNull = (text: string | null) => (text === null ? null : of(text));
  return {
    rentals: facts.rentals.map((each) => ({
      ...each,
      rentalId: of(each.rentalId),
      accountId: orNull(each.accountId),
      vehicleId: orNull(each.vehicleId),
    })),
    payments: facts.payments.map((each) => ({
      ...each,
      paymentId: of(each.paymentId),
      parentPaymentId: orNull(each.parentPaymentId),
      accountId: orNull(each.accountId),
      rentalId: orNull(each.rentalId),
      chargeId: orNull(each.chargeId),
    })),
    charges: facts.charges.map((each) => ({
      ...each,
      chargeId: of(each.chargeId),
      accountId: of(each.accountId),
      rentalId: orNull(each.rentalId),
      paymentId: orNull(each.paymentId),
    })),
    settlements: facts.settlements.map((each) => ({
      ...each,
      lineId: of(each.lineId),
      paymentId: of(each.paymentId),
    })),
  };
}
