import type { Charge } from '../../src/core/fact/charge.ts';
import type { Payment } from '../../src/core/fact/payment.ts';
import type { Rental } from '../../src/core/fact/rental.ts';
import { type Money, money } from '../../src/core/kernel/money.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../../src/core/kernel/time.ts';
import type { Finding, FindingClass, Grade } from '../../src/core/remedy/finding.ts';
import type { AttributeBase, Population, TimeSeries } from '../../src/core/remedy/population.ts';
import type { RefundLine, Scan } from '../../src/core/remedy/scan.ts';

/**
 * Scans as the engine would give them, made for the report alone: an incident like that of November 2014 and the
 * extremes between which a report must stay legible. Equal seeds give equal scans.
 */
export interface SampleOptions {
  readonly seed: number;
  readonly accounts: number;
  readonly days: number;
  readonly currency: string;
  /** Which of the rentals are charged again: those that ended in [from, to), in days from the beginning. */
  readonly doubledFromDay: number;
  readonly doubledToDay: number;
  /** Gap to the second charge for a rental that ended at this instant. */
  readonly gapMs: (rental: Rental, chance: () => number) => number;
  readonly attributes: number;
}

export const FIRST_DAY: Instant = 1_414_800_000_000; // 2014-11-01T00:00:00Z

/** The run of Sunday, 16 November: everything of the four days is charged again, in order, within two hours. */
export const MILANO: SampleOptions = {
  seed: 2014,
  accounts: 3000,
  days: 21,
  currency: 'EUR',
  doubledFromDay: 9,
  doubledToDay: 13,
  gapMs: (rental) => {
    const within = (rental.endedAt - FIRST_DAY - 9 * DAY_MS) / (4 * DAY_MS);
    return FIRST_DAY + 15 * DAY_MS + 2 * HOUR_MS + within * 100 * MINUTE_MS - rental.endedAt;
  },
  attributes: 4,
};

/** Retries with a new key after a time-out of 30 seconds, on one worker, through two hours. */
export const RETRIES: SampleOptions = {
  ...MILANO,
  seed: 30,
  doubledFromDay: 6.4,
  doubledToDay: 6.5,
  gapMs: (_, chance) => (chance() < 0.7 ? 30 : 2) * SECOND_MS + Math.round(chance() * 900),
  attributes: 3,
};

export function sampleScan(options: SampleOptions): Scan {
  const chance = dice(options.seed);
  const history = makeHistory(options, chance);
  const findings = history.doubled.map(([rental, kept, wrong]) => doubleCharge({ rental, kept, wrong }));
  return scanOf(findings, history);
}

interface History {
  readonly rentals: readonly Rental[];
  readonly payments: readonly Payment[];
  readonly doubled: readonly (readonly [Rental, Payment, Payment])[];
}

