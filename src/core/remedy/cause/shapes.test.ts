/**
 * Shapes that the made-up incidents do not have: other lengths, other layers of books, columns that only wrong charges
 * bear. A quiet history is struck by hand, and the diagnosis must still name the cause.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { censusOf } from '../../../../test/census.ts';
import type { Attributes } from '../../fact/fact.ts';
import type { Facts } from '../../fact/facts.ts';
import type { Payment } from '../../fact/payment.ts';
import type { Rental } from '../../fact/rental.ts';
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS } from '../../kernel/time.ts';
import { type Chance, makeChance } from '../../scenario/chance.ts';
import { makeScenario } from '../../scenario/scenario.ts';
import { adjudicate } from '../adjudicate.ts';
import { diagnose } from '../cause.ts';
import type { Diagnosis } from './diagnosis.ts';

const SEEDS = [1, 2];

/** A rental that was paid by one charge, and by nothing else. */
interface Ride {
  readonly rental: Rental;
  readonly charge: Payment;
}

interface Quiet {
  readonly facts: Facts;
  readonly rides: readonly Ride[];
}

interface Strike {
  readonly wrong: readonly Payment[];
  /** Charges of the quiet history that stand otherwise in this one. */
  readonly moved: readonly Payment[];
  readonly booked: 'both legs booked' | 'first legs booked';
}

function quiet(seed: number): Quiet {
  const { facts } = makeScenario({ cause: 'none', accounts: 500, seed });
  const payments = facts.payments.map((payment) => ({ ...payment, attributes: {} }));
  const byRental = Map.groupBy(payments, (payment) => payment.rentalId);
  const rides = facts.rentals.flatMap((rental) => {
    const [charge, ...others] = byRental.get(rental.rentalId) ?? [];
    const isPlain = others.length === 0 && charge?.kind === 'charge' && charge.status === 'succeeded';
    return isPlain && charge.amount.amountMinor === rental.amountDue.amountMinor ? [{ rental, charge }] : [];
  });
  return { facts: { ...facts, payments, settlements: [] }, rides };
}

interface Again {
  readonly afterMs: number;
  readonly provider?: string;
  readonly sameKey?: true;
  readonly attributes?: Attributes;
}

function again(charge: Payment, nth: number, { afterMs, provider, sameKey, attributes }: Again): Payment {
  return {
    ...charge,
    paymentId: `${charge.paymentId}-again-${nth}`,
    chargeId: null,
    createdAt: charge.createdAt + afterMs,
    provider: provider ?? charge.provider,
    idempotencyKey: sameKey ? charge.idempotencyKey : `key-${nth}-${charge.paymentId}`,
    attributes: attributes ?? {},
  };
}

/** Rentals and payments alone, and with our books, which call each leg succeeded that they hold. */
function diagnosesOf({ facts, rides }: Quiet, { wrong, moved, booked }: Strike): readonly Diagnosis[] {
  const instead = new Map(moved.map((payment) => [payment.paymentId, payment]));
  const payments = [...facts.payments.map((each) => instead.get(each.paymentId) ?? each), ...wrong];
  const example = facts.charges.find((charge) => charge.paymentId === rides[0]?.charge.paymentId);
  assert.ok(example !== undefined);
  const records = wrong.map((payment, index) => ({
    ...example,
    chargeId: `again-${index}`,
    accountId: payment.accountId ?? '',
    rentalId: payment.rentalId,
    amount: payment.amount,
    createdAt: payment.createdAt,
    provider: payment.provider,
    paymentId: payment.paymentId,
    idempotencyKey: payment.idempotencyKey,
  }));
  const charges = booked === 'both legs booked' ? [...facts.charges, ...records] : facts.charges;
  const withBooks = { ...facts, payments, charges, layers: { rentals: true, charges: true, settlements: false } };
  const without = { ...withBooks, charges: [], layers: { rentals: true, charges: false, settlements: false } };
  return [without, withBooks].map((given) => {
    const { findings } = adjudicate(given);
    return diagnose({ findings, population: censusOf(given, findings), layers: given.layers });
  });
}

