import { assert } from '../../core/kernel/assert.ts';
import { exponentOf } from '../../core/kernel/currency.ts';
import type { Day } from '../../core/kernel/day.ts';
import { type Money, toMajor } from '../../core/kernel/money.ts';
import { parseDay } from '../../core/kernel/rfc3339.ts';
import { DAY_MS } from '../../core/kernel/time.ts';
import type { LocalTime } from '../../core/remedy/notify/facts.ts';
import type { Language, Locale } from './locale.ts';

/**
 * The sum with all decimals of its currency, in full: `14,50 €`. Intl is given the decimal text and never a number, so
 * that no sum is too large to be exact.
 */
export function sayAmount(money: Money, { tag }: Locale): string {
  const exponent = exponentOf(money.currency);
  assert(exponent !== null, `money in the unknown currency ${money.currency}`);
  return new Intl.NumberFormat(tag, {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  }).format(toMajor(money) as Intl.StringNumericLiteral);
}

/** `22. Februar 2015`. */
export function sayDay(day: Day, locale: Locale): string {
  const number = parseDay(day);
  assert(number !== null, `${day} is no day`);
  return written(new Intl.DateTimeFormat(locale.tag, { dateStyle: 'long', timeZone: 'UTC' }), number * DAY_MS, locale);
}

/** `10–13 November 2014`, or the one day where both are the same. */
export function sayDays({ from, to }: { readonly from: Day; readonly to: Day }, locale: Locale): string {
  if (from === to) return sayDay(from, locale);
  const format = new Intl.DateTimeFormat(locale.tag, { dateStyle: 'long', timeZone: 'UTC' });
  return format.formatRange(instantOf({ day: from, time: '00:00' }), instantOf({ day: to, time: '00:00' }));
}

/** `24 November 2014 at 18:02 (Central European Time)`. */
export function sayTime(time: LocalTime, zone: string, locale: Locale): string {
  const format = new Intl.DateTimeFormat(locale.tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  // Intl leaves out the word without which a German time of day is no sentence.
  const clock = locale.language === 'de' ? ' Uhr' : '';
  return `${written(format, instantOf(time), locale)}${clock} (${sayZone(zone, locale)})`;
}

/** `18:02`, as the clock on the wall shows it. */
export function sayClock(time: LocalTime, { tag }: Locale): string {
  return new Intl.DateTimeFormat(tag, { timeStyle: 'short', timeZone: 'UTC' }).format(instantOf(time));
}

/** The zone as people call it: `Central European Time`. */
export function sayZone(zone: string, { tag, language }: Locale): string {
  const parts = new Intl.DateTimeFormat(tag, { timeZone: zone, timeZoneName: 'longGeneric' }).formatToParts(0);
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
