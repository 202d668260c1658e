import { createHash } from 'node:crypto';
import { NO_REFUNDS } from '../../sim/refunds.ts';
import { createMemoryStore, type MemoryStore } from '../../sim/store.ts';
import { policyFor } from '../../src/bin/cli/policy.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';
import type { ChargeCase, ObligationKey } from '../../src/core/live/charge.ts';
import type { EndedRental } from '../../src/core/live/ended-rental.ts';
import { drain } from '../../src/flow/drain.ts';
import { endRentals } from '../../src/flow/live/end-rentals.ts';
import { correctRental } from '../../src/flow/live/take-back.ts';
import type { LiveWorld } from '../../src/flow/live/world.ts';
import { type LiveStore, StoreUnavailable } from '../../src/flow/ports/store.ts';
import type { Alarm } from '../../src/flow/ports/world.ts';
import { type FakeProvider, MERCHANT, openFakeProvider } from './fake-provider.ts';

/** The flows over the memory store and a provider that does as it is told, with a clock that is moved by hand. */
export interface House {
  readonly world: LiveWorld;
  readonly store: MemoryStore;
  readonly provider: FakeProvider;
  readonly alarms: Alarm[];
  /** Methods of the store that answer nothing next time: before the transaction, or after it was committed. */
  readonly lost: { method: keyof LiveStore; when: 'before' | 'after' }[];
  readonly clock: { now: number };
  /** Time passes, in steps, and after each everything that is due is done. */
  pass(ms: number): Promise<void>;
  /** A rental that costs 12.18 EUR ends. */
  end(rentalId: string): Promise<void>;
  /** It should have cost something else. */
  correct(rentalId: string, amountMinor: bigint): Promise<void>;
  caseOf(rentalId: string): Promise<ChargeCase>;
  /** Debit minus credit. */
  balance(line: string): bigint;
}

export const T0 = Date.UTC(2026, 10, 16, 2, 0);
export const PRICE = 1218n;

export function keyOf(rentalId: string): ObligationKey {
  return { accountId: 'acc_1', rentalId, purpose: 'rental', occurrence: 1 };
}

function rentalOf(rentalId: string, endedAt: number, amountMinor: bigint): EndedRental {
  return {
    rentalId,
    accountId: 'acc_1',
    vehicleId: 'car_44',
    market: 'milano',
    startedAt: endedAt - HOUR_MS,
    endedAt,
    distanceMeters: null,
    pricing: { kind: 'stated', amountDue: { amountMinor, currency: 'EUR' } },
  };
}

export async function openHouse(): Promise<House> {
  const store = createMemoryStore();
  const clock = { now: T0 };
  const ticking = {
    now: () => clock.now,
    monotonicMs: () => clock.now - T0,
    async sleep(ms: number) {
      clock.now += ms;
    },
  };
  const provider = openFakeProvider(ticking);
  const alarms: Alarm[] = [];
  const lost: House['lost'] = [];
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  let ids = 0;
  const world: LiveWorld = {
    store: losing(store, lost),
    refunds: NO_REFUNDS,
    providers: [provider],
    clock: ticking,
    entropy: { id: (prefix) => `${prefix}_${++ids}`, int: () => 0 },
    calendar: { localDay: () => null, localTime: () => null, endOfDay: () => null },
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    bell: {
      async raise(alarm) {
        if ((await store.raiseAlarm(alarm)) === 'raised') alarms.push(alarm);
      },
    },
    log: silent,
    settings: SETTINGS,
  };
  await store.putMarket({ market: 'milano', timeZone: 'Europe/Rome', currency: 'EUR', vatBasisPoints: 2200 });
  const paymentMethod = { provider: 'stripe', merchantAccount: MERCHANT, customerRef: 'cus_1', methodRef: 'pm_1' };
  await store.putAccount({ accountId: 'acc_1', homeMarket: 'milano', locale: 'it', paymentMethod }, T0);
  const rounds = { worker: 'w', limit: 100, leaseMs: MINUTE_MS, roundsMax: 100, mayCharge: async () => true };
  return {
    world,
    store,
    provider,
    alarms,
    lost,
    clock,
    async pass(ms) {
      const end = clock.now + ms;
      for (;;) {
        await drain(world, rounds);
        if (clock.now >= end) return;
        clock.now = Math.min(end, clock.now + STEP_MS);
      }
    },
    async end(rentalId) {
      const [ended] = await endRentals(world, [rentalOf(rentalId, clock.now, PRICE)]);
      if (ended?.kind !== 'created') throw new Error(`${rentalId} is ${ended?.kind}`);
    },
    async correct(rentalId, amountMinor) {
      const rental = rentalOf(rentalId, clock.now, amountMinor);
      const wish = { rentalId, rental, reason: 'a wrong price', readLots: store.readLots.bind(store) };
      const { kind } = await correctRental(world, wish);
      if (kind !== 'done') throw new Error(`${rentalId} is ${kind}`);
    },
    async caseOf(rentalId) {
      const found = await store.readCase(keyOf(rentalId));
      if (found === null) throw new Error(`${rentalId} has no case`);
      return found;
    },
    balance(line) {
      let sum = 0n;
      for (const one of store.rows().transfers.values()) {
        if (one.debit === line) sum += one.amount;
        if (one.credit === line) sum -= one.amount;
      }
      return sum;
    },
  };
}

const STEP_MS = 10 * MINUTE_MS;

const SETTINGS: LiveWorld['settings'] = {
  refund: policyFor({ dunningMs: [] }).refund,
  charge: {
    horizonMs: 12 * HOUR_MS,
    requestLifeMs: HOUR_MS,
    lookUpLagMs: 15 * MINUTE_MS,
    backoffMs: [2 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS],
    parkAfterMs: 3 * DAY_MS,
    pendingParkAfterMs: 14 * DAY_MS,
    methodWaitMs: HOUR_MS,
    dunningMs: [DAY_MS, 3 * DAY_MS, 7 * DAY_MS],
    hardDeclines: ['stolen_card'],
    attemptsMax: 10,
    overdueMs: DAY_MS,
  },
  breaker: { doubleChargesMax: 2, withinMs: HOUR_MS },
  reading: { firstMs: DAY_MS, windowMs: DAY_MS, overlapMs: 5 * MINUTE_MS },
  inbox: { retryMs: 10 * MINUTE_MS, giveUpAfterMs: DAY_MS, undecidedMs: HOUR_MS },
  statementText: 'STORNO RIDE',
  merchants: [{ provider: 'stripe', merchantAccount: MERCHANT }],
  provider: 'stripe',
  callsMax: 4,
};

/** The store, but for the answers that the test takes away. */
function losing(store: MemoryStore, lost: House['lost']): LiveStore {
  return new Proxy(store as LiveStore, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        const index = lost.findIndex((one) => one.method === name);
        const [loss] = index < 0 ? [] : lost.splice(index, 1);
        if (loss?.when === 'before') throw new StoreUnavailable('lost before');
        const answer = await method.apply(target, args);
        if (loss?.when === 'after') throw new StoreUnavailable('lost after');
        return answer;
      };
    },
  });
}
