import type { Charge } from '../../fact/charge.ts';
import type { Facts } from '../../fact/facts.ts';
import type { Payment } from '../../fact/payment.ts';
import type { Settlement } from '../../fact/settlement.ts';
import { DAY_MS, dayOf, type Instant } from '../../kernel/time.ts';
import type { Weighed } from '../detect.ts';
import type { Leg } from './leg.ts';
import { byTime, compareText } from './order.ts';

/** A record of our books that no charge at the provider answers. */
export interface Phantom {
  readonly weighed: Weighed;
  readonly record: Charge;
  /** The payment that the books hold twice; null where the surplus record names none of this obligation. */
  readonly payment: Payment | null;
}

/** The records too many, one by one, of an obligation that came out even at the provider: doubled in our books only. */
export function findPhantoms(weighed: Weighed): readonly Phantom[] {
  const { obligation, excess } = weighed;
  const booked = obligation.books.filter((record) => record.status === 'succeeded');
  const surplus = booked.length - obligation.legs.length;
  if (excess > 0n || obligation.legs.length === 0 || surplus <= 0) return [];
  const payments = new Map(obligation.legs.map((leg) => [leg.payment.paymentId, leg.payment]));
  return unanswered(booked, payments)
    .slice(0, surplus)
    .map((record) => ({
      weighed,
      record,
      payment: payments.get(record.paymentId ?? '') ?? obligation.legs[0]?.payment ?? null,
    }));
}

/**
 * Records in the order in which they are taken for surplus: those without a payment of their own first, then later
 * first.
 */
function unanswered(booked: readonly Charge[], payments: ReadonlyMap<string, Payment>): readonly Charge[] {
  const answered = new Set<string>();
  const own = new Set<Charge>();
  for (const record of booked) {
    const id = record.paymentId ?? '';
    if (!payments.has(id) || answered.has(id)) continue;
    answered.add(id);
    own.add(record);
  }
  return booked.toSorted(
    (one, other) =>
      Number(own.has(one)) - Number(own.has(other)) ||
      other.createdAt - one.createdAt ||
      compareText(other.chargeId, one.chargeId),
  );
}

/** A bank line that books a charge once more. */
export interface Replayed {
  readonly payment: Payment;
  readonly line: Settlement;
  readonly first: Settlement;
  /** 2 for the second posting of the payment, and so on. */
  readonly posting: number;
  /** The negative line that took it back already; null while it stands. */
  readonly reversal: Settlement | null;
}

/** The lines too many of one charge: booked by the bank more often than it was taken. */
export function findReplayed(leg: Leg, bank: ReadonlyMap<string, readonly Settlement[]>): readonly Replayed[] {
  const lines = bank.get(leg.payment.paymentId) ?? [];
  const positive = lines.filter((line) => line.amount.amountMinor > 0n);
  const repeated = repeatsOf(positive).slice(comingBack(leg, bank));
  if (repeated.length === 0 || isInParts(positive, leg.payment)) return [];
  const reversals = unexplainedReversals(leg, lines, bank);
  return repeated.map(({ line, first }, index) => ({
    payment: leg.payment,
    line,
    first,
    posting: positive.indexOf(line) + 1,
    reversal: reversals[index] ?? null,
  }));
}

/**
 * Lines with the amount of an earlier line; lines of other amounts are parts, fees or exchange, not the same posting.
 */