/** mulberry32. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function makeHistory(options: SampleOptions, chance: () => number): History {
  const rentals: Rental[] = [];
  const payments: Payment[] = [];
  const doubled: (readonly [Rental, Payment, Payment])[] = [];
  const count = options.accounts * 3;
  for (let serial = 0; serial < count; serial += 1) {
    const rental = makeRental(serial, options, chance);
    const paid = makePayment(rental, { serial, at: rental.endedAt + 40 * SECOND_MS, again: false }, options);
    rentals.push(rental);
    payments.push(paid);
    const day = (rental.endedAt - FIRST_DAY) / DAY_MS;
    if (day < options.doubledFromDay || day >= options.doubledToDay) continue;
    const again = makePayment(
      rental,
      { serial, at: rental.endedAt + Math.round(options.gapMs(rental, chance)), again: true },
      options,
    );
    payments.push(again);
    doubled.push([rental, paid, again]);
  }
  return { rentals, payments, doubled };
}

function makeRental(serial: number, { accounts, days, currency }: SampleOptions, chance: () => number): Rental {
  const hour = 7 + (chance() + chance()) * 8.5;
  const endedAt = FIRST_DAY + Math.floor(chance() * days) * DAY_MS + Math.round(hour * HOUR_MS);
  const minutes = 5 + Math.floor(chance() * chance() * 70);
  return {
    rentalId: `rnt_${String(serial).padStart(6, '0')}`,
    accountId: `acc_${String(Math.floor(chance() * accounts)).padStart(5, '0')}`,
    vehicleId: `veh_${Math.floor(chance() * 600)}`,
    market: ['Milano', 'Roma', 'Firenze'][Math.floor(chance() * 3)] ?? 'Milano',
    startedAt: endedAt - minutes * MINUTE_MS,
    endedAt,
    amountDue: money(BigInt(Math.min(minutes * 29, 1490)), currency),
    attributes: {},
  };
}

function makePayment(
  rental: Rental,
  { serial, at, again }: { readonly serial: number; readonly at: Instant; readonly again: boolean },
  { attributes }: SampleOptions,
): Payment {
  const named: Record<string, string> = {
    batch: again ? 'run-2014-11-16' : `run-${new Date(at).toISOString().slice(0, 10)}`,
    worker: again ? 'billing-02' : `billing-0${1 + (serial % 4)}`,
    app_version: serial % 3 === 0 ? '3.1.0' : '3.0.4',
    card: ['visa', 'mastercard', 'amex'][serial % 3] ?? 'visa',
  };
  const kept = Object.fromEntries(Object.entries(named).slice(0, attributes));
  for (let extra = 4; extra < attributes; extra += 1) kept[`column_${extra}`] = `value ${(serial * (extra + 1)) % 7}`;
  return {
    paymentId: `pay_${again ? 'b' : 'a'}${String(serial).padStart(6, '0')}`,
    kind: 'charge',
    parentPaymentId: null,
    accountId: rental.accountId,
    rentalId: rental.rentalId,
    chargeId: null,
    status: 'succeeded',
    amount: rental.amountDue,
    createdAt: at,
    purpose: 'rental',
    provider: 'wirecard',
    idempotencyKey: null,
    attributes: kept,
  };
}

interface Pair {
  readonly rental: Rental;
  readonly kept: Payment;
  readonly wrong: Payment;
}

function doubleCharge({ rental, kept, wrong }: Pair): Finding {
  return {
    findingId: `fnd_${wrong.paymentId}`,
    class: 'double_charge',
    grade: 'proven',
    accountId: rental.accountId,
    rentalId: rental.rentalId,
    paymentId: wrong.paymentId,
    keptPaymentId: kept.paymentId,
    amount: wrong.amount,
    refundDue: wrong.amount,
    layers: { books: null, provider: 2, bank: null },
    reason: `The rental was due once and taken twice, by ${kept.paymentId} and ${wrong.paymentId}.`,
    evidence: { rental, otherRental: null, wrong, kept, payments: [kept, wrong], books: [], bank: [] },
  };
}

/** The same finding under another class, grade and sum: enough for a picture of what was judged otherwise. */
export function regrade(
  finding: Finding,
  to: { readonly class: FindingClass; readonly grade: Grade; readonly due: Money },
): Finding {
  return { ...finding, class: to.class, grade: to.grade, refundDue: to.due };
}

/** The scan with other findings, its refunds and sums made anew. */
export function withFindings(scan: Scan, findings: readonly Finding[]): Scan {
  return {
    ...scan,
    verdicts: { ...scan.verdicts, findings },
    refunds: refundsOf(findings),
    diagnosis: diagnosisOf(findings),
  };
}

function scanOf(findings: readonly Finding[], { rentals, payments }: History): Scan {
  const counts = (used: number) => ({ read: used + 3, used, repeated: 2, rejected: 1 });
  return {
    counts: { rentals: counts(rentals.length), payments: counts(payments.length) },
    layers: { rentals: true, charges: false, settlements: false },
    coverage: {
      rentalsEnded: extent(rentals.map(({ endedAt }) => endedAt)),
      paymentsCreated: extent(payments.map(({ createdAt }) => createdAt)),
      chargesCreated: null,
      settlementsBooked: null,
    },
    verdicts: { findings, unfit: [] },
    refunds: refundsOf(findings),
    diagnosis: diagnosisOf(findings),
    population: populationOf(rentals, payments),
    assumptions: [
      'Where a rental was charged twice with equal amounts, the later charge is the one to give back.',
      'A charge without purpose is taken to be for the rental.',
    ],
  };
}

