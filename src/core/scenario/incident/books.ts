import { SECOND_MS } from '../../kernel/time.ts';
import { recordOf } from '../history.ts';
import { atRome } from '../local-time.ts';
import { endedWithin, type Incident, incident, mainOf, NOVEMBER_2014, some } from './incident.ts';

/** C11: the provider's webhook and its answer are both booked within two seconds; the money moved once. */
export function webhookTwice(): Incident {
  const days = { from: atRome(NOVEMBER_2014(5), 0), to: atRome(NOVEMBER_2014(13), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.06, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const payment = mainOf(history, drive);
        const charge = recordOf(history, payment);
        charge.createdAt = payment.createdAt + chance.integer(60, 1900);
        charge.attributes = { ...charge.attributes, actor: 'system', source: 'webhook', worker: 'hook-1' };
        history.wrongs.push({
          class: 'phantom',
          grade: 'proven',
          payment,
          kept: payment,
          charge,
          refundDueMinor: 0n,
          endedAt: drive.endedAt,
          at: charge.createdAt,
          layersNeeded: ['charges'],
          stray: false,
        });
      }
    },
  });
}
