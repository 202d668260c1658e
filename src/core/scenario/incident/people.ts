import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { newMessage } from '../billing.ts';
import { newKey, repeat } from '../history.ts';
import { atRome, nextBusinessDay, romeDay } from '../local-time.ts';
import { blameDouble, endedWithin, forget, type Incident, incident, mainOf, NOVEMBER_2014, some } from './incident.ts';

/** C14: a slow bank redirect expires here, the app invites to pay by card, and then the redirect succeeds after all. */
export function lateSuccess(): Incident {
  const days = { from: atRome(NOVEMBER_2014(3), 0), to: atRome(NOVEMBER_2014(15), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.035, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        const expiredAt = kept.createdAt + 15 * MINUTE_MS;
        const paidAgainAt = expiredAt + chance.integer(30, 900) * SECOND_MS * chance.pick([1, 3, 10]);
        kept.attributes = {
          ...kept.attributes,
          card: '',
          method: 'bank_redirect',
          payment_intent: `pi-${chance.hex(10)}`,
        };
        forget(kept, 'canceled');
        const wrong = repeat(history, kept, {
          at: paidAgainAt,
          idempotencyKey: newKey(chance),
          attributes: {
            ...newMessage(chance),
            actor: 'customer',
            card: drive.account.card,
            method: 'card',
            payment_intent: `pi-${chance.hex(10)}`,
            session_id: `s-${chance.hex(12)}`,
          },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

/** C15: every change of the basket opened a new payment intent and left the old ones payable. */
export function severalIntents(): Incident {
  const days = { from: atRome(NOVEMBER_2014(4), 0), to: atRome(NOVEMBER_2014(15), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.035, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        kept.attributes = { ...kept.attributes, payment_intent: `pi-${chance.hex(10)}` };
        const further = chance.happens(0.25) ? 2 : 1;
        let { createdAt: at } = kept;
        for (let i = 0; i < further; i += 1) {
          at += chance.integer(15, 600) * SECOND_MS + chance.integer(0, 999);
          // As it stood before a tip, a voucher or a corrected end; never the price itself, nor equal to each other.
          const edit = chance.happens(0.55) && i === 0 ? BigInt(chance.integer(1, 6) * 50) : 0n;
          const wrong = repeat(history, kept, {
            at,
            amountMinor: drive.priceMinor + edit,
            idempotencyKey: newKey(chance),
            attributes: { payment_intent: `pi-${chance.hex(10)}`, actor: 'customer', source: 'checkout' },
          });
          blameDouble(history, drive, kept, wrong);
        }
      }
    },
  });
}

const CLERKS = ['g.bianchi', 'l.ferrari', 'm.conti'] as const;
const NOTES = [
  'customer called, "card was declined", charged by hand',
  'open item from list, charged again',
  'not in the report, billed manually',
] as const;

/** C23: a clerk with an old list of open items charges drives by hand that were paid, from minutes to days before. */
export function chargedByHand(): Incident {
  const days = { from: atRome(NOVEMBER_2014(5), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.04, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        const wrong = repeat(history, kept, {
          at: inOffice(kept.createdAt + chance.integer(4, 600) * MINUTE_MS, chance.integer(0, 8 * 3600) * SECOND_MS),
          idempotencyKey: newKey(chance),
          attributes: {
            actor: chance.pick(CLERKS),
            channel: 'phone',
            source: 'backoffice',
            note: chance.pick(NOTES),
            worker: '',
            message_id: '',
            delivery_count: '',
            session_id: '',
            device: '',
          },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

/** This instant if offices in Rome are open then (nine to half past five), else that much into the next office day. */
function inOffice(at: number, intoDayMs: number): number {
  const day = romeDay(at);
  const open = atRome(day, 9 * HOUR_MS);
  const isOfficeDay = nextBusinessDay(day - 1) === day;
  if (isOfficeDay && at >= open && at < open + 8.5 * HOUR_MS) return at;
  const next = isOfficeDay && at < open ? day : nextBusinessDay(day);
  return atRome(next, 9 * HOUR_MS) + (intoDayMs % (DAY_MS / 3));
}
