import type { Provider } from '../src/flow/ports/provider.ts';
import type { Clock } from '../src/flow/ports/world.ts';
import type { WireRequest } from '../src/world/provider/sandbox/engine/wire.ts';
import type { ListCall, Reply, StripeCalls } from '../src/world/provider/stripe/calls.ts';
import { StripeProvider } from '../src/world/provider/stripe.ts';
import type { Network } from './network.ts';
import type { Process } from './process.ts';

/** The adapter of the product, its requests travelling over the virtual network instead of the provider's SDK. */
export function connectProvider(parts: {
  readonly process: Process;
  readonly network: Network;
  readonly clock: Clock;
}): Provider {
  return new StripeProvider({ calls: virtualCalls(parts), clock: parts.clock });
}

const PATHS = {
  payment_intent: '/v1/payment_intents',
  charge: '/v1/charges',
  refund: '/v1/refunds',
  dispute: '/v1/disputes',
  balance_transaction: '/v1/balance_transactions',
} as const;

function virtualCalls(parts: {
  readonly process: Process;
  readonly network: Network;
  readonly clock: Clock;
}): StripeCalls {
  const { process, network, clock } = parts;
  const send = async (name: string, request: WireRequest, horizonAt: number | null): Promise<Reply> => {
    const heard = await network.send(process, { name: `provider.${name}`, request, clock, horizonAt });
    switch (heard.kind) {
      case 'response':
        return { kind: 'answer', status: heard.response.status, body: heard.response.body };
      case 'silence':
        return heard;
      case 'not_sent':
        return { kind: 'not_sent', detail: 'the horizon has passed' };
    }
  };
  return {
    createIntent: (request) =>
      send(
        'charge',
        {
          method: 'POST',
          path: PATHS.payment_intent,
          query: {},
          form: {
            amount: String(request.amount),
            currency: request.currency,
            customer: request.customer,
            payment_method: request.paymentMethod,
            confirm: 'true',
            off_session: 'true',
            statement_descriptor_suffix: request.statementSuffix,
            ...asForm(request.metadata),
          },
          headers: { 'idempotency-key': request.idempotencyKey, 'stripe-account': request.merchantAccount },
        },
        request.horizonAt,
      ),
    cancelIntent: ({ merchantAccount, id }) =>
      send('cancel', { ...bare(merchantAccount, `${PATHS.payment_intent}/${id}/cancel`), method: 'POST' }, null),
    createRefund: (request) =>
      send(
        'refund',
        {
          method: 'POST',
          path: PATHS.refund,
          query: {},
          form: { charge: request.charge, amount: String(request.amount), ...asForm(request.metadata) },
          headers: { 'idempotency-key': request.idempotencyKey, 'stripe-account': request.merchantAccount },
        },
        request.horizonAt,
      ),
    retrieve: ({ merchantAccount, kind, id }) => send('fetch', bare(merchantAccount, `${PATHS[kind]}/${id}`), null),
    readCharge: ({ merchantAccount, id }) =>
      send(
        'read_charge',
        { ...bare(merchantAccount, `${PATHS.charge}/${id}`), query: { 'expand[0]': 'refunds' } },
        null,
      ),
    listOfCharge: ({ merchantAccount, kind, charge, limit, startingAfter }) =>
      send(
        `list_${kind}`,
        {
          ...bare(merchantAccount, PATHS[kind]),
          query: {
            charge,
            limit: String(limit),
            ...(startingAfter === null ? {} : { starting_after: startingAfter }),
          },
        },
        null,
      ),
    list: (call) =>
      send(`list_${call.kind}`, { ...bare(call.merchantAccount, PATHS[call.kind]), query: queryOf(call) }, null),
  };
}

function bare(merchantAccount: string, path: string): WireRequest {
  return { method: 'GET', path, query: {}, form: {}, headers: { 'stripe-account': merchantAccount } };
}

function asForm(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [field, text] of Object.entries(metadata)) form[`metadata[${field}]`] = text;
  return form;
}

function queryOf(call: ListCall): Readonly<Record<string, string>> {
  return {
    limit: String(call.limit),
    'created[gte]': String(call.createdFrom),
    ...(call.createdBefore === null ? {} : { 'created[lt]': String(call.createdBefore) }),
    ...(call.customer === null ? {} : { customer: call.customer }),
    ...(call.startingAfter === null ? {} : { starting_after: call.startingAfter }),
  };
}
