import { DAY_MS, HOUR_MS, SECOND_MS } from '../../kernel/time.ts';
import { type Bill, batchOf, newMessage, responseMs } from '../billing.ts';
import type { Drive } from '../demand.ts';
import { attempt, type History, newKey, type PaymentDraft, repeat } from '../history.ts';
import { atRome } from '../local-time.ts';
import type { Account } from '../operator.ts';
import { priceOf } from '../tariff.ts';
import { blameDouble, endedWithin, type Incident, incident, mainOf, NOVEMBER_2014, some } from './incident.ts';

/** C16: a member card and a phone of two people open one car, and each account gets its own record of the one drive. */
export function twoIdentities(): Incident {
  const days = { from: atRome(NOVEMBER_2014(3), 0), to: atRome(NOVEMBER_2014(17), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.03, chance),
    strike(history, struck) {
      const { chance } = history;
      const neighbours = accountsByMarket(history);
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        const others = (neighbours.get(drive.account.market) ?? []).filter((account) => account !== drive.account);
        if (others.length === 0) continue;
        const account = chance.pick(others);
        const twin: Drive = {
          ...drive,
          account,
          rentalId: nextRentalId(history, drive),
          sessionId: `s-${chance.hex(12)}`,
          attributes: { ...drive.attributes, opened_with: 'member card' },
        };
        drive.attributes.opened_with = 'app';
        const { card, device } = account;
        const attributes = { ...kept.attributes, ...newMessage(chance), session_id: twin.sessionId, card, device };
        const at = kept.createdAt + chance.integer(200, 60_000);
        blameRecord(history, twin, kept, payTwin(history, twin, account, { at, attributes }));
      }
    },
  });
}

function accountsByMarket(history: History): ReadonlyMap<string, readonly Account[]> {
  return Map.groupBy(new Set(history.drives.map((drive) => drive.account)), (account) => account.market);
}

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
function nextRentalId(history: History, drive: Drive): string {
  for (let number = Number(drive.rentalId.slice('rnt_'.length)) + 1; ; number += 1) {
    const rentalId = `rnt_${number}`;
    if (history.rentalIds.has(rentalId)) continue;
    history.rentalIds.add(rentalId);
    return rentalId;
  }
}

/** Adds the second record of a drive and charges it. */
function payTwin(history: History, twin: Drive, account: Account, bill: Bill): PaymentDraft {
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
function blameRecord(history: History, twin: Drive, kept: PaymentDraft, wrong: PaymentDraft): void {
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

/** Wednesday, 12 November: cars lose their connection for hours and their drives do not end. */
const OUTAGE = { from: atRome(NOVEMBER_2014(12), 5 * HOUR_MS), to: atRome(NOVEMBER_2014(13), 0) - SECOND_MS };
const DRIVE_LENGTH_MAX_MS = HOUR_MS;

/**
 * C21: the end event is lost and time runs on; the drive is charged so, then corrected and charged again, without a
 * void.
 */
export function endLost(): Incident {
  return incident({
    select: (drives, chance) => {
      const short = endedWithin(drives, OUTAGE).filter(
        (drive) => drive.endedAt - drive.startedAt < DRIVE_LENGTH_MAX_MS,
      );
      return some(short, 0.35, chance);
    },
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const right = mainOf(history, drive);
        const overrunMs = chance.integer(2 * 3600, 40 * 3600) * SECOND_MS;
        const wrong = repeat(history, right, {
          at: drive.endedAt + overrunMs + chance.integer(3000, 90_000),
          amountMinor: priceOf(drive.endedAt - drive.startedAt + overrunMs),
          idempotencyKey: newKey(chance),
          attributes: { ...newMessage(chance), session_id: '' },
        });
        wrong.attributes = { ...wrong.attributes, batch: batchOf(wrong.createdAt) };
        postpone(right, wrong.createdAt + chance.integer(20 * 60, 20 * 3600) * SECOND_MS);
        drive.attributes.comms_lost = 'true';
        drive.attributes.end_event = 'technician';
        // Some records keep the wrong end: the car then seems to be driven by two at once.
        if (chance.happens(0.2)) drive.endedAt += overrunMs;
        blameDouble(history, drive, right, wrong);
      }
    },
  });
}

/** Moves a charge and its record to a later time, as a correction. */
function postpone(payment: PaymentDraft, at: number): void {
  payment.createdAt = at;
  payment.attributes = { ...payment.attributes, source: 'correction', batch: batchOf(at), session_id: '' };
  if (payment.charge === null) return;
  payment.charge.createdAt = at - 120;
  payment.charge.attributes = { ...payment.charge.attributes, source: 'correction', batch: batchOf(at) };
}

/** C22: for a day, a new worker sends cents where the provider reads euros: a hundred times the price. */
export function unitWrong(): Incident {
  const deployed = atRome(NOVEMBER_2014(12), 10 * HOUR_MS + 20 * 60 * SECOND_MS);
  return incident({
    select: (drives, chance) => some(endedWithin(drives, { from: deployed, to: deployed + DAY_MS }), 0.5, chance),
    strike(history, struck) {
      for (const drive of struck) {
        const payment = mainOf(history, drive);
        payment.amountMinor = drive.priceMinor * 100n;
        payment.attributes = { ...payment.attributes, worker: 'w-7' };
        if (payment.charge !== null) {
          payment.charge.amountMinor = payment.amountMinor;
          payment.charge.attributes = { ...payment.charge.attributes, worker: 'w-7' };
        }
        history.wrongs.push({
          class: 'overcharge',
          grade: 'proven',
          payment,
          kept: null,
          charge: null,
          refundDueMinor: payment.amountMinor - drive.priceMinor,
          endedAt: drive.endedAt,
          at: payment.createdAt,
          layersNeeded: ['rentals'],
          stray: false,
        });
      }
    },
  });
}
