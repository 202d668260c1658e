import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { CampaignState } from '../../core/remedy/refund.ts';
import { mayApprove, mayOperate, type Staff } from '../../core/remedy/staff.ts';
import type { ApprovedPlan, Campaign, CampaignOffice } from '../ports/campaign.ts';
import type { Clock, Entropy } from '../ports/world.ts';

/** What a person who carries out a plan works with. */
export interface CampaignDesk {
  readonly office: CampaignOffice;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export type CampaignRefusal =
  | { readonly kind: 'plan_unknown' | 'campaign_unknown' | 'not_approved' | 'refused' | 'expired' }
  /** The person lacks the role. */
  | { readonly kind: 'may_not'; readonly needs: 'operator' | 'approver' }
  /** From this state there is no way there. */
  | { readonly kind: 'wrong_state'; readonly state: CampaignState }
  /** Others changed it each time. */
  | { readonly kind: 'contended' };

type Done = Result<{ readonly kind: 'created' | 'changed' | 'exists'; readonly campaign: Campaign }, CampaignRefusal>;

/**
 * Starts the campaign of an approved plan, once: started again it is the same. An approval that has run out, or that is
 * not there, starts nothing. Rates and bounds as the policy of the plan says them.
 */
export async function startCampaign(
  desk: CampaignDesk,
  wish: {
    readonly planId: string;
    readonly actor: Staff;
    readonly canary: number | null;
    readonly perTenSeconds: number;
    readonly haltFailures: number;
  },
): Promise<Done> {
  const { actor, planId, canary, perTenSeconds, haltFailures } = wish;
  const plan = await desk.office.readPlan(planId);
  if (plan === null) return fail({ kind: 'plan_unknown' });
  if (!mayOperate(actor)) return fail({ kind: 'may_not', needs: 'operator' });
  const there = await desk.office.readCampaign(planId);
  if (there !== null) return ok({ kind: 'exists', campaign: there });
  const now = desk.clock.now();
  const refusal = refusalOf(plan, now);
  if (refusal !== null) return fail(refusal);
  const kind = await desk.office.createCampaign({
    campaignId: desk.entropy.id('cmp', 'campaign'),
    planId,
    incidentId: plan.incidentId,
    digest: plan.digest,
    state: 'running',
    reason: '',
    canary,
    perTenSeconds,
    haltFailures,
    startedBy: actor.staffId,
    startedAt: now,
  });
  const campaign = await desk.office.readCampaign(planId);
  return campaign === null ? fail({ kind: 'campaign_unknown' }) : ok({ kind, campaign });
}

function refusalOf({ decision }: ApprovedPlan, now: number): CampaignRefusal | null {
  if (decision === null) return { kind: 'not_approved' };
  if (decision.decision === 'refused') return { kind: 'refused' };
  return decision.expiresAt <= now ? { kind: 'expired' } : null;
}

/** One person alone may pause: whoever sees something wrong must not ask first. */
export function pauseCampaign(desk: CampaignDesk, wish: Wish): Promise<Done> {
  if (!mayOperate(wish.actor) && !mayApprove(wish.actor)) return refuse({ kind: 'may_not', needs: 'operator' });
  return change(desk, wish, { from: ['running'], state: 'paused', canary: undefined });
}

/** Whoever may approve lets it go on; the canary is over then. Not after the approval has run out. */
export async function resumeCampaign(desk: CampaignDesk, wish: Wish): Promise<Done> {
  if (!mayApprove(wish.actor)) return fail({ kind: 'may_not', needs: 'approver' });
  const plan = await desk.office.readPlan(wish.planId);
  if (plan === null) return fail({ kind: 'plan_unknown' });
  const refusal = refusalOf(plan, desk.clock.now());
  if (refusal !== null) return fail(refusal);
  return change(desk, wish, { from: ['paused', 'halted'], state: 'running', canary: null });
}

/** What is not begun never will be. What may be under way is asked for to its end. */
export function stopCampaign(desk: CampaignDesk, wish: Wish): Promise<Done> {
  if (!mayOperate(wish.actor) && !mayApprove(wish.actor)) return refuse({ kind: 'may_not', needs: 'operator' });
  return change(desk, wish, { from: ['running', 'paused', 'halted'], state: 'stopped', canary: undefined });
}

interface Wish {
  readonly planId: string;
  readonly actor: Staff;
  readonly reason: string;
}

function refuse(refusal: CampaignRefusal): Promise<Done> {
  return Promise.resolve(fail(refusal));
}

/** A canary is counted at the same moment; so many changes in a row are not met. */
const TRIES_MAX = 50;

async function change(
  desk: CampaignDesk,
  { planId, actor, reason }: Wish,
  to: { readonly from: readonly CampaignState[]; readonly state: CampaignState; readonly canary: null | undefined },
): Promise<Done> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const campaign = await desk.office.readCampaign(planId);
    if (campaign === null) return fail({ kind: 'campaign_unknown' });
    if (campaign.state === to.state) return ok({ kind: 'exists', campaign });
    if (!to.from.includes(campaign.state)) return fail({ kind: 'wrong_state', state: campaign.state });
    const { version } = campaign;
    const now = desk.clock.now();
    const answer = await desk.office.changeCampaign({ planId, version, ...to, reason, by: actor.staffId, now });
    const after = answer === 'applied' ? await desk.office.readCampaign(planId) : null;
    if (after !== null) return ok({ kind: 'changed', campaign: after });
  }
  return fail({ kind: 'contended' });
}
