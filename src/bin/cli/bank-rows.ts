import type { Balance, BankEntry, BankStatement, BankTransaction, StatusReport } from '../../core/fact/bank.ts';
import { type Money, sayMoney, toMajor } from '../../core/kernel/money.ts';
import { checkStatement, type StatementBreak, splitOf } from '../../core/remedy/check-statement.ts';

/** Amounts are texts in major units, signed: positive when money came. */
export function statementAsJson(statement: BankStatement) {
  return {
    kind: statement.kind,
    version: statement.version,
    message_id: statement.messageId,
    statement_id: statement.statementId,
    sequence: statement.sequence,
    account: statement.account,
    currency: statement.currency,
    from: statement.from,
    to: statement.to,
    is_copy: statement.isCopy,
    opening: balanceAsJson(statement.opening),
    closing: balanceAsJson(statement.closing),
    breaks: checkStatement(statement).map((found) => ({ kind: found.kind, message: sayBreak(found) })),
    entries: statement.entries.map(entryAsJson),
  };
}

function balanceAsJson(balance: Balance | null) {
  return balance === null ? null : { ...amountAsJson(balance.amount), on: balance.on };
}

function amountAsJson(amount: Money) {
  return { amount: toMajor(amount), currency: amount.currency };
}

function entryAsJson(entry: BankEntry) {
  return {
    ...amountAsJson(entry.amount),
    status: entry.status,
    booked_on: entry.bookedOn,
    value_on: entry.valueOn,
    bank_ref: entry.bankRef,
    entry_ref: entry.entryRef,
    code: entry.code,
    is_reversal: entry.isReversal,
    split: splitOf(entry),
    batch_count: entry.batch?.count ?? null,
    text: entry.text,
    transactions: entry.transactions.map(transactionAsJson),
  };
}

function transactionAsJson({ amount, references, remittance, returnReason, counterparty }: BankTransaction) {
  return {
    ...(amount === null ? { amount: null, currency: null } : amountAsJson(amount)),
    end_to_end_id: references.endToEndId,
    instruction_id: references.instructionId,
    message_id: references.messageId,
    payment_information_id: references.paymentInformationId,
    mandate_id: references.mandateId,
    uetr: references.uetr,
    bank_ref: references.bankRef,
    return_reason: returnReason,
    remittance,
    name: counterparty.name,
    iban: counterparty.iban,
  };
}

export function statusAsJson(report: StatusReport) {
  return {
    version: report.version,
    message_id: report.messageId,
    original_message_id: report.originalMessageId,
    original_kind: report.originalKind,
    statuses: report.statuses.map((line) => ({
      scope: line.scope,
      payment_information_id: line.paymentInformationId,
      instruction_id: line.instructionId,
      end_to_end_id: line.endToEndId,
      status: line.status,
      code: line.code,
      reason: line.reason,
      text: line.text,
    })),
  };
}

/** A sentence that names the sum. */
export function sayBreak(found: StatementBreak): string {
  switch (found.kind) {
    case 'balance_differs':
      return `Opening and booked entries do not make the closing balance: ${sayMoney(found.difference)} unexplained.`;
    case 'balance_in_other_currency':
      return `Balances and entries are in ${found.currencies.join(' and ')}: they cannot be added.`;
    case 'details_differ':
      return `Entry ${found.entry} and its details differ by ${sayMoney(found.difference)}.`;
    case 'details_in_other_currency':
      return `Entry ${found.entry} and its details are in ${found.currencies.join(' and ')}: they cannot be added.`;
    case 'count_differs':
      return `Entry ${found.entry} is said to hold ${found.said} payments and shows ${found.found}.`;
  }
}
