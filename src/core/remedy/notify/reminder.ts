import { type Day, daysBetween } from '../../kernel/day.ts';
import type { Lot } from '../../ledger/lot.ts';

/** So many days before the last day of a lot its customer is reminded. */
export const REMINDER_DAYS = [14, 3] as const;
export type ReminderDays = (typeof REMINDER_DAYS)[number];

/** A lot as far as reminders depend on it. */
export type RemindedLot = Pick<Lot, 'remaining' | 'lastDay'> & {
  /** The day on which it was given, in the zone of its market. */
  readonly givenOn: Day;
  /** Those that were written already, whatever came of them. */
  readonly reminded: readonly ReminderDays[];
};

/**
 * The reminder that is due on `today`, a day in the zone of the lot's market; null where none is. It falls due 14 and 3
 * days before the last day, which still counts as a day of use: for a last day 22 Feb on 8 Feb and on 19 Feb. None for
 * a lot that is spent or lapsed, none twice. Where both were missed only the later one is written: two letters on one
 * day would say the same. A lot that was given with fewer days than that has no such reminder: it is still news.
 */
export function dueReminder(lot: RemindedLot, today: Day): ReminderDays | null {
  const { remaining, givenOn, lastDay, reminded } = lot;
  const left = daysBetween({ from: today, to: lastDay });
  if (remaining === 0 || left < 0) return null;
  const given = daysBetween({ from: givenOn, to: lastDay });
  const reached = REMINDER_DAYS.filter((days) => left <= days && days < given).at(-1);
  return reached === undefined || reminded.some((days) => days <= reached) ? null : reached;
}
