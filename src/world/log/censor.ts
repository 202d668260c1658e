/** A log line is a line: whatever is longer is cut. */
const LENGTH_MAX = 1000;

/**
 * What must not stand in a log even if somebody put it into an allowed field: addresses, account numbers of banks,
 * card numbers, secrets. The second net under the list of fields; it may take too much, never too little.
 */
const FORBIDDEN: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+/g, 'mail'],
  // ISO 13616: two letters, two check digits, up to 30 signs, often in groups of four.
  [/\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b/g, 'iban'],
  // ISO 7812: 14 to 19 digits, and 13 of one scheme that begins with 4. Milliseconds since 1970 have 13, with a 1.
  [/\b\d(?:[ -]?\d){13,18}\b|\b4(?:[ -]?\d){12}\b/g, 'number'],
  [/\b(?:sk|rk|pk)_(?:storno|live|test)_[A-Za-z0-9_-]+/g, 'key'],
  [/\bwhsec_[A-Za-z0-9+/=_-]+/g, 'secret'],
  [/\b(?:postgres(?:ql)?|smtps?|https?):\/\/[^\s/@]*:[^\s/@]*@/g, 'password'],
];

export function censor(text: string): string {
  let censored = text.slice(0, LENGTH_MAX);
  for (const [pattern, name] of FORBIDDEN) censored = censored.replace(pattern, `[${name}]`);
  return censored;
}
