import { Type } from 'typebox';
import { InstantText, orNull } from '../contract.ts';

/** What may be told. The compiler holds this list and core's together, see `wire/event.ts`. */
export const EVENT_TYPES = [
  'rental.ended',
  'rental.voided',
  'charge.succeeded',
  'charge.declined',
  'charge.uncollected',
  'charge.parked',
  'charge.surplus',
  'refund.accepted',
  'refund.succeeded',
  'refund.failed',
  'refund.quarantined',
  'campaign.changed',
  'credit.granted',
  'lot.granted',
  'lot.expired',
  'alarm.raised',
  'charging.stopped',
  'charging.resumed',
  'webhook.tested',
  'webhook.disabled',
] as const;

const EventType = Type.Enum(EVENT_TYPES);

export const EventShape = Type.Object(
  {
    event_id: Type.String({ description: 'Equal in `webhook-id`: who has seen it may drop it.' }),
    type: EventType,
    timestamp: InstantText,
    data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'Ids and states. What they name is read with a key: no message carries personal data.',
    }),
  },
  {
    $id: 'Event',
    title: 'Event',
    examples: [
      {
        event_id: 'evt_17',
        type: 'charge.succeeded',
        timestamp: '2026-11-10T18:42:11Z',
        data: { account_id: 'acc_1', rental_id: 'rnt_7', purpose: 'rental', occurrence: 1 },
      },
    ],
  },
);

const Url = Type.String({ pattern: '^https?://[!-~]+$', maxLength: 2000 });

const Types = Type.Array(EventType, { maxItems: EVENT_TYPES.length, description: 'Empty: all.' });

export const EndpointRequest = Type.Object(
  { url: Url, types: Type.Optional(Types) },
  {
    $id: 'WebhookEndpointRequest',
    title: 'An address to be told',
    additionalProperties: false,
    examples: [{ url: 'https://hooks.example.com/storno', types: ['charge.succeeded', 'charge.uncollected'] }],
  },
);

export const EndpointChangeRequest = Type.Object(
  {
    url: Type.Optional(Url),
    types: Type.Optional(Types),
    state: Type.Optional(Type.Union([Type.Literal('enabled'), Type.Literal('disabled')])),
  },
  {
    $id: 'WebhookEndpointChange',
    title: 'A change of an address',
    additionalProperties: false,
    examples: [{ state: 'enabled' }],
  },
);

const ENDPOINT_FIELDS = {
  endpoint_id: Type.String(),
  url: Type.String(),
  types: Type.Array(Type.String()),
  state: Type.String(),
  recorded_at: InstantText,
};

export const EndpointShape = Type.Object(ENDPOINT_FIELDS, {
  $id: 'WebhookEndpoint',
  title: 'Address',
  examples: [
    {
      endpoint_id: 'whe_1',
      url: 'https://hooks.example.com/storno',
      types: [],
      state: 'enabled',
      recorded_at: '2026-11-10T18:00:00Z',
    },
  ],
});

export const EndpointSecretShape = Type.Object(
  { ...ENDPOINT_FIELDS, secret: Type.String({ description: 'Shown this once. Standard Webhooks, `whsec_…`.' }) },
  {
    $id: 'WebhookEndpointSecret',
    title: 'Address, with its new secret',
    examples: [
      {
        endpoint_id: 'whe_1',
        url: 'https://hooks.example.com/storno',
        types: [],
        state: 'enabled',
        recorded_at: '2026-11-10T18:00:00Z',
        secret: 'whsec_bmV3LXNlY3JldC1vZi0yNC1ieXRlcy1vci1tb3Jl',
      },
    ],
  },
);

export const DeliveryShape = Type.Object(
  {
    event_id: Type.String(),
    type: Type.String(),
    state: Type.Union([Type.Literal('due'), Type.Literal('done'), Type.Literal('given_up')]),
    tries: Type.Integer(),
    next_try_at: orNull(InstantText),
    last_tried_at: orNull(InstantText),
    last_status: orNull(Type.Integer()),
    last_error: orNull(Type.String()),
  },
  {
    $id: 'WebhookDelivery',
    title: 'Delivery',
    examples: [
      {
        event_id: 'evt_17',
        type: 'charge.succeeded',
        state: 'done',
        tries: 1,
        next_try_at: null,
        last_tried_at: '2026-11-10T18:42:14Z',
        last_status: 204,
        last_error: null,
      },
    ],
  },
);

export const ResendRequest = Type.Object(
  { event_id: Type.String({ pattern: '^evt_[1-9][0-9]{0,17}$' }) },
  {
    $id: 'ResendRequest',
    title: 'What to send again',
    additionalProperties: false,
    examples: [{ event_id: 'evt_17' }],
  },
);
