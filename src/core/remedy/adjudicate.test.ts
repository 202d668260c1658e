import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyHistory, anyShape } from '../../../test/any-history.ts';
import { sayFinding } from '../../../test/history.ts';
import type { Facts } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import type { Rental } from '../fact/rental.ts';
import { HOUR_MS } from '../kernel/time.ts';
import { adjudicate } from './adjudicate.ts';
import type { Finding, Verdicts } from './finding.ts';

/** A failing run prints its seed and path; `STORNO_SEED` runs that seed again, `STORNO_RUNS` more of them. */
const SEED = Number(process.env.STORNO_SEED ?? 20141116);
const RUNS = { seed: SEED, numRuns: Number(process.env.STORNO_RUNS ?? 400) };

const anyFacts = anyShape.chain(anyHistory);

/** Verdicts as text, so that a difference is told and bigints compare. */
function write(verdicts: Pick<Verdicts, 'findings' | 'innocents' | 'unfit'>): string {
  return JSON.stringify(verdicts, (_, value) => (typeof value === 'bigint' ? String(value) : value), 1);
}

function dueOf(findings: readonly Finding[]): bigint {
  return findings.reduce((sum, finding) => sum + finding.refundDue.amountMinor, 0n);
}

/** What a rental took on balance, reckoned anew from the rows: the long way, without legs or drafts. */
function takenFor(facts: Facts, rentalId: string): bigint {
  const ofRental = (payment: Payment): boolean => {
    const parent = facts.payments.find((other) => other.paymentId === payment.parentPaymentId);
    return parent === undefined ? payment.rentalId === rentalId : ofRental(parent);
  };
  const signs = { charge: 1n, refund: -1n, chargeback: -1n, chargeback_reversal: 1n } as const;
  return facts.payments
    .filter((payment) => payment.status === 'succeeded' && payment.purpose === 'rental' && ofRental(payment))
    .reduce((sum, payment) => sum + signs[payment.kind] * payment.amount.amountMinor, 0n);
}

test('refunds of a rental never exceed what was taken beyond its price, and reach it where nothing is on its way', () => {
  const shape = { rentals: true, charges: false, settlements: false, keyless: false, strays: false };
  fc.assert(
    fc.property(
      fc.boolean().chain((pending) => anyHistory({ ...shape, pending })),
      (facts) => {
        const { findings } = adjudicate(facts);
        for (const rental of facts.rentals) {
          const own = findings.filter(
            (finding) => finding.rentalId === rental.rentalId && finding.evidence.wrong?.purpose === 'rental',
          );
          if (own.some((finding) => finding.class === 'duplicate_record')) continue;
          const beyond = takenFor(facts, rental.rentalId) - rental.amountDue.amountMinor;
          const excess = beyond > 0n ? beyond : 0n;
          assert.ok(dueOf(own) <= excess, `${rental.rentalId}: ${dueOf(own)} due of ${excess}`);
          if (!facts.payments.some((payment) => payment.status === 'pending')) assert.equal(dueOf(own), excess);
        }
      },
    ),
    RUNS,
  );
});

test('no payment is named by two findings, and none gives back more than it took', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { findings } = adjudicate(facts);
      const named = findings.flatMap((finding) => finding.paymentId ?? []);
      assert.equal(new Set(named).size, named.length);
      assert.equal(new Set(findings.map((finding) => finding.findingId)).size, findings.length);
      for (const finding of findings) assert.ok(finding.refundDue.amountMinor <= finding.amount.amountMinor);
    }),
    RUNS,
  );
});

test('everything is spoken of: each succeeded charge stands in a finding or is declared innocent', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { findings, innocents } = adjudicate(facts);
      const spokenOf = new Set([
        ...findings.flatMap((finding) => finding.evidence.payments.map((payment) => payment.paymentId)),
        ...innocents.flatMap((innocent) => innocent.paymentIds),
      ]);
      for (const payment of facts.payments) {
        if (payment.kind === 'charge')
          assert.ok(spokenOf.has(payment.paymentId), `${payment.paymentId} is passed over`);
      }
    }),
    RUNS,
  );
});

