import type { FieldError } from '../../core/kernel/field.ts';
import { parsePlanText } from '../../core/live/plan/parse-plan.ts';
import type { LiveWorld } from './world.ts';

export type PlanPut =
  | { readonly kind: 'created' | 'exists'; readonly planId: string; readonly digest: string }
  | { readonly kind: 'market_unknown' }
  /** Another text holds in this market under this name from the same instant on. */
  | { readonly kind: 'differs' }
  | { readonly kind: 'currency_differs'; readonly expected: string; readonly actual: string }
  | { readonly kind: 'malformed'; readonly errors: readonly FieldError[] };

/** Adds a pricing plan to a market, as it was written. A plan is never changed: a new text is a new one. */
export async function putPlan(
  world: LiveWorld,
  wish: { readonly market: string; readonly body: string; readonly validFrom: number },
): Promise<PlanPut> {
  const market = await world.store.readMarket(wish.market);
  if (market === null) return { kind: 'market_unknown' };
  const plan = parsePlanText(wish.body);
  if (!plan.ok) return { kind: 'malformed', errors: plan.error };
  const { planId, currency } = plan.value;
  if (currency !== market.currency) return { kind: 'currency_differs', expected: market.currency, actual: currency };
  const digest = world.digest(wish.body);
  const kind = await world.store.putPlan({ ...wish, planId, digest });
  return kind === 'differs' ? { kind } : { kind, planId, digest };
}
