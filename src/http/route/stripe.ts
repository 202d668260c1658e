import { Type } from 'typebox';
import { JSON_TYPE } from '../body.ts';
import { describe, problemsAlone } from '../document.ts';
import { decode } from '../json.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';

/** Stripe's events have some kilobytes; what is larger is none. */
const EVENT_BYTES_MAX = 512 * 1024;

/**
 * What Stripe sends: checked over the bytes as they came, written down, and only then answered with 2xx. What follows
 * from it is a worker's business.
 */
export function addStripeRoute(ports: ApiPorts, app: Routes): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.route({
      method: 'POST',
      url: '/webhooks/stripe',
      bodyLimit: EVENT_BYTES_MAX,
      config: { operation: 'receiveStripeEvent', accepts: [JSON_TYPE] },
      schema: {
        ...describe('receiveStripeEvent', 'Webhooks', "Receive Stripe's events"),
        headers: Type.Object({ 'stripe-signature': Type.Optional(Type.String()) }),
        response: {
          204: Type.Null({ description: 'Written down, or known already, or about no payment.' }),
          ...problemsAlone('signature_invalid', 'body_too_large', 'internal', 'unavailable'),
        },
      },
      handler: async (request, reply) => {
        await receive(ports, request.body as Buffer, String(request.headers['stripe-signature'] ?? ''));
        return reply.code(204).send(null);
      },
    });
  });
}

async function receive(ports: ApiPorts, body: Buffer, signature: string): Promise<void> {
  const now = ports.clock.now();
  const verified = ports.stripe?.verify({ body, signature, now });
  const text = decode(body);
  if (verified === undefined || text === null) {
    throw new Refusal('signature_invalid', 'No secret of Stripe is configured here.', { code: 'malformed' });
  }
  if (!verified.ok && verified.error.kind === 'of_no_concern') {
    ports.log.info('event of the provider', {
      provider: 'stripe',
      event_type: verified.error.type,
      result: verified.error.kind,
    });
    return;
  }
  if (!verified.ok) {
    ports.log.warn('event of the provider refused', { provider: 'stripe', reason: verified.error.kind });
    throw new Refusal('signature_invalid', 'It was not accepted.', { code: verified.error.kind });
  }
  const result = await ports.store.receiveEvent(verified.value, text, now);
  ports.log.info('event of the provider', { provider: 'stripe', event_type: verified.value.type, result });
}
