import { afterRefundChange } from '../../core/remedy/refund/case.ts';
import { observeRefund, type RefundSighting } from '../../core/remedy/refund/observe.ts';
import type { RefundPolicy } from '../../core/remedy/refund/policy.ts';
import type { RefundCase, RefundKey } from '../../core/remedy/refund.ts';
import { insist } from '../live/insist.ts';
import type { RefundStore } from '../ports/campaign.ts';
import type { Clock, Log } from '../ports/world.ts';

/** What writing a sighting needs, of a worker of either half. */
export interface Recording {
  readonly refunds: Pick<RefundStore, 'readRefund' | 'applyRefunds'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: { readonly refund: RefundPolicy };
}

/** Others write to one refund at the same time; so many of them in a row are not met. */
const TRIES_MAX = 20;

/** The refund once it holds what was seen; null where there is none. Throws `StoreUnavailable`. */
export async function recordRefund(world: Recording, key: RefundKey, seen: RefundSighting): Promise<RefundCase | null> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const found = await insist(world, () => world.refunds.readRefund(key));
    if (found === null) return null;
    const change = observeRefund(found, seen, { now: world.clock.now(), policy: world.settings.refund });
    if (change === null) return found;
    const [answer] = await insist(world, () => world.refunds.applyRefunds([change]));
    if (answer === 'applied') return afterRefundChange(found, change);
  }
  throw new Error(`the refund of ${key.liabilityId} changed ${TRIES_MAX} times while one sighting was written`);
}
