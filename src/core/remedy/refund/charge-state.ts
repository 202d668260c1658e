import type { Money } from '../../kernel/money.ts';
import type { Instant } from '../../kernel/time.ts';
import { readRefundMetadata } from './reference.ts';

/** A charge as the provider shows it now, with what was done to it. */
export interface ChargeState {
  readonly providerRef: string;
  readonly captured: Money;
  /** All refunds that hold or may: pending ones count, failed ones do not. */
  readonly refundedMinor: bigint;
  readonly refunds: readonly SeenRefund[];
  readonly disputes: readonly SeenDispute[];
}

export interface SeenRefund {
  readonly providerRef: string;
  readonly amount: Money;
  readonly status: 'succeeded' | 'pending' | 'failed' | 'canceled';
  readonly metadata: Readonly<Record<string, string>>;
  readonly failureCode: string | null;
  readonly createdAt: Instant;
}

export interface SeenDispute {
  readonly providerRef: string;
  readonly amount: Money;
  /** `inquiry` took no money and may become a dispute; `open` took it; `withdrawn` came to nothing. */
  readonly status: 'inquiry' | 'open' | 'won' | 'lost' | 'withdrawn';
}

/** `missing`: the provider says that this merchant account has no such charge. Null: it could not be read. */
export type ChargeReading = ChargeState | 'missing' | null;

export function isLive({ status }: SeenRefund): boolean {
  return status === 'succeeded' || status === 'pending';
}

/** Refunds that bear our reference for this liability, whatever plan they belong to. */
export function isOurs(refund: SeenRefund, liability: { readonly accountId: string; readonly liabilityId: string }) {
  const naming = readRefundMetadata(refund.metadata);
  return naming?.key.accountId === liability.accountId && naming.key.liabilityId === liability.liabilityId;
}

/** Whether the list of refunds shows all that the charge counts: a list may lag behind its charge. */
export function isWhole(charge: ChargeState): boolean {
  return sumOf(charge.refunds.filter(isLive)) >= charge.refundedMinor;
}

/** What a bank has in its hands: nothing is sent for it meanwhile (R02). */
export function openDisputeOf(charge: ChargeReading): SeenDispute | null {
  if (charge === null || charge === 'missing') return null;
  return charge.disputes.find(({ status }) => status === 'open' || status === 'inquiry') ?? null;
}

export function sumOf(items: readonly { readonly amount: Money }[]): bigint {
  return items.reduce((sum, { amount }) => sum + amount.amountMinor, 0n);
}