function diagnosisOf(findings: readonly Finding[]): Scan['diagnosis'] {
  const wrong = findings.filter(({ grade }) => grade !== 'possible');
  const ended = extent(wrong.flatMap(({ evidence }) => (evidence.rental === null ? [] : [evidence.rental.endedAt])));
  const charged = extent(wrong.flatMap(({ evidence }) => (evidence.wrong === null ? [] : [evidence.wrong.createdAt])));
  if (charged === null || wrong.length < 3) return { incident: null, causes: [], cannotTell: [] };
  return {
    incident: {
      from: ended?.from ?? null,
      to: ended?.to ?? null,
      chargedFrom: charged.from,
      chargedTo: charged.to,
      inside: wrong.length,
      outside: 0,
    },
    causes: [
      {
        id: 'C08',
        name: 'the billing period was run again',
        score: 0.96,
        evidence: `All ${wrong.length} rentals of four service days were charged again on one later date; the gap falls by 0.98 day for each day of service (slope -0.98), and every second charge has a new key.`,
        prevention:
          'Make the rental and its purpose unique in the books, whichever run charges it; keep the checkpoint of a run in the same transaction.',
      },
      {
        id: 'C06',
        name: 'a job ran twice',
        score: 0.41,
        evidence:
          'The order of the two passes is equal (rank correlation 1.00), but the lag is not constant: it varies by 3 d 22 h.',
        prevention: 'One run id per job and period, unique in the store; a second start refuses.',
      },
      {
        id: 'C10',
        name: 'events were replayed',
        score: 0.22,
        evidence: 'The second pass came in a burst of 19 charges a minute, but no original had failed.',
        prevention: 'A gate before every replay: is the effect there already?',
      },
    ],
    cannotTell: [
      'Whether our own books hold both charges: a charges file would show it.',
      'Whether the bank booked both: a settlements file would show it.',
    ],
  };
}

function refundsOf(findings: readonly Finding[]): readonly RefundLine[] {
  const lines = new Map<string, RefundLine>();
  for (const { accountId, refundDue, grade } of findings) {
    if (accountId === null || refundDue.amountMinor === 0n) continue;
    const key = `${accountId} ${refundDue.currency} ${grade}`;
    const before = lines.get(key);
    lines.set(key, {
      accountId,
      currency: refundDue.currency,
      grade,
      refundDue: money((before?.refundDue.amountMinor ?? 0n) + refundDue.amountMinor, refundDue.currency),
      findings: (before?.findings ?? 0) + 1,
    });
  }
  return [...lines.values()];
}

function populationOf(rentals: readonly Rental[], payments: readonly Payment[]): Population {
  const taken = new Map<string, bigint>();
  for (const { amount } of payments)
    taken.set(amount.currency, (taken.get(amount.currency) ?? 0n) + amount.amountMinor);
  return {
    chargesSucceeded: payments.length,
    charged: seriesOf(payments.map(({ createdAt }) => createdAt)),
    ended: seriesOf(rentals.map(({ endedAt }) => endedAt)),
    sampled: [],
    attributes: attributesOf(payments),
    taken: [...taken].map(([currency, sum]) => ({
      charged: money(sum, currency),
      givenBack: money(sum / 50n, currency),
    })),
  };
}

