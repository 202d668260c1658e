import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { progressOf } from '../../core/remedy/progress.ts';
import type { Campaign } from '../../flow/ports/campaign.ts';
import { pauseCampaign, resumeCampaign, startCampaign, stopCampaign } from '../../flow/remedy/campaign.ts';
import { policyOfText } from '../../flow/remedy/casework.ts';
import { grantGoodwill } from '../../flow/remedy/goodwill.ts';
import { actorOf } from '../actor.ts';
import { JSON_TYPE } from '../body.ts';
import { CampaignShape, GrantsShape, ReasonRequest } from '../contract/remedy-plan.ts';
import { refer } from '../contract.ts';
import { describe, problems } from '../document.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import { openProgressFeeds } from '../progress-feed.ts';
import { campaignRefusal } from '../remedy-refusal.ts';
import type { Routes } from '../route.ts';
import { sayCampaign } from '../wire-remedy.ts';
import { COMMAND_PROBLEMS } from './incidents.ts';
import { PlanParams, readPlan } from './remedy-plans.ts';

export function addCampaignRoutes(ports: ApiPorts, app: Routes): void {
  addReadRoutes(ports, app);
  addStartRoute(ports, app);
  addChangeRoutes(ports, app);
  addGrantRoute(ports, app);
}

function deskOf({ remedy, clock, entropy }: ApiPorts) {
  return { office: remedy.campaigns, clock, entropy };
}

async function stateOf({ remedy, clock }: ApiPorts, campaign: Campaign): Promise<Static<typeof CampaignShape>> {
  const now = clock.now();
  const plan = await remedy.campaigns.readPlan(campaign.planId);
  const { counts, recent, lastSuccessAt } = await remedy.campaigns.countCampaign(campaign.planId, now);
  const progress = progressOf(counts, { planned: plan?.refunds ?? 0, recent, lastSuccessAt, now });
  return sayCampaign(campaign, progress);
}

