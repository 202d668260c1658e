import type { OutboxEvent } from '../../core/fact/event.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { Listing } from './store.ts';

/**
 * What the API keeps beside the money: keys, commands and their answers, the order of events, who is told of them.
 * Like the store, each method is one transaction and may throw `StoreUnavailable`.
 */
export interface Office extends Keys, Commands, Events, Webhooks {
  /** Figures for whoever watches, as of the instant. */
  readGauges(now: Instant): Promise<Gauges>;
}

export interface Keys {
  putKey(key: ApiKey): Promise<void>;
  readKey(keyId: string): Promise<ApiKey | null>;
  listKeys(): Promise<readonly ApiKey[]>;
  /** `unknown` where no such key is, `exists` where it was revoked before. */
  revokeKey(keyId: string, now: Instant): Promise<'revoked' | 'exists' | 'unknown'>;
  touchKey(keyId: string, now: Instant): Promise<void>;
}

export interface ApiKey {
  readonly keyId: string;
  /** SHA-256 of the secret, in hexadecimal. 256 random bits need no slow digest. */
  readonly secretDigest: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** The person whose key it is; null where a program holds it. */
  readonly staffId: string | null;
  readonly recordedAt: Instant;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
}

export interface Commands {
  /** Takes a command up, or says what became of it. Answers are kept for ever. */
  beginCommand(command: Command): Promise<CommandBegun>;
  finishCommand(command: CommandName, answer: CommandAnswer): Promise<void>;
  /** Lets another begin it at once: it failed in a way that says nothing about its effect. */
  releaseCommand(command: CommandName, now: Instant): Promise<void>;
}

export interface CommandName {
  readonly keyId: string;
  readonly idempotencyKey: string;
}

export interface Command extends CommandName {
  /** SHA-256 of operation, path and body. */
  readonly fingerprint: string;
  readonly now: Instant;
  readonly leaseUntil: Instant;
}

export interface CommandAnswer {
  readonly status: number;
  readonly body: string;
}

export type CommandBegun =
  | { readonly kind: 'begun' }
  | { readonly kind: 'running' }
  | { readonly kind: 'differs' }
  | { readonly kind: 'answered'; readonly answer: CommandAnswer };

export interface Events {
  /**
   * Gives every visible event without one its position, and makes a delivery of it for each enabled address that asks
   * for its type. One caller at a time; answers how many. `limit` bounds one transaction.
   */
  sequenceEvents(now: Instant, limit: number): Promise<number>;
  /** In order of position; nothing is ever inserted before what was read. */
  listEvents(filter: EventFilter): Promise<EventPage>;
  readEvent(eventId: string): Promise<StoredEvent | null>;
  appendEvent(event: OutboxEvent): Promise<void>;
}

export interface EventFilter {
  readonly type: string | null;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface EventPage {
  readonly items: readonly StoredEvent[];
  readonly hasMore: boolean;
  /** Where to go on, also from the end: whoever follows asks again from here. Null where nothing ever happened. */
  readonly next: string | null;
}

export interface StoredEvent extends OutboxEvent {
  /** A count in decimal. */
  readonly eventId: string;
}

export interface Webhooks {
  putEndpoint(endpoint: WebhookEndpoint): Promise<void>;
  readEndpoint(endpointId: string): Promise<WebhookEndpoint | null>;
  listEndpoints(): Promise<readonly WebhookEndpoint[]>;
  /** Changes address, types or state; null where there is none. What waits for a disabled one is given up. */
  changeEndpoint(change: EndpointChange): Promise<WebhookEndpoint | null>;
  /** The new secret comes first, the one before stays valid beside it. */
  rotateSecret(endpointId: string, secret: string): Promise<WebhookEndpoint | null>;
  /** An event for this address alone. */
  testEndpoint(endpointId: string, event: OutboxEvent): Promise<StoredEvent | null>;

  /** Takes due deliveries of enabled addresses and moves them to `leaseUntil`, so that nobody else takes them. */
  claimDeliveries(request: {
    readonly now: Instant;
    readonly leaseUntil: Instant;
    readonly limit: number;
  }): Promise<readonly DueDelivery[]>;
  finishDelivery(outcome: DeliveryOutcome): Promise<void>;
  /** Newest first. */
  listDeliveries(filter: {
    readonly endpointId: string;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Listing<Delivery>>;
  /** Makes a delivery due again, or for the first time. `unknown` where address or event are. */
  resend(request: {
    readonly endpointId: string;
    readonly eventId: string;
    readonly now: Instant;
  }): Promise<'due' | 'unknown'>;
}

export interface WebhookEndpoint {
  readonly endpointId: string;
  readonly url: string;
  /** `whsec_…`: one, or two while one takes over from the other; newest first. */
  readonly secrets: readonly string[];
  /** Empty: all. */
  readonly types: readonly string[];
  readonly state: 'enabled' | 'disabled' | 'deleted';
  readonly recordedAt: Instant;
}

export interface EndpointChange {
  readonly endpointId: string;
  readonly url: string | null;
  readonly types: readonly string[] | null;
  readonly state: WebhookEndpoint['state'] | null;
}

export interface Delivery {
  readonly endpointId: string;
  readonly eventId: string;
  readonly type: string;
  readonly state: 'due' | 'done' | 'given_up';
  readonly tries: number;
  readonly runAt: Instant | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly firstDueAt: Instant;
  readonly lastTriedAt: Instant | null;
}

export interface DueDelivery {
  readonly endpoint: WebhookEndpoint;
  readonly event: StoredEvent;
  readonly tries: number;
  readonly firstDueAt: Instant;
}

export interface DeliveryOutcome {
  readonly endpointId: string;
  readonly eventId: string;
  readonly at: Instant;
  readonly status: number | null;
  readonly error: string | null;
  readonly next:
    | { readonly kind: 'done' }
    | { readonly kind: 'again'; readonly runAt: Instant }
    /** Gives up this and all else that waits for the address, and disables it with an event. */
    | { readonly kind: 'disable'; readonly event: OutboxEvent };
}

export interface Gauges {
  /** Intents that a worker may take now, and how long the first of them has waited. */
  readonly due: number;
  readonly dueAgeMs: number;
  /** Intents whose outcome is unknown, and the age of the oldest attempt among them. */
  readonly inFlight: number;
  readonly inFlightAgeMs: number;
  readonly parked: number;
  readonly inboxWaiting: number;
  readonly deliveriesDue: number;
  readonly alarmsOpen: number;
  /** 1 while money may be taken. */
  readonly charging: number;
}
