import type { Result } from '../../core/kernel/result.ts';
import { parseRemedyPolicy } from '../../core/remedy/parse-policy.ts';
import type { CampaignRule } from '../../core/remedy/remedy-policy.ts';
import type { Campaign } from '../../flow/ports/campaign.ts';
import {
  type CampaignDesk,
  type CampaignRefusal,
  pauseCampaign,
  resumeCampaign,
  startCampaign,
  stopCampaign,
} from '../../flow/remedy/campaign.ts';
import { systemClock } from '../../world/clock.ts';
import { systemEntropy } from '../../world/entropy.ts';
import { openCampaignOffice } from '../../world/postgres/campaign/office.ts';
import { openRefunds } from '../../world/postgres/campaign.ts';
import type { Database } from '../../world/postgres/database.ts';
import { type ActingSide, type ActorOptions, problem, withActor } from './actor.ts';
import { dryRun } from './campaign/dry-run.ts';
import type { RunOptions } from './campaign/options.ts';
import { sayCampaignRefused } from './campaign/refusals.ts';
import { workOff } from './campaign/work-off.ts';
import { type Context, refuse, refuseWith } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { poolOf } from './live.ts';

export interface ChangeOptions extends ActorOptions {
  readonly reason: string;
}

const CONNECTIONS_MAX = 2;

function deskOf(database: Database): CampaignDesk {
  const pool = poolOf(database, { role: 'storno_api', connectionsMax: CONNECTIONS_MAX });
  return { office: openCampaignOffice(pool), clock: systemClock, entropy: systemEntropy };
}

/** `storno run PLAN`: starts the campaign of an approved plan, or goes on with it, and works until it ends. */
export function runCampaign(context: Context, planId: string, options: RunOptions): Promise<number> {
  return withActor(context, options, async (side) => {
    const desk = deskOf(side.database);
    const rule = await readRule(side, planId);
    const rate = options.rate === undefined ? null : options.rate * 10;
    if (rule === null) return refuseWith(context, options, sayCampaignRefused({ kind: 'plan_unknown' }, planId));
    if (options.dryRun === true)
      return dryRun(context, options, { desk, planId, perTenSeconds: rate ?? rule.perTenSeconds });
    if (rate !== null && rate > rule.perTenSeconds) {
      const message = `The policy of plan ${planId} allows ${rule.perTenSeconds / 10} refunds a second, not ${options.rate}.`;
      return refuse(context, options, [problem('rate_above_policy', message)]);
    }
    const canary = options.canary ?? rule.canary;
    const started = await startCampaign(desk, {
      planId,
      actor: side.actor,
      canary: canary === 0 ? null : canary,
      perTenSeconds: rate ?? rule.perTenSeconds,
      haltFailures: rule.haltFailures,
    });
    if (!started.ok) return refuseWith(context, options, sayCampaignRefused(started.error, planId));
    if (options.detach === true) return sayCampaign(context, options, started.value);
    return workOff(context, options, { database: side.database, desk, planId });
  });
}

/** The bounds that the policy of the plan sets; null where there is no such plan. */
async function readRule({ world }: ActingSide, planId: string): Promise<CampaignRule | null> {
  const plan = await world.casework.readPlan(planId);
  if (plan === null) return null;
  const policy = await world.casework.readPolicy(plan.policyVersion);
  const parsed = policy === null ? null : parseRemedyPolicy(policy.text);
  return parsed?.ok === true ? parsed.value.campaign : null;
}

const CHANGES = { pause: pauseCampaign, resume: resumeCampaign, stop: stopCampaign } as const;

/** `storno pause|resume|stop PLAN`. A stop also cancels at once what is not begun. */
export function runChange(
  context: Context,
  what: keyof typeof CHANGES,
  { planId, options }: { readonly planId: string; readonly options: ChangeOptions },
): Promise<number> {
  return withActor(context, options, async ({ database, actor }) => {
    const desk = deskOf(database);
    const done = await CHANGES[what](desk, { planId, actor, reason: options.reason });
    if (!done.ok) return refuseWith(context, options, sayCampaignRefused(done.error, planId));
    if (what === 'stop') await cancelAll(database, planId);
    return sayCampaign(context, options, done.value);
  });
}

const CANCELED_AT_ONCE = 5000;

async function cancelAll(database: Database, planId: string): Promise<void> {
  const refunds = openRefunds(poolOf(database, { role: 'storno_worker', connectionsMax: CONNECTIONS_MAX }));
  while ((await refunds.cancelDue(planId, CANCELED_AT_ONCE)) > 0);
}

type Done = Extract<Result<{ kind: string; campaign: Campaign }, CampaignRefusal>, { ok: true }>['value'];

function sayCampaign({ terminal }: Context, options: ActorOptions, { kind, campaign }: Done): number {
  const { campaignId, planId, state, reason } = campaign;
  terminal.out(
    options.json === true
      ? `${JSON.stringify({ result: kind, campaign_id: campaignId, plan_id: planId, state, reason })}\n`
      : `The campaign of plan ${planId} is ${state}${reason === '' ? '' : `: ${reason}`}.\n`,
  );
  return EXIT_DONE;
}
