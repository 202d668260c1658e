import { lookAgainAtRefund, releaseRefund } from '../../core/remedy/refund/take-step.ts';
import type { RefundCase, RefundChange, RefundKey } from '../../core/remedy/refund.ts';
import type { Recording } from './record-refund.ts';

/** What became of a person's decision about a quarantined refund. */
export type RefundSettled = 'applied' | 'stale' | 'unknown' | 'not_quarantined' | 'may_be_paid';

/** What may be under way is asked for once more, what is not is due again: whoever looked found nothing wrong. */
export function lookAgain(world: Recording, key: RefundKey): Promise<RefundSettled> {
  return settle(world, key, (found) =>
    lookAgainAtRefund(found, { now: world.clock.now(), policy: world.settings.refund }),
  );
}

/** Gives it up here, so that a further plan may pay it. `may_be_paid` while an attempt may have paid it. */
export function release(world: Recording, key: RefundKey): Promise<RefundSettled> {
  return settle(world, key, releaseRefund);
}

async function settle(
  { refunds }: Recording,
  key: RefundKey,
  decide: (found: RefundCase) => RefundChange | null,
): Promise<RefundSettled> {
  const found = await refunds.readRefund(key);
  if (found === null) return 'unknown';
  if (found.refund.state !== 'quarantined') return 'not_quarantined';
  const change = decide(found);
  if (change === null) return 'may_be_paid';
  const [answer] = await refunds.applyRefunds([change]);
  return answer === 'applied' ? 'applied' : 'stale';
}
