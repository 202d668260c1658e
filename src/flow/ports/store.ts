import type { OutboxEvent } from '../../core/fact/event.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { Lot } from '../../core/ledger/lot.ts';
import type { Transfer } from '../../core/ledger/transfer.ts';
import type { ChargeCase, ChargeChange, ChargeIntent, ObligationKey, PaymentMethod } from '../../core/live/charge.ts';
import type { Price, RentalRecord } from '../../core/live/ended-rental.ts';
import type { ProviderEvent, ProviderLedgerLine, ProviderPayment } from './provider.ts';
import type { Alarm } from './world.ts';

/**
 * The live half's memory. Every method is one transaction, all or nothing; none calls the outside. A method may throw
 * `StoreUnavailable` (nothing is known to have been written: *unknown commit*), never anything else for what the
 * database does. Callers may therefore repeat every method: each is idempotent by its business key.
 */
export interface LiveStore {
  /** `exists` answers the account as it stands; a differing method or market is an update, kept with its history. */
  putAccount(account: Account, now: Instant): Promise<'created' | 'updated' | 'exists'>;
  readAccount(accountId: string): Promise<Account | null>;
  putMarket(market: Market): Promise<'created' | 'updated' | 'exists'>;
  readMarket(market: string): Promise<Market | null>;
  /**
   * A plan is known by market, name and the instant from which on it holds, and never changed: `differs` where another
   * text stands there. The same text may hold in several markets, and again later.
   */
  putPlan(plan: StoredPlan): Promise<'created' | 'exists' | 'differs'>;
  /** The newest plan of this name in the market that is valid at the instant. */
  readPlan(market: string, planId: string, at: Instant): Promise<StoredPlan | null>;

  /** Lots of the account in the market with something left, soonest expiry first, then oldest. */
  readLots(accountId: string, market: string): Promise<readonly Lot[]>;
  /** Unique by lot id, and by (incident, account) where there is an incident. */
  grantLot(grant: {
    readonly lot: Lot;
    readonly transfer: Transfer;
    readonly event: OutboxEvent;
  }): Promise<'created' | 'exists'>;
  /** Lots past their end with something left. */
  readLapsedLots(now: Instant, limit: number): Promise<readonly Lot[]>;
  /** Sets what is left to zero and books it, if it is still what was read. */
  expireLot(expiry: {
    readonly lot: Lot;
    readonly transfer: Transfer;
    readonly event: OutboxEvent;
  }): Promise<'applied' | 'stale'>;

  /**
   * Writes a rental, its price, the minutes that it used, its intent and its entries, or says why not: first whether it
   * exists, then whether the account does, then whether the lots still hold what the price counted on.
   */
  endRental(ending: RentalEnding): Promise<RentalEnded>;
  /** The same for many, each by itself; answers in the order of the request. */
  endRentals(endings: readonly RentalEnding[]): Promise<readonly RentalEnded[]>;
  /** The rental's newest revision, under whatever account it was said. */
  readRental(rentalId: string): Promise<RentalRecord | null>;
  /**
   * Takes back a rental: voids its open intents, gives back minutes, books the reversal, perhaps issues a new revision.
   * `stale` where the revision is not the newest or was taken back, an intent has another version, or a lot lacks what
   * the new revision draws.
   */
  voidRental(voiding: RentalVoiding): Promise<'applied' | 'stale'>;

  /**
   * Takes due intents for a worker, those first that wait longest: `runAt` reached and no lease held. Nothing while
   * charging is stopped. The claim counts the version on, so that the worker before cannot write any more. A lease is
   * held until its end, which is not part of it, or until a change of the intent was applied.
   */
  claim(request: {
    readonly worker: string;
    readonly now: Instant;
    readonly leaseUntil: Instant;
    readonly limit: number;
  }): Promise<readonly ChargeCase[]>;
  /**
   * The same for those in flight alone, whether or not charging is stopped: to ask for what may be under way. Nothing
   * may be sent for them.
   */
  claimOpen(request: Parameters<LiveStore['claim']>[0]): Promise<readonly ChargeCase[]>;
  /** Attempts by generation, captures by time and the provider's id. */
  readCase(key: ObligationKey): Promise<ChargeCase | null>;
  /** All intents of a rental, of every purpose and occurrence. */
  readIntents(rentalId: string): Promise<readonly ChargeIntent[]>;
  /** Counts the version on and ends the lease. */
  apply(change: ChargeChange): Promise<'applied' | 'stale'>;
  /** Like `apply` for many at once; each by itself. */
  applyAll(changes: readonly ChargeChange[]): Promise<readonly ('applied' | 'stale')[]>;