test('the order of the rows changes nothing', () => {
  const shuffled = anyFacts.chain((facts) =>
    fc.tuple(
      fc.constant(facts),
      fc.shuffledSubarray([...facts.payments], { minLength: facts.payments.length }),
      fc.shuffledSubarray([...facts.rentals], { minLength: facts.rentals.length }),
      fc.shuffledSubarray([...facts.charges], { minLength: facts.charges.length }),
      fc.shuffledSubarray([...facts.settlements], { minLength: facts.settlements.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([facts, payments, rentals, charges, settlements]) => {
      assert.equal(write(adjudicate({ ...facts, payments, rentals, charges, settlements })), write(adjudicate(facts)));
    }),
    RUNS,
  );
});

test('an innocent rental more changes no other finding', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const [rental, payment] = innocentPair(facts);
      const more = {
        ...facts,
        rentals: facts.layers.rentals ? [...facts.rentals, rental] : [],
        payments: [...facts.payments, payment],
      };
      assert.equal(write({ ...adjudicate(more), innocents: [] }), write({ ...adjudicate(facts), innocents: [] }));
    }),
    RUNS,
  );
});

function innocentPair(facts: Facts): readonly [Rental, Payment] {
  const endedAt = facts.coverage.rentalsEnded?.from ?? facts.coverage.paymentsCreated?.from ?? 0;
  const amount = { amountMinor: 1450n, currency: 'EUR' };
  return [
    {
      rentalId: 'innocent',
      accountId: 'innocent',
      vehicleId: 'innocent',
      market: null,
      startedAt: endedAt - HOUR_MS,
      endedAt,
      amountDue: amount,
      attributes: {},
    },
    {
      paymentId: 'innocent',
      kind: 'charge',
      parentPaymentId: null,
      accountId: 'innocent',
      rentalId: 'innocent',
      chargeId: null,
      status: 'succeeded',
      amount,
      createdAt: endedAt,
      purpose: 'rental',
      provider: null,
      idempotencyKey: null,
      attributes: {},
    },
  ];
}

test('a charge repeated for a rental that came out even is due again, exactly', () => {
  const shape = { rentals: true, charges: false, settlements: false, keyless: false, strays: false, pending: false };
  let repeated = 0;
  fc.assert(
    fc.property(anyHistory(shape), fc.integer({ min: 1, max: 10_000 }), (facts, later) => {
      const charge = facts.payments.find((payment) => isEvenCharge(facts, payment));
      if (charge === undefined) return;
      repeated += 1;
      const again = { ...charge, paymentId: 'again', idempotencyKey: null, createdAt: charge.createdAt + later };
      const before = adjudicate(facts).findings.filter((finding) => finding.rentalId === charge.rentalId);
      const after = adjudicate({ ...facts, payments: [...facts.payments, again] }).findings.filter(
        (finding) => finding.rentalId === charge.rentalId && finding.evidence.wrong?.purpose === 'rental',
      );
      // Which record of a drive is kept depends on the first charge, which the repetition may be.
      fc.pre(![...before, ...after].some(isSameDrive));
      const own = before.filter((finding) => finding.evidence.wrong?.purpose === 'rental');
      assert.equal(dueOf(after) - dueOf(own), charge.amount.amountMinor);
    }),
    RUNS,
  );
  assert.ok(repeated > 100, `only ${repeated} histories had an even rental`);
});

function isSameDrive(finding: Finding): boolean {
  return finding.class === 'duplicate_record';
}

function isEvenCharge(facts: Facts, payment: Payment): boolean {
  const rental = facts.rentals.find((other) => other.rentalId === payment.rentalId);
  return (
    payment.kind === 'charge' &&
    payment.status === 'succeeded' &&
    payment.purpose === 'rental' &&
    payment.amount.amountMinor > 0n &&
    rental !== undefined &&
    takenFor(facts, rental.rentalId) === rental.amountDue.amountMinor
  );
}

test('after every finding is paid back nothing more is due', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { findings } = adjudicate(facts);
      // Two readings of charges without reference change with what is paid: a record of a drive stands open again, and
      // a dispute counts for whichever charge it is laid to. They are probable, a person looks before they are paid.
      const isKeyless = facts.payments.some((payment) => payment.rentalId === null);
      const isPending = facts.payments.some((payment) => payment.kind !== 'charge' && payment.status === 'pending');
      fc.pre(!isKeyless || (!isPending && !findings.some(isSameDrive)));
      const refunds = findings.flatMap((finding) => refundOf(finding, facts));
      const again = adjudicate({ ...facts, payments: [...facts.payments, ...refunds] });
      assert.deepEqual(
        again.findings.filter((finding) => finding.refundDue.amountMinor > 0n).map(sayFinding),
        [],
        `first: ${findings.map(sayFinding).join('; ')}`,
      );
    }),
    RUNS,
  );
});

