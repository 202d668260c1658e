import type { Case } from './case.ts';
import { countsOf, shareOf } from './numbers.ts';

/** What the idempotency keys of both legs have in common. Shares are of the cases with two legs. */
export interface KeyProfile {
  /** Both have one and it is the same. */
  readonly equal: number;
  /** Both have one and they differ. */
  readonly different: number;
  /** At least one leg has none. */
  readonly missing: number;
  /** They differ in exactly one of two or more components. */
  readonly oneComponent: number;
  /** That component is an attempt number, a time or a date in most of them; else null. */
  readonly component: 'attempt' | 'time' | null;
  readonly example: readonly [string, string] | null;
  /** Keys of first and second legs are each of one shape, and the shapes differ: two programs made them. */
  readonly shapesApart: readonly [string, string] | null;
}

export function keyProfileOf(cases: readonly Case[]): KeyProfile | null {
  const pairs = cases.flatMap((each) =>
    each.first === null || each.second === null || isOnePayment(each)
      ? []
      : [[keyOf(each.first), keyOf(each.second)] as const],
  );
  if (pairs.length === 0) return null;
  const both = pairs.flatMap(([one, other]) => (one === null || other === null ? [] : [[one, other] as const]));
  const different = both.filter(([one, other]) => one !== other);
  const near = nearlyEqual(different);
  return {
    equal: (both.length - different.length) / pairs.length,
    different: different.length / pairs.length,
    missing: (pairs.length - both.length) / pairs.length,
    oneComponent: near.length / pairs.length,
    component: componentOf(near.map((each) => each.parts)),
    example: near[0]?.pair ?? null,
    shapesApart: shapesApartOf(different),
  };
}

function keyOf(leg: NonNullable<Case['first']>): string | null {
  return leg.payment === null ? (leg.record?.idempotencyKey ?? null) : leg.payment.idempotencyKey;
}

/** Doubled in our books or at the bank only: one payment has one key, which says nothing. */
function isOnePayment({ first, second }: Case): boolean {
  return first?.payment != null && first.payment.paymentId === second?.payment?.paymentId;
}

type Parts = readonly [string, string];

interface Near {
  readonly pair: Parts;
  /** What the keys share; for keys that name the thing to be paid it is different in every pair. */
  readonly shared: string;
  /** The component of each key in which they differ. */
  readonly parts: Parts;
}

/** Shorter common text than this may be equal by accident; a prefix such as `idk_` is equal in all keys. */
const SHARED_LENGTH_MIN = 4;

/** The pairs whose keys differ in one short component, while the rest names the same thing in both. */
function nearlyEqual(pairs: readonly Parts[]): readonly Near[] {
  const near = pairs.flatMap((pair) => nearOf(pair) ?? []);
  const different = new Set(near.map((each) => each.shared)).size;
  return different > near.length / 2 ? near : [];
}

function nearOf(pair: Parts): Near | null {
  const [one, other] = pair;
  const least = Math.min(one.length, other.length);
  let head = 0;
  while (head < least && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < least - head && one[one.length - 1 - tail] === other[other.length - 1 - tail]) tail += 1;
  const apart = Math.max(one.length, other.length) - head - tail;
  const shared = `${one.slice(0, head)} ${one.slice(one.length - tail)}`;
  // Keys that begin with a time (ULID, UUID version 7) share a long beginning too, but differ in more than that.
  if (shared.replace(/[^A-Za-z0-9]/g, '').length < SHARED_LENGTH_MIN || apart > (head + tail) * 0.75) return null;
  return { pair, shared, parts: [componentAt(one, head), componentAt(other, head)] };
}

/** The run of letters and digits in which the place lies; empty where one key has no such component. */
function componentAt(key: string, place: number): string {
  const before = /[A-Za-z0-9]*$/.exec(key.slice(0, place))?.[0] ?? '';
  const after = /^[A-Za-z0-9]*/.exec(key.slice(place))?.[0] ?? '';
  const digits = /\d+$/.exec(before)?.[0] ?? '';
  return /^\d/.test(after) ? digits + after : before + after;
}

function componentOf(parts: readonly Parts[]): 'attempt' | 'time' | null {
  if (parts.length === 0) return null;
  const isAttempt = (text: string): boolean => /^(a|r|v|try|retry|attempt|versuch|tentativo)?\d{0,3}$/i.test(text);
  const isTime = (text: string): boolean => /^\d{8,17}$|^\d{8}T\d{4,}Z?$|^\d{6}$/i.test(text);
  if (shareOf(parts, ([one, other]) => isAttempt(one) && isAttempt(other)) > 0.7) return 'attempt';
  return shareOf(parts, ([one, other]) => isTime(one) && isTime(other)) > 0.7 ? 'time' : null;
}

function shapesApartOf(pairs: readonly Parts[]): Parts | null {
  const first = countsOf(pairs.map(([one]) => shapeOf(one)))[0];
  const second = countsOf(pairs.map(([, other]) => shapeOf(other)))[0];
  if (first === undefined || second === undefined || first[0] === second[0]) return null;
  return Math.min(first[1], second[1]) > pairs.length * 0.8 ? [first[0], second[0]] : null;
}

/** Letters that introduce the text, and its cuts; runs of hexadecimal digits and numbers are all alike. */
export function shapeOf(text: string): string {
  return text
    .split(/([^A-Za-z0-9]+)/)
    .map((part) => (/^[A-Za-z]{2,}$/.test(part) && !/^[a-f]+$/i.test(part) ? part : part.replace(/[A-Za-z0-9]+/, '#')))
    .join('');
}
