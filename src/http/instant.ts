import { parseRfc3339 } from '../core/kernel/rfc3339.ts';
import type { Instant } from '../core/kernel/time.ts';
import { Refusal } from './problem.ts';

/** An instant that a schema has let through: read again by core, which knows every day of the calendar. */
export function instantOf(text: string): Instant {
  const instant = parseRfc3339(text);
  if (instant === null) throw new Refusal('request_invalid', `${text} is no instant of RFC 3339.`);
  return instant;
}

export function instantOrNull(text: string | undefined): Instant | null {
  return text === undefined ? null : instantOf(text);
}