function refundOf(finding: Finding, facts: Facts): readonly Payment[] {
  const charge = facts.payments.find((payment) => payment.paymentId === finding.paymentId);
  if (charge === undefined || finding.refundDue.amountMinor === 0n) return [];
  return [
    {
      ...charge,
      paymentId: `paid_${charge.paymentId}`,
      kind: 'refund',
      parentPaymentId: charge.paymentId,
      rentalId: null,
      chargeId: null,
      idempotencyKey: null,
      amount: finding.refundDue,
      createdAt: facts.coverage.paymentsCreated?.to ?? charge.createdAt,
    },
  ];
}

test('closed cases judged one by one give what all facts give together', () => {
  let parts = 0;
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const cases = closedCases(facts);
      parts += cases.length;
      const apart = cases.flatMap((part) => adjudicate(part).findings.map(sayWhole)).filter(isNoTwin);
      assert.deepEqual(apart.toSorted(), adjudicate(facts).findings.map(sayWhole).filter(isNoTwin).toSorted());
    }),
    RUNS,
  );
  assert.ok(parts > 2 * RUNS.numRuns, `only ${parts} cases of ${RUNS.numRuns} histories: they were not taken apart`);
});

const sayWhole = (finding: Finding): string => `${sayFinding(finding)} because ${finding.reason}`;

/** A missing file is judged by its whole day, which is a case of its own. */
const isNoTwin = (line: string): boolean => !line.includes('missing_twin');

/**
 * Takes facts apart along everything that ties them: rental, vehicle, parent, record, key, and account for what has no
 * rental.
 */
function closedCases(facts: Facts): readonly Facts[] {
  const parent = new Map<string, string>();
  const root = (tie: string): string => {
    const up = parent.get(tie);
    return up === undefined || up === tie ? tie : root(up);
  };
  const tie = (...ties: readonly (string | null)[]): void => {
    const [first, ...rest] = ties.filter((one) => one !== null);
    for (const one of rest) if (first !== undefined) parent.set(root(one), root(first));
  };
  const keyless = new Set(
    facts.payments.filter((payment) => payment.rentalId === null).map((payment) => payment.accountId),
  );
  const label = (kind: string, id: string | null): string | null => (id === null ? null : `${kind} ${id}`);
  const account = (id: string | null): string | null => (keyless.has(id) ? label('account', id) : null);
  for (const payment of facts.payments) {
    tie(
      label('payment', payment.paymentId),
      label('rental', payment.rentalId),
      label('payment', payment.parentPaymentId),
      label('charge', payment.chargeId),
      label('key', payment.idempotencyKey),
      account(payment.accountId),
    );
  }
  for (const rental of facts.rentals) {
    tie(label('rental', rental.rentalId), label('vehicle', rental.vehicleId), account(rental.accountId));
  }
  for (const charge of facts.charges) {
    tie(
      label('charge', charge.chargeId),
      label('rental', charge.rentalId),
      label('payment', charge.paymentId),
      label('key', charge.idempotencyKey),
      account(charge.accountId),
    );
  }
  for (const line of facts.settlements) tie(label('line', line.lineId), label('payment', line.paymentId));
  const roots = new Set([
    ...facts.payments.map((payment) => root(`payment ${payment.paymentId}`)),
    ...facts.rentals.map((rental) => root(`rental ${rental.rentalId}`)),
  ]);
  return [...roots].map((one) => ({
    ...facts,
    payments: facts.payments.filter((payment) => root(`payment ${payment.paymentId}`) === one),
    rentals: facts.rentals.filter((rental) => root(`rental ${rental.rentalId}`) === one),
    charges: facts.charges.filter((charge) => root(`charge ${charge.chargeId}`) === one),
    settlements: facts.settlements.filter((line) => root(`payment ${line.paymentId}`) === one),
  }));
}
