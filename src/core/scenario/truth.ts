import type { Money } from '../kernel/money.ts';
import type { Window } from '../kernel/time.ts';

/** What a scan should say of a wrong charge. The words are those of `findings.csv`. */
export type WrongClass =
  | 'double_charge'
  | 'duplicate_record'
  | 'overcharge'
  | 'charge_without_rental'
  | 'phantom'
  | 'acquirer_duplicate'
  | 'missing_twin';

export type TrueGrade = 'proven' | 'probable' | 'possible';

/** A layer that a scan must be given to see it, besides the payments. */
export type LayerNeeded = 'rentals' | 'charges' | 'settlements';

/** What is known about a scenario because it was made so, never because a detector said so. */
export interface Truth {
  readonly cause: string;
  readonly seed: number;
  readonly accounts: number;
  readonly moneyOwed: boolean;
  /** Null where nothing is wrong. Ends are included and are instants of facts; strays do not count. */
  readonly incident: { readonly ended: Window | null; readonly charged: Window } | null;
  readonly layersNeeded: readonly LayerNeeded[];
  readonly findings: readonly TrueFinding[];
  /** What each account is owed, all grades but `possible` together, in order of accounts. Only sums above zero. */
  readonly refunds: readonly TrueRefund[];
  readonly refundDue: Money;
  /** How many of each innocent look-alike are mixed in. */
  readonly lookAlikes: Readonly<Record<string, number>>;
  readonly rows: TrueRows;
}

/** How many rows each file has, and how many of the payments are repeated ones. */
export interface TrueRows {
  readonly rentals: number;
  readonly payments: number;
  readonly paymentsRepeated: number;
  readonly charges: number;
  readonly settlements: number;
}

export interface TrueFinding {
  readonly class: WrongClass;
  readonly grade: TrueGrade;
  readonly accountId: string | null;
  readonly rentalId: string | null;
  readonly paymentId: string;
  readonly keptPaymentId: string | null;
  readonly chargeId: string | null;
  readonly amount: Money;
  readonly refundDue: Money;
  readonly layersNeeded: readonly LayerNeeded[];
  readonly stray: boolean;
}

export interface TrueRefund {
  readonly accountId: string;
  readonly refundDue: Money;
}
