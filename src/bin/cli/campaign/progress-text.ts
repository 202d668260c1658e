import { money, sayMoney, toMajor } from '../../../core/kernel/money.ts';
import { sayInstant, toRfc3339 } from '../../../core/kernel/time.ts';
import type { Progress } from '../../../core/remedy/progress.ts';

const NAMES = [
  ['done', 'done'],
  ['due', 'due'],
  ['pending', 'pending'],
  ['unknown', 'unknown'],
  ['failed', 'failed'],
  ['quarantined', 'quarantined'],
  ['notOwed', 'not owed'],
  ['canceled', 'canceled'],
  ['missing', 'not taken over'],
] as const;

/** One line for whoever watches: what is not zero, the rate, and when it will be over. */
export function progressLine(progress: Progress): string {
  const parts = NAMES.filter(([field]) => field === 'done' || progress[field] > 0).map(
    ([field, name]) => `${name} ${progress[field]}`,
  );
  const eta = progress.etaAt === null ? '' : `, over at ${sayInstant(progress.etaAt)}`;
  return `${parts.join(', ')} of ${progress.planned}; ${progress.perSecond.toFixed(1)} a second${eta}`;
}

export function progressText(progress: Progress): string {
  const paid = Object.entries(progress.paidMinor).map(([currency, minor]) => sayMoney(money(minor, currency)));
  const last = progress.lastSuccessAt;
  return [
    progressLine(progress),
    `Paid ${paid.length === 0 ? 'nothing' : paid.join(', ')}; ${progress.needsCustomer} need their customer.`,
    `Last success ${last === null ? 'never' : sayInstant(last)}.`,
    '',
  ].join('\n');
}

export function progressJson(progress: Progress): object {
  const time = (instant: number | null) => (instant === null ? null : toRfc3339(instant));
  const paid = Object.entries(progress.paidMinor).map(([currency, minor]) => [
    currency,
    toMajor(money(minor, currency)),
  ]);
  return {
    planned: progress.planned,
    done: progress.done,
    due: progress.due,
    pending: progress.pending,
    unknown: progress.unknown,
    failed: progress.failed,
    needs_customer: progress.needsCustomer,
    quarantined: progress.quarantined,
    not_owed: progress.notOwed,
    canceled: progress.canceled,
    not_taken_over: progress.missing,
    paid: Object.fromEntries(paid),
    per_second: progress.perSecond,
    eta: time(progress.etaAt),
    last_success_at: time(progress.lastSuccessAt),
    is_over: progress.isOver,
  };
}
