import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { Payment } from '../fact/payment.ts';
import type { Rental } from '../fact/rental.ts';
import { parseMoney } from '../kernel/money.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/time.ts';
import { chargesCsv, paymentsCsv, rentalsCsv, settlementsCsv, truthJson } from './files.ts';
import { makeScenario, SCENARIO_CAUSES, type ScenarioCause } from './scenario.ts';
import type { TrueFinding } from './truth.ts';
import type { Scenario } from './write-history.ts';

const SEED = 20_141_110;
const scenarios = new Map(SCENARIO_CAUSES.map((cause) => [cause, makeScenario({ cause, accounts: 1000, seed: SEED })]));

function scenarioOf(cause: ScenarioCause): Scenario {
  const scenario = scenarios.get(cause);
  assert(scenario, `no scenario for ${cause}`);
  return scenario;
}

function filesOf({ facts, repeated, truth }: Scenario): readonly string[] {
  return [rentalsCsv(facts), paymentsCsv(facts, repeated), chargesCsv(facts), settlementsCsv(facts), truthJson(truth)];
}

test('there is a scenario for each of the 26 causes, and for none', () => {
  const causes = Array.from({ length: 26 }, (_, index) => `C${String(index + 1).padStart(2, '0')}`);
  assert.deepEqual([...SCENARIO_CAUSES].sort(), [...causes, 'none'].sort());
});

test('one seed gives the same files to the byte, another seed gives others', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SCENARIO_CAUSES), fc.integer(), (cause, seed) => {
      const order = { cause, accounts: 30, seed, strays: 2 };
      assert.deepEqual(filesOf(makeScenario(order)), filesOf(makeScenario(order)));
      const other = makeScenario({ ...order, seed: seed ^ 1 });
      assert.notEqual(paymentsCsv(makeScenario(order).facts, []), paymentsCsv(other.facts, []));
    }),
    { numRuns: 20 },
  );
});

/** What was taken beyond the price of each rental that is named by its payments: sums only, no detector. */
function excessByRental({ facts }: Scenario): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { kind, status, purpose, rentalId, amount } of facts.payments) {
    if (status !== 'succeeded' || purpose !== 'rental' || rentalId === null) continue;
    const sign = kind === 'charge' || kind === 'chargeback_reversal' ? 1n : -1n;
    sums.set(rentalId, (sums.get(rentalId) ?? 0n) + sign * amount.amountMinor);
  }
  for (const { rentalId, amountDue } of facts.rentals) {
    const taken = sums.get(rentalId);
    if (taken !== undefined) sums.set(rentalId, taken - amountDue.amountMinor);
  }
  return new Map([...sums].filter(([, excess]) => excess > 0n));
}

function sumOf(findings: readonly TrueFinding[]): bigint {
  return findings.reduce((sum, finding) => sum + finding.refundDue.amountMinor, 0n);
}

function checkTruth(scenario: Scenario): void {
  const { facts, truth } = scenario;
  const payments = new Map(facts.payments.map((payment) => [payment.paymentId, payment]));
  const charges = new Set(facts.charges.map((charge) => charge.chargeId));
  for (const finding of truth.findings) {
    const payment = payments.get(finding.paymentId);
    assert(payment?.status === 'succeeded' && payment.kind === 'charge', `${finding.paymentId} is no succeeded charge`);
    assert.equal(payment.accountId, finding.accountId);
    assert(finding.keptPaymentId === null || payments.has(finding.keptPaymentId));
    assert(finding.chargeId === null || charges.has(finding.chargeId));
    assert(finding.refundDue.amountMinor <= finding.amount.amountMinor);
  }
  const due = sumOf(truth.findings);
  assert.equal(due, truth.refundDue.amountMinor);
  assert.equal(
    truth.refunds.reduce((sum, refund) => sum + refund.refundDue.amountMinor, 0n),
    due,
  );
  assert.equal(truth.moneyOwed, due > 0n);
  const owed = truth.findings.filter((finding) => finding.refundDue.amountMinor > 0n);
  assert.equal(new Set(owed.map((finding) => finding.paymentId)).size, owed.length, 'a payment is given back twice');
  checkExcess(scenario, owed);
}