function repeatsOf(
  positive: readonly Settlement[],
): readonly { readonly line: Settlement; readonly first: Settlement }[] {
  const firsts = new Map<string, Settlement>();
  return positive.flatMap((line) => {
    const key = `${line.amount.currency} ${line.amount.amountMinor}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, line);
    return first === undefined ? [] : [{ line, first }];
  });
}

/** A charge may be settled in parts, even equal ones, up to its amount. */
function isInParts(positive: readonly Settlement[], payment: Payment): boolean {
  if (positive.some((line) => line.amount.currency !== payment.amount.currency)) return false;
  return positive.reduce((sum, line) => sum + line.amount.amountMinor, 0n) <= payment.amount.amountMinor;
}

/** Money that came back in to us under the charge's own id: reversals won, refunds that bounced. */
function comingBack(leg: Leg, bank: ReadonlyMap<string, readonly Settlement[]>): number {
  return leg.movements.filter(
    (movement) =>
      !bank.has(movement.paymentId) &&
      ((movement.kind === 'chargeback_reversal' && movement.status === 'succeeded') ||
        (movement.kind === 'refund' && (movement.status === 'failed' || movement.status === 'canceled'))),
  ).length;
}

/** Negative lines of the charge that no refund or chargeback of ours explains: the bank's own corrections. */
function unexplainedReversals(
  leg: Leg,
  lines: readonly Settlement[],
  bank: ReadonlyMap<string, readonly Settlement[]>,
): readonly Settlement[] {
  const ours = leg.movements.filter(
    (movement) => movement.kind !== 'chargeback_reversal' && !bank.has(movement.paymentId),
  );
  return lines.filter((line) => line.amount.amountMinor < 0n).slice(ours.length);
}

/** A charge that never reached the bank while a neighbouring day was booked twice. */
export interface MissingTwin {
  readonly leg: Leg;
  /** That day's charges, and how many of them have no line. */
  readonly captures: number;
  readonly missing: number;
  readonly replayedDay: Instant;
}

/** From this share of missing lines on, a day's file is missing, not a line. */
const MISSING_SHARE_MIN = 0.8;
/** A file sent in place of another is a neighbour of it: a long weekend apart at most. */
const NEIGHBOUR_MAX_MS = 3 * DAY_MS;

/**
 * Days whose charges never reached the bank beside a day that was booked twice. A day counts only where its lines
 * would have come inside the settlements' coverage, judged by how late the replayed day's own first lines came.
 */
export function findMissingTwins(input: {
  readonly legs: readonly Leg[];
  readonly bank: ReadonlyMap<string, readonly Settlement[]>;
  readonly replayed: readonly Replayed[];
  readonly coverage: Facts['coverage'];
}): readonly MissingTwin[] {
  const window = input.coverage.settlementsBooked;
  if (window === null || input.replayed.length === 0) return [];
  const replayedDays = [...new Set(input.replayed.map(({ payment }) => dayOf(payment.createdAt)))];
  const lagMax = input.replayed.reduce(
    (lag, { first, payment }) => Math.max(lag, first.bookedAt - payment.createdAt),
    0,
  );
  const days = new Map<Instant, Leg[]>();
  for (const leg of input.legs) {
    const { createdAt } = leg.payment;
    if (createdAt < window.from || createdAt + lagMax > window.to) continue;
    const day = days.get(dayOf(createdAt)) ?? [];
    day.push(leg);
    days.set(dayOf(createdAt), day);
  }
  return [...days].flatMap(([day, captures]) => {
    const replayedDay = nearest(replayedDays, day);
    const missing = captures.filter((leg) => !input.bank.has(leg.payment.paymentId));
    if (replayedDay === null || missing.length < MISSING_SHARE_MIN * captures.length) return [];
    return missing.map((leg) => ({ leg, captures: captures.length, missing: missing.length, replayedDay }));
  });
}

function nearest(days: readonly Instant[], day: Instant): Instant | null {
  const near = days.filter((other) => Math.abs(other - day) <= NEIGHBOUR_MAX_MS);
  return near.toSorted((one, other) => Math.abs(one - day) - Math.abs(other - day) || one - other)[0] ?? null;
}

/** All charges of the input in order of time, wherever they stand. */
export function allLegs(weighed: Iterable<Weighed>, keyless: readonly Leg[]): readonly Leg[] {
  const order = byTime((leg: Leg['payment']) => leg.paymentId);
  return [...[...weighed].flatMap(({ obligation }) => obligation.legs), ...keyless].toSorted((one, other) =>
    order(one.payment, other.payment),
  );
}
