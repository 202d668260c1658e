import type { Charge } from '../../fact/charge.ts';
import type { Payment } from '../../fact/payment.ts';
import type { Settlement } from '../../fact/settlement.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Finding } from '../finding.ts';

/** A finding laid out in time: what was done first, what was done again, and for which rental. */
export interface Case {
  readonly finding: Finding;
  /**
   * When the wrong thing was done: the charge, for a phantom the surplus record, for a bank duplicate the second
   * line.
   */
  readonly chargedAt: Instant;
  /** When the affected rental ended; null where there is none. */
  readonly endedAt: Instant | null;
  /** The two legs in order of time; the wrong one may be either. Null where there is only one. */
  readonly first: Leg | null;
  readonly second: Leg | null;
  /** From the leg before to the later one, in milliseconds; null where there is only one leg. */
  readonly gapMs: number | null;
}

/** One of the two things that should have been one. */
export interface Leg {
  readonly at: Instant;
  readonly payment: Payment | null;
  /** What our books hold of it; null where they hold nothing or were not given. */
  readonly record: Charge | null;
  readonly line: Settlement | null;
}

/**
 * Cases in order of `chargedAt`. Missing twins are consequences, not wrong charges; findings without any time are
 * none.
 */
export function casesOf(findings: readonly Finding[]): readonly Case[] {
  const cases: Case[] = [];
  for (const finding of findings) {
    const made = finding.class === 'missing_twin' ? null : caseOf(finding);
    if (made !== null) cases.push(made);
  }
  return cases.sort((one, other) => one.chargedAt - other.chargedAt);
}

function caseOf(finding: Finding): Case | null {
  if (finding.class === 'phantom') return phantomCase(finding);
  if (finding.class === 'acquirer_duplicate') return bankCase(finding);
  return paymentCase(finding);
}

function paymentCase(finding: Finding): Case | null {
  const { wrong, rental } = finding.evidence;
  if (wrong === null) {
    return rental === null ? null : laidOut(finding, { at: rental.endedAt, first: null, second: null });
  }
  const [first, second] = legsAround(finding, wrong);
  return laidOut(finding, { at: wrong.createdAt, first: legOf(first, finding), second: legOf(second, finding) });
}

/**
 * The wrong charge and the one it repeats: the succeeded charge just before it, or, where it came first, the kept
 * one.
 */
function legsAround(finding: Finding, wrong: Payment): readonly [Payment | null, Payment | null] {
  let before: Payment | null = null;
  for (const payment of finding.evidence.payments) {
    if (payment.paymentId === wrong.paymentId || !isTaken(payment) || payment.purpose !== wrong.purpose) continue;
    if (payment.createdAt > wrong.createdAt) continue;
    if (before === null || payment.createdAt >= before.createdAt) before = payment;
  }
  const { kept } = finding.evidence;
  if (before !== null) return [before, wrong];
  if (kept === null || kept.paymentId === wrong.paymentId) return [wrong, null];
  return kept.createdAt <= wrong.createdAt ? [kept, wrong] : [wrong, kept];
}

function phantomCase(finding: Finding): Case | null {
  const { wrong, books } = finding.evidence;
  const succeeded = books
    .filter((record) => record.status === 'succeeded')
    .toSorted((one, other) => one.createdAt - other.createdAt);
  const surplus = succeeded.find((record) => finding.findingId === `fnd_${record.chargeId}`) ?? succeeded.at(-1);
  if (surplus === undefined) return null;
  const twin = succeeded.find((record) => record.chargeId !== surplus.chargeId) ?? null;
  const legs = [twin, surplus]
    .filter((record) => record !== null)
    .map((record) => ({ at: record.createdAt, payment: wrong, record, line: null }))
    .sort((one, other) => one.at - other.at);
  return laidOut(finding, { at: surplus.createdAt, first: legs[0] ?? null, second: legs[1] ?? null });
}

function bankCase(finding: Finding): Case | null {
  const { wrong, bank } = finding.evidence;
  const lines = bank
    .filter((line) => line.amount.amountMinor > 0n)
    .toSorted((one, other) => one.bookedAt - other.bookedAt);
  const surplus = lines.find((line) => finding.findingId === `fnd_${line.lineId}`) ?? lines.at(-1);
  if (surplus === undefined)
    return wrong === null ? null : laidOut(finding, { at: wrong.createdAt, first: null, second: null });
  const twin = lines.find((line) => line !== surplus) ?? null;
  const legs = [twin, surplus]
    .filter((line) => line !== null)
    .map((line) => ({ at: line.bookedAt, payment: wrong, record: null, line }))
    .sort((one, other) => one.at - other.at);
  return laidOut(finding, { at: surplus.bookedAt, first: legs[0] ?? null, second: legs[1] ?? null });
}

interface Layout {
  readonly at: Instant;
  readonly first: Leg | null;
  readonly second: Leg | null;
}

function laidOut(finding: Finding, { at, first, second }: Layout): Case {
  const gapMs = first === null || second === null ? null : Math.max(0, second.at - first.at);
  return { finding, chargedAt: at, endedAt: finding.evidence.rental?.endedAt ?? null, first, second, gapMs };
}

function legOf(payment: Payment | null, finding: Finding): Leg | null {
  if (payment === null) return null;
  return { at: payment.createdAt, payment, record: recordOf(payment, finding.evidence), line: null };
}

/**
 * The record in our books that stands for this payment: by payment id, else by charge id, else by key. A record that
 * names another payment stands for that one: a payment of which our books know nothing may well name it.
 */
function recordOf(payment: Payment, { books }: Finding['evidence']): Charge | null {
  const named = books.find((record) => record.paymentId === payment.paymentId);
  if (named !== undefined) return named;
  const free = books.filter((record) => record.paymentId === null);
  return (
    free.find((record) => record.chargeId === payment.chargeId) ??
    free.find((record) => payment.idempotencyKey !== null && record.idempotencyKey === payment.idempotencyKey) ??
    null
  );
}

export function isTaken(payment: Payment): boolean {
  return payment.kind === 'charge' && payment.status === 'succeeded';
}