  /** Keeps a verified event; the same (provider, merchant account, event id) once. Its bytes go when it is finished. */
  receiveEvent(event: ProviderEvent, body: string, now: Instant): Promise<'stored' | 'repeated'>;
  /** Those that wait longest; each is claimed again at `leaseUntil` at the latest, until it is finished. */
  claimEvents(request: {
    readonly now: Instant;
    readonly leaseUntil: Instant;
    readonly limit: number;
  }): Promise<readonly ClaimedEvent[]>;
  /**
   * `parked` events are tried again at `retryAt`: what they speak of may become known. One that is done or given up
   * stays so, whoever comes late.
   */
  finishEvent(finish: {
    readonly event: ProviderEvent;
    readonly state: 'done' | 'parked' | 'given_up';
    readonly retryAt: Instant | null;
    readonly note: string;
  }): Promise<void>;

  /** What the provider did, as last seen: the `payments` layer. Status only moves forward. */
  recordPayments(payments: readonly SeenPayment[], now: Instant): Promise<void>;
  /** Lines of the provider's ledger, each once, with the entries that follow from it. */
  recordLedgerLines(lines: readonly BookedLine[], now: Instant): Promise<number>;
  /**
   * A captured payment's refunds and disputes, booked once each; the capture's counters follow as `core/live/movement`
   * counts. The capture is the one of the obligation whose provider's id is the payment's `parentRef`. `not_booked`
   * where the entry that the transfer corrects does not stand in the books: there is nothing to take back (yet).
   */
  recordMovement(movement: CaptureMovement): Promise<'applied' | 'exists' | 'capture_unknown' | 'not_booked'>;

  /** How far a listing was read, by name; null at first. */
  readCursor(name: string): Promise<Instant | null>;
  /** Never back: an earlier instant than the one that stands changes nothing. */
  writeCursor(name: string, to: Instant): Promise<void>;

  /**
   * Since when the provider may hold what is not known here: the first send of the oldest open attempt, or when the
   * last payment that is known was made, whichever is earlier. Null where there is neither.
   */
  readOldestTrace(merchant: Pick<ProviderEvent, 'provider' | 'merchantAccount'>): Promise<Instant | null>;

  /** `at`: since when it stands so. */
  readControl(): Promise<Control & { readonly at: Instant }>;
  /** Stops or resumes charging for all workers; the reason and the person are kept. */
  setControl(control: Control & { readonly at: Instant }): Promise<void>;
  raiseAlarm(alarm: Alarm): Promise<'raised' | 'exists'>;
  /** When it was raised; null where it never was. */
  readAlarm(kind: Alarm['kind'], subject: string): Promise<Instant | null>;
  /** Parked intents of whose last parking no alarm was raised: whoever parked them died before. Oldest first. */
  readParkedUnsaid(limit: number): Promise<readonly { readonly key: ObligationKey; readonly reason: string }[]>;
  /** How many alarms of the kind were raised at the instant or after it, settled or not. */
  countAlarms(kind: Alarm['kind'], since: Instant): Promise<number>;

  /**
   * Every violated invariant, in words; empty where all hold. Read-only. Overdue is what has waited for longer than
   * `overdueMs` while charging ran as long.
   */
  checkInvariants(asked: { readonly now: Instant; readonly overdueMs: number }): Promise<readonly string[]>;
}

/** Thrown where the database did not answer: whether the transaction was committed is unknown. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export interface Account {
  readonly accountId: string;
  readonly homeMarket: string;
  /** BCP 47. */
  readonly locale: string;
  /** Null: the account cannot be charged yet; its intents wait. */
  readonly paymentMethod: PaymentMethod | null;
}

