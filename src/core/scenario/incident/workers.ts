import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { newMessage, responseMs, WORKERS } from '../billing.ts';
import { newKey, type PaymentDraft, recordOf, repeat, repeatAtProvider } from '../history.ts';
import { atRome } from '../local-time.ts';
import {
  blameDouble,
  endedWithin,
  type Incident,
  incident,
  mainOf,
  NOVEMBER_2014,
  otherWorker,
  some,
} from './incident.ts';

/** C05: two workers take up the same slot; both look, see no charge, and charge within a second of each other. */
export function workersRace(): Incident {
  const days = { from: atRome(NOVEMBER_2014(11), 0), to: atRome(NOVEMBER_2014(13), 0) - SECOND_MS };
  return incident({
    rhythm: 'slot',
    select: (drives, chance) => some(endedWithin(drives, days), 0.35, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        const wrong = repeat(history, kept, {
          at: kept.createdAt + chance.integer(4, 900),
          idempotencyKey: newKey(chance),
          attributes: { worker: otherWorker(WORKERS, kept, chance), response_ms: responseMs(chance) },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

const VISIBILITY_TIMEOUT_MS = 5 * MINUTE_MS;

/** C09: work that lasts longer than the queue's visibility timeout of five minutes is handed out a second time. */
export function queueRedelivers(): Incident {
  const slowDays = { from: atRome(NOVEMBER_2014(10), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, slowDays), 0.1, chance),
    strike(history, struck) {
      const { chance } = history;
      const doubled = new Set(struck);
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        kept.attributes = {
          ...kept.attributes,
          response_ms: String(VISIBILITY_TIMEOUT_MS + chance.integer(2000, 150_000)),
        };
        const wrong = repeat(history, kept, {
          at: kept.createdAt + VISIBILITY_TIMEOUT_MS + chance.integer(60, 2900),
          idempotencyKey: newKey(chance),
          attributes: {
            delivery_count: '2',
            worker: otherWorker(WORKERS, kept, chance),
            response_ms: responseMs(chance),
          },
        });
        blameDouble(history, drive, kept, wrong);
      }
      // Others were slow in those days as well, but not slow enough.
      for (const drive of endedWithin(history.drives, slowDays)) {
        const main = history.main.get(drive);
        if (main === undefined || doubled.has(drive) || !chance.happens(0.2)) continue;
        main.attributes = {
          ...main.attributes,
          response_ms: String(chance.integer(9000, VISIBILITY_TIMEOUT_MS - 5000)),
        };
      }
    },
  });
}

/** C12: the charge was made inside a transaction that rolled back: our record is gone, its number is missing. */
export function rolledBack(): Incident {
  const days = { from: atRome(NOVEMBER_2014(11), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.12, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        lose(kept);
        const wrong = repeatAtProvider(history, kept, {
          at: kept.createdAt + chance.integer(60, 1200) * SECOND_MS + chance.integer(0, 999),
          idempotencyKey: newKey(chance),
          attributes: newMessage(chance),
        });
        wrong.charge = recordOf(history, wrong);
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

/** Takes the record out of our books; the provider still tells its number. */
function lose(payment: PaymentDraft): void {
  if (payment.charge !== null) payment.charge.lost = true;
}

/** Thursday, 13 November, 22:52:30 in Rome: the database fails over just after a match, when everybody drives home. */
const FAIL_OVER_AT = atRome(NOVEMBER_2014(13), 22 * HOUR_MS + 52 * MINUTE_MS + 30 * SECOND_MS);

/** C13: the last commits did not reach the new primary, which charges those drives again. */
export function failOver(): Incident {
  const lastMinutes = { from: FAIL_OVER_AT - 10 * MINUTE_MS, to: FAIL_OVER_AT - MINUTE_MS };
  return incident({
    rush: { ended: lastMinutes, share: 0.08 },
    select: (drives) => endedWithin(drives, lastMinutes),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        lose(kept);
        const wrong = repeatAtProvider(history, kept, {
          at: Math.max(FAIL_OVER_AT, kept.createdAt) + chance.integer(8000, 75_000),
          idempotencyKey: newKey(chance),
          attributes: { ...newMessage(chance), host: 'db-2' },
        });
        wrong.charge = recordOf(history, wrong);
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}
