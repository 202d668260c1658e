import { Temporal } from 'temporal-polyfill';
import type { Calendar } from '../flow/ports/world.ts';

/** Local days by the IANA data of the runtime. A zone or a day that does not exist answers null. */
export const ianaCalendar: Calendar = {
  localDay: (instant, zone) =>
    orNull(() => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString()),
  localTime: (instant, zone) =>
    orNull(() =>
      Temporal.Instant.fromEpochMilliseconds(instant)
        .toZonedDateTimeISO(zone)
        .toPlainTime()
        .toString({ smallestUnit: 'minute', roundingMode: 'trunc' }),
    ),
  endOfDay: (day, zone) =>
    orNull(
      () =>
        Temporal.PlainDate.from(day, { overflow: 'reject' }).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds,
    ),
};

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
