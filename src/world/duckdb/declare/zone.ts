import { DAY_MS, type Instant, SECOND_MS } from '../../../core/kernel/time.ts';

/** From `local` (the wall clock's milliseconds) on, the zone is `offsetMs` ahead of UTC; null: no such time. */
interface LocalStretch {
  readonly local: number;
  readonly offsetMs: number | null;
}

/** Offsets change by law only; no zone has changed twice within a week since 1990. */
const STEP_MS = 7 * DAY_MS;
const FIRST_MS = Date.UTC(1990, 0, 1);
const LAST_MS = Date.UTC(2060, 0, 1);

/** True for a name that the IANA time zone database knows, such as `Europe/Rome`. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone !== '';
  } catch {
    return false;
  }
}

/**
 * SQL that turns a wall clock time (`local`, a column of epoch milliseconds as if it were UTC) into epoch milliseconds:
 * a decision tree over the zone's changes. The hour that is repeated in autumn is its first pass; the hour that is
 * left out in spring is NULL. Before 1990 and after 2059 the nearest known offset holds.
 */
export function toUtcSql(zone: string, local: string): string {
  return decide(localStretches(zone), local);
}

function decide(stretches: readonly LocalStretch[], local: string): string {
  const [only] = stretches;
  if (only !== undefined && stretches.length === 1) {
    return only.offsetMs === null ? 'NULL::BIGINT' : `${local} - ${only.offsetMs}`;
  }
  const middle = stretches.length >> 1;
  const pivot = stretches[middle]?.local ?? 0;
  const before = decide(stretches.slice(0, middle), local);
  return `CASE WHEN ${local} < ${pivot} THEN ${before} ELSE ${decide(stretches.slice(middle), local)} END`;
}

/** The wall clock's own time line: gaps where clocks were put forward, and only the first pass where put back. */
export function localStretches(zone: string): readonly LocalStretch[] {
  const stretches: LocalStretch[] = [{ local: Number.MIN_SAFE_INTEGER, offsetMs: offsetAt(zone, FIRST_MS) }];
  for (const change of offsetChanges(zone)) {
    const oldEnd = change.at + change.before;
    const newStart = change.at + change.after;
    if (newStart > oldEnd) stretches.push({ local: oldEnd, offsetMs: null });
    stretches.push({ local: Math.max(oldEnd, newStart), offsetMs: change.after });
  }
  return stretches;
}

interface OffsetChange {
  readonly at: Instant;
  readonly before: number;
  readonly after: number;
}

function offsetChanges(zone: string): readonly OffsetChange[] {
  const changes: OffsetChange[] = [];
  for (let at = FIRST_MS; at < LAST_MS; at += STEP_MS) {
    const before = offsetAt(zone, at);
    const after = offsetAt(zone, at + STEP_MS);
    if (before !== after)
      changes.push({ at: firstWith(zone, { from: at, to: at + STEP_MS, offset: after }), before, after });
  }
  return changes;
}

/** The first second of the stretch at whose end the zone has that offset. */
function firstWith(
  zone: string,
  stretch: { readonly from: Instant; readonly to: Instant; readonly offset: number },
): Instant {
  let { from, to } = stretch;
  while (to - from > SECOND_MS) {
    const middle = from + Math.floor((to - from) / (2 * SECOND_MS)) * SECOND_MS;
    if (offsetAt(zone, middle) === stretch.offset) to = middle;
    else from = middle;
  }
  return to;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(zone: string, at: Instant): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(zone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}
