import type { BankEntry, BankTransaction } from '../../fact/bank.ts';
import type { Settlement } from '../../fact/settlement.ts';
import { type Day, utcDayOf } from '../../kernel/day.ts';
import { isExplained } from '../check-statement.ts';
import type { Movement } from './shape.ts';

/**
 * The movements of one booked entry, under the key that `identifyEntries` gave it: its payments where they make it up
 * to the cent, and the fees that the bank took; else the entry as a whole. They always sum to the entry. None where it
 * is not booked.
 */
export function movementsOfEntry(key: string, entry: BankEntry, statementDay: Day): readonly Movement[] {
  if (entry.status !== 'booked') return [];
  const on = entry.bookedOn ?? statementDay;
  if (!isExplained(entry)) {
    return [{ id: key, amount: entry.amount, references: referencesOfEntry(entry), on, returnReason: null }];
  }
  const isAlone = entry.transactions.length === 1;
  const payments = entry.transactions.map((transaction, at) => ({
    id: `${key}/${at + 1}`,
    amount: transaction.amount ?? entry.amount,
    references: [...referencesOf(transaction), ...(isAlone ? referencesOfEntry(entry) : [])],
    on,
    returnReason: transaction.returnReason,
  }));
  const sum = payments.reduce((total, { amount }) => total + amount.amountMinor, 0n);
  if (entry.charges === null || sum === entry.amount.amountMinor) return payments;
  return [...payments, { id: `${key}/fees`, amount: entry.charges, references: [], on, returnReason: null }];
}

/** A line of the provider's report, on its day in UTC. */
export function movementOfSettlement({ lineId, paymentId, amount, bookedAt }: Settlement): Movement {
  const on = utcDayOf(bookedAt);
  return { id: lineId, amount, references: [paymentId], on, returnReason: null };
}

function referencesOf({ references }: BankTransaction): readonly string[] {
  const { endToEndId, instructionId, messageId, paymentInformationId, uetr, bankRef } = references;
  return [endToEndId, instructionId, messageId, paymentInformationId, uetr, bankRef].filter((each) => each !== null);
}

function referencesOfEntry({ bankRef, batch }: BankEntry): readonly string[] {
  return [bankRef, batch?.messageId, batch?.paymentInformationId].filter((each) => typeof each === 'string');
}
