import type { Instant } from '../../core/kernel/time.ts';
import type { RefundCase } from '../../core/remedy/refund.ts';
import type { CampaignWorld } from './campaign-world.ts';

/** Whoever pauses a campaign waits no longer than this for what was begun: slots are taken for so long ahead. */
export const AHEAD_MS = 250;
/** A slot that was missed by more is lost: the requests of others follow (world/postgres/campaign/pace.ts). */
const LATE_MS_MAX = 50;

/** So many slots as there are within the next quarter of a second, `limit` at most; none where they are all taken. */
export function takeSlots(world: CampaignWorld, { refund, campaign }: RefundCase, limit: number) {
  return world.refunds.takeSlots({
    provider: refund.provider,
    merchantAccount: refund.merchantAccount,
    perTenSeconds: campaign.perTenSeconds,
    now: world.clock.now(),
    horizonMs: AHEAD_MS,
    limit,
  });
}

/** Waits for the slot; where it was missed, for another one. */
export async function atSlot(world: CampaignWorld, found: RefundCase, slot: Instant): Promise<void> {
  const { clock } = world;
  for (let own: Instant | undefined = slot; ; [own] = await takeSlots(world, found, 1)) {
    if (own === undefined) {
      await clock.sleep(AHEAD_MS / 2);
      continue;
    }
    const waitMs = Math.ceil(own - clock.now());
    if (waitMs > 0) await clock.sleep(waitMs);
    if (clock.now() - own <= LATE_MS_MAX) return;
  }
}
