import { type Instant, toRfc3339 } from '../core/kernel/time.ts';
import { type LiveStore, StoreUnavailable } from '../flow/ports/store.ts';
import type { Alarm, AlarmBell, Log } from '../flow/ports/world.ts';
import type { SendMail } from './mail.ts';

export interface AlarmSettings {
  readonly store: Pick<LiveStore, 'raiseAlarm'>;
  readonly log: Log;
  countAlarm(kind: string): void;
  /** Null where nobody is to get mail. */
  readonly mail: SendMail | null;
}

/**
 * Says aloud what is wrong, once for its kind and subject: the row decides who is first, and the outbox carries it to
 * whoever listens. Where the database does not answer it is said all the same: twice is better than never.
 */
export function openAlarmBell({ store, log, countAlarm, mail }: AlarmSettings): AlarmBell {
  return {
    async raise(alarm) {
      if ((await raiseOnce(store, alarm)) === 'exists') return;
      log.error(alarm.message, { alarm: alarm.kind, subject: alarm.subject });
      countAlarm(alarm.kind);
      const sent = mail === null ? null : await mail(letterOf(alarm, alarm.at));
      if (sent !== null && !sent.ok) log.error('no mail server took the alarm', { alarm: alarm.kind, code: sent.code });
    },
  };
}

async function raiseOnce(store: AlarmSettings['store'], alarm: Alarm): Promise<'raised' | 'exists'> {
  try {
    return await store.raiseAlarm(alarm);
  } catch (error) {
    if (error instanceof StoreUnavailable) return 'raised';
    throw error;
  }
}

function letterOf({ kind, subject, message }: Alarm, at: Instant) {
  return {
    subject: `Storno: ${kind.replaceAll('_', ' ')}`,
    text: `${message}\n\nKind      ${kind}\nSubject   ${subject}\nSince     ${toRfc3339(at)}\n`,
  };
}
