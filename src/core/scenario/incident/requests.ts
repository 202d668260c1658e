import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { newMessage, responseMs } from '../billing.ts';
import { type History, newKey, type PaymentDraft, recordOf, repeat, repeatAtProvider } from '../history.ts';
import { atRome } from '../local-time.ts';
import { blameDouble, endedWithin, forget, type Incident, incident, mainOf, NOVEMBER_2014, some } from './incident.ts';

/** C01: an impatient second tap on "pay" within ten seconds; each tap makes a key, both are of one session. */
export function doubleSubmit(): Incident {
  const days = { from: atRome(NOVEMBER_2014(3), 0), to: atRome(NOVEMBER_2014(17), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.03, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        kept.attributes = {
          ...kept.attributes,
          actor: 'customer',
          source: 'checkout',
          message_id: '',
          delivery_count: '',
        };
        const wrong = repeat(history, kept, {
          // Most second taps come within two seconds, a few after the screen seemed to hang.
          at: kept.createdAt + 120 + Math.round(9600 * chance.next() * chance.next()),
          idempotencyKey: newKey(chance),
          attributes: { response_ms: responseMs(chance) },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

/**
 * C02: the client gives up after ten seconds and tries again with a new key, at once after 2 s or once more after
 * 30 s.
 */
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
        const wrong = retryUnheard(history, kept, {
          at: kept.createdAt + (10 + backOff) * SECOND_MS + chance.integer(0, 250),
          idempotencyKey: newKey(chance),
          attributes: { response_ms: responseMs(chance) },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

type Retry = Parameters<typeof repeatAtProvider>[2];

/** The answer to the first was lost: our books hold it as unknown and know of the second only, (1,2,2). */
function retryUnheard(history: History, first: PaymentDraft, again: Retry): PaymentDraft {
  const second = repeatAtProvider(history, first, again);
  second.charge = recordOf(history, second);
  forget(first, 'unknown');
  return second;
}

/**
 * C03: unknown outcomes are asked again with the same key, but a day later, when the provider has forgotten the
 * key.
 */
export function keyExpired(): Incident {
  const days = { from: atRome(NOVEMBER_2014(8), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.06, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        const wrong = repeatAtProvider(history, kept, {
          at: kept.createdAt + 24 * HOUR_MS + chance.integer(5 * MINUTE_MS, 14 * HOUR_MS),
          idempotencyKey: kept.idempotencyKey,
          attributes: { ...newMessage(chance), source: 'retry-queue', session_id: '' },
        });
        // One record of ours: it was unknown until the retry gave it the second payment.
        if (kept.charge !== null) kept.charge.payment = wrong;
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}

/** C04: since version 5.3.0 keys hold the attempt, or are empty: the unique index never fires. */
export function keyUnstable(): Incident {
  const days = { from: atRome(NOVEMBER_2014(7), 0), to: atRome(NOVEMBER_2014(14), 0) - SECOND_MS };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, days), 0.07, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        const keys = chance.happens(0.4)
          ? [null, null]
          : [`${drive.rentalId}:attempt:1`, `${drive.rentalId}:attempt:2`];
        rename(kept, keys[0] ?? null);
        const wrong = repeat(history, kept, {
          at: kept.createdAt + chance.integer(20, 15 * 60) * SECOND_MS + chance.integer(0, 999),
          idempotencyKey: keys[1] ?? null,
          attributes: newMessage(chance),
        });
        blameDouble(history, drive, kept, wrong);
      }
      const doubled = new Set(struck);
      // The new version charges others too, once, with keys of the same kind.
      for (const drive of endedWithin(history.drives, days)) {
        const main = history.main.get(drive);
        if (main === undefined || doubled.has(drive) || main.rentalId === null || !chance.happens(0.5)) continue;
        rename(main, chance.happens(0.4) ? null : `${drive.rentalId}:attempt:1`);
      }
    },
  });
}

function rename(payment: PaymentDraft, idempotencyKey: string | null): void {
  payment.idempotencyKey = idempotencyKey;
  payment.attributes = { ...payment.attributes, app_version: '5.3.0' };
  if (payment.charge === null) return;
  payment.charge.idempotencyKey = idempotencyKey;
  payment.charge.attributes = { ...payment.charge.attributes, app_version: '5.3.0' };
}

const PSP_TROUBLE = {
  from: atRome(NOVEMBER_2014(13), 15 * HOUR_MS + 30 * MINUTE_MS),
  to: atRome(NOVEMBER_2014(13), 20 * HOUR_MS + 30 * MINUTE_MS),
};

/** C25: for some hours one provider takes whatever it was asked for once three to six times; the other does not. */
export function providerRepeats(): Incident {
  return incident({
    select: (drives) => endedWithin(drives, PSP_TROUBLE).filter((drive) => drive.account.provider === 'stripe'),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        let { createdAt: at } = kept;
        const repeats = chance.integer(2, 5);
        for (let i = 0; i < repeats; i += 1) {
          at += chance.integer(25, 480) * SECOND_MS + chance.integer(0, 999);
          // The provider's own repeats answer no request of ours: there is no key and no answer time.
          const attributes = {
            ...{ response_ms: '', worker: '', message_id: '', delivery_count: '', batch: '' },
            source: 'provider',
          };
          const wrong = repeatAtProvider(history, kept, { at, idempotencyKey: null, attributes });
          blameDouble(history, drive, kept, wrong);
        }
      }
    },
  });
}

/** C26: the first provider's answer is lost, so the charge is sent to a second provider, which takes it too. */
export function providerFailover(): Incident {
  const outage = { from: atRome(NOVEMBER_2014(13), 7 * HOUR_MS), to: atRome(NOVEMBER_2014(13), 19 * HOUR_MS) };
  return incident({
    select: (drives, chance) => some(endedWithin(drives, outage), 0.55, chance),
    strike(history, struck) {
      const { chance } = history;
      for (const drive of struck) {
        const kept = mainOf(history, drive);
        kept.attributes = { ...kept.attributes, response_ms: String(chance.integer(20_010, 29_000)) };
        const wrong = retryUnheard(history, kept, {
          at: kept.createdAt + 20 * SECOND_MS + chance.integer(300, 4000),
          provider: 'adyen',
          idempotencyKey: newKey(chance),
          attributes: { response_ms: responseMs(chance), merchant_account: 'StornoDemoIT' },
        });
        blameDouble(history, drive, kept, wrong);
      }
    },
  });
}
