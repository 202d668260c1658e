import type { Case } from './case.ts';
import { countsOf, shareOf } from './numbers.ts';

/** What the idempotency keys of both legs have in common. Shares are of the cases with two legs. */
export interface KeyProfile {
  readonly pairs: number;
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
    each.first === null || each.second === null ? [] : [[keyOf(each.first), keyOf(each.second)] as const],
  );
  if (pairs.length === 0) return null;
  const both = pairs.flatMap(([one, other]) => (one === null || other === null ? [] : [[one, other] as const]));
  const different = both.filter(([one, other]) => one !== other);
  const near = different.flatMap((pair) => {
    const parts = differingPart(pair);
    return parts === null ? [] : [{ pair, parts }];
  });
  return {
    pairs: pairs.length,
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
  return leg.payment?.idempotencyKey ?? leg.record?.idempotencyKey ?? null;
}

type Parts = readonly [string, string];

/** The one component in which two keys differ, cut at everything that is neither letter nor digit; else null. */
function differingPart([one, other]: Parts): Parts | null {
  const ours = one.split(/[^A-Za-z0-9]+/);
  const theirs = other.split(/[^A-Za-z0-9]+/);
  if (Math.abs(ours.length - theirs.length) === 1) return lengthenedPart(ours, theirs);
  if (ours.length !== theirs.length || ours.length < 2) return null;
  const apart = ours.flatMap((part, index) => (part === theirs[index] ? [] : [[part, theirs[index] ?? ''] as const]));
  return apart.length === 1 && ours.length - apart.length >= 1 ? (apart[0] ?? null) : null;
}

/** `R1` and `R1-2`: one key is the other and one component more. */
function lengthenedPart(ours: readonly string[], theirs: readonly string[]): Parts | null {
  const [short, long] = ours.length < theirs.length ? [ours, theirs] : [theirs, ours];
  return short.every((part, index) => part === long[index]) ? ['', long.at(-1) ?? ''] : null;
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
