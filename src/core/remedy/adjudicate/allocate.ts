import { assert } from '../../kernel/assert.ts';
import type { Instant } from '../../kernel/time.ts';
import { holdOf, insideRefundWindow, type Leg, least, most, remainingOf } from './leg.ts';
import { compareText } from './order.ts';

/** What one charge gives back of an excess. Amounts are minor units. */
export interface Share {
  readonly leg: Leg;
  /** Due now. */
  readonly give: bigint;
  /** Wrong as well, but a dispute or refund under way may bring it back: wait. */
  readonly held: bigint;
}

/**
 * Spreads an excess over the charges, best first: one charge that holds exactly what is due, else one after the other,
 * the last in part. What disputes and refunds under way may still bring back is held, not given.
 * `legs` are the charges that may give, `holding` all charges of the obligation, `looseOnTheWay` what names no charge.
 * The shares sum to the excess at most, `give` never exceeds what a charge still holds.
 */
export function allocate(input: {
  readonly legs: readonly Leg[];
  readonly holding: readonly Leg[];
  readonly looseOnTheWay: bigint;
  readonly excess: bigint;
  readonly asOf: Instant;
}): readonly Share[] {
  assert(input.excess > 0n, `an excess of ${input.excess} is to be given back`);
  const holds = input.holding.reduce((sum, leg) => sum + holdOf(leg), input.looseOnTheWay);
  const due = most(0n, input.excess - holds);
  const gives = spread(input.legs, due, input.asOf);
  // Where nothing is under way, nothing waits.
  const helds = input.excess === due ? NOTHING_HELD : hold(input.legs, gives, input.excess - due);
  const shares = input.legs
    .map((leg) => ({ leg, give: gives.get(leg) ?? 0n, held: helds.get(leg) ?? 0n }))
    .filter((share) => share.give > 0n || share.held > 0n);
  const given = shares.reduce((sum, share) => sum + share.give, 0n);
  assert(given <= input.excess, `${given} would be given back for an excess of ${input.excess}`);
  return shares;
}

const NOTHING_HELD: ReadonlyMap<Leg, bigint> = new Map();

function spread(legs: readonly Leg[], due: bigint, asOf: Instant): ReadonlyMap<Leg, bigint> {
  const exact = legs.find((leg) => isUsable(leg, asOf) && roomOf(leg) === due);
  if (exact !== undefined) return new Map([[exact, due]]);
  let rest = due;
  const gives = new Map<Leg, bigint>();
  for (const leg of legs) {
    const give = least(roomOf(leg), rest);
    gives.set(leg, give);
    rest -= give;
  }
  return gives;
}

/** Lays what must wait on the charges that make us wait, then on the others. */
function hold(legs: readonly Leg[], gives: ReadonlyMap<Leg, bigint>, waiting: bigint): ReadonlyMap<Leg, bigint> {
  let rest = waiting;
  const helds = new Map<Leg, bigint>();
  const lay = (leg: Leg, room: bigint): void => {
    const held = most(0n, least(room, rest));
    helds.set(leg, (helds.get(leg) ?? 0n) + held);
    rest -= held;
  };
  const free = (leg: Leg): bigint => remainingOf(leg) - (gives.get(leg) ?? 0n) - (helds.get(leg) ?? 0n);
  for (const leg of legs) lay(leg, least(holdOf(leg), free(leg)));
  for (const leg of legs) lay(leg, free(leg));
  return helds;
}

function roomOf(leg: Leg): bigint {
  return most(0n, remainingOf(leg) - holdOf(leg));
}

function isUsable(leg: Leg, asOf: Instant): boolean {
  return holdOf(leg) === 0n && insideRefundWindow(leg.payment, asOf);
}

/** What tells the right charge from the wrong one. */
export interface Yardstick {
  /** The price in minor units; null where there is none. */
  readonly owed: bigint | null;
  /** The renter's account; null where unknown. */
  readonly renter: string | null;
  readonly asOf: Instant;
}

/**
 * Why one charge is given back before another, the weightiest first; after these the repeated before others, the later
 * before the earlier.
 */
export const PREFERENCES = ['usable', 'stranger', 'wrong_amount'] as const;
export type Preference = (typeof PREFERENCES)[number];

/** The charges in the order in which they are given back, each before those that are rather kept. */
export function preferred(legs: readonly Leg[], by: Yardstick): readonly Leg[] {
  if (legs.length < 2) return legs;
  const repeats = repeatsOf(legs);
  const ranked = legs.map((leg) => ({ leg, rank: weightOf([...ranksOf(leg, by), repeats.has(leg)]) }));
  ranked.sort((one, other) => other.rank - one.rank || compareLater(one.leg, other.leg));
  return ranked.map(({ leg }) => leg);
}

/** The first of the reasons outweighs all others together, and so on. */
function weightOf(reasons: readonly boolean[]): number {
  return reasons.reduce((sum, holds) => sum * 2 + (holds ? 1 : 0), 0);
}

/**
 * By which preference `given` goes before `kept`; null where it is simply the repeated or later one, or goes in spite
 * of it.
 */
export function preferenceOf(pair: { readonly given: Leg; readonly kept: Leg }, by: Yardstick): Preference | null {
  const given = ranksOf(pair.given, by);
  const kept = ranksOf(pair.kept, by);
  const index = given.findIndex((holds, rank) => holds !== kept[rank]);
  return given[index] === true ? (PREFERENCES[index] ?? null) : null;
}

function ranksOf(leg: Leg, by: Yardstick): readonly boolean[] {
  const { accountId, amount } = leg.payment;
  // Whoever pays less than the price beside the renter shares the drive; whoever pays all of it does so by mistake.
  const paysAll = by.owed !== null && amount.amountMinor >= by.owed;
  return [
    isUsable(leg, by.asOf),
    paysAll && by.renter !== null && accountId !== null && accountId !== by.renter,
    by.owed !== null && amount.amountMinor !== by.owed,
  ];
}

/**
 * Charges that repeat an earlier one of the same account and amount: of a split price that went wrong, the repeated
 * part.
 */
function repeatsOf(legs: readonly Leg[]): ReadonlySet<Leg> {
  const [one, other] = legs;
  if (legs.length === 2 && one !== undefined && other !== undefined) {
    if (!isAlike(one, other)) return NO_REPEATS;
    return new Set([compareLater(one, other) > 0 ? other : one]);
  }
  const seen = new Set<string>();
  return new Set(
    legs
      .toSorted((one, other) => -compareLater(one, other))
      .filter((leg) => {
        const mark = `${leg.payment.accountId ?? ''}\u0000${leg.payment.amount.amountMinor}`;
        const isRepeat = seen.has(mark);
        seen.add(mark);
        return isRepeat;
      }),
  );
}

const NO_REPEATS: ReadonlySet<Leg> = new Set();

function isAlike({ payment: one }: Leg, { payment: other }: Leg): boolean {
  return one.amount.amountMinor === other.amount.amountMinor && (one.accountId ?? '') === (other.accountId ?? '');
}

function compareLater(one: Leg, other: Leg): number {
  return other.payment.createdAt - one.payment.createdAt || compareText(other.payment.paymentId, one.payment.paymentId);
}