function addReadRoutes(ports: ApiPorts, app: Routes): void {
  const { campaigns } = ports.remedy;

  app.route({
    method: 'GET',
    url: '/v1/plans/:plan_id/campaign',
    config: { operation: 'readCampaign' },
    schema: {
      ...describe('readCampaign', 'Campaigns', 'Read how far a plan is carried out'),
      params: PlanParams,
      response: { 200: refer(CampaignShape), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      await readPlan(ports, params.plan_id);
      const campaign = await campaigns.readCampaign(params.plan_id);
      if (campaign === null) throw campaignRefusal({ kind: 'campaign_unknown' });
      return stateOf(ports, campaign);
    },
  });

  const feeds = openProgressFeeds(ports.clock, async (planId) => {
    const campaign = await campaigns.readCampaign(planId);
    if (campaign === null) return null;
    const state = await stateOf(ports, campaign);
    return { text: JSON.stringify(state, exact), isOver: state.state === 'done' || state.state === 'stopped' };
  });
  app.addHook('preClose', async () => feeds.close());

  app.route({
    method: 'GET',
    url: '/v1/plans/:plan_id/events',
    config: { operation: 'watchCampaign' },
    schema: {
      ...describe(
        'watchCampaign',
        'Campaigns',
        'Hear how far a plan is, each second while it changes, until it is over',
      ),
      params: PlanParams,
      response: {
        200: {
          description: 'Server-sent events: `progress` with a Campaign as data, at the end `over`.',
          content: { 'text/event-stream': { schema: Type.String() } },
        },
        ...problems('not_found'),
      },
    },
    handler: async (request, reply) => {
      await readPlan(ports, request.params.plan_id);
      if (!feeds.listen(request.params.plan_id, reply.raw)) {
        throw new Refusal('rate_limited', 'Too many listen already.', { headers: { 'retry-after': '10' } });
      }
      reply.hijack();
      const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
      reply.raw.writeHead(200, headers as Record<string, string>);
      reply.raw.write('retry: 2000\n\n');
      return reply as never;
    },
  });
}

/** Sums of a plan lie far below 2^53 minor units, as the document promises of every amount. */
function exact(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function addStartRoute(ports: ApiPorts, app: Routes): void {
  const { casework } = ports.remedy;
  app.route({
    method: 'POST',
    url: '/v1/plans/:plan_id/campaign',
    config: { operation: 'startCampaign', idempotency: 'required' },
    schema: {
      ...describe('startCampaign', 'Campaigns', 'Carry out an approved plan; workers do it, as its policy says'),
      params: PlanParams,
      response: { 200: refer(CampaignShape), 201: refer(CampaignShape), ...problems(...CAMPAIGN_PROBLEMS) },
    },
    handler: async (request, reply) => {
      const actor = await actorOf(ports, request);
      const plan = await readPlan(ports, request.params.plan_id);
      const stored = await casework.readPolicy(plan.policyVersion);
      const rule = stored === null ? null : policyOfText(stored.text)?.campaign;
      if (rule === null || rule === undefined) {
        throw new Refusal('refused', 'The policy of the plan cannot be read.', { code: 'policy_unreadable' });
      }
      const { canary, perTenSeconds, haltFailures } = rule;
      const started = await startCampaign(deskOf(ports), {
        planId: plan.planId,
        actor,
        canary: canary === 0 ? null : canary,
        perTenSeconds,
        haltFailures,
      });
      if (!started.ok) throw campaignRefusal(started.error);
      const state = await stateOf(ports, started.value.campaign);
      return reply.code(started.value.kind === 'created' ? 201 : 200).send(state);
    },
  });
}

function addChangeRoutes(ports: ApiPorts, app: Routes): void {
  const changes = [
    ['pause', 'pauseCampaign', pauseCampaign, 'Pause: nothing more is sent, within a second'],
    ['resume', 'resumeCampaign', resumeCampaign, 'Go on after a pause, a halt or the canary'],
    ['stop', 'stopCampaign', stopCampaign, 'Stop for good: what is not begun never will be'],
  ] as const;
  for (const [word, operation, change, summary] of changes) {
    app.route({
      method: 'POST',
      url: `/v1/plans/:plan_id/campaign/${word}`,
      config: { operation, accepts: [JSON_TYPE], idempotency: 'required' },
      schema: {
        ...describe(operation, 'Campaigns', summary),
        params: PlanParams,
        body: refer(ReasonRequest),
        response: { 200: refer(CampaignShape), ...problems(...CAMPAIGN_PROBLEMS) },
      },
      handler: async (request) => {
        const actor = await actorOf(ports, request as unknown as FastifyRequest);
        const { plan_id: planId } = request.params;
        const done = await change(deskOf(ports), { planId, actor, reason: request.body.reason });
        if (!done.ok) throw campaignRefusal(done.error);
        return stateOf(ports, done.value.campaign);
      },
    });
  }
}

function addGrantRoute(ports: ApiPorts, app: Routes): void {
  app.route({
    method: 'POST',
    url: '/v1/plans/:plan_id/grants',
    config: { operation: 'grantGoodwill', idempotency: 'required' },
    schema: {
      ...describe('grantGoodwill', 'Campaigns', 'Give the minutes and the money that an approved plan promises, once'),
      params: PlanParams,
      response: { 200: refer(GrantsShape), ...problems(...CAMPAIGN_PROBLEMS) },
    },
    handler: async (request) => {
      const actor = await actorOf(ports, request);
      const desk = { ...deskOf(ports), lots: ports.store, calendar: ports.calendar };
      const granted = await grantGoodwill(desk, { planId: request.params.plan_id, actor });
      if (!granted.ok) {
        const kind = granted.error;
        throw campaignRefusal(kind === 'may_not' ? { kind, needs: 'operator' } : { kind });
      }
      const { given, exists, refused } = granted.value;
      return { given, exists, refused: refused.map(({ accountId, reason }) => ({ account_id: accountId, reason })) };
    },
  });
}

const CAMPAIGN_PROBLEMS = [...COMMAND_PROBLEMS, 'plan_stale', 'state_changed'] as const;
