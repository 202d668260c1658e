import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import type { History, LineDraft, PaymentDraft } from './history.ts';
import { compactDate, type DayNumber, nextBusinessDay } from './local-time.ts';

/** The acquirer books a day's file at six in the morning of the next business day. */
export const BOOKED_MS = 6 * HOUR_MS;
const FIRST_SEQUENCE = 300;

/** One settlement line for every movement that succeeded, one file for every day of UTC, refunds negative. */
export function settle(history: History): void {
  const moved = history.payments.filter((payment) => payment.status === 'succeeded');
  moved.sort((one, other) => one.createdAt - other.createdAt || (one.paymentId < other.paymentId ? -1 : 1));
  const first = captureDay(moved[0]);
  const places = new Map<DayNumber, number>();
  for (const payment of moved) {
    const day = captureDay(payment);
    const place = (places.get(day) ?? 0) + 1;
    places.set(day, place);
    history.lines.push(lineOf(payment, day, FIRST_SEQUENCE + day - first, place));
  }
}

export function captureDay(payment: PaymentDraft | undefined): DayNumber {
  return Math.floor((payment?.createdAt ?? 0) / DAY_MS);
}

function lineOf(payment: PaymentDraft, day: DayNumber, sequence: number, place: number): LineDraft {
  const comesIn = payment.kind === 'charge' || payment.kind === 'chargeback_reversal';
  return {
    lineId: `${sequence}-${String(place).padStart(6, '0')}`,
    payment,
    amountMinor: comesIn ? payment.amountMinor : -payment.amountMinor,
    bookedAt: nextBusinessDay(day) * DAY_MS + BOOKED_MS,
    file: `SETTLEMENT_${compactDate(day)}.csv`,
    fileSequence: String(sequence),
  };
}
