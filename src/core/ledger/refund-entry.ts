import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import { type Transfer, transfer } from './transfer.ts';

/** A refund as its entries need it. */
export interface BookedRefund {
  readonly accountId: string;
  readonly provider: string;
  readonly merchantAccount: string;
  /** The provider's id of the refund. */
  readonly providerRef: string;
  readonly amount: Money;
  readonly happenedAt: Instant;
}

/** Money went back to the customer: what we owe him is less by it. Booked once, whoever hears of the refund. */
export function refundEntry(refund: BookedRefund): Transfer {
  return entry(refund, { kind: 'refund', debit: 'account_payable', credit: 'house_clearing', corrects: null });
}

/** The refund did not reach him: its entry is taken back, and it is owed again. */
export function refundFailedEntry(refund: BookedRefund): Transfer {
  const corrects = `refund:${refOf(refund)}`;
  return entry(refund, { kind: 'refund_failed', debit: 'house_clearing', credit: 'account_payable', corrects });
}

function entry(refund: BookedRefund, parts: Pick<Transfer, 'kind' | 'debit' | 'credit' | 'corrects'>): Transfer {
  return transfer({
    ...parts,
    accountId: refund.accountId,
    sourceRef: refOf(refund),
    dimension: refund.provider,
    asset: refund.amount.currency,
    amount: refund.amount.amountMinor,
    happenedAt: refund.happenedAt,
  });
}

/** A provider's id is unique within provider and merchant account only. */
function refOf({ provider, merchantAccount, providerRef }: BookedRefund): string {
  return `${provider}:${merchantAccount}:${providerRef}`;
}
