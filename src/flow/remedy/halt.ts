import type { RefundChange } from '../../core/remedy/refund.ts';
import { type CampaignWorld, ITSELF } from './campaign-world.ts';

/** Halts campaigns that must not go on: our balance is too low, or too many of the last hundred outcomes failed. */
export async function haltIfNeeded(world: CampaignWorld, changed: readonly RefundChange[]): Promise<void> {
  const reasons = new Map<string, string>();
  for (const { key, halts } of changed) if (halts !== null) reasons.set(key.planId, halts);
  const failed = changed.filter(({ state }) => state === 'failed').map(({ key }) => key.planId);
  for (const planId of new Set([...failed, ...reasons.keys()])) {
    await haltOne(world, planId, reasons.get(planId) ?? null);
  }
}

async function haltOne(world: CampaignWorld, planId: string, reason: string | null): Promise<void> {
  const campaign = (await world.refunds.readCampaigns()).find((one) => one.planId === planId);
  if (campaign === undefined || campaign.state !== 'running') return;
  const failures = reason === null ? await world.refunds.countLastFailures(planId) : 0;
  if (reason === null && failures < campaign.haltFailures) return;
  const why = reason ?? `${failures} of the last hundred refunds failed for good, and ${campaign.haltFailures} halt it`;
  const now = world.clock.now();
  const change = { planId, version: campaign.version, from: ['running'], state: 'halted', reason: why, now } as const;
  if ((await world.refunds.changeCampaign({ ...change, canary: undefined, by: ITSELF })) === 'stale') return;
  const message = `The campaign of plan ${planId} halted by itself: ${why}. Look at storno status ${planId}, then resume.`;
  await world.bell.raise({ kind: 'campaign_halted', message, subject: `${planId}#${campaign.version}`, at: now });
}
