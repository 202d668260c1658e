import type { OutboxEvent } from '../../src/core/fact/event.ts';
import type { Observation } from '../../src/core/fact/observation.ts';
import type { Lot } from '../../src/core/ledger/lot.ts';
import type { Transfer } from '../../src/core/ledger/transfer.ts';
import type { Attempt, Capture, ChargeIntent, ObligationKey } from '../../src/core/live/charge.ts';
import type { RentalRecord } from '../../src/core/live/ended-rental.ts';
import type { CaptureCounters } from '../../src/core/live/movement.ts';
import type { ProviderEvent, ProviderLedgerLine } from '../../src/flow/ports/provider.ts';
import type { Account, Control, Market, SeenPayment, StoredPlan } from '../../src/flow/ports/store.ts';
import type { Alarm } from '../../src/flow/ports/world.ts';

/** What the database holds, by primary key. Values are replaced, never changed: a copy of the maps is a backup. */
export interface Rows {
  readonly accounts: Map<string, Account>;
  readonly markets: Map<string, Market>;
  readonly plans: Map<string, StoredPlan>;
  /** By rental id: revisions, oldest first. */
  readonly rentals: Map<string, readonly RentalRecord[]>;
  readonly intents: Map<string, IntentRow>;
  /** Names of the intents of a rental, in order of purpose and occurrence. */
  readonly intentsOfRental: Map<string, readonly string[]>;
  readonly transfers: Map<string, Transfer>;
  readonly lots: Map<string, Lot>;
  /** By account and market: names of its lots. */
  readonly lotsOf: Map<string, readonly string[]>;
  readonly lotOfIncident: Map<string, string>;
  readonly inbox: Map<string, InboxRow>;
  readonly payments: Map<string, PaymentRow>;
  /** By account and rental that they name. */
  readonly paymentsOfRental: Map<string, readonly string[]>;
  readonly lines: Map<string, ProviderLedgerLine>;
  readonly cursors: Map<string, number>;
  readonly alarms: Map<string, Alarm>;
  /** Written once, in order. */
  readonly outbox: Map<number, OutboxEvent>;
  /** One row, under `''`. */
  readonly control: Map<string, Control & { readonly at: number }>;
}

export interface IntentRow {
  readonly intent: ChargeIntent;
  readonly revision: number;
  readonly leaseUntil: number | null;
  readonly attempts: readonly Attempt[];
  /** By time and the provider's id. */
  readonly captures: readonly CaptureRow[];
  readonly evidence: readonly EvidenceRow[];
}

export interface CaptureRow {
  readonly capture: Capture;
  readonly counters: CaptureCounters;
}

export interface EvidenceRow {
  readonly generation: number;
  readonly version: number;
  readonly observation: Observation;
}

export interface InboxRow {
  readonly event: ProviderEvent;
  readonly receivedAt: number;
  readonly state: 'new' | 'parked' | 'done' | 'given_up';
  readonly tries: number;
  readonly runAt: number | null;
  readonly note: string;
}

export interface PaymentRow extends SeenPayment {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

export function emptyRows(): Rows {
  const control = { charging: 'running', reason: 'as installed', by: 'storno migrate', at: 0 } as const;
  return {
    accounts: new Map(),
    markets: new Map(),
    plans: new Map(),
    rentals: new Map(),
    intents: new Map(),
    intentsOfRental: new Map(),
    transfers: new Map(),
    lots: new Map(),
    lotsOf: new Map(),
    lotOfIncident: new Map(),
    inbox: new Map(),
    payments: new Map(),
    paymentsOfRental: new Map(),
    lines: new Map(),
    cursors: new Map(),
    alarms: new Map(),
    outbox: new Map(),
    control: new Map([['', control]]),
  };
}

export function copyRows(rows: Rows): Rows {
  return Object.fromEntries(Object.entries(rows).map(([name, map]) => [name, new Map(map)])) as unknown as Rows;
}

/** No id holds this. */
const APART = '\u0000';

export function nameOf(...parts: readonly (string | number)[]): string {
  return parts.join(APART);
}

export function intentName({ accountId, rentalId, purpose, occurrence }: ObligationKey): string {
  return nameOf(accountId, rentalId, purpose, occurrence);
}

export function transferName({ accountId, kind, sourceRef }: Transfer): string {
  return nameOf(accountId, kind, sourceRef);
}

/** Thrown where PostgreSQL would refuse the row: a defect of whoever wrote it. Nothing of the transaction stays. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** States a constraint of the schema. */
export function require(condition: boolean, constraint: string): asserts condition {
  if (!condition) throw new Refused(constraint);
}

export function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
