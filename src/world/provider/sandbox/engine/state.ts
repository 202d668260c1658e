import type { Instant } from '../../../../core/kernel/time.ts';
import { Agenda } from './agenda.ts';
import type {
  WireBalanceTransaction,
  WireCharge,
  WireCustomer,
  WireDispute,
  WireEvent,
  WirePaymentIntent,
  WirePaymentMethod,
  WirePayout,
  WireRefund,
  WireWebhookEndpoint,
} from './objects.ts';
import type { WireResponse } from './wire.ts';

/** An object with what its owner does not show. */
export interface Row<T> {
  readonly account: string;
  readonly wire: T;
  /** Listings leave it out before: an index that lags. */
  readonly visibleAt: Instant;
}

/** An answer kept under an idempotency key. */
export interface KeptAnswer {
  readonly account: string;
  /** Method, path and parameters, in order. */
  readonly request: string;
  readonly response: WireResponse;
  readonly firstAt: Instant;
  /** Until then the first request is still being worked on. */
  readonly busyUntil: Instant;
}

/** Something that will happen by itself. */
export interface Timer {
  readonly account: string;
  readonly at: Instant;
  readonly what:
    | 'payment_succeeds'
    | 'payment_fails'
    | 'authorisation_expires'
    | 'dispute_opens'
    | 'inquiry_opens'
    | 'dispute_won'
    | 'dispute_lost'
    | 'refund_succeeds'
    | 'refund_fails'
    | 'refund_reference'
    | 'payout';
  readonly subject: string;
}

/** One delivery of an event to an endpoint, until it is acknowledged or given up. */
export interface Sending {
  readonly account: string;
  readonly eventId: string;
  readonly endpointId: string;
  readonly at: Instant;
  readonly firstAt: Instant;
  readonly tries: number;
}

/** An endpoint's secrets; two while they are being exchanged. */
export interface EndpointSecrets {
  readonly account: string;
  readonly secrets: readonly string[];
}

/** The kinds of rows and what each holds. Keys are `account/id`. */
export interface Rows {
  readonly paymentIntents: Row<WirePaymentIntent>;
  readonly charges: Row<WireCharge>;
  readonly refunds: Row<WireRefund>;
  readonly disputes: Row<WireDispute>;
  readonly balanceTransactions: Row<WireBalanceTransaction>;
  readonly payouts: Row<WirePayout>;
  readonly events: Row<WireEvent>;
  readonly customers: Row<WireCustomer>;
  readonly paymentMethods: Row<WirePaymentMethod>;
  readonly endpoints: Row<WireWebhookEndpoint>;
  readonly secrets: EndpointSecrets;
  readonly kept: KeptAnswer;
  readonly timers: Timer;
  readonly sendings: Sending;
  /** Counters and small facts, by name. */
  readonly numbers: number;
  readonly texts: string;
}

export type TableName = keyof Rows;

export const TABLES = [
  'paymentIntents',
  'charges',
  'refunds',
  'disputes',
  'balanceTransactions',
  'payouts',
  'events',
  'customers',
  'paymentMethods',
  'endpoints',
  'secrets',
  'kept',
  'timers',
  'sendings',
  'numbers',
  'texts',
] as const satisfies readonly TableName[];

/** Everything the sandbox remembers, as JSON. Rows stand in the order in which they came to be. */
export interface EngineState {
  readonly format: 1;
  readonly tables: { readonly [T in TableName]: readonly (readonly [key: string, row: Rows[T]])[] };
}

/** One row written or, with null, removed: what a log must keep. */
export type Change = readonly [table: TableName, key: string, row: Rows[TableName] | null];

/** A state in which nothing has happened. `salt` becomes part of every id, so that two sandboxes never share one. */
export function emptyState(salt: string): EngineState {
  const tables = Object.fromEntries(TABLES.map((name) => [name, []])) as unknown as EngineState['tables'];
  return { format: 1, tables: { ...tables, texts: [['salt', salt]] } };
}

