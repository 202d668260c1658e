import type { Finding } from '../finding.ts';
import { type Case, isTaken, type Leg } from './case.ts';
import { shareOf } from './numbers.ts';

/** What our own books hold of the legs. Shares are of the cases with two payments. */
export interface BooksProfile {
  readonly first: LegBooks;
  readonly second: LegBooks;
  /** One leg is not in the books as taken: (1,2,·), an orphan capture. */
  readonly orphan: number;
  /** Both legs stand in the books as taken: (2,2,·), we billed twice. */
  readonly both: number;
  /** A leg names a charge id that our books do not hold: its row was rolled back or lost. */
  readonly vanished: number;
  /** A number is left out in our ids just before the second leg's record, where the first one's should be. */
  readonly skipped: number;
}

/** In what state our books hold a leg. */
export interface LegBooks {
  /** Failed or unknown: an answer that was lost or read wrongly. */
  readonly failed: number;
  /** Canceled or pending: given up before the success came. */
  readonly closed: number;
  readonly absent: number;
}

export function booksProfileOf(cases: readonly Case[]): BooksProfile | null {
  const pairs = cases.flatMap(({ finding, first, second }) =>
    first?.payment == null || second?.payment == null || wasTakenBefore(finding, first) ? [] : [{ first, second }],
  );
  if (pairs.length === 0) return null;
  const taken = (leg: Leg): boolean => leg.record?.status === 'succeeded';
  return {
    first: legBooksOf(pairs.map((pair) => pair.first)),
    second: legBooksOf(pairs.map((pair) => pair.second)),
    orphan: shareOf(pairs, ({ first, second }) => taken(first) !== taken(second)),
    both: shareOf(pairs, ({ first, second }) => taken(first) && taken(second)),
    vanished: shareOf(cases, hasVanished),
    skipped: shareOf(cases, leavesGap),
  };
}

/**
 * Of three charges, the second is nobody's first: only the pair of the first two says what the books knew of the
 * first.
 */
function wasTakenBefore(finding: Finding, first: Leg): boolean {
  return finding.evidence.payments.some(
    (payment) => isTaken(payment) && payment.createdAt < first.at && payment.purpose === first.payment?.purpose,
  );
}

function legBooksOf(legs: readonly Leg[]): LegBooks {
  const inState = (states: readonly (string | undefined)[]): number =>
    shareOf(legs, (leg) => states.includes(leg.record?.status));
  return {
    failed: inState(['failed', 'unknown']),
    closed: inState(['canceled', 'pending']),
    absent: inState([undefined]),
  };
}

function hasVanished({ finding, first, second }: Case): boolean {
  const held = new Set(finding.evidence.books.map((record) => record.chargeId));
  return [first, second].some((leg) => leg?.payment?.chargeId != null && !held.has(leg.payment.chargeId));
}

/** The charge ids that the provider saw are neighbours by number, but only the second stands in our books. */
function leavesGap({ first, second }: Case): boolean {
  if (first === null || second === null || first.record !== null || second.record === null) return false;
  const missing = numberIn(first.payment?.chargeId ?? null);
  const present = numberIn(second.record.chargeId);
  return missing !== null && present !== null && missing < present;
}

/** The digits at the end of an id, as a number; null where there are none or more than a number holds exactly. */
function numberIn(id: string | null): number | null {
  const digits = /(\d{1,15})$/.exec(id ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}
