import { remembered } from '../../core/kernel/remembered.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { Finding, FindingClass } from '../../core/remedy/finding.ts';

/** Classes in which the provider took what it should not have taken: the wrong payment is one of its charges. */
const TAKEN_CLASSES: ReadonlySet<FindingClass> = new Set([
  'double_charge',
  'duplicate_record',
  'overcharge',
  'charge_without_rental',
]);

export function isTaken(finding: Finding): boolean {
  return TAKEN_CLASSES.has(finding.class);
}

/** What the pictures of time, gaps and attributes show, and in which words. */
export interface Marked {
  readonly findings: readonly Finding[];
  /** Whether the marked charges are among the provider's succeeded charges, or come on top of them. */
  readonly amongCharges: boolean;
  /** One of them, as `wrong charge`; takes a plain s. */
  readonly noun: string;
}

/**
 * The findings worth a picture: what was taken wrongly and is at least probable; where there is none, what is doubled
 * in books or bank only; where there is none either, what is merely possible.
 */
export const markFindings = remembered((findings: readonly Finding[]): Marked => {
  const sure = findings.filter(({ grade }) => grade !== 'possible');
  const taken = sure.filter(isTaken);
  if (taken.length > 0) return { findings: taken, amongCharges: true, noun: 'wrong charge' };
  const untaken = sure.filter((finding) => finding.class !== 'missing_twin');
  if (untaken.length > 0) return { findings: untaken, amongCharges: false, noun: 'doubled booking' };
  const possible = findings.filter((finding) => finding.grade === 'possible' && isTaken(finding));
  return { findings: possible, amongCharges: true, noun: 'possible case' };
});

/** When the wrong thing was done: the charge made, the record booked, the line settled; null where no fact says. */
export function momentOf(finding: Finding): Instant | null {
  const { wrong, books, bank } = finding.evidence;
  if (finding.class === 'phantom') return latest(books.map(({ createdAt }) => createdAt)) ?? wrong?.createdAt ?? null;
  if (finding.class === 'acquirer_duplicate') {
    return latest(bank.map(({ bookedAt }) => bookedAt)) ?? wrong?.createdAt ?? null;
  }
  return wrong?.createdAt ?? null;
}

/** Milliseconds from the right one to the wrong one, order aside; null where there is no pair. */
export function gapOf(finding: Finding): number | null {
  const { wrong, kept, books, bank } = finding.evidence;
  if (finding.class === 'phantom') return spread(books.map(({ createdAt }) => createdAt));
  if (finding.class === 'acquirer_duplicate') return spread(bank.map(({ bookedAt }) => bookedAt));
  if (wrong === null || kept === null) return null;
  return Math.abs(wrong.createdAt - kept.createdAt);
}

function latest(moments: readonly Instant[]): Instant | null {
  return moments.length === 0 ? null : moments.reduce((one, other) => Math.max(one, other));
}

function spread(moments: readonly Instant[]): number | null {
  const last = latest(moments);
  if (last === null || moments.length < 2) return null;
  return last - moments.reduce((one, other) => Math.min(one, other));
}
