import fc from 'fast-check';
import type { Charge } from '../src/core/fact/charge.ts';
import type { Facts } from '../src/core/fact/facts.ts';
import type { Payment, PaymentKind } from '../src/core/fact/payment.ts';
import type { Rental } from '../src/core/fact/rental.ts';
import type { Settlement } from '../src/core/fact/settlement.ts';
import { HOUR_MS, MINUTE_MS } from '../src/core/kernel/time.ts';
import { seal } from './history.ts';

/**
 * Arbitrary small histories in which everything happens that may happen to a rental, far more often than in life: few
 * accounts, cars and prices, so that charges meet; references of every kind or none; money that comes back in every
 * way; books and bank lines that agree or not. Every movement is of EUR; chargebacks come before their reversals.
 */
export interface HistoryShape {
  /** With a rentals file. */
  readonly rentals: boolean;
  /** With our books. */
  readonly charges: boolean;
  readonly settlements: boolean;
  /** Charges may lack their reference. */
  readonly keyless: boolean;
  /** Movements may be pending. */
  readonly pending: boolean;
  /** Refunds may name neither charge nor rental. */
  readonly strays: boolean;
}

const START = Date.UTC(2014, 10, 10);
const PRICES = [0n, 900n, 1450n, 1450n, 2900n] as const;
const ACCOUNTS = ['a', 'b', 'c', 'd'] as const;

interface Back {
  readonly kind: number;
  readonly share: number;
  readonly status: number;
  readonly linked: number;
  readonly afterHours: number;
}

interface Taking {
  readonly amount: number;
  readonly afterMinutes: number;
  readonly status: number;
  readonly reference: number;
  readonly account: number;
  readonly key: number;
  readonly card: number;
  readonly purpose: number;
  readonly booked: number;
  readonly lines: number;
  readonly backs: readonly Back[];
}

interface Drive {
  readonly account: number;
  readonly car: number;
  readonly price: number;
  readonly startHour: number;
  readonly minutes: number;
  readonly takings: readonly Taking[];
}

const upTo = (max: number) => fc.integer({ min: 0, max });

const anyBack: fc.Arbitrary<Back> = fc.record({
  kind: upTo(3),
  share: fc.integer({ min: 1, max: 4 }),
  status: upTo(5),
  linked: upTo(5),
  afterHours: fc.integer({ min: 1, max: 90 }),
});

const anyTaking: fc.Arbitrary<Taking> = fc.record({
  amount: upTo(9),
  afterMinutes: fc.integer({ min: 1, max: 6000 }),
  status: upTo(9),
  reference: upTo(9),
  account: upTo(11),
  key: upTo(9),
  card: upTo(5),
  purpose: upTo(7),
  booked: upTo(4),
  lines: upTo(6),
  backs: fc.array(anyBack, { maxLength: 2 }),
});

const anyDrive: fc.Arbitrary<Drive> = fc.record({
  account: upTo(3),
  car: upTo(3),
  price: upTo(4),
  startHour: upTo(100),
  minutes: fc.integer({ min: 1, max: 90 }),
  takings: fc.array(anyTaking, { maxLength: 4 }),
});

/** Histories of up to eight drives with up to four charges each. */
export function anyHistory(shape: HistoryShape): fc.Arbitrary<Facts> {
  return fc.array(anyDrive, { minLength: 1, maxLength: 8 }).map((drives) => historyOf(drives, shape));
}

/** Every shape of files that a scan may be given. */
export const anyShape: fc.Arbitrary<HistoryShape> = fc.record({
  rentals: fc.boolean(),
  charges: fc.boolean(),
  settlements: fc.boolean(),
  keyless: fc.boolean(),
  pending: fc.boolean(),
  strays: fc.boolean(),
});

function historyOf(drives: readonly Drive[], shape: HistoryShape): Facts {
  const parts = drives.map((drive, index) => partOf(drive, index, shape));
  const all = <Fact>(pick: (part: Part) => readonly Fact[]): readonly Fact[] => parts.flatMap(pick);
  return seal(
    {
      rentals: shape.rentals ? all((part) => part.rentals) : [],
      payments: all((part) => part.payments),
      charges: shape.charges ? all((part) => part.charges) : [],
      settlements: shape.settlements ? all((part) => part.settlements) : [],
    },
    shape,
  );
}

type Part = Pick<Facts, 'rentals' | 'payments' | 'charges' | 'settlements'>;

function partOf(drive: Drive, index: number, shape: HistoryShape): Part {
  const startedAt = START + drive.startHour * HOUR_MS;
  const rental: Rental = {
    rentalId: `r${index}`,
    accountId: ACCOUNTS[drive.account] ?? 'a',
    vehicleId: drive.car === 3 ? null : `v${drive.car}`,
    market: null,
    startedAt,
    endedAt: startedAt + drive.minutes * MINUTE_MS,
    amountDue: { amountMinor: PRICES[drive.price] ?? 0n, currency: 'EUR' },
    attributes: {},
  };
  const takings = drive.takings.map((taking, place) => takingOf({ taking, id: `${index}_${place}`, rental, shape }));
  return {
    rentals: [rental],
    payments: takings.flatMap((taking) => taking.payments),
    charges: takings.flatMap((taking) => taking.charges),
    settlements: takings.flatMap((taking) => taking.settlements),
  };
}

