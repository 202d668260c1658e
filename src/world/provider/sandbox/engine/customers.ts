import { cardFace } from './methods.ts';
import type { WireCustomer, WirePaymentMethod, WireWebhookEndpoint } from './objects.ts';
import { answer, fieldsOf, invalid, type Json, type WireAnswer } from './wire.ts';
import { cardBehind, type Desk, emit, find, insert, keyOf, newId, seconds, update } from './world.ts';

type Form = Readonly<Record<string, string>>;

/** POST /v1/customers. */
export function createCustomer(desk: Desk, form: Form): WireAnswer {
  const customer: WireCustomer = {
    id: newId(desk, 'cus'),
    object: 'customer',
    created: seconds(desk.now),
    email: form.email ?? null,
    livemode: false,
    metadata: fieldsOf(form, 'metadata'),
  };
  insert(desk, 'customers', customer);
  emit(desk, 'customer.created', customer);
  return answer(customer as unknown as Json);
}

/** POST /v1/payment_methods with a test token: `card[token]=tok_visa`, or `card[token]=pm_card_…`. */
export function createPaymentMethod(desk: Desk, form: Form): WireAnswer {
  if (form.type !== 'card') return invalid('The sandbox has cards only.', { param: 'type' });
  const token = (form['card[token]'] ?? 'pm_card_visa').replace(/^tok_/, 'pm_card_');
  return answer(newMethod(desk, token, null) as unknown as Json);
}

/** POST /v1/payment_methods/ID/attach. A test card gets an id of its own with every customer, as at the provider. */
export function attachPaymentMethod(desk: Desk, id: string, form: Form): WireAnswer {
  const { customer } = form;
  if (customer === undefined) return invalid('Missing required param: customer.', { param: 'customer' });
  const known = find(desk, 'paymentMethods', id);
  if (known === null) return answer(newMethod(desk, id, customer) as unknown as Json);
  const attached = { ...known, customer };
  update(desk, 'paymentMethods', attached);
  return answer(attached as unknown as Json);
}

function newMethod(desk: Desk, card: string, customer: string | null): WirePaymentMethod {
  const method: WirePaymentMethod = {
    id: newId(desk, 'pm'),
    object: 'payment_method',
    card: cardFace(cardBehind(desk, card)),
    created: seconds(desk.now),
    customer,
    livemode: false,
    metadata: {},
    type: 'card',
  };
  insert(desk, 'paymentMethods', method);
  desk.tables.put('texts', `card:${keyOf(desk.account, method.id)}`, card);
  return method;
}

/** POST /v1/webhook_endpoints. Its secret is told once. */
export function createEndpoint(desk: Desk, form: Form): WireAnswer {
  const { url } = form;
  if (url === undefined || !/^https?:\/\//.test(url)) return invalid('Invalid URL.', { param: 'url' });
  const events = Object.entries(form).flatMap(([key, value]) => (key.startsWith('enabled_events[') ? [value] : []));
  const endpoint = addEndpoint(desk, { url, events: events.length === 0 ? ['*'] : events });
  const secret = `whsec_${endpoint.id.slice(3)}sandbox`;
  desk.tables.put('secrets', keyOf(desk.account, endpoint.id), { account: desk.account, secrets: [secret] });
  return answer({ ...endpoint, secret } as unknown as Json);
}

export function addEndpoint(
  desk: Desk,
  { url, events }: { readonly url: string; readonly events: readonly string[] },
): WireWebhookEndpoint {
  const endpoint: WireWebhookEndpoint = {
    id: newId(desk, 'we'),
    object: 'webhook_endpoint',
    created: seconds(desk.now),
    enabled_events: events,
    livemode: false,
    status: 'enabled',
    url,
  };
  insert(desk, 'endpoints', endpoint);
  return endpoint;
}