/** Every cent taken beyond a price is in the truth, and nothing else is. */
function checkExcess(scenario: Scenario, owed: readonly TrueFinding[]): void {
  const excess = excessByRental(scenario);
  const fees = new Set(
    scenario.facts.payments.filter(({ purpose }) => purpose === 'fee').map(({ paymentId }) => paymentId),
  );
  const keyless = new Set(
    scenario.facts.payments.filter((each) => each.rentalId === null).map((each) => each.paymentId),
  );
  const ofRentals = owed.filter(
    ({ class: found, paymentId }) => found !== 'duplicate_record' && !fees.has(paymentId) && !keyless.has(paymentId),
  );
  checkKeyless(
    scenario,
    owed.filter(({ paymentId }) => keyless.has(paymentId)),
  );
  const told = new Map<string, bigint>();
  for (const { rentalId, refundDue } of ofRentals) {
    told.set(rentalId ?? '', (told.get(rentalId ?? '') ?? 0n) + refundDue.amountMinor);
  }
  assert.deepEqual([...told].sort(), [...excess].sort());
}

/** More keyless charges than drives that nothing else pays: as many too many as the truth says, for each account. */
function checkKeyless({ facts }: Scenario, owed: readonly TrueFinding[]): void {
  const named = new Set(
    facts.payments.flatMap((payment) => (payment.status === 'succeeded' ? (payment.rentalId ?? []) : [])),
  );
  for (const [accountId, findings] of Map.groupBy(owed, (finding) => finding.accountId)) {
    const open = facts.rentals.filter(
      (rental) => rental.accountId === accountId && !named.has(rental.rentalId) && rental.amountDue.amountMinor > 0n,
    );
    const keyless = facts.payments.filter(
      (each) =>
        each.accountId === accountId && each.rentalId === null && each.purpose === 'rental' && each.kind === 'charge',
    );
    assert.equal(keyless.length - open.length, findings.length, `keyless charges of ${accountId}`);
  }
}

for (const cause of SCENARIO_CAUSES) {
  test(`${cause}: the truth holds exactly what was taken beyond the prices`, () => checkTruth(scenarioOf(cause)));
}

