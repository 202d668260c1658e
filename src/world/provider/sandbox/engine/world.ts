import { assert } from '../../../../core/kernel/assert.ts';
import { type Instant, SECOND_MS } from '../../../../core/kernel/time.ts';
import type { Entropy } from '../../../../flow/ports/world.ts';
import type { WireEvent, WireObject } from './objects.ts';
import type { Delay, Fault, SandboxProfile } from './profile.ts';
import type { Row, Rows, TableName, Tables, Timer } from './state.ts';

/** Chance as a parameter: the only source of it. */
export type Chance = Pick<Entropy, 'int'>;

/** What every resource of the engine works with, for one request or one tick. */
export interface Desk {
  readonly tables: Tables;
  readonly profile: SandboxProfile;
  readonly chance: Chance;
  readonly now: Instant;
  readonly account: string;
  /** The request that causes this, for the events; null where a timer does. */
  readonly cause: { readonly requestId: string; readonly idempotencyKey: string | null } | null;
  /** Faults asked for by the request's own header. */
  readonly asked: ReadonlySet<string>;
}

/** The version of Stripe's API whose shapes are imitated. */
export const API_VERSION = '2026-10-28.endive';

const ID_WIDTH = 10;

/** A new id: prefix, the sandbox's salt, a count. Not random, so that a replay makes the same ones. */
export function newId(desk: Desk, prefix: string): string {
  const counter = desk.profile.ids === 'per_account' ? `id:${desk.account}` : 'id';
  const count = desk.tables.count(counter, 1).toString(36).padStart(ID_WIDTH, '0');
  return `${prefix}_${desk.tables.get('texts', 'salt') ?? ''}${count}`;
}

export const keyOf = (account: string, id: string): string => `${account}/${id}`;

export const seconds = (instant: Instant): number => Math.floor(instant / SECOND_MS);

/** The tables of listed objects. */
export type ObjectTable = {
  [T in TableName]: Rows[T] extends Row<WireObject> ? T : never;
}[TableName];

/** The object of that id on the desk's account, or null. */
export function find<T extends ObjectTable>(desk: Desk, table: T, id: string): Rows[T]['wire'] | null {
  const row = desk.tables.get(table, keyOf(desk.account, id));
  return row === null ? null : row.wire;
}

/** The object of that id; it must be there, because another object names it. */
export function held<T extends ObjectTable>(desk: Desk, table: T, id: string): Rows[T]['wire'] {
  const wire = find(desk, table, id);
  assert(wire !== null, `the sandbox has no ${id} in ${table} on ${desk.account}`);
  return wire;
}

/** Files a new object. Listings may learn of it later. */
export function insert<T extends ObjectTable>(desk: Desk, table: T, wire: Rows[T]['wire']): void {
  const lag = drawDelay(desk, desk.profile.lookUpLag.listing, `listing lag of ${wire.id}`);
  const row = { account: desk.account, wire, visibleAt: desk.now + lag } as Rows[T];
  desk.tables.put(table, keyOf(desk.account, wire.id), row);
}

/** Replaces an object by its later self. */
export function update<T extends ObjectTable>(desk: Desk, table: T, wire: Rows[T]['wire']): void {
  const key = keyOf(desk.account, wire.id);
  const row = desk.tables.get(table, key);
  assert(row !== null, `the sandbox updates ${wire.id}, which it does not have`);
  desk.tables.put(table, key, { ...row, wire });
}

export function setTimer(desk: Desk, what: Timer['what'], subject: string, at: Instant): void {
  const order = desk.tables.count('timer', 1);
  desk.tables.put('timers', `${order}`, { account: desk.account, at, what, subject });
}

/** Whether the fault strikes: asked for by header, among the next n, or by chance. */
export function strikes(desk: Desk, name: string, fault: Fault): boolean {
  if (desk.asked.has(name)) return true;
  const left = desk.tables.get('numbers', `next:${name}`);
  if (left !== null && left > 0) {
    desk.tables.count(`next:${name}`, -1);
    return true;
  }
  return fault.perMille > 0 && desk.chance.int(1000, name) < fault.perMille;
}

const LEVELS = 1 << 20;

/** A length of time from the distribution, whole milliseconds. */
export function drawDelay({ chance }: Pick<Desk, 'chance'>, delay: Delay, reason: string): number {
  if (delay.maxMs <= delay.minMs) return delay.minMs;
  const level = (chance.int(LEVELS, reason) + 0.5) / LEVELS;
  const drawn = Math.round(-Math.log(level) * delay.meanMs);
  return Math.min(delay.maxMs, Math.max(delay.minMs, drawn));
}

/** Tells of a change: an event with a copy of the object as it is now, and its deliveries. */
export function emit(desk: Desk, type: string, object: WireObject): void {
  const event: WireEvent = {
    id: newId(desk, 'evt'),
    object: 'event',
    ...(desk.account === '' ? {} : { account: desk.account }),
    api_version: API_VERSION,
    created: seconds(desk.now),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: desk.cause?.requestId ?? null, idempotency_key: desk.cause?.idempotencyKey ?? null },
    type,
  };
  insert(desk, 'events', event);
  for (const [endpointKey, endpoint] of desk.tables.entries('endpoints')) {
    if (wants(endpoint, desk.account, type)) deliver(desk, event.id, endpointKey);
  }
}

function wants(endpoint: Rows['endpoints'], account: string, type: string): boolean {
  if (endpoint.wire.status !== 'enabled') return false;
  // An endpoint of the platform (no account of its own) hears the connected accounts as well.
  if (endpoint.account !== '' && endpoint.account !== account) return false;
  return endpoint.wire.enabled_events.includes('*') || endpoint.wire.enabled_events.includes(type);
}

function deliver(desk: Desk, eventId: string, endpointId: string): void {
  const { webhooks } = desk.profile;
  if (strikes(desk, 'webhookNever', webhooks.never)) return;
  const copies = strikes(desk, 'webhookTwice', webhooks.twice) ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) {
    const late = strikes(desk, 'webhookOutOfOrder', webhooks.outOfOrder)
      ? drawDelay(desk, webhooks.outOfOrderBy, 'webhook out of order')
      : 0;
    const at = desk.now + drawDelay(desk, webhooks.delay, 'webhook delay') + late;
    const order = desk.tables.count('sending', 1);
    desk.tables.put('sendings', `${order}`, { account: desk.account, eventId, endpointId, at, firstAt: at, tries: 0 });
  }
}

/** The test card that a payment method stands for: itself, or what was attached under an id of its own. */
export function cardBehind(desk: Desk, methodId: string): string {
  return desk.tables.get('texts', `card:${keyOf(desk.account, methodId)}`) ?? methodId;
}
