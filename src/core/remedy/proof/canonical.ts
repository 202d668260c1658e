import { assert } from '../../kernel/assert.ts';

/** What a canonical text can say. Money is text, since numbers never hold it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one text of a value: RFC 8785. Names in the order of their UTF-16 code units, nothing between, numbers and texts
 * as ECMAScript writes them. Equal values have equal texts, so that a digest over the text is one over the value.
 */
export function canonicalText(value: Json): string {
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `${value} has no canonical text`);
    // Minus nought is written as nought.
    return String(value === 0 ? 0 : value);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  const names = Object.keys(value).sort(byCodeUnits);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name] ?? null)}`).join(',')}}`;
}

function isList(value: readonly Json[] | { readonly [name: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function byCodeUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