test('the truth holds for any seed and size, with strays', () => {
  const orders = fc.record({
    cause: fc.constantFrom(...SCENARIO_CAUSES),
    seed: fc.integer(),
    accounts: fc.integer({ min: 1, max: 80 }),
    strays: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(orders, (order) => {
      const scenario = makeScenario(order);
      checkTruth(scenario);
      checkFacts(scenario);
      checkVehicles(scenario, order.cause);
    }),
    { numRuns: 60 },
  );
});

test('strays are told apart and lie outside the incident', () => {
  const { truth } = makeScenario({ cause: 'C13', accounts: 300, seed: SEED, strays: 5 });
  assert.equal(truth.findings.filter((finding) => finding.stray).length, 5);
  assert((truth.incident?.charged.to ?? 0) - (truth.incident?.charged.from ?? 0) < HOUR_MS);
  assert.equal(makeScenario({ cause: 'none', accounts: 300, seed: SEED, strays: 3 }).truth.findings.length, 3);
});

function checkUnique(ids: readonly string[], what: string): void {
  assert.equal(new Set(ids).size, ids.length, `${what} are not unique`);
}

function checkFacts({ facts, truth }: Scenario): void {
  checkUnique(
    facts.rentals.map((rental) => rental.rentalId),
    'rental ids',
  );
  checkUnique(
    facts.payments.map((payment) => payment.paymentId),
    'payment ids',
  );
  checkUnique(
    facts.charges.map((charge) => charge.chargeId),
    'charge ids',
  );
  checkUnique(
    facts.settlements.map((line) => `${line.lineId} ${line.bookedAt}`),
    'lines',
  );
  const rentals = new Set(facts.rentals.map((rental) => rental.rentalId));
  const payments = new Map(facts.payments.map((payment) => [payment.paymentId, payment]));
  for (const rental of facts.rentals)
    assert((rental.startedAt ?? 0) < rental.endedAt && rental.amountDue.amountMinor >= 0n);
  for (const payment of facts.payments) {
    assert(payment.amount.amountMinor > 0n, `${payment.paymentId} moves nothing`);
    const known = payment.rentalId === null || rentals.has(payment.rentalId) || payment.rentalId.startsWith('tst_');
    assert(known, `${payment.paymentId} names the unknown rental ${payment.rentalId}`);
    const parent = payment.parentPaymentId === null ? null : payments.get(payment.parentPaymentId);
    assert(parent === null || (parent?.kind === 'charge' && parent.createdAt < payment.createdAt));
    assert(Object.values(payment.attributes).every((value) => value !== ''));
  }
  for (const charge of facts.charges) assert(charge.paymentId === null || payments.has(charge.paymentId));
  for (const line of facts.settlements) {
    const payment = payments.get(line.paymentId);
    assert(payment?.status === 'succeeded' && line.bookedAt > payment.createdAt, `${line.lineId} books too early`);
  }
  assert(truth.cause.startsWith('C') || truth.incident === null);
}

test('facts are whole: ids unique, references known, order of time kept', () => {
  for (const scenario of scenarios.values()) checkFacts(scenario);
});

test('keys are used once, unless the cause is that they are not', () => {
  for (const [cause, { facts }] of scenarios) {
    if (cause === 'C03') continue;
    checkUnique(
      facts.payments.flatMap((payment) => payment.idempotencyKey ?? []),
      `keys of ${cause}`,
    );
  }
});

const OVERLAPPING: readonly ScenarioCause[] = ['C16', 'C18', 'C21'];

function checkVehicles({ facts }: Scenario, cause: ScenarioCause): void {
  const overlaps = [...Map.groupBy(facts.rentals, (rental) => rental.vehicleId).values()].flatMap(overlapsOf);
  if (!OVERLAPPING.includes(cause)) assert.deepEqual(overlaps, []);
}

function overlapsOf(rentals: readonly Rental[]): readonly string[] {
  const inOrder = rentals.toSorted((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0));
  return inOrder
    .filter((rental, index) => (rental.startedAt ?? 0) < (inOrder[index - 1]?.endedAt ?? 0))
    .map((rental) => rental.rentalId);
}

test('one car has one driver at a time, unless the cause is that it has not', () => {
  for (const [cause, scenario] of scenarios) checkVehicles(scenario, cause);
  for (const cause of OVERLAPPING) {
    const groups = [...Map.groupBy(scenarioOf(cause).facts.rentals, (rental) => rental.vehicleId).values()];
    assert(groups.flatMap(overlapsOf).length > 0, `${cause} has no overlap`);
  }
});

const LOOK_ALIKES = [
  'alike_rentals',
  'chargeback_reversed',
  'charged_again_after_refund',
  'charged_back',
  'corrected_under_charge',
  'declined_then_paid',
  'fee_beside_rental',
  'fee_of_equal_amount',
  'free_rental',
  'hold_and_capture',
  'keyless',
  'package',
  'package_twice',
  'part_refund',
  'pending',
  'refunded',
  'repeated_row',
  'split_two_cards',
  'split_two_riders',
  'two_vehicles_at_once',
];

test('every look-alike is mixed into every scenario of a thousand accounts', () => {
  for (const { truth } of scenarios.values()) assert.deepEqual(Object.keys(truth.lookAlikes), LOOK_ALIKES);
});

test('chance alone makes equal amounts: some accounts pay one price twice on one day', () => {
  const { facts } = scenarioOf('none');
  const seen = new Set<string>();
  const alike = facts.rentals.filter(({ accountId, amountDue, endedAt }) => {
    const key = `${accountId} ${amountDue.amountMinor} ${Math.floor(endedAt / (24 * HOUR_MS))}`;
    return seen.has(key) || !seen.add(key);
  });
  assert(alike.length > 20, `only ${alike.length}`);
});

test('an incident is large enough to be seen', () => {
  for (const [cause, { truth }] of scenarios) {
    if (cause !== 'none') assert(truth.findings.length >= 60, `${cause} has ${truth.findings.length} findings`);
  }
});

/** What the fingerprint of each cause says of the gap, in ms, and of the three layers of the obligation. */
const FINGERPRINTS: readonly (readonly [ScenarioCause, least: number, most: number, layers: string])[] = [
  ['C01', 100, 10 * SECOND_MS, '2,2,2'],
  ['C02', 12 * SECOND_MS, 41 * SECOND_MS, '1,2,2'],
  ['C03', 24 * HOUR_MS, 39 * HOUR_MS, '1,2,2'],
  ['C04', 20 * SECOND_MS, 16 * MINUTE_MS, '2,2,2'],
  ['C05', 1, SECOND_MS, '2,2,2'],
  ['C06', 2 * HOUR_MS - 40, 2 * HOUR_MS + 40, '2,2,2'],
  ['C08', 40 * HOUR_MS, 7 * 24 * HOUR_MS, '2,2,2'],
  ['C09', 5 * MINUTE_MS, 5 * MINUTE_MS + 3 * SECOND_MS, '2,2,2'],
  ['C10', 48 * HOUR_MS, 14 * 24 * HOUR_MS, '1,2,2'],
  ['C12', MINUTE_MS, 21 * MINUTE_MS, '1,2,2'],
  ['C13', 8 * SECOND_MS, 12 * MINUTE_MS, '1,2,2'],
  ['C14', 15 * MINUTE_MS, 24 * HOUR_MS, '1,2,2'],
  ['C17', HOUR_MS, 28 * HOUR_MS, '2,2,2'],
  ['C20', HOUR_MS, HOUR_MS + 100, '2,2,2'],
  ['C21', -21 * HOUR_MS, -20 * MINUTE_MS, '2,2,2'],
  ['C23', 4 * MINUTE_MS, 4 * 24 * HOUR_MS, '2,2,2'],
  ['C26', 20 * SECOND_MS, 25 * SECOND_MS, '1,2,2'],
];

for (const [cause, least, most, layers] of FINGERPRINTS) {
  test(`${cause}: gaps and layers bear its fingerprint`, () => {
    const { facts, truth } = scenarioOf(cause);
    const payments = new Map(facts.payments.map((payment) => [payment.paymentId, payment]));
    const plain = truth.findings.filter((finding) => payments.get(finding.paymentId)?.purpose === 'rental');
    for (const { paymentId, keptPaymentId, rentalId } of plain) {
      const gap = timeOf(payments.get(paymentId)) - timeOf(payments.get(keptPaymentId ?? ''));
      assert(gap >= least && gap <= most, `${paymentId}: a gap of ${gap} ms`);
      // Robust stories inside a range have more charges; the plain majority shows the fingerprint.
      const named = payments.get(paymentId)?.rentalId !== null;
      if (cause !== 'C08' && named) assert.equal(layersOf(scenarioOf(cause), rentalId), layers);
    }
  });
}

function timeOf(payment: Payment | undefined): number {
  assert(payment);
  return payment.createdAt;
}

const indexes = new WeakMap<Scenario, ReturnType<typeof indexOf>>();

function indexOf({ facts }: Scenario) {
  return {
    charges: Map.groupBy(facts.charges, (charge) => charge.rentalId),
    payments: Map.groupBy(facts.payments, (payment) => payment.rentalId),
    lines: Map.groupBy(facts.settlements, (line) => line.paymentId),
  };
}

function layersOf(scenario: Scenario, rentalId: string | null): string {
  const index = indexes.get(scenario) ?? indexOf(scenario);
  indexes.set(scenario, index);
  const taken = (index.payments.get(rentalId) ?? []).filter(
    (each) => each.kind === 'charge' && each.status === 'succeeded',
  );
  const books = (index.charges.get(rentalId) ?? []).filter((charge) => charge.status === 'succeeded');
  const bank = taken.flatMap((each) =>
    (index.lines.get(each.paymentId) ?? []).filter((line) => line.amount.amountMinor > 0n),
  );
  return [books.length, taken.length, bank.length].join(',');
}

test('C03: both legs have one key; in C04 they have none, or keys that differ in the attempt', () => {
  const keysOf = (cause: ScenarioCause) => {
    const { facts, truth } = scenarioOf(cause);
    const keys = new Map(facts.payments.map((payment) => [payment.paymentId, payment.idempotencyKey]));
    return truth.findings.map(({ paymentId, keptPaymentId }) => [keys.get(keptPaymentId ?? ''), keys.get(paymentId)]);
  };
  for (const [kept, wrong] of keysOf('C03')) assert(kept !== null && kept === wrong);
  for (const [kept, wrong] of keysOf('C04')) {
    assert(kept === null ? wrong === null : kept?.replace(':1', ':2') === wrong);
  }
});

test('C07: one file is booked twice, line by line, and every charge of the next day is missing', () => {
  const { facts, truth } = scenarioOf('C07');
  const twice = [...Map.groupBy(facts.settlements, (line) => line.lineId).values()].filter(
    (lines) => lines.length === 2,
  );
  assert.deepEqual(new Set(twice.flat().map((line) => line.file)), new Set(['SETTLEMENT_20141112.csv']));
  const booked = new Set(facts.settlements.map((line) => line.paymentId));
  const missing = facts.payments.filter(
    (each) => each.kind === 'charge' && each.status === 'succeeded' && !booked.has(each.paymentId),
  );
  const twins = truth.findings
    .filter((finding) => finding.class === 'missing_twin')
    .map((finding) => finding.paymentId);
  assert.deepEqual(missing.map((payment) => payment.paymentId).sort(), twins);
  assert.equal(truth.moneyOwed, false);
});

test('C11: our books hold one payment twice within two seconds, and nobody is owed money', () => {
  const { facts, truth } = scenarioOf('C11');
  const records = Map.groupBy(facts.charges, (charge) => charge.paymentId);
  for (const { paymentId, class: found } of truth.findings) {
    const [one, other, ...rest] = records.get(paymentId) ?? [];
    assert(found === 'phantom' && one && other && rest.length === 0);
    assert(Math.abs(one.createdAt - other.createdAt) <= 2.5 * SECOND_MS);
  }
  assert.equal(truth.moneyOwed, false);
});

test('C08: every drive of the four days is struck, and the gap falls by a day with each day of service', () => {
  const { facts, truth } = scenarioOf('C08');
  const struck = new Set(truth.findings.map((finding) => finding.rentalId));
  const { from = 0, to = 0 } = truth.incident?.ended ?? {};
  const inside = facts.rentals.filter((rental) => rental.endedAt >= from && rental.endedAt <= to);
  // Free drives, disputes and the like are dealt outside the range.
  assert(
    inside.every((rental) => struck.has(rental.rentalId)),
    'a drive of the range was left out',
  );
  assert((truth.incident?.charged.to ?? 0) - (truth.incident?.charged.from ?? 0) < HOUR_MS);
});

test('C12: each orphan names a number that is missing in our books', () => {
  const { facts, truth } = scenarioOf('C12');
  const numbers = new Set(facts.charges.map((charge) => charge.chargeId));
  const orphans = new Set(truth.findings.map((finding) => finding.keptPaymentId));
  const lost = facts.payments.filter((payment) => payment.chargeId !== null && !numbers.has(payment.chargeId));
  assert.deepEqual(new Set(lost.map((payment) => payment.paymentId)), orphans);
});

test('the files carry the columns of the contract, every row, and amounts that read back', () => {
  const { facts, repeated, truth } = scenarioOf('C23');
  const read = (text: string): Record<string, string>[] => parse(text, { columns: true });
  const payments = read(paymentsCsv(facts, repeated));
  assert.equal(payments.length, truth.rows.payments);
  assert.equal(read(rentalsCsv(facts)).length, truth.rows.rentals);
  assert.equal(read(chargesCsv(facts)).length, truth.rows.charges);
  assert.equal(read(settlementsCsv(facts)).length, truth.rows.settlements);
  const ours = new Map(facts.payments.map((payment) => [payment.paymentId, payment]));
  for (const row of payments) {
    const payment = ours.get(row.payment_id ?? '');
    assert.deepEqual(parseMoney(row.amount ?? '', row.currency ?? ''), { ok: true, value: payment?.amount });
    assert.equal(Date.parse(row.created_at ?? ''), payment?.createdAt);
    assert.equal(row.note ?? '', payment?.attributes.note ?? '');
  }
  assert(
    payments.some((row) => row.note?.includes('"')),
    'no note that must be quoted',
  );
});

test('the truth file is JSON with sums as decimals', () => {
  const { truth } = scenarioOf('C08');
  const read = JSON.parse(truthJson(truth));
  assert.equal(read.findings.length, truth.findings.length);
  const cents = read.refunds.reduce(
    (sum: number, refund: { refund_due: string }) => sum + Math.round(Number(refund.refund_due) * 100),
    0,
  );
  assert.equal(BigInt(cents), truth.refundDue.amountMinor);
  assert.match(read.incident.charged_from, /^2014-11-16T15:00:0\d\.?\d*Z$/);
});
