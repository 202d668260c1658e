/** What JavaScript's `trim` takes away; core compares keys trimmed. */
const BLANKS =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** What core's `keyOf` takes for no key, in lower case; beside these, dashes only. */
const NO_KEY = ['', '0', 'n/a', 'na', 'none', 'null', 'nil', 'undefined', 'unknown'];
const NO_KEY_LENGTH_MAX = Math.max(...NO_KEY.map((word) => word.length));

/**
 * Hash of an idempotency key as core compares it; null where the column holds none. `column` is a plain column name.
 * Trimming is slow, so it is done only where an end is no printable ASCII: the engine works a CASE out branch by
 * branch.
 */
export function keyHash(column: string): string {
  const isOdd = (code: string) => `(${code} < 33 or ${code} > 126)`;
  const ends = `${isOdd(`unicode(${column})`)} or ${isOdd(`unicode(right(${column}, 1))`)}`;
  const trimmed = `trim(${column}, '${BLANKS}')`;
  return `case
    when ${column} is null then null
    when ${ends} then case when ${isNoKey(trimmed)} then null else hash(${trimmed}) end
    when ${isNoKey(column)} then null
    else hash(${column}) end`;
}

function isNoKey(key: string): string {
  const words = NO_KEY.map((word) => `'${word}'`).join(', ');
  const isWord = `(strlen(${key}) <= ${NO_KEY_LENGTH_MAX} and lower(${key}) in (${words}))`;
  return `(${isWord} or (starts_with(${key}, '-') and ltrim(${key}, '-') = ''))`;
}
