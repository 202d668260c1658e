import { sayDuration, type Window } from '../kernel/time.ts';
import { compareFindings } from './adjudicate/finding-order.ts';
import { sentences } from './adjudicate/say.ts';
import type { IncidentWindow } from './cause.ts';
import type { Finding } from './finding.ts';

/**
 * Raises fees that only look alike to `probable` where they bear the fingerprint of a proven incident: charged inside
 * its window, and as far from the charge they repeat as its proven double charges were. Nothing is raised without an
 * incident or without proven pairs in it: then the very list that was given is returned, else a new one in the order of
 * findings.
 */
export function promote(findings: readonly Finding[], incident: IncidentWindow | null): readonly Finding[] {
  if (incident === null) return findings;
  const window = { from: incident.chargedFrom, to: incident.chargedTo };
  const gaps = gapRange(
    findings.filter((finding) => finding.grade === 'proven'),
    window,
  );
  if (gaps === null) return findings;
  const raised = findings.map((finding) => {
    const gap = isAlikeFee(finding) ? gapInside(finding, window) : null;
    return gap !== null && holds(gaps, gap) ? raise(finding, gap) : finding;
  });
  return raised.every((finding, index) => finding === findings[index]) ? findings : raised.toSorted(compareFindings);
}

function isAlikeFee({ class: kind, grade, evidence }: Finding): boolean {
  return (
    kind === 'double_charge' && grade === 'possible' && evidence.wrong !== null && evidence.wrong.purpose !== 'rental'
  );
}

/** How far the wrong charge is from the one kept, in either order; null if it was not made inside the window. */
function gapInside({ evidence }: Finding, window: Window): number | null {
  const { wrong, kept } = evidence;
  if (wrong === null || kept === null || !holds(window, wrong.createdAt)) return null;
  return Math.abs(wrong.createdAt - kept.createdAt);
}

function gapRange(proven: readonly Finding[], window: Window): Window | null {
  const gaps = proven
    .filter((finding) => finding.class === 'double_charge')
    .flatMap((finding) => gapInside(finding, window) ?? []);
  if (gaps.length === 0) return null;
  const reduce = (choose: (one: number, other: number) => number): number => gaps.reduce(choose);
  return { from: reduce((one, other) => Math.min(one, other)), to: reduce((one, other) => Math.max(one, other)) };
}

function holds(window: Window, value: number): boolean {
  return window.from <= value && value <= window.to;
}

function raise(finding: Finding, gap: number): Finding {
  const reason = `It bears the fingerprint of the incident: charged in its window, and ${sayDuration(gap)} apart as its proven double charges are.`;
  return { ...finding, grade: 'probable', reason: sentences(finding.reason, reason) };
}
