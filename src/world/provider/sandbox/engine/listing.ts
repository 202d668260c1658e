import { SECOND_MS } from '../../../../core/kernel/time.ts';
import type { WireObject } from './objects.ts';
import type { Row } from './state.ts';
import { answer, invalid, type Json, missing, type WireAnswer } from './wire.ts';
import { type Desk, drawDelay, keyOf, type ObjectTable, strikes } from './world.ts';

type Query = Readonly<Record<string, string>>;

/** Stripe's bounds of a page. */
const PAGE_MAX = 100;
const PAGE_USUAL = 10;
/** Events are listed for 30 days only. */
const EVENTS_LISTED_MS = 30 * 24 * 3600 * SECOND_MS;

/** By which fields a table may be narrowed; the first ones have an index. */
const FILTERS: Readonly<Record<ObjectTable, readonly string[]>> = {
  paymentIntents: ['customer'],
  charges: ['customer', 'payment_intent'],
  refunds: ['charge', 'payment_intent'],
  disputes: ['charge', 'payment_intent'],
  balanceTransactions: ['source', 'currency', 'type', 'payout'],
  payouts: ['status'],
  events: ['type'],
  customers: ['email'],
  paymentMethods: ['customer', 'type'],
  endpoints: [],
};

/** What an object is called in an error. */
const NOUNS: Readonly<Record<ObjectTable, string>> = {
  paymentIntents: 'payment_intent',
  charges: 'charge',
  refunds: 'refund',
  disputes: 'dispute',
  balanceTransactions: 'balance_transaction',
  payouts: 'payout',
  events: 'event',
  customers: 'customer',
  paymentMethods: 'payment_method',
  endpoints: 'webhook_endpoint',
};

const INDEXED = ['customer', 'payment_intent', 'charge', 'source'];

/** One page, newest first: `created[gte|gt|lte|lt]`, `starting_after`, `limit`, the table's own filters. */
export function list(
  desk: Desk,
  { table, path, query }: { table: ObjectTable; path: string; query: Query },
): WireAnswer {
  const limit = Number(query.limit ?? PAGE_USUAL);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) return invalid('Invalid limit.', { param: 'limit' });
  const filters = FILTERS[table].filter((name) => query[name] !== undefined);
  const keys = candidates(desk, table, query);
  let start = keys.length;
  if (query.starting_after !== undefined) {
    start = keys.lastIndexOf(keyOf(desk.account, query.starting_after));
    if (start === -1) return missing(NOUNS[table], query.starting_after);
  }
  const data: Json[] = [];
  let hasMore = false;
  for (let index = start - 1; index >= 0; index -= 1) {
    const row = desk.tables.get(table, keys[index] ?? '') as Row<WireObject> | null;
    if (row === null || row.account !== desk.account || row.visibleAt > desk.now) continue;
    const wire = row.wire as unknown as Readonly<Record<string, Json>>;
    if (isOlder(wire, query)) break;
    if (!isWithin(desk, table, wire, query)) continue;
    if (filters.some((name) => wire[name] !== query[name])) continue;
    if (data.length === limit) {
      hasMore = true;
      break;
    }
    data.push(wire);
    if (table === 'balanceTransactions' && strikes(desk, 'duplicateLine', desk.profile.faults.duplicateLine)) {
      data.push(wire);
    }
  }
  return answer({ object: 'list', data, has_more: hasMore, url: path });
}

/** The keys that can match, oldest first: those of the named owner where there is an index, else all. */
function candidates(desk: Desk, table: ObjectTable, query: Query): readonly string[] {
  for (const name of INDEXED) {
    const owner = query[name];
    if (owner !== undefined && FILTERS[table].includes(name)) return desk.tables.related(table, desk.account, owner);
  }
  return desk.tables.keys(table);
}

/** Objects stand in the order of their creation: before the window's beginning nothing more can match. */
function isOlder(wire: Readonly<Record<string, Json>>, query: Query): boolean {
  const created = Number(wire.created);
  const from = query['created[gte]'];
  const after = query['created[gt]'];
  return (from !== undefined && created < Number(from)) || (after !== undefined && created <= Number(after));
}

function isWithin(desk: Desk, table: ObjectTable, wire: Readonly<Record<string, Json>>, query: Query): boolean {
  const created = Number(wire.created);
  const until = query['created[lte]'];
  const before = query['created[lt]'];
  if (until !== undefined && created > Number(until)) return false;
  if (before !== undefined && created >= Number(before)) return false;
  return table !== 'events' || created * SECOND_MS > desk.now - EVENTS_LISTED_MS;
}

/** One object by its id; what is new may not be found yet. A charge shows its refunds where it is asked to. */
export function retrieve(
  desk: Desk,
  { table, id, query }: { table: ObjectTable; id: string; query: Query },
): WireAnswer {
  const row = desk.tables.get(table, keyOf(desk.account, id)) as Row<WireObject> | null;
  if (row === null) return missing(NOUNS[table], id);
  const lag = drawDelay(desk, desk.profile.lookUpLag.byId, `lag of ${id}`);
  if (row.wire.created * SECOND_MS + lag > desk.now + SECOND_MS) return missing(NOUNS[table], id);
  if (table === 'charges' && expands(query, 'refunds')) {
    const refunds = list(desk, { table: 'refunds', path: '/v1/refunds', query: { charge: id } });
    if (refunds.ok) return answer({ ...row.wire, refunds: refunds.body } as unknown as Json);
  }
  return answer(row.wire as unknown as Json);
}

/** `expand[]=refunds` or `expand[0]=refunds`: SDKs write either. */
function expands(query: Query, field: string): boolean {
  return Object.entries(query).some(([name, value]) => name.startsWith('expand[') && value === field);
}