/** The rows in memory. Every write goes through `put` or `remove`, so that what changed can be written down. */
export class Tables {
  readonly #maps: { readonly [T in TableName]: Map<string, Rows[T]> };
  readonly #changed = new Map<string, readonly [TableName, string]>();
  /** Keys in order of creation, by customer or parent: listings of one customer do not read everything. */
  readonly #related = new Map<string, string[]>();
  readonly #ordered = new Map<TableName, string[]>();
  readonly #agendas = { timers: new Agenda(), sendings: new Agenda() };

  constructor(state: EngineState) {
    this.#maps = Object.fromEntries(TABLES.map((name) => [name, new Map()])) as unknown as {
      readonly [T in TableName]: Map<string, Rows[T]>;
    };
    for (const name of TABLES) for (const [key, row] of state.tables[name]) this.put(name, key, row);
    this.#changed.clear();
  }

  get<T extends TableName>(table: T, key: string): Rows[T] | null {
    return this.#maps[table].get(key) ?? null;
  }

  put<T extends TableName>(table: T, key: string, row: Rows[T]): void {
    if (!this.#maps[table].has(key)) this.#file(table, key, row);
    if (table === 'timers') this.#agendas.timers.add(key, (row as Timer).at);
    if (table === 'sendings') this.#agendas.sendings.add(key, (row as Sending).at);
    this.#maps[table].set(key, row);
    this.#changed.set(`${table}:${key}`, [table, key]);
  }

  /** For what is used up: timers, sendings, kept answers. Listed objects are never removed. */
  remove(table: 'timers' | 'sendings' | 'kept' | 'numbers' | 'texts', key: string): void {
    this.#maps[table].delete(key);
    this.#changed.set(`${table}:${key}`, [table, key]);
  }

  entries<T extends TableName>(table: T): IterableIterator<[string, Rows[T]]> {
    return this.#maps[table].entries();
  }

  /** Keys in order of creation. */
  keys(table: TableName): readonly string[] {
    return this.#ordered.get(table) ?? [];
  }

  /** Keys of a table's rows that belong to an object, in order of creation. */
  related(table: TableName, account: string, id: string): readonly string[] {
    return this.#related.get(`${table}:${account}/${id}`) ?? [];
  }

  /** When the first timer or sending is due; null where there is none. */
  get nextDueAt(): Instant | null {
    const { timers, sendings } = this.#agendas;
    if (timers.nextAt === null || sendings.nextAt === null) return timers.nextAt ?? sendings.nextAt;
    return Math.min(timers.nextAt, sendings.nextAt);
  }

  /** Takes the first key that is due, or null. The row stays until it is removed. */
  takeDue(table: 'timers' | 'sendings', now: Instant): string | null {
    return this.#agendas[table].takeDue(now);
  }

  /** Adds to a counter and answers what it is then. */
  count(name: string, by: number): number {
    const value = (this.get('numbers', name) ?? 0) + by;
    this.put('numbers', name, value);
    return value;
  }

  /** What was written since the last call. */
  takeChanges(): readonly Change[] {
    const changes = [...this.#changed.values()].map(([table, key]): Change => [table, key, this.get(table, key)]);
    this.#changed.clear();
    return changes;
  }

  snapshot(): EngineState {
    const tables = Object.fromEntries(TABLES.map((name) => [name, [...this.#maps[name].entries()]]));
    return structuredClone({ format: 1, tables }) as unknown as EngineState;
  }

  #file(table: TableName, key: string, row: Rows[TableName]): void {
    if (typeof row !== 'object' || !('wire' in row)) return;
    fileUnder(this.#ordered, table, key);
    const { customer, payment_intent, charge, source } = row.wire as unknown as Record<string, unknown>;
    for (const owner of [customer, payment_intent, charge, source]) {
      if (typeof owner === 'string') fileUnder(this.#related, `${table}:${row.account}/${owner}`, key);
    }
  }
}

function fileUnder<K>(index: Map<K, string[]>, under: K, key: string): void {
  const list = index.get(under);
  if (list === undefined) index.set(under, [key]);
  else list.push(key);
}
