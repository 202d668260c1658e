import { Type } from 'typebox';
import { StoreUnavailable } from '../../flow/ports/store.ts';
import { HealthShape } from '../contract/control.ts';
import { refer } from '../contract.ts';
import { describe, problems, problemsAlone, WEBHOOKS } from '../document.ts';
import type { ApiPorts } from '../ports.ts';
import { PROBLEMS, type ProblemName, Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';

export function addWatchRoutes(ports: ApiPorts, app: Routes): void {
  app.route({
    method: 'GET',
    url: '/healthz',
    config: { operation: 'readHealth' },
    schema: {
      ...describe('readHealth', 'Watching', 'Does the process live?'),
      response: { 200: refer(HealthShape), ...problemsAlone('media_type_unsupported', 'internal') },
    },
    handler: () => ({ status: 'ok' as const }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { operation: 'readReadiness' },
    schema: {
      ...describe('readReadiness', 'Watching', 'Can it work: does the database answer?'),
      response: {
        200: refer(HealthShape),
        503: refer(HealthShape),
        ...problemsAlone('media_type_unsupported', 'internal'),
      },
    },
    handler: async (_request, reply) => {
      const isReady = await answers(ports);
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? ('ok' as const) : ('unavailable' as const) });
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { operation: 'readMetrics' },
    schema: {
      ...describe('readMetrics', 'Watching', 'Figures in the text format of Prometheus'),
      response: {
        200: { description: 'Figures.', content: { 'text/plain': { schema: Type.String() } } },
        ...problems(),
      },
    },
    handler: async (_request, reply) => {
      const { type, text } = await ports.meter.render();
      return reply.type(type).serializer(String).send(text);
    },
  });

  app.route({
    method: 'GET',
    url: '/problems/:problem',
    config: { operation: 'readProblem' },
    schema: {
      ...describe('readProblem', 'Watching', 'Read what a problem means'),
      params: Type.Object({ problem: Type.String() }),
      response: {
        200: { description: 'In words.', content: { 'text/plain': { schema: Type.String() } } },
        ...problemsAlone('not_found', 'internal'),
      },
    },
    handler: async ({ params }, reply) => {
      if (!Object.hasOwn(PROBLEMS, params.problem)) throw new Refusal('not_found', 'There is no such problem.');
      const [status, title] = PROBLEMS[params.problem as ProblemName];
      return reply
        .type('text/plain; charset=utf-8')
        .serializer(String)
        .send(`${status} ${params.problem}\n${title}.\ndocs/api.md says what to do.\n`);
    },
  });

  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { operation: 'readDocument' },
    schema: {
      ...describe('readDocument', 'Watching', 'This document: OpenAPI 3.1'),
      response: {
        200: { description: 'OpenAPI.', content: { 'application/json': { schema: Type.Object({}) } } },
        ...problemsAlone('media_type_unsupported', 'internal'),
      },
    },
    handler: async (_request, reply) =>
      reply
        .type('application/json')
        .serializer(JSON.stringify)
        .send({ ...app.swagger(), webhooks: WEBHOOKS }),
  });
}

async function answers(ports: ApiPorts): Promise<boolean> {
  try {
    await ports.store.readControl();
    return true;
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
}
