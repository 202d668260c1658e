import { MINUTE_MS } from '../src/core/kernel/time.ts';
import type { Calendar } from '../src/flow/ports/world.ts';
import { ianaCalendar } from '../src/world/calendar.ts';

/** Offsets of all zones are multiples of this: within it the local day does not change. */
const QUARTER_MS = 15 * MINUTE_MS;

const days = new Map<string, string | null>();
const ends = new Map<string, number | null>();

/** The product's calendar, its answers remembered: they depend on nothing but what is asked. */
export const rememberingCalendar: Calendar = {
  localTime: ianaCalendar.localTime,
  localDay(instant, zone) {
    const quarter = Math.floor(instant / QUARTER_MS);
    const name = `${zone} ${quarter}`;
    let day = days.get(name);
    if (day === undefined) {
      day = ianaCalendar.localDay(quarter * QUARTER_MS, zone);
      days.set(name, day);
    }
    return day;
  },
  endOfDay(day, zone) {
    const name = `${zone} ${day}`;
    let end = ends.get(name);
    if (end === undefined) {
      end = ianaCalendar.endOfDay(day, zone);
      ends.set(name, end);
    }
    return end;
  },
};
