import type { BankEntry, BankStatement } from '../fact/bank.ts';
import { type Money, money } from '../kernel/money.ts';

/**
 * Where a statement does not come out even, to the cent. It was read all the same; whoever imports it must refuse it or
 * ask the bank. Entries are numbered from 1, in the order of the file.
 */
export type StatementBreak =
  | {
      readonly kind: 'balance_differs';
      /** closing − (opening + booked entries). */
      readonly difference: Money;
    }
  | {
      readonly kind: 'details_differ';
      readonly entry: number;
      /** entry − (sum of its details + charges). */
      readonly difference: Money;
    }
  | { readonly kind: 'balance_in_other_currency'; readonly currencies: readonly string[] }
  | { readonly kind: 'details_in_other_currency'; readonly entry: number; readonly currencies: readonly string[] }
  | { readonly kind: 'count_differs'; readonly entry: number; readonly said: number; readonly found: number };

/** How far an entry is split: one payment, all of them, or only their sum; the last names no single payment. */
export type Split = 'itemised' | 'sum_only';

/** All breaks, that of the balance first. Empty: not a cent is unexplained. */
export function checkStatement(statement: BankStatement): readonly StatementBreak[] {
  return [...balanceBreaks(statement), ...statement.entries.flatMap((entry, at) => entryBreaks(entry, at + 1))];
}

/** `sum_only` is no break: some banks give nothing else. It says that single payments must be found elsewhere. */
export function splitOf({ transactions }: BankEntry): Split {
  const isWhole = transactions.length > 0 && transactions.every(({ amount }) => amount !== null);
  return isWhole ? 'itemised' : 'sum_only';
}

/**
 * Whether its details, with the fees that the bank took, make the entry to the cent: then each can be taken for
 * itself.
 */
export function isExplained(entry: BankEntry): boolean {
  return splitOf(entry) === 'itemised' && entryBreaks(entry, 1).length === 0;
}

/** Nothing to check where the bank gives no pair of balances, as in every notification. */
function balanceBreaks({ opening, closing, entries }: BankStatement): readonly StatementBreak[] {
  if (opening === null || closing === null) return [];
  const { currency } = opening.amount;
  const booked = entries.filter(({ status }) => status === 'booked');
  const foreign = booked.findIndex(({ amount }) => amount.currency !== currency);
  if (closing.amount.currency !== currency || foreign >= 0) {
    const other = closing.amount.currency === currency ? booked[foreign]?.amount.currency : closing.amount.currency;
    return [{ kind: 'balance_in_other_currency', currencies: [currency, other ?? ''] }];
  }
  const expected = opening.amount.amountMinor + sum(booked.map(({ amount }) => amount));
  const difference = closing.amount.amountMinor - expected;
  return difference === 0n ? [] : [{ kind: 'balance_differs', difference: money(difference, currency) }];
}

function entryBreaks(entry: BankEntry, number: number): readonly StatementBreak[] {
  return [...countBreaks(entry, number), ...detailBreaks(entry, number)];
}

/** A batch may be given without details; if it is given with them, with all of them. */
function countBreaks({ batch, transactions }: BankEntry, entry: number): readonly StatementBreak[] {
  const said = batch?.count ?? transactions.length;
  if (transactions.length === 0 || said === transactions.length) return [];
  return [{ kind: 'count_differs', entry, said, found: transactions.length }];
}

function detailBreaks(entry: BankEntry, number: number): readonly StatementBreak[] {
  const amounts = entry.transactions.flatMap(({ amount }) => amount ?? []);
  if (splitOf(entry) === 'sum_only') return [];
  const { currency } = entry.amount;
  if (amounts.some((amount) => amount.currency !== currency)) {
    const currencies = [...new Set([currency, ...amounts.map((amount) => amount.currency)])];
    return [{ kind: 'details_in_other_currency', entry: number, currencies }];
  }
  // Banks differ in whether details are before or after their fees: both are explained to the cent.
  const difference = entry.amount.amountMinor - sum(amounts);
  if (difference === 0n || difference === entry.charges?.amountMinor) return [];
  return [{ kind: 'details_differ', entry: number, difference: money(difference, currency) }];
}

function sum(amounts: readonly Money[]): bigint {
  return amounts.reduce((total, { amountMinor }) => total + amountMinor, 0n);
}
