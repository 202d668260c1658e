import { attachPaymentMethod, createCustomer, createEndpoint, createPaymentMethod } from './customers.ts';
import { closeDispute } from './disputes.ts';
import { list, retrieve } from './listing.ts';
import {
  cancelPaymentIntent,
  capturePaymentIntent,
  confirmPaymentIntent,
  createPaymentIntent,
} from './payment-intents.ts';
import { createRefund } from './refunds.ts';
import { answer, type Json, type WireAnswer, type WireRequest } from './wire.ts';
import type { Desk, ObjectTable } from './world.ts';

/** Collections of the API and the tables behind them. */
const COLLECTIONS: Readonly<Record<string, ObjectTable>> = {
  payment_intents: 'paymentIntents',
  charges: 'charges',
  refunds: 'refunds',
  disputes: 'disputes',
  balance_transactions: 'balanceTransactions',
  payouts: 'payouts',
  events: 'events',
  customers: 'customers',
  payment_methods: 'paymentMethods',
  webhook_endpoints: 'endpoints',
};

type Action = (desk: Desk, id: string, form: WireRequest['form']) => WireAnswer;

const CREATIONS: Readonly<Record<string, (desk: Desk, form: WireRequest['form']) => WireAnswer>> = {
  payment_intents: createPaymentIntent,
  refunds: createRefund,
  customers: createCustomer,
  payment_methods: createPaymentMethod,
  webhook_endpoints: createEndpoint,
};

const ACTIONS: Readonly<Record<string, Action>> = {
  'payment_intents/confirm': confirmPaymentIntent,
  'payment_intents/cancel': cancelPaymentIntent,
  'payment_intents/capture': capturePaymentIntent,
  'payment_methods/attach': attachPaymentMethod,
  'disputes/close': closeDispute,
};

/** Carries out one request on the resources. */
export function route(desk: Desk, { method, path, query, form }: WireRequest): WireAnswer {
  const [version, collection = '', id, verb] = path.slice(1).split('/');
  const table = COLLECTIONS[collection];
  if (version === 'v1' && method === 'GET') {
    if (path === '/v1/balance') return balance(desk);
    if (table !== undefined && id === undefined) return list(desk, { table, path, query });
    // There is no search on purpose: it lags behind, and nobody should rest a decision about money on it.
    if (table !== undefined && id !== undefined && id !== 'search' && verb === undefined)
      return retrieve(desk, { table, id, query });
  }
  if (version === 'v1' && method === 'POST') {
    const create = CREATIONS[collection];
    if (create !== undefined && id === undefined) return create(desk, form);
    const act = ACTIONS[`${collection}/${verb}`];
    if (act !== undefined && id !== undefined) return act(desk, id, form);
  }
  const message = `Unrecognized request URL (${method}: ${path}). The sandbox may not imitate it.`;
  return { ok: false, status: 404, isKept: false, error: { type: 'invalid_request_error', message } };
}

/** Whether the request moves money: what `faultsOn: 'money'` speaks of. */
export function movesMoney({ method, path }: WireRequest): boolean {
  return method === 'POST' && /^\/v1\/(payment_intents|refunds|disputes)(\/|$)/.test(path);
}

/** GET /v1/balance. */
function balance(desk: Desk): WireAnswer {
  const prefix = `balance:${desk.account}/`;
  const available: Json[] = [];
  for (const [name, amount] of desk.tables.entries('numbers')) {
    if (name.startsWith(prefix)) available.push({ amount, currency: name.slice(prefix.length) });
  }
  return answer({ object: 'balance', available, livemode: false, pending: [] });
}
