import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { approvePlan, openPlanSample, refusePlan } from '../../flow/remedy/decide-plan.ts';
import { makePlan } from '../../flow/remedy/make-plan.ts';
import { actorOf } from '../actor.ts';
import { JSON_TYPE } from '../body.ts';
import {
  DecisionRequest,
  PlanRefundShape,
  PlanSampleShape,
  PreviewShape,
  ReasonRequest,
  RemedyPlanShape,
} from '../contract/remedy-plan.ts';
import { Id, PageQuery, pageOf, refer } from '../contract.ts';
import { pairOf } from '../cursor.ts';
import { describe, problems } from '../document.ts';
import { listPage } from '../page.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import { decisionRefusal, incidentRefusal } from '../remedy-refusal.ts';
import type { Routes } from '../route.ts';
import { sayPlan, sayPlannedRefund, sayPreview } from '../wire-remedy.ts';
import { COMMAND_PROBLEMS, IncidentParams, readIncident } from './incidents.ts';

export const PlanParams = Type.Object({ plan_id: Id });

export function addRemedyPlanRoutes(ports: ApiPorts, app: Routes): void {
  addPlanRoutes(ports, app);
  addReadRoutes(ports, app);
  addDecisionRoutes(ports, app);
}

function addPlanRoutes(ports: ApiPorts, app: Routes): void {
  const { casework } = ports.remedy;

  app.route({
    method: 'POST',
    url: '/v1/incidents/:incident_id/plans',
    config: { operation: 'createPlan', idempotency: 'required' },
    schema: {
      ...describe('createPlan', 'Plans', 'Freeze what is to be done; nothing moves'),
      params: IncidentParams,
      response: { 200: refer(RemedyPlanShape), 201: refer(RemedyPlanShape), ...problems(...COMMAND_PROBLEMS) },
    },
    handler: async (request, reply) => {
      const actor = await actorOf(ports, request);
      const made = await makePlan({ ...ports, casework }, { incidentId: request.params.incident_id, actor });
      if (!made.ok) throw incidentRefusal(made.error);
      return reply.code(made.value.kind === 'created' ? 201 : 200).send(sayPlan(made.value.plan));
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/incidents/:incident_id/plans',
    config: { operation: 'listPlans' },
    schema: {
      ...describe('listPlans', 'Plans', 'List the plans of an incident, newest first'),
      params: IncidentParams,
      response: { 200: Type.Object({ data: Type.Array(refer(RemedyPlanShape)) }), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      await readIncident(ports, params.incident_id);
      return { data: (await casework.listPlans(params.incident_id)).map(sayPlan) };
    },
  });
}

function addReadRoutes(ports: ApiPorts, app: Routes): void {
  const { casework, campaigns } = ports.remedy;

  app.route({
    method: 'GET',
    url: '/v1/plans/:plan_id',
    config: { operation: 'readPlan' },
    schema: {
      ...describe('readPlan', 'Plans', 'Read a plan; its digest is also the ETag'),
      params: PlanParams,
      response: { 200: refer(RemedyPlanShape), ...problems('not_found') },
    },
    handler: async ({ params }, reply) => {
      const plan = await readPlan(ports, params.plan_id);
      return reply.header('etag', `"${plan.digest}"`).send(sayPlan(plan));
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/plans/:plan_id/refunds',
    config: { operation: 'listPlanRefunds' },
    schema: {
      ...describe('listPlanRefunds', 'Plans', 'List the refunds of a plan, by account'),
      params: PlanParams,
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: pageOf(PlanRefundShape), ...problems('not_found', 'cursor_invalid') },
    },
    handler: async ({ params: { plan_id: planId }, query }) => {
      await readPlan(ports, planId);
      return listPage({
        listing: 'plan refunds',
        filters: { planId },
        page: { cursor: query.cursor, limit: query.limit },
        read: async ({ cursor, limit }) => {
          const place = cursor === null ? null : pairOf(cursor);
          const after = place === null ? null : { accountId: place[0], planId, liabilityId: place[1] };
          const items = await campaigns.listPlanned(planId, after, limit);
          const last = items.length < limit ? undefined : items.at(-1);
          return {
            items,
            next: last === undefined ? null : JSON.stringify([last.key.accountId, last.key.liabilityId]),
          };
        },
        say: sayPlannedRefund,
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/plans/:plan_id/samples',
    config: { operation: 'listPlanSamples' },
    schema: {
      ...describe('listPlanSamples', 'Plans', 'List the accounts that whoever approves must open'),
      params: PlanParams,
      response: { 200: Type.Object({ data: Type.Array(refer(PlanSampleShape)) }), ...problems('not_found') },
    },
    handler: async ({ params, staffId }) => {
      await readPlan(ports, params.plan_id);
      // A program has opened nothing.
      const samples = await casework.readSamples(params.plan_id, staffId ?? '');
      return { data: samples.map(({ accountId, isOpened }) => ({ account_id: accountId, opened: isOpened })) };
    },
  });
}

function addDecisionRoutes(ports: ApiPorts, app: Routes): void {
  const { casework } = ports.remedy;
  const world = { ...ports, casework };

  app.route({
    method: 'POST',
    url: '/v1/plans/:plan_id/samples/:account_id',
    config: { operation: 'openPlanSample', idempotency: 'required' },
    schema: {
      ...describe('openPlanSample', 'Plans', 'See what one account gets and why; it is kept that you saw it'),
      params: Type.Object({ plan_id: Id, account_id: Id }),
      response: { 200: refer(PreviewShape), ...problems(...COMMAND_PROBLEMS) },
    },
    handler: async (request) => {
      const { plan_id: planId, account_id: accountId } = request.params;
      const opened = await openPlanSample(world, { planId, accountId, actor: await actorOf(ports, request) });
      if (opened === null) throw new Refusal('not_found', 'The plan has nothing for this account.');
      return sayPreview(opened);
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/plans/:plan_id/approve',
    config: { operation: 'approvePlan', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('approvePlan', 'Plans', 'Say yes to these very rows: If-Match is their digest'),
      params: PlanParams,
      body: refer(DecisionRequest),
      response: { 200: refer(RemedyPlanShape), ...problems(...DECISION_PROBLEMS) },
    },
    handler: async (request) => {
      const digest = digestOf(request);
      const { plan_id: planId } = request.params;
      const { reason, expect_refunds: refunds = null } = request.body;
      const actor = await actorOf(ports, request);
      const expected = { digest, refunds, sums: null };
      const decided = await approvePlan(world, { planId, reason, actor, expected });
      if (!decided.ok) throw decisionRefusal(decided.error);
      return sayPlan(await readPlan(ports, planId));
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/plans/:plan_id/refuse',
    config: { operation: 'refusePlan', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('refusePlan', 'Plans', 'Say no, for good: If-Match is the digest of its rows'),
      params: PlanParams,
      body: refer(ReasonRequest),
      response: { 200: refer(RemedyPlanShape), ...problems(...DECISION_PROBLEMS) },
    },
    handler: async (request) => {
      const digest = digestOf(request);
      const { plan_id: planId } = request.params;
      const actor = await actorOf(ports, request);
      const plan = await readPlan(ports, planId);
      // A plan never changes: which one was meant is all that there is to compare.
      if (plan.digest !== digest) throw decisionRefusal({ kind: 'digest_differs', digest: plan.digest });
      const decided = await refusePlan(world, { planId, reason: request.body.reason, actor });
      if (!decided.ok) throw decisionRefusal(decided.error);
      return sayPlan(await readPlan(ports, planId));
    },
  });
}

const DECISION_PROBLEMS = [...COMMAND_PROBLEMS, 'digest_missing', 'plan_stale'] as const;

/** RFC 9110 §13.1.1: one strong entity tag. `*` names no rows, so nobody decides by it. */
function digestOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const digest = /^"([0-9a-f]{64})"$/.exec(headers['if-match'] ?? '')?.[1];
  if (digest === undefined) {
    throw new Refusal('digest_missing', 'Send If-Match: "<digest>", the digest of the plan that you have read.');
  }
  return digest;
}

export async function readPlan({ remedy }: ApiPorts, planId: string) {
  const plan = await remedy.casework.readPlan(planId);
  if (plan === null) throw decisionRefusal({ kind: 'plan_unknown' });
  return plan;
}