interface TakingInput {
  readonly taking: Taking;
  readonly id: string;
  readonly rental: Rental;
  readonly shape: HistoryShape;
}

function takingOf(input: TakingInput): Omit<Part, 'rentals'> {
  const charge = chargeOf(input);
  const backs = charge.status === 'succeeded' ? input.taking.backs : [];
  const movements = backs.flatMap((back, place) =>
    backOf({ back, id: `f${input.id}_${place}`, charge, shape: input.shape }),
  );
  return {
    payments: [charge, ...movements],
    charges: bookOf(input, charge),
    settlements: linesOf(input, charge),
  };
}

function chargeOf({ taking, id, rental, shape }: TakingInput): Payment {
  const purpose = taking.purpose === 7 ? 'fee' : taking.purpose === 6 ? 'package' : 'rental';
  const price = rental.amountDue.amountMinor;
  const amountMinor =
    purpose !== 'rental' ? 500n : taking.amount < 7 ? price : taking.amount === 7 ? price / 2n : 1450n;
  const isKeyless = shape.keyless && taking.reference < 4;
  return {
    paymentId: `p${id}`,
    kind: 'charge',
    parentPaymentId: null,
    accountId:
      taking.account === 11 ? null : taking.account > 8 ? (ACCOUNTS[taking.account - 8] ?? null) : rental.accountId,
    rentalId: isKeyless ? null : taking.reference === 9 ? 'elsewhere' : rental.rentalId,
    chargeId: taking.booked === 4 && isKeyless ? `c${id}` : null,
    status: (['failed', 'pending'] as const)[taking.status] ?? 'succeeded',
    amount: { amountMinor, currency: 'EUR' },
    createdAt: rental.endedAt + taking.afterMinutes * MINUTE_MS,
    purpose,
    provider: taking.card === 5 ? 'paypal' : null,
    idempotencyKey: taking.key < 3 ? `k${rental.rentalId}${taking.key}` : null,
    attributes: taking.card < 2 ? { card: String(taking.card) } : {},
  };
}

function backOf(input: {
  readonly back: Back;
  readonly id: string;
  readonly charge: Payment;
  readonly shape: HistoryShape;
}): readonly Payment[] {
  const { back, id, charge, shape } = input;
  const status = back.status === 0 ? 'failed' : back.status === 1 && shape.pending ? 'pending' : 'succeeded';
  const movement = (kind: PaymentKind, more: Partial<Payment>): Payment => ({
    ...charge,
    paymentId: `${kind}_${id}`,
    kind,
    parentPaymentId: charge.paymentId,
    chargeId: null,
    idempotencyKey: null,
    status,
    amount: { ...charge.amount, amountMinor: (charge.amount.amountMinor * 4n) / BigInt(back.share) / 4n },
    createdAt: charge.createdAt + back.afterHours * HOUR_MS,
    ...more,
  });
  if (back.kind === 2) return [movement('chargeback', {})];
  if (back.kind === 3) {
    const chargeback = movement('chargeback', { status: 'succeeded' });
    return [chargeback, movement('chargeback_reversal', { parentPaymentId: chargeback.paymentId })];
  }
  if (back.linked === 0) return [movement('refund', { parentPaymentId: null })];
  if (back.linked === 1 && shape.strays) return [movement('refund', { parentPaymentId: null, rentalId: null })];
  return [movement('refund', {})];
}

function bookOf({ taking, id, rental }: TakingInput, charge: Payment): readonly Charge[] {
  if (taking.booked === 0) return [];
  const record: Charge = {
    chargeId: `c${id}`,
    accountId: rental.accountId ?? 'a',
    rentalId: rental.rentalId,
    purpose: charge.purpose,
    status: charge.status === 'succeeded' ? 'succeeded' : 'unknown',
    amount: charge.amount,
    createdAt: charge.createdAt,
    provider: null,
    paymentId: taking.booked === 1 ? null : charge.paymentId,
    idempotencyKey: charge.idempotencyKey,
    attributes: {},
  };
  return taking.booked === 3 ? [record, { ...record, chargeId: `c${id}_again` }] : [record];
}

function linesOf({ taking, id }: TakingInput, charge: Payment): readonly Settlement[] {
  if (charge.status !== 'succeeded' || taking.lines === 0) return [];
  const line: Settlement = {
    lineId: `l${id}`,
    paymentId: charge.paymentId,
    amount: charge.amount,
    bookedAt: charge.createdAt + 30 * HOUR_MS,
    file: null,
    attributes: {},
  };
  return taking.lines === 1 ? [line, { ...line, bookedAt: line.bookedAt + 24 * HOUR_MS }] : [line];
}