function endedBetween({ rides }: Quiet, from: Instant, to: Instant): readonly Ride[] {
  return rides.filter(({ rental }) => rental.endedAt >= from && rental.endedAt < to);
}

/** Wednesday, 12 November 2014, 00:00 UTC. */
const DAY = Date.UTC(2014, 10, 12);

type Shape = (quiet: Quiet, chance: Chance) => Strike;

/** The second charge of each ride, and nothing else. */
function doubled(rides: readonly Ride[], how: (chance: Chance) => Again, chance: Chance): Strike {
  return {
    wrong: rides.map(({ charge }) => again(charge, 1, how(chance))),
    moved: [],
    booked: 'both legs booked',
  };
}

const secondsOf = (chance: Chance, least: number, most: number): number =>
  chance.integer(least * SECOND_MS, most * SECOND_MS);

const SHAPES: Readonly<Record<string, readonly [cause: string, shape: Shape]>> = {
  'two providers from a cut-over to the end, minutes to hours apart': [
    'C17',
    (all, chance) =>
      doubled(
        endedBetween(all, DAY, DAY + 90 * DAY_MS).filter(() => chance.happens(0.8)),
        () => ({ afterMs: secondsOf(chance, 600, 7200), provider: 'adyen' }),
        chance,
      ),
  ],
  'two providers in an outage of twelve hours, seconds apart': [
    'C26',
    (all, chance) =>
      doubled(
        endedBetween(all, DAY + 10 * HOUR_MS, DAY + 22 * HOUR_MS).filter(() => chance.happens(0.5)),
        () => ({ afterMs: secondsOf(chance, 10, 20), provider: 'adyen' }),
        chance,
      ),
  ],
  'a burst at night for rentals that never were': [
    'C19',
    ({ rides }, chance) => ({
      wrong: rides.slice(0, 80).map(({ charge }, nth) => ({
        ...again(charge, nth, { afterMs: 0 }),
        rentalId: `TEST-${nth}`,
        createdAt: DAY + 2 * HOUR_MS + nth * 150 + chance.integer(0, 50),
      })),
      moved: [],
      booked: 'first legs booked',
    }),
  ],
  'all of five hours again within seconds': [
    'C13',
    (all, chance) =>
      doubled(
        endedBetween(all, DAY + 15 * HOUR_MS, DAY + 20 * HOUR_MS),
        () => ({ afterMs: chance.integer(500, 12_000) }),
        chance,
      ),
  ],
  'two to four under one key, minutes apart, at one provider': [
    'C25',
    (all, chance) => ({
      wrong: endedBetween(all, DAY + 8 * HOUR_MS, DAY + 20 * HOUR_MS)
        .filter(({ charge }) => charge.provider === 'stripe')
        .flatMap(({ charge }) =>
          Array.from({ length: chance.integer(1, 3) }, (_, nth) =>
            again(charge, nth, { afterMs: (nth + 1) * secondsOf(chance, 180, 540), sameKey: true }),
          ),
        ),
      moved: [],
      booked: 'first legs booked',
    }),
  ],
  'one key a day later': [
    'C03',
    (all, chance) =>
      doubled(
        endedBetween(all, DAY - 2 * DAY_MS, DAY + 2 * DAY_MS).filter(() => chance.happens(0.2)),
        () => ({ afterMs: secondsOf(chance, 25 * 3600, 60 * 3600), sameKey: true }),
        chance,
      ),
  ],
  'a clerk whom only the wrong charges name, at any hour': [
    'C23',
    (all, chance) =>
      doubled(
        all.rides.filter(() => chance.happens(0.015)),
        () => ({
          afterMs: secondsOf(chance, 300, 48 * 3600),
          attributes: { operator: 'm.rossi', note: 'manual charge, ticket' },
        }),
        chance,
      ),
  ],
  'less than a second apart, a tenth of them faster than a hand': [
    'C05',
    (all, chance) =>
      doubled(
        all.rides.filter(() => chance.happens(0.03)),
        () => ({ afterMs: chance.integer(5, 900) }),
        chance,
      ),
  ],
  'a fifth of a second to seconds apart': [
    'C01',
    (all, chance) =>
      doubled(
        all.rides.filter(() => chance.happens(0.03)),
        () => ({ afterMs: chance.integer(200, 6000) }),
        chance,
      ),
  ],
};

