import { assert } from './assert.ts';
import { addDays, type Day, dayNumber, dayOfNumber } from './day.ts';

/**
 * Days on which T2 (until 2023 TARGET2) settles euros, by rule: all but Saturday, Sunday, 1 January, Good Friday,
 * Easter Monday, 1 May, 25 and 26 December. No national holiday counts, and Good Friday does although Italy works.
 * Source: ECB, "Long-term calendar for TARGET closing days" of 14 December 2000. In force since 2002.
 */
export function isTargetDay(day: Day): boolean {
  assert(day.slice(0, 4) >= YEAR_MIN, `the rule holds from ${YEAR_MIN} on, not on ${day}`);
  return !isWeekend(day) && !FIXED.includes(day.slice('YYYY-'.length)) && !isAroundEaster(day);
}

const YEAR_MIN = '2002';
const FIXED: readonly string[] = ['01-01', '05-01', '12-25', '12-26'];

/**
 * The day that lies `count` TARGET days after `day`. With 0 it is the first one that is not before `day`; counting
 * starts behind that: one TARGET day after a Saturday is Tuesday.
 */
export function addTargetDays(day: Day, count: number): Day {
  assert(Number.isInteger(count) && count >= 0 && count <= COUNT_MAX, `${count} is a number of TARGET days`);
  let reached = firstFrom(day);
  for (let left = count; left > 0; left -= 1) reached = firstFrom(addDays(reached, 1));
  return reached;
}

/** Four years: beyond any term of a payment scheme. */
const COUNT_MAX = 1000;

function firstFrom(day: Day): Day {
  let reached = day;
  // Ends: never more than four closed days follow each other, Good Friday to Easter Monday.
  while (!isTargetDay(reached)) reached = addDays(reached, 1);
  return reached;
}

const DAYS_A_WEEK = 7;

/** 1970-01-01 was a Thursday; 0 is Sunday. */
function weekdayOf(number: number): number {
  return (number + 4) % DAYS_A_WEEK;
}

function isWeekend(day: Day): boolean {
  return [0, 6].includes(weekdayOf(dayNumber(day)));
}

function isAroundEaster(day: Day): boolean {
  const easter = dayNumber(easterOf(Number(day.slice(0, 4))));
  return [easter - 2, easter + 1].includes(dayNumber(day));
}

/** Easter Sunday of the Gregorian calendar. Source: "anonymous Gregorian", in J. Meeus, Astronomical Algorithms, 8. */
function easterOf(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 22;
  return dayOfNumber(dayNumber(`${year}-03-01`) + days - 1);
}
