import type { Refund, RefundKey } from '../refund.ts';

const PREFIX = 'storno:v1:refund:';
/** Of the provider (Stripe) and of our table. */
export const KEY_LENGTH_MAX = 255;

type Owed = Pick<RefundKey, 'accountId' | 'liabilityId'>;

/**
 * Made of what is meant, hence equal on every resend by whatever process. At most 218 characters, since ids have 100 at
 * most. A new form gets a new `v`.
 */
export function refundKeyOf({ accountId, liabilityId }: Owed, generation: number): string {
  return `${PREFIX}${accountId}:${liabilityId}:${generation}`;
}

/** What the provider keeps with the refund, so that it can be laid to its attempt whoever finds it. */
export function refundMetadataOf(key: RefundKey, generation: number): Readonly<Record<string, string>> {
  return {
    account_id: key.accountId,
    plan_id: key.planId,
    liability_id: key.liabilityId,
    generation: String(generation),
    reference: refundKeyOf(key, generation),
  };
}

export interface RefundNaming {
  readonly key: RefundKey;
  readonly generation: number;
}

/** Reads back what `refundMetadataOf` wrote; null for a refund that somebody else made, or that was altered. */
export function readRefundMetadata(metadata: Readonly<Record<string, string>>): RefundNaming | null {
  const { account_id, plan_id, liability_id, generation = '', reference } = metadata;
  if (account_id === undefined || plan_id === undefined || liability_id === undefined) return null;
  if (!/^[1-9]\d{0,2}$/.test(generation)) return null;
  const key: RefundKey = { accountId: account_id, planId: plan_id, liabilityId: liability_id };
  return reference === refundKeyOf(key, Number(generation)) ? { key, generation: Number(generation) } : null;
}

/** Everything that is sent, in one text: its digest tells whether a resend would be byte-identical. */
export function refundRequestText({ key, amount, provider, merchantAccount, paymentId }: Refund, generation: number) {
  return JSON.stringify([
    refundKeyOf(key, generation),
    String(amount.amountMinor),
    amount.currency,
    provider,
    merchantAccount,
    paymentId,
    refundMetadataOf(key, generation),
  ]);
}
