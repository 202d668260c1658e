import { assert } from '../../core/kernel/assert.ts';
import { legible } from '../report/markup.ts';

/** A line of 998 characters is the limit of RFC 5322; no subject or name is near it. */
const LINE_LENGTH_MAX = 250;
/** RFC 5321 §4.5.3.1: 64 characters, `@`, 255 of the domain, within a path of 256 with its brackets. */
const ADDRESS_LENGTH_MAX = 254;

/**
 * The text on one line: a line break in a name would begin a header of its own, or a paragraph in our words. Other
 * control characters and the marks that turn the writing direction show as U+FFFD.
 */
export function oneLine(text: string): string {
  const line = legible(text.replace(/[\r\n\t\u2028\u2029]+/g, ' ')).trim();
  return [...line].slice(0, LINE_LENGTH_MAX).join('');
}

/**
 * Why no letter can go to the address; null where one can. One mailbox, no display name, no quoted local part, no
 * comment: a second recipient or a header has no room in it. Letters beyond ASCII are allowed.
 */
export function addressFault(address: string): string | null {
  if (address.length > ADDRESS_LENGTH_MAX) return `the address has more than ${ADDRESS_LENGTH_MAX} characters`;
  const isOne = /^[^\s\p{Cc}"(),:;<>@[\\\]]{1,64}@[^\s\p{Cc}"(),:;<>@[\\\]]+\.[^\s\p{Cc}".(),:;<>@[\\\]]+$/u;
  return isOne.test(address) ? null : 'the address is not one mailbox of the form name@domain';
}

/** The same for the same letter, for ever: a receiver that gets it twice can tell, and a bounce names it. */
export function messageIdOf(letterId: string, from: string): string {
  assert(/^[A-Za-z0-9._-]{1,100}$/.test(letterId), `the letter id ${letterId} cannot stand in a Message-ID`);
  return `<${letterId}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}
