import { SECOND_MS } from '../../kernel/time.ts';
import { type Bill, responseMs } from '../billing.ts';
import type { Drive } from '../demand.ts';
import { attempt, type History, type PaymentDraft } from '../history.ts';
import { atRome } from '../local-time.ts';
import type { Account } from '../operator.ts';
import { endedWithin, type Incident, incident, mainOf, NOVEMBER_2014, some } from './incident.ts';

/** C18: the box in the car sent the end of the drive twice and each became a rental of its own, both charged. */
export function recordTwice(): Incident {
  const days = { from: atRome(NOVEMBER_2014(11), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.12, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        const twin: Drive = { ...drive, rentalId: nextRentalId(history, drive) };
        const at = kept.createdAt + chance.integer(300, 90_000);
        const attributes = { ...kept.attributes, message_id: `m-${chance.hex(10)}`, response_ms: responseMs(chance) };
        blameRecord(history, twin, kept, payTwin(history, twin, drive.account, { at, attributes }));
      }
    },
  });
}

/** A free rental id close after this one: made at the same time, by the same counter. */
export function nextRentalId(history: History, drive: Drive): string {
  for (let number = Number(drive.rentalId.slice('rnt_'.length)) + 1; ; number += 1) {
    const rentalId = `rnt_${number}`;
    if (history.rentalIds.has(rentalId)) continue;
    history.rentalIds.add(rentalId);
    return rentalId;
  }
}

/** Adds the second record of a drive and charges it. */
export function payTwin(history: History, twin: Drive, account: Account, bill: Bill): PaymentDraft {
  history.drives.push(twin);
  return attempt(history, {
    account,
    drive: twin,
    purpose: 'rental',
    amountMinor: twin.priceMinor,
    at: bill.at,
    status: 'succeeded',
    attributes: bill.attributes,
  });
}

/** Notes that all that was taken for the second record is one too many. */
export function blameRecord(history: History, twin: Drive, kept: PaymentDraft, wrong: PaymentDraft): void {
  history.wrongs.push({
    class: 'duplicate_record',
    grade: 'probable',
    payment: wrong,
    kept,
    charge: null,
    refundDueMinor: wrong.amountMinor,
    endedAt: twin.endedAt,
    at: wrong.createdAt,
    layersNeeded: ['rentals'],
    stray: false,
  });
}
