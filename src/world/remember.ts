import { SECOND_MS } from '../core/kernel/time.ts';
import type { ApiKey, Keys } from '../flow/ports/office.ts';
import type { LiveStore, Market, StoredPlan } from '../flow/ports/store.ts';
import type { Clock } from '../flow/ports/world.ts';
import { openMemory } from './memory.ts';

/**
 * What every request of the API asks for and what hardly ever changes. Within this process a change is seen at once;
 * what another process has changed, a revoked key among it, is seen after so long at the latest.
 */
export const REMEMBERED_MS = 2 * SECOND_MS;

/** Each a few hundred bytes; plans may be a hundred times as long. */
const KEYS_MAX = 10_000;
const MARKETS_MAX = 1000;
const PLANS_MAX = 200;

export function rememberKeys<K extends Keys>(keys: K, clock: Clock): K {
  const memory = openMemory<ApiKey>({ ageMs: REMEMBERED_MS, namesMax: KEYS_MAX }, () => clock.monotonicMs());
  return {
    ...keys,
    readKey: (keyId) => memory.get(keyId, () => keys.readKey(keyId)),
    revokeKey: async (keyId, now) => {
      const answer = await keys.revokeKey(keyId, now);
      memory.forget(keyId);
      return answer;
    },
    touchKey: async (keyId, now) => {
      // Before it is written: whoever comes meanwhile need not write it once more.
      memory.amend(keyId, (key) => ({ ...key, lastUsedAt: now }));
      await keys.touchKey(keyId, now);
    },
  };
}

/** A plan, and until when no later one follows it. */
interface KnownPlan {
  readonly plan: StoredPlan;
  readonly until: number;
}

export function rememberPlaces(store: LiveStore, clock: Clock): LiveStore {
  const monotonicMs = () => clock.monotonicMs();
  const markets = openMemory<Market>({ ageMs: REMEMBERED_MS, namesMax: MARKETS_MAX }, monotonicMs);
  const plans = openMemory<KnownPlan>({ ageMs: REMEMBERED_MS, namesMax: PLANS_MAX }, monotonicMs);
  const nameOf = (market: string, planId: string) => JSON.stringify([market, planId]);
  return {
    ...store,
    readMarket: (market) => markets.get(market, () => store.readMarket(market)),
    putMarket: async (market) => {
      const answer = await store.putMarket(market);
      markets.forget(market.market);
      return answer;
    },
    readPlan: async (market, planId, at) => {
      const known = await plans.get(nameOf(market, planId), async () => {
        const until = clock.now();
        const plan = await store.readPlan(market, planId, until);
        return plan === null ? null : { plan, until };
      });
      // Rentals began before now, mostly under the newest plan. Any other is looked up.
      if (known !== null && known.plan.validFrom <= at && at <= known.until) return known.plan;
      return store.readPlan(market, planId, at);
    },
    putPlan: async (plan) => {
      const answer = await store.putPlan(plan);
      plans.forget(nameOf(plan.market, plan.planId));
      return answer;
    },
  };
}
