import type { Day } from '../../../core/kernel/day.ts';
import { type Money, money, parseMoney } from '../../../core/kernel/money.ts';
import { parseDay } from '../../../core/kernel/rfc3339.ts';
import { Refused } from '../refusal.ts';
import type { XmlNode } from './xml.ts';

/** What finding things in an element needs of it; whatever was folded within is no matter here. */
export type Element = Pick<XmlNode<unknown>, 'name' | 'currency' | 'text' | 'children'>;

/** The first element at the path, `Acct/Id/IBAN`, through the first of each name. */
export function find(from: Element, path: string): Element | null {
  let at: Element | undefined = from;
  for (const name of path.split('/')) at = at?.children.find((child) => child.name === name);
  return at ?? null;
}

/** All of the name, one level below. */
export function all(from: Element, name: string): readonly Element[] {
  return from.children.filter((child) => child.name === name);
}

/** The text at the first path that has one; null where none has. */
export function text(from: Element, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    const found = find(from, path);
    const said = found === null ? '' : words(found);
    if (said !== '') return said;
  }
  return null;
}

/** The text in one line, without what would steer a terminal or turn the direction of writing. */
export function words(node: Element): string {
  return node.text.replace(UNSEEN, ' ').trim().slice(0, TEXT_MAX);
}

const UNSEEN = /[\s\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g;

/** The longest text of the schemas. */
const TEXT_MAX = 2000;

/** As `text`, for what the schema demands. */
export function needed(from: Element, ...paths: readonly string[]): string {
  return text(from, ...paths) ?? missing(from, paths[0] ?? '');
}

function missing(from: Element, path: string): never {
  throw new Refused('content', `has no ${path} in ${from.name}. Ask the bank to send it whole.`);
}

/** Without sign, as the schema has it; zeros beyond the decimals of the currency are allowed, other digits are not. */
export function amount(from: Element, path: string): Money | null {
  const found = find(from, path);
  if (found === null) return null;
  const read = parseMoney(found.text.replace(/^\./, '0.'), found.currency ?? '');
  if (read.ok) return read.value;
  const said = `${found.currency ?? 'no currency'} ${found.text.slice(0, 30)}`;
  throw new Refused('content', `has an amount in ${from.name}/${path} that is none: ${said}. Ask the bank.`);
}

export function neededAmount(from: Element, path: string): Money {
  return amount(from, path) ?? missing(from, path);
}

/** With the sign that the indicator beside it gives. */
export function signed(value: Money, side: Side): Money {
  return side === 'CRDT' ? value : money(-value.amountMinor, value.currency);
}

export type Side = 'CRDT' | 'DBIT';

/** Whether money came (`CRDT`) or went; null where the element is absent. */
export function side(from: Element): Side | null {
  const said = text(from, 'CdtDbtInd');
  if (said === null || said === 'CRDT' || said === 'DBIT') return said;
  throw new Refused('content', `says ${said.slice(0, 10)} in ${from.name}/CdtDbtInd: it must be CRDT or DBIT.`);
}

export function neededSide(from: Element): Side {
  return side(from) ?? missing(from, 'CdtDbtInd');
}

/** The day of a date, or of a date and time as it is written there: the bank's own day. */
export function day(from: Element, ...paths: readonly string[]): Day | null {
  const said = text(from, ...paths);
  if (said === null) return null;
  const read = said.slice(0, 'YYYY-MM-DD'.length);
  if (parseDay(read) !== null) return read;
  throw new Refused('content', `has ${said.slice(0, 30)} in ${from.name}/${paths[0]}, which is no day.`);
}

export function neededDay(from: Element, ...paths: readonly string[]): Day {
  return day(from, ...paths) ?? missing(from, paths[0] ?? '');
}

/** Up to 15 digits, as counts of payments have. */
export function wholeNumber(from: Element, path: string): number | null {
  const said = text(from, path);
  if (said === null) return null;
  if (/^\d{1,15}$/.test(said)) return Number(said);
  throw new Refused('content', `has ${said.slice(0, 30)} in ${from.name}/${path}, which is no count.`);
}

/** What banks write where they have nothing to say. */
const NOTHING = new Set(['NOTPROVIDED', 'NOT PROVIDED', 'NONREF', 'NONE', 'N/A', '-']);

/** The name of a payment; null where absent or where it says that there is none. */
export function reference(from: Element, path: string): string | null {
  const said = text(from, path);
  return said === null || NOTHING.has(said.toUpperCase()) ? null : said;
}
