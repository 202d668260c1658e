import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { JSON_TYPE } from '../body.ts';
import {
  DeliveryShape,
  EndpointChangeRequest,
  EndpointRequest,
  EndpointSecretShape,
  EndpointShape,
  EventShape,
  ResendRequest,
} from '../contract/event.ts';
import { PageQuery, pageOf, refer } from '../contract.ts';
import { describe, problems } from '../document.ts';
import { listPage } from '../page.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';
import { sayDelivery, sayEndpoint, sayEvent } from '../wire.ts';

const EndpointParams = Type.Object({ endpoint_id: Type.String({ pattern: '^whe_[0-9a-z-]{1,60}$' }) });

/** Standard Webhooks 1.0 asks for 24 to 64 random bytes. */
const SECRET_BYTES = 32;

/** More addresses than that are a list of recipients, and each event costs a delivery for each. */
const ENDPOINTS_MAX = 50;

export function addWebhookRoutes(ports: ApiPorts, app: Routes): void {
  addEndpointRoutes(ports, app);
  addDeliveryRoutes(ports, app);
}

function addEndpointRoutes(ports: ApiPorts, app: Routes): void {
  const { office, clock, entropy } = ports;

  app.route({
    method: 'POST',
    url: '/v1/webhook-endpoints',
    config: { operation: 'createEndpoint', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('createEndpoint', 'Webhooks', 'Have an address told; the answer shows its secret, once'),
      body: refer(EndpointRequest),
      response: { 201: refer(EndpointSecretShape), ...problems(...COMMAND_PROBLEMS, 'refused') },
    },
    handler: async ({ body, command }, reply) => {
      if ((await office.listEndpoints()).length >= ENDPOINTS_MAX) {
        throw new Refusal('refused', `There are ${ENDPOINTS_MAX} addresses already: delete one.`);
      }
      const endpointId =
        command === null ? entropy.id('whe_', 'endpoint') : `whe_${digestOfCommand(ports, command).slice(0, 32)}`;
      const secret = makeSecret();
      await office.putEndpoint({
        endpointId,
        url: body.url,
        types: body.types ?? [],
        state: 'enabled',
        secrets: [secret],
        recordedAt: clock.now(),
      });
      const endpoint = await readEndpoint(ports, endpointId);
      return reply.code(201).send({ ...sayEndpoint(endpoint), secret: endpoint.secrets[0] ?? secret });
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/webhook-endpoints',
    config: { operation: 'listEndpoints' },
    schema: {
      ...describe('listEndpoints', 'Webhooks', 'List the addresses that are told'),
      response: { 200: Type.Object({ data: Type.Array(refer(EndpointShape)) }), ...problems() },
    },
    handler: async () => ({ data: (await office.listEndpoints()).map(sayEndpoint) }),
  });

  app.route({
    method: 'GET',
    url: '/v1/webhook-endpoints/:endpoint_id',
    config: { operation: 'readEndpoint' },
    schema: {
      ...describe('readEndpoint', 'Webhooks', 'Read an address'),
      params: EndpointParams,
      response: { 200: refer(EndpointShape), ...problems('not_found') },
    },
    handler: async ({ params }) => sayEndpoint(await readEndpoint(ports, params.endpoint_id)),
  });

  app.route({
    method: 'PATCH',
    url: '/v1/webhook-endpoints/:endpoint_id',
    config: { operation: 'changeEndpoint', accepts: [JSON_TYPE] },
    schema: {
      ...describe('changeEndpoint', 'Webhooks', 'Change an address, enable or disable it'),
      params: EndpointParams,
      body: refer(EndpointChangeRequest),
      response: { 200: refer(EndpointShape), ...problems('not_found') },
    },
    handler: async ({ params, body }) => {
      const { url = null, types = null, state = null } = body;
      return sayEndpoint(found(await office.changeEndpoint({ endpointId: params.endpoint_id, url, types, state })));
    },
  });

  app.route({
    method: 'DELETE',
    url: '/v1/webhook-endpoints/:endpoint_id',
    config: { operation: 'deleteEndpoint' },
    schema: {
      ...describe('deleteEndpoint', 'Webhooks', 'Tell an address nothing any more'),
      params: EndpointParams,
      response: { 204: Type.Null({ description: 'It is told nothing any more.' }), ...problems('not_found') },
    },
    handler: async ({ params }, reply) => {
      found(await office.changeEndpoint({ endpointId: params.endpoint_id, url: null, types: null, state: 'deleted' }));
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/webhook-endpoints/:endpoint_id/rotate',
    config: { operation: 'rotateSecret', idempotency: 'required' },
    schema: {
      ...describe('rotateSecret', 'Webhooks', 'Make a new secret; the one before stays valid beside it'),
      params: EndpointParams,
      response: { 200: refer(EndpointSecretShape), ...problems(...COMMAND_PROBLEMS, 'not_found') },
    },
    handler: async ({ params }) => {
      const secret = makeSecret();
      return { ...sayEndpoint(found(await office.rotateSecret(params.endpoint_id, secret))), secret };
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/webhook-endpoints/:endpoint_id/test',
    config: { operation: 'testEndpoint', idempotency: 'required' },
    schema: {
      ...describe('testEndpoint', 'Webhooks', 'Send an event of the type webhook.tested to this address alone'),
      params: EndpointParams,
      response: { 202: refer(EventShape), ...problems(...COMMAND_PROBLEMS, 'not_found') },
    },
    handler: async ({ params: { endpoint_id } }, reply) => {
      const event = await office.testEndpoint(endpoint_id, {
        type: 'webhook.tested',
        accountId: '',
        data: { endpoint_id },
        happenedAt: clock.now(),
      });
      if (event === null) throw new Refusal('not_found', 'There is no enabled address of this id.');
      return reply.code(202).send(sayEvent(event));
    },
  });
}

function addDeliveryRoutes(ports: ApiPorts, app: Routes): void {
  const { office, clock } = ports;

  app.route({
    method: 'GET',
    url: '/v1/webhook-endpoints/:endpoint_id/deliveries',
    config: { operation: 'listDeliveries' },
    schema: {
      ...describe('listDeliveries', 'Webhooks', 'List what was sent to an address, newest first'),
      params: EndpointParams,
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: pageOf(DeliveryShape), ...problems('not_found', 'cursor_invalid') },
    },
    handler: async ({ params, query: { cursor, limit } }) => {
      await readEndpoint(ports, params.endpoint_id);
      return listPage({
        listing: 'deliveries',
        filters: { endpointId: params.endpoint_id },
        page: { cursor, limit },
        read: (request) => office.listDeliveries(request),
        say: sayDelivery,
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/webhook-endpoints/:endpoint_id/resend',
    config: { operation: 'resendDelivery', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('resendDelivery', 'Webhooks', 'Send an event again, with the id that it had'),
      params: EndpointParams,
      body: refer(ResendRequest),
      response: {
        202: Type.Object({ event_id: Type.String() }),
        ...problems(...COMMAND_PROBLEMS, 'not_found'),
      },
    },
    handler: async ({ params, body }, reply) => {
      const eventId = body.event_id.slice('evt_'.length);
      const result = await office.resend({ endpointId: params.endpoint_id, eventId, now: clock.now() });
      if (result === 'unknown') throw new Refusal('not_found', 'There is no such event, or no such enabled address.');
      return reply.code(202).send({ event_id: body.event_id });
    },
  });
}

const COMMAND_PROBLEMS = ['idempotency_key_missing', 'command_running', 'idempotency_key_reused'] as const;

async function readEndpoint(ports: ApiPorts, endpointId: string) {
  return found(await ports.office.readEndpoint(endpointId));
}

function found<T>(endpoint: T | null): T {
  if (endpoint === null) throw new Refusal('not_found', 'There is no address of this id.');
  return endpoint;
}

function makeSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** The same command makes the same thing, however often it is begun. */
function digestOfCommand(
  ports: ApiPorts,
  command: { readonly keyId: string; readonly idempotencyKey: string },
): string {
  return ports.digest(JSON.stringify([command.keyId, command.idempotencyKey]));
}
