import type { OutboxEvent } from '../fact/event.ts';
import type { Observation } from '../fact/observation.ts';
import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { Transfer } from '../ledger/transfer.ts';

/**
 * One obligation: what is owed once and may be taken once. There is one charge intent for each, for ever.
 * `occurrence` counts from 1; it grows only where a rental was voided and issued anew, or owes a further adjustment.
 */
export interface ObligationKey {
  readonly accountId: string;
  readonly rentalId: string;
  readonly purpose: 'rental' | 'adjustment';
  readonly occurrence: number;
}

/**
 * Where an intent stands.
 *
 * - `due`: nothing may be under way at the provider; the next attempt may start from `runAt` on.
 * - `in_flight`: an attempt was written down and perhaps sent. Its outcome is unknown until evidence about *that
 *   attempt* says otherwise. No path leads from here to a new attempt but through that evidence.
 * - `succeeded`, `voided`, `uncollected`: final. `uncollected` after the last dunning step was declined.
 * - `parked`: evidence contradicts itself or is missing too long; a person must look. Nothing is sent.
 */
export type IntentState = 'due' | 'in_flight' | 'succeeded' | 'uncollected' | 'voided' | 'parked';

export interface ChargeIntent {
  readonly key: ObligationKey;
  readonly state: IntentState;
  readonly amount: Money;
  readonly provider: string;
  /** When it is to be looked at next; null where it is final or parked. */
  readonly runAt: Instant | null;
  /** Grows with every change and every claim: whoever writes must name the version that he read. */
  readonly version: number;
  /** How many attempts were declined for good, for the dunning schedule. */
  readonly declines: number;
  readonly createdAt: Instant;
}

export type AttemptState =
  /** Written down; sent or about to be. The outcome is unknown. */
  | 'sent'
  /** The provider has it and says that it is not decided yet. */
  | 'pending'
  | 'succeeded'
  /** Proven not to have taken money, now and later. Only now may generation + 1 exist. */
  | 'failed_final';

export interface Attempt {
  readonly key: ObligationKey;
  /** From 1. Part of the idempotency key; grows only from a proven final failure. */
  readonly generation: number;
  readonly state: AttemptState;
  /** Equal on every resend; our reference in the provider's metadata as well. */
  readonly idempotencyKey: string;
  /** Digest of the request: a resend must be byte-identical. */
  readonly requestDigest: string;
  readonly paymentMethod: PaymentMethod;
  /** Stored before the first send. */
  readonly sentAt: Instant;
  /** From here on it is never sent again, only asked for. */
  readonly horizonAt: Instant;
  /** The provider's id, once known. */
  readonly providerRef: string | null;
  readonly declineCode: string | null;
  /** Look-ups after the horizon that found nothing: when. Proof of absence needs two, apart, and the listing. */
  readonly absentAt: readonly Instant[];
}

/** Whom and how the provider charges: references of the provider, never a card number. */
export interface PaymentMethod {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly customerRef: string;
  readonly methodRef: string;
}

/** An intent with all that is known about it: enough to decide the next step. */
export interface ChargeCase {
  readonly intent: ChargeIntent;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
  /** The account's present payment method; null where it has none. */
  readonly paymentMethod: PaymentMethod | null;
  /** Captures that the provider is known to have made for this obligation. */
  readonly captures: readonly Capture[];
  /** Only while it is due and has no attempt: what must be heard before the first one starts. Oldest first. */
  readonly sightings: readonly SightedPayment[];
}

/**
 * A charge that an event or a listing showed for the rental and the purpose, that took money or still may, and of which
 * this database knows neither an attempt nor a capture. It was made by hand, or by a database that knew more.
 */
export interface SightedPayment {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly providerRef: string;
  /** The obligation that it names: this one, or one that is not here. */
  readonly occurrence: number;
  readonly createdAt: Instant;
}

/** One charge at the provider that took money for an obligation. */
export interface Capture {
  readonly key: ObligationKey;
  readonly provider: string;
  readonly merchantAccount: string;
  readonly providerRef: string;
  readonly amount: Money;
  readonly capturedAt: Instant;
  /** Beyond the first: owed back to the customer. */
  readonly isSurplus: boolean;
}

/** A change of one intent, decided in core, written in one transaction or not at all. */
export interface ChargeChange {
  readonly key: ObligationKey;
  /** The version on which the decision rests; another one answers `stale` and nothing is written. */
  readonly version: number;
  readonly state: IntentState;
  readonly runAt: Instant | null;
  readonly declines: number;
  /** Inserted where its generation is new, else updated; null leaves attempts alone. */
  readonly attempt: Attempt | null;
  /** Appended to the attempt's evidence; null where nothing was seen. */
  readonly evidence: { readonly generation: number; readonly observation: Observation } | null;
  readonly capture: Capture | null;
  readonly transfers: readonly Transfer[];
  readonly events: readonly OutboxEvent[];
}