function seriesOf(moments: readonly Instant[]): TimeSeries | null {
  const window = extent(moments);
  if (window === null) return null;
  const bucketMs = 15 * MINUTE_MS;
  const from = Math.floor(window.from / bucketMs) * bucketMs;
  const counts = new Array<number>(Math.floor((window.to - from) / bucketMs) + 1).fill(0);
  for (const moment of moments) {
    const index = Math.floor((moment - from) / bucketMs);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return { from, bucketMs, counts };
}

function attributesOf(payments: readonly Payment[]): readonly AttributeBase[] {
  const names = Object.keys(payments[0]?.attributes ?? {});
  return names.map((name) => {
    const values = new Map<string, number>();
    for (const { attributes } of payments) {
      const value = attributes[name];
      if (value !== undefined) values.set(value, (values.get(value) ?? 0) + 1);
    }
    return { fact: 'payments', name, rows: payments.length, nulls: 0, distinct: values.size, values };
  });
}

function extent(moments: readonly Instant[]): { readonly from: Instant; readonly to: Instant } | null {
  if (moments.length === 0) return null;
  return {
    from: moments.reduce((one, other) => Math.min(one, other)),
    to: moments.reduce((one, other) => Math.max(one, other)),
  };
}

/** The same pairs, taken once and standing twice in our books. */
export function phantoms(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => ({
    ...regrade(finding, { class: 'phantom', grade: 'proven', due: money(0n, finding.amount.currency) }),
    paymentId: null,
    layers: { books: 2, provider: 1, bank: null },
    evidence: { ...finding.evidence, kept: null, books: [0, 900].map((lateMs) => bookRecord(finding, lateMs)) },
  }));
}

function bookRecord({ evidence, amount, rentalId }: Finding, lateMs: number): Charge {
  return {
    chargeId: `chg_${evidence.wrong?.paymentId ?? ''}_${lateMs}`,
    accountId: evidence.wrong?.accountId ?? 'acc_0',
    rentalId,
    purpose: 'rental',
    status: 'succeeded',
    amount,
    createdAt: (evidence.wrong?.createdAt ?? FIRST_DAY) + lateMs,
    provider: 'wirecard',
    paymentId: evidence.wrong?.paymentId ?? null,
    idempotencyKey: null,
    attributes: {},
  };
}

/** What would run if anything from a file reached the page as HTML. */
export const INJECTION = `<script>alert('x')</script>"><img src=x onerror=alert(1)>`;

const CLASSES: readonly FindingClass[] = [
  'double_charge',
  'double_charge',
  'overcharge',
  'charge_without_rental',
  'duplicate_record',
  'acquirer_duplicate',
  'phantom',
];
const GRADES: readonly Grade[] = ['proven', 'proven', 'probable', 'possible'];

/** All classes and grades in currencies of 2, 0 and 3 decimals, with ids and values as long and bad as they come. */
export function hostile(scan: Scan): Scan {
  const findings = scan.verdicts.findings.map((finding, index) => {
    const currency = ['EUR', 'JPY', 'KWD'][index % 3] ?? 'EUR';
    const amount = money(finding.amount.amountMinor * 1000n, currency);
    const of = CLASSES[index % CLASSES.length] ?? 'phantom';
    const due = of === 'phantom' || of === 'acquirer_duplicate' ? money(0n, currency) : amount;
    const attributes = { batch: INJECTION, worker: 'w'.repeat(300), card: '\u202egnp\u0000\ud800' };
    return {
      ...regrade(finding, { class: of, grade: GRADES[index % GRADES.length] ?? 'possible', due }),
      amount,
      accountId: INJECTION + 'x'.repeat(index % 90) + index,
      rentalId: '0123456789abcdef'.repeat(1 + (index % 9)),
      reason: `Because of ${INJECTION}${'y'.repeat(200)}.`,
      evidence: { ...finding.evidence, wrong: rewrite(finding.evidence.wrong, { amount, attributes }) },
    };
  });
  const attributes = scan.population.attributes.map((base) => ({
    ...base,
    values: new Map([...base.values, [INJECTION, 500], ['w'.repeat(300), 700]]),
  }));
  const changed = withFindings(scan, findings);
  return { ...changed, population: { ...changed.population, attributes } };
}

function rewrite(payment: Payment | null, to: Pick<Payment, 'amount' | 'attributes'>): Payment | null {
  return payment === null ? null : { ...payment, ...to, paymentId: `pi_${'Z'.repeat(120)}` };
}
