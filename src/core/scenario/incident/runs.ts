import { HOUR_MS, SECOND_MS } from '../../kernel/time.ts';
import { batchOf, jobRun, responseMs } from '../billing.ts';
import { newKey, repeat } from '../history.ts';
import { atRome } from '../local-time.ts';
import { blameDouble, byEnd, endedWithin, type Incident, incident, mainOf, NOVEMBER_2014 } from './incident.ts';

/** From 10 to 13 November, on the clocks in Rome. */
const ORIGIN_SERVICE = { from: atRome(NOVEMBER_2014(10), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
/** Sunday, 16 November 2014, 16:00 in Rome: customers noticed in the evening. */
const ORIGIN_RERUN_AT = atRome(NOVEMBER_2014(16), 16 * HOUR_MS);

/** C08: the job lost its checkpoint and billed four days again in one run, with new keys. `paceMs` lies between charges. */
export function billingPeriodRerun(paceMs: number): Incident {
  return incident({
    keepStories: 'robust',
    select: (drives) => endedWithin(drives, ORIGIN_SERVICE),
    strike(history, struck) {
      const { chance } = history;
      byEnd(struck).forEach((drive, index) => {
        const kept = mainOf(history, drive);
        const at = ORIGIN_RERUN_AT + index * paceMs + chance.integer(0, Math.floor(paceMs / 2));
        const wrong = repeat(history, kept, {
          at,
          amountMinor: drive.priceMinor,
          idempotencyKey: newKey(chance),
          attributes: {
            card: drive.account.card,
            worker: 'w-1',
            batch: `${batchOf(at)}-2`,
            job_run: jobRun('billing-period', ORIGIN_RERUN_AT),
            message_id: '',
            delivery_count: '',
            session_id: '',
            response_ms: responseMs(chance),
            utc_offset: '+01:00',
            note: '',
          },
        });
        blameDouble(history, drive, kept, wrong);
      });
    },
  });
}
