import { SECOND_MS } from '../../kernel/time.ts';
import { responseMs } from '../billing.ts';
import { newKey, recordOf, repeatAtProvider } from '../history.ts';
import { atRome } from '../local-time.ts';
import { blameDouble, endedWithin, forget, type Incident, incident, mainOf, NOVEMBER_2014, some } from './incident.ts';

/** C02: the client gives up after ten seconds and tries again with a new key, at once after 2 s or once more after 30 s. */
export function timeoutNewKey(): Incident {
  const slowDays = { from: atRome(NOVEMBER_2014(11), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, slowDays), 0.14, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        kept.attributes = { ...kept.attributes, response_ms: String(chance.integer(10_050, 14_800)) };
        const backOff = chance.happens(0.7) ? 2 : 30;
        const wrong = repeatAtProvider(history, kept, {
          at: kept.createdAt + (10 + backOff) * SECOND_MS + chance.integer(0, 250),
          idempotencyKey: newKey(chance),
          attributes: { response_ms: responseMs(chance) },
        });
        wrong.charge = recordOf(history, wrong);
        forget(kept, 'unknown');
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}