export interface Market {
  readonly market: string;
  /** IANA. */
  readonly timeZone: string;
  readonly currency: string;
  /** In basis points of the net price: 2200 is 22 %. VAT is inside every price. */
  readonly vatBasisPoints: number;
}

export interface StoredPlan {
  readonly market: string;
  readonly planId: string;
  readonly digest: string;
  /** The plan as JSON text, as it was loaded: GBFS 3 with our caps. */
  readonly body: string;
  readonly validFrom: Instant;
}

export interface RentalEnding {
  readonly record: RentalRecord;
  /** Null where the price is zero. */
  readonly intent: ChargeIntent | null;
  readonly transfers: readonly Transfer[];
  readonly events: readonly OutboxEvent[];
}

export type RentalEnded =
  | { readonly kind: 'created' }
  /** A rental of this id is known, under this or another account: core says whether it is the same. */
  | { readonly kind: 'exists'; readonly record: RentalRecord }
  /** A lot does not hold any more what the price counted on: price it again. */
  | { readonly kind: 'lots_changed' }
  | { readonly kind: 'account_unknown' };

export interface RentalVoiding {
  readonly rentalId: string;
  readonly accountId: string;
  /** The revision that is taken back. */
  readonly revision: number;
  readonly voidedAt: Instant;
  readonly reason: string;
  /** Intents to void, by the version on which the decision rests. */
  readonly intents: readonly { readonly key: ObligationKey; readonly version: number }[];
  /** Minutes that go back to their lots, with their original expiry. */
  readonly restored: Price['lotUses'];
  readonly transfers: readonly Transfer[];
  readonly events: readonly OutboxEvent[];
  /** What holds from now on; null where the rental never was. */
  readonly next: RentalEnding | null;
}

export interface ClaimedEvent {
  readonly event: ProviderEvent;
  /** How often it was claimed, this time included. */
  readonly tries: number;
  readonly receivedAt: Instant;
}

export interface SeenPayment {
  readonly payment: ProviderPayment;
  /** Whose obligation it names, as far as its metadata tell. */
  readonly key: ObligationKey | null;
}

export interface BookedLine {
  readonly line: ProviderLedgerLine;
  readonly accountId: string | null;
  readonly transfers: readonly Transfer[];
}

export interface CaptureMovement {
  readonly payment: ProviderPayment;
  readonly key: ObligationKey;
  readonly counter: 'refunded' | 'disputed';
  /** What the counter grows by, in minor units; below zero where it was taken back (refund failed, dispute won). */
  readonly changeMinor: bigint;
  readonly transfer: Transfer;
  readonly event: OutboxEvent | null;
}

export interface Control {
  readonly charging: 'running' | 'stopped';
  readonly reason: string;
  readonly by: string;
}

/** Reads for API, books and console; they decide nothing. */
export interface LiveReads {
  listRentals(filter: RentalFilter): Promise<Listing<RentalRecord>>;
  listIntents(filter: IntentFilter): Promise<Listing<ChargeIntent>>;
  readEvidence(key: ObligationKey): Promise<readonly AttemptEvidence[]>;
  listLots(accountId: string): Promise<readonly Lot[]>;
  /** By line of the chart and asset, debit minus credit, in the asset's smallest unit. */
  readBalances(accountId: string): Promise<readonly Balance[]>;
}

export interface Listing<T> {
  readonly items: readonly T[];
  /** Opaque; null at the end. */
  readonly next: string | null;
}

export interface RentalFilter {
  readonly accountId: string | null;
  readonly market: string | null;
  readonly endedFrom: Instant | null;
  readonly endedTo: Instant | null;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface IntentFilter {
  readonly accountId: string | null;
  readonly state: string | null;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface AttemptEvidence {
  readonly generation: number;
  readonly state: string;
  readonly idempotencyKey: string;
  readonly providerRef: string | null;
  readonly sentAt: Instant;
  readonly horizonAt: Instant;
  readonly seen: readonly {
    readonly source: string;
    readonly outcome: string;
    readonly detail: string;
    readonly at: Instant;
  }[];
}

export interface Balance {
  readonly ledgerAccount: string;
  readonly dimension: string;
  readonly asset: string;
  readonly balance: bigint;
}