for (const [what, [cause, shape]] of Object.entries(SHAPES)) {
  test(`${what} is ${cause}`, () => {
    for (const seed of SEEDS) {
      const history = quiet(seed);
      const strike = shape(history, makeChance(seed));
      for (const [books, { causes }] of diagnosesOf(history, strike).entries()) {
        const said = causes.map(({ id, score }) => `${id} ${score}`).join(', ');
        const where = `seed ${seed}, ${books === 0 ? 'rentals and payments' : 'with books'}: ${said}`;
        assert.equal(causes[0]?.id, cause, where);
        assert.ok((causes[0]?.score ?? 0) - (causes[1]?.score ?? 0) >= 0.15, where);
      }
    }
  });
}

test('first charges that were paid a day late do not end the window early', () => {
  for (const seed of SEEDS) {
    const history = quiet(seed);
    const struck = endedBetween(history, DAY + 15 * HOUR_MS, DAY + 20 * HOUR_MS);
    const middle = Math.floor(struck.length / 2);
    const late = struck
      .slice(middle, middle + 2)
      .map(({ charge }, nth) => ({ ...charge, createdAt: charge.createdAt + (30 - 9 * nth) * HOUR_MS }));
    const moved = new Map(late.map((charge) => [charge.paymentId, charge]));
    const rides = struck.map((ride) => ({ ...ride, charge: moved.get(ride.charge.paymentId) ?? ride.charge }));
    const chance = makeChance(seed);
    const strike = doubled(rides, () => ({ afterMs: chance.integer(500, 12_000) }), chance);
    const [diagnosis] = diagnosesOf(history, { ...strike, moved: late });
    const latest = strike.wrong.reduce((last, { createdAt }) => Math.max(last, createdAt), 0);
    assert.equal(diagnosis?.incident?.chargedTo, latest, `seed ${seed}`);
    assert.equal(diagnosis?.incident?.outside, 0, `seed ${seed}`);
    assert.equal(diagnosis?.causes[0]?.id, 'C13', `seed ${seed}`);
  }
});

test('minutes to days apart without books or names is said to be open', () => {
  for (const seed of SEEDS) {
    const history = quiet(seed);
    const chance = makeChance(seed);
    const rides = history.rides.filter(() => chance.happens(0.015));
    const strike = doubled(rides, () => ({ afterMs: secondsOf(chance, 300, 48 * 3600) }), chance);
    const [bare] = diagnosesOf(history, strike);
    assert.ok((bare?.causes[0]?.score ?? 1) < 0.65, `seed ${seed}: ${bare?.causes[0]?.score}`);
    assert.match(bare?.cannotTell.join('\n') ?? '', /would tell .*C14/, `seed ${seed}`);
  }
});

test('what speaks against a cause is said as it is', () => {
  const history = quiet(1);
  const chance = makeChance(1);
  const rides = endedBetween(history, DAY + 10 * HOUR_MS, DAY + 22 * HOUR_MS).filter(() => chance.happens(0.5));
  const strike = doubled(rides, () => ({ afterMs: secondsOf(chance, 10, 20), provider: 'adyen' }), chance);
  const evidence = diagnosesOf(history, strike).flatMap(({ causes }) => causes.map((cause) => cause.evidence));
  const against = evidence.flatMap((text) => text.split('Against it: ').slice(1));
  assert.ok(against.length > 0);
  for (const text of against) assert.doesNotMatch(text, /goes on to the end|the lag is constant|falls by one day/);
});
