import { DAY_MS, HOUR_MS } from '../../kernel/time.ts';
import type { Drive } from '../demand.ts';
import type { History, LineDraft, PaymentDraft } from '../history.ts';
import { nextBusinessDay } from '../local-time.ts';
import { BOOKED_MS, captureDay } from '../settle.ts';
import type { WrongClass } from '../truth.ts';
import { type Incident, incident, NOVEMBER_2014 } from './incident.ts';

/** Wednesday's file is booked a second time on the day of Thursday's, and Thursday's never comes. */
const REPLAYED_DAY = NOVEMBER_2014(12);

/**
 * C07: a settlement file is sent twice, under its name and with its line ids; the file that it displaced is
 * missing.
 */
export function fileReplayed(): Incident {
  return incident({
    select: () => [],
    strike: () => undefined,
    strikeBank(history) {
      const drives = drivesByPayment(history);
      const bookedAt = nextBusinessDay(REPLAYED_DAY + 1) * DAY_MS + BOOKED_MS;
      const replayed = history.lines
        // A reversal of a chargeback is rare and has its own ways; the file of that day holds charges and refunds.
        .filter((line) => captureDay(line.payment) === REPLAYED_DAY && line.payment.kind !== 'chargeback_reversal')
        .map((line) => ({ ...line, bookedAt }));
      const displaced = history.lines.filter((line) => captureDay(line.payment) === REPLAYED_DAY + 1);
      const gone = new Set(displaced);
      history.lines = [...history.lines.filter((line) => !gone.has(line)), ...replayed];
      for (const line of replayed.filter(takesMoney)) blameBank(history, line, drives, 'acquirer_duplicate');
      for (const line of displaced.filter(takesMoney)) blameBank(history, line, drives, 'missing_twin');
    },
  });
}

/** C24: one card brand's issuer posts a day's debits twice and takes the second ones back on the next business day. */
export function bankPostsTwice(): Incident {
  return incident({
    select: () => [],
    strike: () => undefined,
    strikeBank(history) {
      const drives = drivesByPayment(history);
      const posted = history.lines.filter(
        (line) => captureDay(line.payment) === REPLAYED_DAY && takesMoney(line) && isVisa(line.payment),
      );
      for (const line of posted) {
        const again = { ...line, lineId: `${line.lineId}-P2`, bookedAt: line.bookedAt + 3 * HOUR_MS };
        const reversedOn = nextBusinessDay(Math.floor(line.bookedAt / DAY_MS)) * DAY_MS + 2 * HOUR_MS;
        const reversal = { ...line, lineId: `${line.lineId}-RV`, amountMinor: -line.amountMinor, bookedAt: reversedOn };
        history.lines.push(again, reversal);
        blameBank(history, again, drives, 'acquirer_duplicate');
      }
    },
  });
}

function takesMoney(line: LineDraft): boolean {
  return line.payment.kind === 'charge';
}

function isVisa(payment: PaymentDraft): boolean {
  return payment.attributes.card?.startsWith('visa') ?? false;
}

function blameBank(
  history: History,
  line: LineDraft,
  drives: (payment: PaymentDraft) => Drive | null,
  what: Extract<WrongClass, 'acquirer_duplicate' | 'missing_twin'>,
): void {
  history.wrongs.push({
    class: what,
    grade: what === 'acquirer_duplicate' ? 'proven' : 'probable',
    payment: line.payment,
    kept: null,
    charge: null,
    refundDueMinor: 0n,
    endedAt: drives(line.payment)?.endedAt ?? null,
    at: line.bookedAt,
    layersNeeded: ['settlements'],
    stray: false,
  });
}

/** The drive of a payment: by its rental, or, where it names none, by what it was written for. */
function drivesByPayment(history: History): (payment: PaymentDraft) => Drive | null {
  const byRental = new Map(history.drives.map((drive) => [drive.rentalId, drive]));
  const byPayment = new Map([...history.main].map(([drive, payment]) => [payment, drive]));
  return (payment) => byPayment.get(payment) ?? byRental.get(payment.rentalId ?? '') ?? null;
}
