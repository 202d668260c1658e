import type { RentalRecord } from '../core/live/ended-rental.ts';
import type { Lot } from '../core/live/lot.ts';
import type { Refusal } from './problem.ts';

/**
 * Where requests become what the flows understand: core parses once more what the schemas let through, and what a flow
 * refuses becomes a problem. Refusals are thrown, but for many rentals at once, where each has its own.
 */
export interface Desk {
  endRentals(inputs: readonly unknown[]): Promise<readonly Taken[]>;
  voidRental(request: { readonly rentalId: string; readonly reason: string }): Promise<RentalRecord>;
  correctRental(request: {
    readonly rentalId: string;
    readonly reason: string;
    readonly rental: unknown;
  }): Promise<RentalRecord>;
  grantLot(request: LotGrant): Promise<{ readonly result: 'created' | 'exists'; readonly lot: Lot }>;
  putPlan(request: { readonly market: string; readonly plan: unknown; readonly validFrom: string }): Promise<{
    readonly result: 'created' | 'exists';
    readonly planId: string;
    readonly digest: string;
  }>;
}

export type Taken =
  | { readonly kind: 'created' | 'exists'; readonly record: RentalRecord }
  | { readonly kind: 'refused'; readonly rentalId: string | null; readonly refusal: Refusal };

export interface LotGrant {
  readonly accountId: string;
  /** Equal for equal commands: the same command grants once. */
  readonly lotId: string;
  readonly market: string;
  readonly minutes: number;
  readonly lastDay: string;
  /** Null: from now on. */
  readonly validFrom: string | null;
  readonly source: string;
  readonly incidentId: string | null;
}

export function openDesk(_world: unknown): Desk {
  return null as never;
}
