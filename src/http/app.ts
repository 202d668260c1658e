import swagger from '@fastify/swagger';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { MINUTE_MS, SECOND_MS } from '../core/kernel/time.ts';
import { addBodyParsers, BODY_BYTES_MAX, bodyTypeOf, checkBodyType, NDJSON_TYPE } from './body.ts';
import { beginCommand, checkCommandKey, finishCommand } from './command.ts';
import type { Desk } from './desk.ts';
import { complete, NAMED, openapi } from './document.ts';
import { answerBadUrl, answerClientError, answerError, answerNotFound } from './failure.ts';
import { passGate } from './gate.ts';
import { POLICY } from './policy.ts';
import { watchPolicy } from './policy-watch.ts';
import type { ApiPorts } from './ports.ts';
import { Refusal } from './problem.ts';
import { addAccountRoutes } from './route/accounts.ts';
import { addCampaignRoutes } from './route/campaigns.ts';
import { addChargeRoutes } from './route/charges.ts';
import { addControlRoutes } from './route/control.ts';
import { addEventRoutes } from './route/events.ts';
import { addIncidentNoteRoutes } from './route/incident-notes.ts';
import { addIncidentRoutes } from './route/incidents.ts';
import { addLotRoutes } from './route/lots.ts';
import { addMarketRoutes } from './route/markets.ts';
import { addRemedyPlanRoutes } from './route/remedy-plans.ts';
import { addRentalRoutes } from './route/rentals.ts';
import { addStatementRoutes } from './route/statements.ts';
import { addStripeRoute } from './route/stripe.ts';
import { addWatchRoutes } from './route/watching.ts';
import { addWebhookRoutes } from './route/webhooks.ts';
import type { Routes } from './route.ts';

/** Nobody needs longer to say what he wants. Bodies are bounded by silence instead: many lines take their time. */
const HEADERS_MS_MAX = 10 * SECOND_MS;
const SILENCE_MS_MAX = MINUTE_MS;

/** A charge id is a rental's id with purpose and occurrence. */
const PARAM_LENGTH_MAX = 200;

/**
 * The API as one Fastify instance, not yet listening. Fails where a route has no policy, or a policy no route: neither
 * can be served by oversight.
 */
export async function buildApp(ports: ApiPorts, desk: Desk) {
  const app = fastify({
    logger: false,
    // Behind a proxy the address is the proxy's: it only slows down guessing, nothing is decided by it.
    trustProxy: false,
    bodyLimit: BODY_BYTES_MAX,
    connectionTimeout: SILENCE_MS_MAX,
    http: { headersTimeout: HEADERS_MS_MAX },
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    genReqId: () => ports.entropy.id('req_', 'request'),
    requestIdHeader: false,
    frameworkErrors: answerBadUrl,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(({ schema, ...rest }) => TypeBoxValidatorCompiler({ schema: resolve(schema), ...rest }));
  app.setErrorHandler((error, request, reply) => answerError(ports, error, request, reply));
  app.setNotFoundHandler(answerNotFound);
  for (const schema of NAMED) app.addSchema(schema);
  addBodyParsers(app);
  addHooks(ports, app);
  const seen = watchPolicy(app);
  await app.register(swagger, {
    openapi: openapi(ports.version),
    transform: ({ schema, url, route }) => ({ schema: complete(schema, route.config ?? {}), url }),
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => String($id ?? `def-${index}`) },
  });
  await app.register(async (scope) => addRoutes(ports, desk, scope.withTypeProvider<TypeBoxTypeProvider>()));
  await app.ready();
  const unserved = Object.keys(POLICY).filter((operation) => !seen.has(operation));
  if (unserved.length > 0) throw new Error(`no route serves ${unserved.join(', ')}`);
  return app;
}

function addRoutes(ports: ApiPorts, desk: Desk, app: Routes): void {
  addRentalRoutes(ports, desk, app);
  addChargeRoutes(ports, app);
  addAccountRoutes(ports, app);
  addMarketRoutes(ports, desk, app);
  addLotRoutes(ports, desk, app);
  addEventRoutes(ports, app);
  addWebhookRoutes(ports, app);
  addControlRoutes(ports, desk, app);
  addIncidentRoutes(ports, app);
  addIncidentNoteRoutes(ports, app);
  addRemedyPlanRoutes(ports, app);
  addCampaignRoutes(ports, app);
  addStatementRoutes(ports, app);
  addStripeRoute(ports, app);
  addWatchRoutes(ports, app);
}

/** A body is pointed to by the name of its schema; the validator wants the schema itself. */
function resolve(schema: unknown): TSchema {
  const name = (schema as { $ref?: string }).$ref?.slice(0, -1);
  return NAMED.find(({ $id }) => $id !== undefined && $id === name) ?? (schema as TSchema);
}

/** The order of checks, the same for every operation: who, how often, may he, what kind of body, which command. */
function addHooks(ports: ApiPorts, app: FastifyInstance): void {
  app.decorateRequest('keyId', '');
  app.decorateRequest('staffId', null);
  app.decorateRequest('bodyDigest', '');
  app.decorateRequest('command', null);
  app.decorateRequest('problem', null);
  app.decorateRequest('beganMs', 0);
  app.addHook('onRequest', async (request, reply) => {
    request.beganMs = ports.clock.monotonicMs();
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    const { operation, accepts, idempotency } = request.routeOptions.config;
    if (operation === undefined) return;
    await passGate(ports, POLICY[operation], request, reply);
    checkBodyType(request, accepts ?? []);
    if (idempotency) checkCommandKey(request, idempotency);
  });
  app.addHook('preValidation', async (request) => refuseOddNames(request));
  app.addHook('preHandler', async (request, reply) => {
    const { operation, idempotency } = request.routeOptions.config;
    // Lines are commands each by itself, identified by their rental.
    if (operation === undefined || !idempotency || bodyTypeOf(request) === NDJSON_TYPE) return;
    if (await beginCommand(ports, operation, request, reply)) return reply;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    await finishCommand(ports, request, reply, payload);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => logRequest(ports, request, reply));
}

/** Answers are for programs: no browser may guess, frame, run or keep them. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
};

/** What the schemas cannot say of addresses: each name once, and no U+0000, which no text of PostgreSQL holds. */
function refuseOddNames({ query, params }: FastifyRequest): void {
  for (const [name, value] of Object.entries({ ...(query as object), ...(params as object) })) {
    if (typeof value !== 'string') refuseParameter('A parameter stands twice.', name, 'may stand once');
    else if (value.includes('\0')) refuseParameter('A parameter holds U+0000.', name, 'is no text that can be kept');
  }
}

function refuseParameter(detail: string, name: string, fault: string): never {
  throw new Refusal('request_invalid', detail, { faults: [{ pointer: `/${name}`, detail: fault }] });
}

function logRequest(ports: ApiPorts, request: FastifyRequest, reply: FastifyReply): void {
  const operation = request.routeOptions.config.operation ?? 'none';
  const ms = Math.round(ports.clock.monotonicMs() - request.beganMs);
  ports.meter.countRequest({ operation, status: reply.statusCode, ms });
  ports.log.info('request', {
    request_id: request.id,
    operation,
    method: request.method,
    status: reply.statusCode,
    duration_ms: ms,
    key_id: request.keyId === '' ? null : request.keyId,
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    beganMs: number;
  }
}
