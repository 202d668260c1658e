import type { OrderWriter } from '../../flow/remedy/export-transfers.ts';
import type { OrderParty } from '../../world/bank/write/order.ts';
import { writeCreditTransfer } from '../../world/bank/write-credit-transfer.ts';
import type { BankSettings } from './settings.ts';

/** Files for the bank from our own account; what the customer reads names us. */
export function orderWriter({ name, iban, bic }: BankSettings): OrderWriter {
  const debtor: OrderParty = { name, iban, bic };
  return ({ messageId, createdAt, executeOn, payments }) => {
    const written = writeCreditTransfer({
      version: 'pain.001.001.09',
      messageId,
      createdAt,
      executeOn,
      debtor,
      booking: 'single',
      payments: payments.map(({ endToEndId, iban: to, holder, amount }) => ({
        endToEndId,
        creditor: { name: holder, iban: to, bic: null },
        amount,
        text: `Refund ${name}`,
      })),
    });
    return written.ok
      ? { ok: true, value: new TextEncoder().encode(written.value.xml) }
      : { ok: false, error: written.error.map(({ id, message }) => (id === null ? message : `${id}: ${message}`)) };
  };
}
