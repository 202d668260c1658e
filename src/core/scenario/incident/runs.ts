import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { batchOf, jobRun, responseMs } from '../billing.ts';
import type { Drive } from '../demand.ts';
import {
  type Attributes,
  forgetCharge,
  type History,
  newKey,
  type PaymentDraft,
  repeat,
  repeatAtProvider,
} from '../history.ts';
import { atRome, atUtc, romeDay } from '../local-time.ts';
import type { Account } from '../operator.ts';
import { priceOf } from '../tariff.ts';
import {
  blameDouble,
  byEnd,
  endedWithin,
  forget,
  type Incident,
  incident,
  mainOf,
  NOVEMBER_2014,
  some,
} from './incident.ts';

const NO_MESSAGE: Attributes = { message_id: '', delivery_count: '', session_id: '' };

/** C06: two daemons on two hosts run the nightly job of one service day, the second exactly two hours later. */
export function jobRanTwice(): Incident {
  const lagMs = 2 * HOUR_MS;
  return incident({
    rhythm: 'nightly',
    select: (drives) =>
      endedWithin(drives, { from: atRome(NOVEMBER_2014(12), 0), to: atRome(NOVEMBER_2014(13), 0) - SECOND_MS }),
    strike(history, struck) {
      const { chance } = history;
      const run = jobRun('charge', atRome(NOVEMBER_2014(13), 2 * HOUR_MS + 10 * MINUTE_MS) + lagMs);
      for (const drive of byEnd(struck)) {
        const kept = mainOf(history, drive);
        const wrong = repeat(history, kept, {
          at: kept.createdAt + lagMs + chance.integer(-40, 40),
          idempotencyKey: newKey(chance),
          attributes: { job_run: run, host: 'cron-b', response_ms: responseMs(chance) },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

/** From 10 to 13 November, on the clocks in Rome. */
const ORIGIN_SERVICE = { from: atRome(NOVEMBER_2014(10), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
/** Sunday, 16 November 2014, 16:00 in Rome: customers noticed in the evening. */
const ORIGIN_RERUN_AT = atRome(NOVEMBER_2014(16), 16 * HOUR_MS);

/**
 * C08: the job lost its checkpoint and billed four days again in one run, with new keys. `paceMs` lies between
 * charges.
 */
export function billingPeriodRerun(paceMs: number): Incident {
  return incident({
    keepStories: 'robust',
    select: (drives) => endedWithin(drives, ORIGIN_SERVICE),
    strike(history, struck) {
      byEnd(struck).forEach((drive, index) => {
        rerun(history, drive, ORIGIN_RERUN_AT + index * paceMs + history.chance.integer(0, Math.floor(paceMs / 2)));
      });
      rerunFees(history, paceMs);
    },
  });
}

function rerun(history: History, drive: Drive, at: Instant): void {
  const kept = mainOf(history, drive);
  const wrong = repeat(history, kept, {
    at,
    amountMinor: drive.priceMinor,
    idempotencyKey: newKey(history.chance),
    attributes: { ...ofRerun(at, history), card: drive.account.card },
  });
  blameDouble(history, drive, kept, wrong);
}

function ofRerun(at: Instant, { chance }: History): Attributes {
  return {
    ...NO_MESSAGE,
    worker: 'w-1',
    batch: `${batchOf(at)}-2`,
    job_run: jobRun('billing-period', ORIGIN_RERUN_AT),
    response_ms: responseMs(chance),
    note: '',
  };
}

/**
 * The run takes up the fees of those drives as well. Two fees of one amount could be two events, so such a pair is only
 * probable, and only because its gap lies within those of the proven ones; at the edges it is left out.
 */
function rerunFees(history: History, paceMs: number): void {
  const rentals = new Map(history.wrongs.map((wrong) => [wrong.payment.rentalId, wrong]));
  const gaps = history.wrongs.map((wrong) => wrong.at - (wrong.kept?.createdAt ?? wrong.at));
  const [least, most] = [
    gaps.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    gaps.reduce((a, b) => Math.max(a, b), 0),
  ];
  const last = history.wrongs.reduce((at, wrong) => Math.max(at, wrong.at), 0);
  for (const fee of history.payments.filter((payment) => payment.purpose === 'fee')) {
    const ofRide = rentals.get(fee.rentalId);
    if (ofRide === undefined) continue;
    const at = ofRide.at + Math.floor(paceMs / 4);
    if (at > last || at - fee.createdAt <= least || at - fee.createdAt >= most) continue;
    const wrong = repeat(history, fee, {
      at,
      idempotencyKey: newKey(history.chance),
      attributes: ofRerun(at, history),
    });
    history.wrongs.push({
      ...ofRide,
      grade: 'probable',
      payment: wrong,
      kept: fee,
      refundDueMinor: fee.amountMinor,
      at,
    });
  }
}

/** Monday, 17 November, 10:12 in Rome. */
const REDRIVE_AT = atRome(NOVEMBER_2014(17), 10 * HOUR_MS + 12 * MINUTE_MS);

/**
 * C10: charges marked failed by mistake over eleven days are taken from the dead-letter queue and sent in one
 * burst.
 */
export function deadLettersRedriven(): Incident {
  const days = { from: atRome(NOVEMBER_2014(4), 0), to: atRome(NOVEMBER_2014(15), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.06, chance),
    strike(history, struck) {
      const { chance } = history;
      byEnd(struck).forEach((drive, index) => {
        const kept = mainOf(history, drive);
        const wrong = repeat(history, kept, {
          at: REDRIVE_AT + index * 45 + chance.integer(0, 30),
          idempotencyKey: newKey(chance),
          attributes: {
            source: 'dlq-redrive',
            job_run: jobRun('redrive', REDRIVE_AT),
            batch: batchOf(REDRIVE_AT),
            delivery_count: String(chance.integer(5, 7)),
            response_ms: responseMs(chance),
            session_id: '',
          },
        });
        forget(kept, 'failed');
        blameDouble(history, drive, kept, wrong);
      });
    },
  });
}

const CUT_OVER_DAY = NOVEMBER_2014(10);

/**
 * C17: since the cut-over a quarter of the accounts is billed by the old system at once and by the new one every
 * night.
 */
export function twoSystems(): Incident {
  return incident({
    select: (drives, chance) => {
      const accounts = [...new Set(drives.map((drive) => drive.account))];
      const moved = new Set(chance.shuffle(accounts).slice(0, Math.ceil(accounts.length / 4)));
      return drives.filter((drive) => drive.endedAt >= atRome(CUT_OVER_DAY, 0) && moved.has(drive.account));
    },
    strike(history, struck) {
      const { chance } = history;
      const withoutOpen = accountsWithoutOpen(history);
      for (const [day, drives] of Map.groupBy(byEnd(struck), (drive) => romeDay(drive.endedAt))) {
        const night = atRome(day + 1, 3 * HOUR_MS);
        drives.forEach((drive, index) => {
          const kept = mainOf(history, drive);
          const wrong = repeat(history, kept, {
            at: night + index * 600 + chance.integer(0, 300),
            idempotencyKey: `v2-${chance.hex(20)}`,
            attributes: {
              ...NO_MESSAGE,
              source: 'billing-v2',
              merchant_account: 'IT_CENTRAL',
              job_run: jobRun('v2', night),
            },
          });
          if (withoutOpen.has(drive.account) && chance.happens(0.15)) loseReference(wrong);
          blameDouble(history, drive, kept, wrong);
        });
      }
    },
  });
}

/**
 * The accounts of which each drive holds the money of a charge that names it. A charge without reference can then have
 * no drive but one that is already paid; elsewhere it could be the payment of an open one.
 */
function accountsWithoutOpen(history: History): ReadonlySet<Account> {
  const settled = new Set<string>();
  for (const payment of history.payments) {
    if (payment.kind === 'charge' && payment.status === 'succeeded') settled.add(payment.rentalId ?? '');
  }
  for (const payment of history.payments) if (payment.kind !== 'charge') settled.delete(payment.rentalId ?? '');
  const open = new Set(history.drives.filter((one) => !settled.has(one.rentalId)).map((one) => one.account));
  return new Set(history.drives.map((one) => one.account).filter((account) => !open.has(account)));
}

/** The new system's first exports name neither rental nor record. */
function loseReference(payment: PaymentDraft): void {
  payment.rentalId = null;
  payment.namesCharge = false;
  payment.idempotencyKey = null;
}

/** Thursday, 13 November, 03:10 in Rome. */
const LOAD_TEST_AT = atRome(NOVEMBER_2014(13), 3 * HOUR_MS + 10 * MINUTE_MS);

/** C19: a load test with a sample of real drives, and some that never were, runs with the live credential at night. */
export function testOnProduction(): Incident {
  const sampled = { from: atRome(NOVEMBER_2014(1), 0), to: atRome(NOVEMBER_2014(12), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => chance.shuffle(some(endedWithin(drives, sampled), 0.15, chance)),
    strike(history, struck) {
      const { chance } = history;
      let at = LOAD_TEST_AT;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        at += chance.integer(80, 400);
        blameDouble(history, drive, kept, forgetCharge(repeatAtProvider(history, kept, ofLoadTest(at, history))));
        if (!chance.happens(0.2)) continue;
        at += chance.integer(80, 400);
        chargeNothing(history, drive, at);
      }
    },
  });
}

function ofLoadTest(at: Instant, { chance }: History) {
  return {
    at,
    idempotencyKey: newKey(chance),
    attributes: {
      ...NO_MESSAGE,
      environment: 'staging',
      source: 'loadtest',
      actor: 'ci',
      batch: 'LOADTEST-7',
      device: '',
      worker: `stg-${chance.integer(1, 3)}`,
      response_ms: responseMs(chance),
    },
  };
}

/** A charge of the load test for a drive that nobody ever made. */
function chargeNothing(history: History, drive: Drive, at: Instant): void {
  const { chance } = history;
  const payment = forgetCharge(repeatAtProvider(history, mainOf(history, drive), ofLoadTest(at, history)));
  payment.rentalId = `tst_${chance.hex(8)}`;
  payment.amountMinor = priceOf(chance.integer(4, 55) * MINUTE_MS);
  history.wrongs.push({
    class: 'charge_without_rental',
    grade: 'probable',
    payment,
    kept: null,
    charge: null,
    refundDueMinor: payment.amountMinor,
    endedAt: null,
    at,
    layersNeeded: ['rentals'],
    stray: false,
  });
}

/** The hour from 02:00 to 03:00 by summer time, which clocks in Rome show once more an hour later. */
const REPEATED_HOUR = { from: atUtc([2014, 10, 26], 0), to: atUtc([2014, 10, 26], HOUR_MS) - SECOND_MS };

/** C20: an hourly job selects by local time; in the night of the clocks it takes the hour before 03:00 twice. */
export function hourTwice(): Incident {
  return incident({
    rhythm: 'hourly',
    rush: { ended: REPEATED_HOUR, share: 0.08 },
    select: (drives) => endedWithin(drives, REPEATED_HOUR),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of byEnd(struck)) {
        const kept = mainOf(history, drive);
        const at = kept.createdAt + HOUR_MS + chance.integer(0, 90);
        const wrong = repeat(history, kept, {
          at,
          idempotencyKey: newKey(chance),
          attributes: {
            job_run: jobRun('charge', at - (at % HOUR_MS) + 2 * MINUTE_MS),
            utc_offset: '+01:00',
            response_ms: responseMs(chance),
          },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}
