import type { Instant } from '../kernel/time.ts';
import type { Moment } from './charge/policy.ts';

/** What follows from a decline. */
export type AfterDecline =
  | { readonly kind: 'again'; readonly runAt: Instant }
  | { readonly kind: 'uncollected'; readonly reason: 'hard_decline' | 'dunning_over' | 'attempts_max' };

/**
 * The schedule: after the n-th decline the n-th pause, after the last one nothing. A card reported stolen is not asked
 * again. `declines` counts the one that just came, `generation` is its attempt's.
 */
export function afterDecline(
  decline: { readonly declines: number; readonly generation: number; readonly declineCode: string | null },
  { now, policy }: Moment,
): AfterDecline {
  if (policy.hardDeclines.includes(decline.declineCode ?? '')) return { kind: 'uncollected', reason: 'hard_decline' };
  const pauseMs = policy.dunningMs[decline.declines - 1];
  if (pauseMs === undefined) return { kind: 'uncollected', reason: 'dunning_over' };
  if (decline.generation >= policy.attemptsMax) return { kind: 'uncollected', reason: 'attempts_max' };
  return { kind: 'again', runAt: now + pauseMs };
}
