import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../kernel/time.ts';
import type { Chance } from './chance.ts';
import type { Drive } from './demand.ts';
import type { Attributes } from './history.ts';
import { atRome, compactDate, romeDay, romeOffsetMs } from './local-time.ts';

/**
 * When the operator charges: by a message at the end of each drive; in slots of a quarter hour; once a night for the
 * day before; or every hour for the hour that the clocks in Rome have just left.
 */
export type Rhythm = 'message' | 'slot' | 'nightly' | 'hourly';

/** When a drive is charged and what the exports say about the charge. */
export interface Bill {
  readonly at: Instant;
  readonly attributes: Attributes;
}

export const SLOT_MS = 15 * MINUTE_MS;
export const WORKERS: readonly string[] = ['w-1', 'w-2', 'w-3', 'w-4', 'w-5', 'w-6'];

/** Answer times of a provider in ms, by quantile in steps of 10 %. */
const RESPONSE_TIMES: readonly number[] = [140, 210, 260, 310, 370, 440, 540, 690, 930, 1500, 3400];
/** From the end of a drive to its charge in ms, by quantile. */
const DELAYS: readonly number[] = [3, 5, 8, 12, 18, 30, 55, 100, 190, 420].map((seconds) => seconds * SECOND_MS);

/** One bill for every drive; drives may come in any order. */
export function bill(drives: readonly Drive[], rhythm: Rhythm, chance: Chance): ReadonlyMap<Drive, Bill> {
  const inOrder = [...drives].sort((one, other) => one.endedAt - other.endedAt);
  const filled = new Map<Instant, number>();
  return new Map(
    inOrder.map((drive) => {
      const slot = slotOf(drive.endedAt, rhythm);
      const place = filled.get(slot ?? 0) ?? 0;
      filled.set(slot ?? 0, place + 1);
      const at = slot === null ? soonAfter(drive, chance) : slot + 900 + place * 700 + chance.integer(0, 120);
      return [drive, { at, attributes: describe(drive, at, slot, chance) }];
    }),
  );
}

function soonAfter(drive: Drive, chance: Chance): Instant {
  return drive.endedAt + Math.round(chance.fromQuantiles(DELAYS));
}

function slotOf(endedAt: Instant, rhythm: Rhythm): Instant | null {
  switch (rhythm) {
    case 'message':
      return null;
    case 'slot':
      return (Math.floor(endedAt / SLOT_MS) + 1) * SLOT_MS;
    case 'nightly':
      return atRome(romeDay(endedAt) + 1, 2 * HOUR_MS + 10 * MINUTE_MS);
    case 'hourly':
      return (Math.floor(endedAt / HOUR_MS) + 1) * HOUR_MS + 2 * MINUTE_MS;
  }
}

function describe(drive: Drive, at: Instant, slot: Instant | null, chance: Chance): Attributes {
  const { account } = drive;
  return {
    session_id: drive.sessionId,
    device: account.device,
    app_version: account.appVersion,
    worker: chance.pick(WORKERS),
    job_run: slot === null ? '' : jobRun('charge', slot),
    host: slot === null ? '' : 'cron-a',
    batch: batchOf(at),
    message_id: slot === null ? `m-${chance.hex(10)}` : '',
    delivery_count: slot === null ? '1' : '',
    actor: 'system',
    channel: 'app',
    source: 'billing',
    environment: 'production',
    merchant_account: `IT_${account.market.toUpperCase()}`,
    card: account.card,
    response_ms: responseMs(chance),
    utc_offset: romeOffsetMs(drive.endedAt) === HOUR_MS ? '+01:00' : '+02:00',
  };
}

export function responseMs(chance: Chance): string {
  return String(Math.round(chance.fromQuantiles(RESPONSE_TIMES)));
}

/** What a new message about an old drive changes: who takes it up, and how long the provider needs. */
export function newMessage(chance: Chance): Attributes {
  return {
    message_id: `m-${chance.hex(10)}`,
    delivery_count: '1',
    worker: chance.pick(WORKERS),
    response_ms: responseMs(chance),
  };
}

/** `BILL-20141112`: the book-keeping day, on the calendar in Rome. */
export function batchOf(at: Instant): string {
  return `BILL-${compactDate(romeDay(at))}`;
}

/** `charge-20141112T0205`: the name of one run of a job, in UTC. */
export function jobRun(job: string, at: Instant): string {
  const minutes = Math.floor((at % DAY_MS) / MINUTE_MS);
  const clock = `${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`;
  return `${job}-${compactDate(Math.floor(at / DAY_MS))}T${clock}`;
}
