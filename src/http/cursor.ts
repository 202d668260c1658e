import { createHash } from 'node:crypto';
import { PAGE_SIZE, PAGE_SIZE_MAX } from './contract.ts';
import { Refusal } from './problem.ts';

/** Enough that a cursor of another listing never passes; it keeps out mistakes, not attackers: it opens nothing. */
const SEAL_LENGTH = 11;

/**
 * A cursor says where a listing goes on, and is bound to what was listed: the same cursor under other filters would
 * skip rows silently.
 */
export function sealCursor(listing: string, filters: unknown, inner: string): string {
  return Buffer.from(`${sealOf(listing, filters, inner)}${inner}`).toString('base64url');
}

export function openCursor(listing: string, filters: unknown, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const inner = text.slice(SEAL_LENGTH);
  if (text.slice(0, SEAL_LENGTH) !== sealOf(listing, filters, inner)) {
    throw new Refusal('cursor_invalid', 'Use next_cursor of the page before, with the same filters.');
  }
  return inner;
}

/** A place that is two texts. The seal keeps out mistakes only: what whoever forged one put in is refused here. */
export function pairOf(inner: string): readonly [string, string] {
  const place = parsed(inner);
  const [one, other, ...more]: readonly unknown[] = Array.isArray(place) ? place : [];
  if (isText(one) && isText(other) && more.length === 0) return [one, other];
  throw new Refusal('cursor_invalid', 'Use next_cursor of the page before.');
}

function parsed(inner: string): unknown {
  try {
    return JSON.parse(inner);
  } catch {
    return null;
  }
}

/** U+0000 stands in no text of PostgreSQL. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function sealOf(listing: string, filters: unknown, inner: string): string {
  return createHash('sha256')
    .update(JSON.stringify([listing, filters, inner]))
    .digest('base64url')
    .slice(0, SEAL_LENGTH);
}

export function limitOf(limit: string | undefined): number {
  if (limit === undefined) return PAGE_SIZE;
  const rows = Number(limit);
  if (rows > PAGE_SIZE_MAX) {
    throw new Refusal('request_invalid', `A page has ${PAGE_SIZE_MAX} rows at most.`, {
      faults: [{ pointer: '/limit', detail: `must be at most ${PAGE_SIZE_MAX}` }],
    });
  }
  return rows;
}
