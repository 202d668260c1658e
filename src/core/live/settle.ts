import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import { type LedgerAccount, type Transfer, type TransferKind, transfer } from '../ledger/transfer.ts';

/** A line of the provider's own ledger, as far as it is booked. */
export interface LedgerLine {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly lineId: string;
  readonly kind: 'charge' | 'refund' | 'chargeback' | 'chargeback_reversal' | 'payout' | 'other';
  /** Signed, before fees. */
  readonly amount: Money;
  /** Above zero where the provider took it, below where it gave one back. */
  readonly fee: Money;
  readonly bookedAt: Instant;
}

/** Entries of the house belong to no customer. */
export const HOUSE = '';

/**
 * What the provider says it did with our money. Whatever it credited or debited goes through its clearing line, where
 * our own captures, refunds and disputes stand on the other side: what does not return to zero is unexplained, and that
 * is how a payment shows that nobody here knows. A payout leaves the provider for the bank.
 */
export function settleLine(line: LedgerLine): readonly Transfer[] {
  const { amountMinor } = line.amount;
  const [kind, beside]: readonly [TransferKind, LedgerAccount] =
    line.kind === 'payout' ? ['payout', 'house_bank'] : ['settled', 'house_clearing'];
  return [
    ...moved(line, kind, { debit: 'house_provider', credit: beside, amountMinor }),
    ...moved(line, 'provider_fee', {
      debit: 'house_provider_fees',
      credit: 'house_provider',
      amountMinor: line.fee.amountMinor,
    }),
  ];
}

/** An amount below zero moves the other way; zero moves nothing. */
function moved(
  line: LedgerLine,
  kind: TransferKind,
  lines: { readonly debit: LedgerAccount; readonly credit: LedgerAccount; readonly amountMinor: bigint },
): readonly Transfer[] {
  const { debit, credit, amountMinor } = lines;
  if (amountMinor === 0n) return [];
  const isForward = amountMinor > 0n;
  return [
    transfer({
      accountId: HOUSE,
      kind,
      sourceRef: `${line.provider}:${line.merchantAccount}:${line.lineId}`,
      debit: isForward ? debit : credit,
      credit: isForward ? credit : debit,
      dimension: line.provider,
      asset: line.amount.currency,
      amount: isForward ? amountMinor : -amountMinor,
      corrects: null,
      happenedAt: line.bookedAt,
    }),
  ];
}
