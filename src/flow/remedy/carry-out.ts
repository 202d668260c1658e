import type { Campaign } from '../ports/campaign.ts';
import { type CampaignWorld, ITSELF } from './campaign-world.ts';
import { type RefundRound, runRefunds } from './run-refunds.ts';

/** Rows of one transaction, while a plan is taken over or a campaign is stopped. */
const ROWS_MAX = 5000;

/** Plans that this process has seen taken over whole: it need not look again. */
export type Filled = Set<string>;

/**
 * One round of a worker over all campaigns: takes over what a plan has and the campaign has not yet, sends what is due,
 * cancels what was stopped, and says what is done. Answers how much there was.
 */
export async function carryOut(
  world: CampaignWorld,
  round: RefundRound & { readonly filled: Filled },
): Promise<number> {
  let done = 0;
  for (const campaign of await world.refunds.readCampaigns()) {
    if (campaign.state === 'stopped') done += await world.refunds.cancelDue(campaign.planId, ROWS_MAX);
    else done += await goOn(world, campaign, round);
  }
  return done;
}

async function goOn(
  world: CampaignWorld,
  campaign: Campaign,
  round: RefundRound & { readonly filled: Filled },
): Promise<number> {
  const { planId } = campaign;
  if (!round.filled.has(planId)) {
    const added = await world.refunds.fillCampaign(planId, ROWS_MAX, world.clock.now());
    if (added > 0) return added;
    round.filled.add(planId);
  }
  const claimed = await runRefunds(world, campaign, round);
  if (claimed === 0 && (await world.refunds.isCampaignOver(planId))) await finish(world, campaign);
  return claimed;
}

/** Every row is final. What succeeded is watched on. */
async function finish(world: CampaignWorld, { planId, version }: Campaign): Promise<void> {
  const now = world.clock.now();
  const change = { planId, version, from: ['running'], state: 'done', reason: 'every row is final', now } as const;
  await world.refunds.changeCampaign({ ...change, canary: undefined, by: ITSELF });
}
