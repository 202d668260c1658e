import { assert } from '../../core/kernel/assert.ts';
import { exponentOf } from '../../core/kernel/currency.ts';
import type { Day } from '../../core/kernel/day.ts';
import { type Money, toMajor } from '../../core/kernel/money.ts';
import { parseDay } from '../../core/kernel/rfc3339.ts';
import { DAY_MS } from '../../core/kernel/time.ts';
import type { LocalTime } from '../../core/remedy/notify/facts.ts';
import type { Language, Locale } from './locale.ts';
import { remembering } from './remember.ts';

/**
 * The sum with all decimals of its currency, in full: `14,50 €`. Intl is given the decimal text and never a number, so
 * that no sum is too large to be exact.
 */
export function sayAmount(money: Money, { tag }: Locale): string {
  const exponent = exponentOf(money.currency);
  assert(exponent !== null, `money in the unknown currency ${money.currency}`);
  const { currency } = money;
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  return amounts(
    `${tag} ${currency}`,
    () => new Intl.NumberFormat(tag, { style: 'currency', currency, ...digits }),
  ).format(toMajor(money) as Intl.StringNumericLiteral);
}

/** Some currencies and a few styles of dates in some twenty regional tags. */
const FORMATS_MAX = 500;
const amounts = remembering<Intl.NumberFormat>(FORMATS_MAX);
const dates = remembering<Intl.DateTimeFormat>(FORMATS_MAX);

/** How a date is written in a style; local times are given as if they were UTC. */
function dateFormat(tag: string, style: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return dates(`${tag} ${Object.entries(style)}`, () => new Intl.DateTimeFormat(tag, { timeZone: 'UTC', ...style }));
}

/** `22. Februar 2015`. */
export function sayDay(day: Day, locale: Locale): string {
  const number = parseDay(day);
  assert(number !== null, `${day} is no day`);
  return written(dateFormat(locale.tag, { dateStyle: 'long' }), number * DAY_MS, locale);
}

/** `10–13 November 2014`, or the one day where both are the same. */
export function sayDays({ from, to }: { readonly from: Day; readonly to: Day }, locale: Locale): string {
  if (from === to) return sayDay(from, locale);
  const format = dateFormat(locale.tag, { dateStyle: 'long' });
  return format.formatRange(instantOf({ day: from, time: '00:00' }), instantOf({ day: to, time: '00:00' }));
}

/** `24 November 2014 at 18:02 (Central European Time)`. */
export function sayTime(time: LocalTime, zone: string, locale: Locale): string {
  const format = dateFormat(locale.tag, { dateStyle: 'long', timeStyle: 'short' });
  // Intl leaves out the word without which a German time of day is no sentence.
  const clock = locale.language === 'de' ? ' Uhr' : '';
  return `${written(format, instantOf(time), locale)}${clock} (${sayZone(zone, locale)})`;
}

/** `18:02`, as the clock on the wall shows it. */
export function sayClock(time: LocalTime, { tag }: Locale): string {
  return dateFormat(tag, { timeStyle: 'short' }).format(instantOf(time));
}

/** The zone as people call it: `Central European Time`. */
export function sayZone(zone: string, { tag, language }: Locale): string {
  const parts = dateFormat(tag, { timeZone: zone, timeZoneName: 'longGeneric' }).formatToParts(0);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
  // Unicode's Italian names begin like a title; within a sentence Italian writes them small.
  return language === 'it' ? name.replace(/^Ora/, 'ora') : name;
}

/** The local time as if it were UTC: so it is written as it stands, whatever the zone of this machine. */
function instantOf({ day, time }: LocalTime): number {
  const number = parseDay(day);
  assert(number !== null, `${day} is no day`);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return number * DAY_MS + (hour * 60 + minute) * 60_000;
}

/** Of the first day French says `1er` and Italian `1º`, which Unicode's data do not. */
const FIRST_DAY: Readonly<Partial<Record<Language, string>>> = { fr: '1er', it: '1º' };

/** The day stays on one line with its month. */
function written(format: Intl.DateTimeFormat, instant: number, { language }: Locale): string {
  return format
    .formatToParts(instant)
    .map(({ type, value }) => (type === 'day' && value === '1' ? (FIRST_DAY[language] ?? value) : value))
    .join('')
    .replace(/(?<=\d\S*) (?=\p{L})/u, NO_BREAK);
}

const NO_BREAK = '\u00a0';
