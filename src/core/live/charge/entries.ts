import { type Transfer, transfer } from '../../ledger/transfer.ts';
import type { Capture, ChargeIntent } from '../charge.ts';
import { obligationText } from './reference.ts';

/** A provider's id is unique within provider and merchant account only. */
export function paymentText(payment: {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly providerRef: string;
}): string {
  return `${payment.provider}:${payment.merchantAccount}:${payment.providerRef}`;
}

/** Money came in: it pays the debt, or is owed back where nothing was owed. */
export function captureEntry(capture: Capture): Transfer {
  return transfer({
    accountId: capture.key.accountId,
    kind: capture.isSurplus ? 'surplus_capture' : 'capture',
    sourceRef: paymentText(capture),
    debit: 'house_clearing',
    credit: capture.isSurplus ? 'account_payable' : 'account_receivable',
    dimension: capture.provider,
    asset: capture.amount.currency,
    amount: capture.amount.amountMinor,
    corrects: null,
    happenedAt: capture.capturedAt,
  });
}

/** Nobody will ask for this debt again. */
export function writeOffEntry(intent: ChargeIntent, happenedAt: number): Transfer {
  return transfer({
    accountId: intent.key.accountId,
    kind: 'written_off',
    sourceRef: obligationText(intent.key),
    debit: 'house_written_off',
    credit: 'account_receivable',
    dimension: '',
    asset: intent.amount.currency,
    amount: intent.amount.amountMinor,
    corrects: null,
    happenedAt,
  });
}
