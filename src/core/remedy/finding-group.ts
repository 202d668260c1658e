import type { IncidentFinding } from './incident.ts';

type Grouped = Pick<IncidentFinding, 'class' | 'grade' | 'reason' | 'evidence'>;

/**
 * What findings of equal evidence have in common, as a text: class, grade, counts of the layers, and the reason without
 * its ids, times and amounts. A person reviews a group by looking at some of it.
 */
export function groupText({ class: kind, grade, reason, evidence: { layers, wrong } }: Grouped): string {
  const counts = [layers.books, layers.provider, layers.bank].map((count) => count ?? '-').join(',');
  return [kind, grade, counts, wrong?.purpose ?? '-', shapeOf(reason)].join('|');
}

/** As `sayDuration` writes it: one unit or two. */
const DURATION = /\d[\d.]* (?:ms|s|min|h|d)\b(?: \d+ (?:s|min|h)\b)?/g;
const MONTH = /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/g;

/** Whatever holds a digit names one case: an id, a time, an amount, a length of time. */
function shapeOf(reason: string): string {
  return reason
    .replaceAll(DURATION, '#')
    .replaceAll(/\S*\d\S*/g, '#')
    .replaceAll(MONTH, '#');
}
