import type { Payment } from '../../fact/payment.ts';
import { DAY_MS, type Instant } from '../../kernel/time.ts';

/** One succeeded charge with everything that came back from it or is on its way back. Amounts are minor units. */
export interface Leg {
  readonly payment: Payment;
  /** Succeeded refunds of this charge. */
  readonly refunded: bigint;
  /** Succeeded chargebacks less reversals; never below zero. */
  readonly chargedBack: bigint;
  /** Pending refunds: paying them a second time would be our own double refund. */
  readonly onTheWay: bigint;
  /** Pending chargebacks: an open dispute. */
  readonly disputed: bigint;
  /** Its refunds, chargebacks and reversals of any status, in order of time. */
  readonly movements: readonly Payment[];
}

/** Joins a charge with the movements that name it as their parent. All must be of one currency. */
export function legOf(payment: Payment, movements: readonly Payment[]): Leg {
  // Of most charges nothing ever comes back.
  if (movements.length === 0) return { payment, refunded: 0n, chargedBack: 0n, onTheWay: 0n, disputed: 0n, movements };
  const chargedBack = sumOf(movements, 'chargeback', 'succeeded');
  // A reversal can bring back only what a chargeback took: where the chargeback lies before the export's first day,
  // counting the reversal alone would invent a second charge.
  const reversed = least(sumOf(movements, 'chargeback_reversal', 'succeeded'), chargedBack);
  return {
    payment,
    refunded: sumOf(movements, 'refund', 'succeeded'),
    chargedBack: chargedBack - reversed,
    onTheWay: sumOf(movements, 'refund', 'pending'),
    disputed: sumOf(movements, 'chargeback', 'pending'),
    movements,
  };
}

/** What is still taken by this charge; negative where more was given back than it took. */
export function remainingOf(leg: Leg): bigint {
  // Of most charges nothing came back, and every difference would be another number to make.
  if (leg.refunded === 0n && leg.chargedBack === 0n) return leg.payment.amount.amountMinor;
  return leg.payment.amount.amountMinor - leg.refunded - leg.chargedBack;
}

/** What may come back from this charge without our doing: wait for it instead of paying it. */
export function holdOf(leg: Leg): bigint {
  return leg.onTheWay + leg.disputed;
}

/** The charges that still hold money, in the order given. */
export function netLegs(legs: readonly Leg[]): readonly Leg[] {
  return legs.filter((leg) => remainingOf(leg) > 0n);
}

/** PayPal takes a refund for 180 days from the payment; the others that we know set no limit. */
const REFUND_WINDOW_PAYPAL_MS = 180 * DAY_MS;

/** Whether the provider still takes a refund of this charge; `asOf` is the newest fact of the whole input. */
export function insideRefundWindow(payment: Payment, asOf: Instant): boolean {
  if (payment.provider === null || !/paypal/i.test(payment.provider)) return true;
  return asOf - payment.createdAt <= REFUND_WINDOW_PAYPAL_MS;
}

/** Columns that name the instrument a charge was taken from. Only a difference between two filled values counts. */
const INSTRUMENT_NAME = /card|instrument|iban|last_?4|mandate|wallet|payment_?method|bank_?account/i;

/** Whether some column says that the charges were taken from two instruments or two accounts: two may share a price. */
export function differInPayer(legs: readonly Leg[]): boolean {
  if (legs.length < 2) return false;
  const seen = new Map<string, string>();
  const differs = (name: string, value: string): boolean => {
    if (value === '') return false;
    const known = seen.get(name) ?? value;
    seen.set(name, known);
    return known !== value;
  };
  return legs.some(({ payment: { accountId, attributes } }) => {
    if (differs('', accountId ?? '')) return true;
    for (const name in attributes) if (namesInstrument(name) && differs(name, attributes[name] ?? '')) return true;
    return false;
  });
}

/** A scan has tens of columns and asks of each for every charge. */
const INSTRUMENTS = new Map<string, boolean>();
const INSTRUMENTS_MAX = 1000;

function namesInstrument(name: string): boolean {
  const known = INSTRUMENTS.get(name);
  if (known !== undefined) return known;
  const answer = INSTRUMENT_NAME.test(name);
  if (INSTRUMENTS.size < INSTRUMENTS_MAX) INSTRUMENTS.set(name, answer);
  return answer;
}

export function sumOf(movements: readonly Payment[], kind: Payment['kind'], status: Payment['status']): bigint {
  return movements.reduce(
    (sum, movement) => (movement.kind === kind && movement.status === status ? sum + movement.amount.amountMinor : sum),
    0n,
  );
}

export function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

export function most(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

/** What a shared idempotency key means is trusted only if it is a key: these stand for "none" in exports. */
const KEY_PLACEHOLDER = /^(|-+|0|n\/?a|none|null|nil|undefined|unknown)$/i;

/** The idempotency key, or null where the column holds a placeholder. */
export function keyOf(fact: { readonly idempotencyKey: string | null }): string | null {
  const key = fact.idempotencyKey?.trim() ?? '';
  return KEY_PLACEHOLDER.test(key) ? null : key;
}
