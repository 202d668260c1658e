import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BankEntry, BankStatement, BankTransaction } from '../fact/bank.ts';
import { money } from '../kernel/money.ts';
import { checkStatement, type StatementBreak } from './check-statement.ts';

const eur = (amountMinor: bigint) => money(amountMinor, 'EUR');

function transaction(amount: BankTransaction['amount']): BankTransaction {
  const none = { messageId: null, paymentInformationId: null, instructionId: null, endToEndId: null };
  return {
    amount,
    references: { ...none, mandateId: null, uetr: null, bankRef: null },
    remittance: '',
    counterparty: { name: null, iban: null },
    returnReason: null,
  };
}

function entry(amount: bigint, more: Partial<BankEntry> = {}): BankEntry {
  return {
    entryRef: null,
    bankRef: null,
    amount: eur(amount),
    isReversal: false,
    status: 'booked',
    bookedOn: '2026-11-10',
    valueOn: null,
    code: null,
    text: '',
    batch: null,
    charges: null,
    transactions: [],
    ...more,
  };
}

function check(balances: readonly [bigint, bigint] | null, entries: readonly BankEntry[], expected: StatementBreak[]) {
  const on = '2026-11-10';
  const statement: BankStatement = {
    kind: 'camt.053',
    version: '08',
    messageId: 'M',
    statementId: 'S',
    sequence: null,
    account: 'DE89370400440532013000',
    currency: 'EUR',
    from: on,
    to: on,
    isCopy: false,
    opening: balances === null ? null : { amount: eur(balances[0]), on },
    closing: balances === null ? null : { amount: eur(balances[1]), on },
    entries,
  };
  assert.deepEqual(checkStatement(statement), expected);
}

test('opening and booked entries make the closing balance, over zero too', () => {
  check([1000n, -500n], [entry(-2000n), entry(500n)], []);
  check([1000n, 1000n], [], []);
});

test('one missing cent is named, with its sign', () => {
  check([1000n, 1499n], [entry(500n)], [{ kind: 'balance_differs', difference: eur(-1n) }]);
});

test('what is pending or only said is not in the balance', () => {
  check([1000n, 1000n], [entry(500n, { status: 'pending' }), entry(7n, { status: 'information' })], []);
});

test('details make the entry, to the cent', () => {
  const parts = [transaction(eur(-300n)), transaction(eur(-199n))];
  const difference = eur(-1n);
  check(null, [entry(-499n, { transactions: parts })], []);
  check(null, [entry(1n), entry(-500n, { transactions: parts })], [{ kind: 'details_differ', entry: 2, difference }]);
});

test('fees that the bank took out of the entry explain the difference, other sums do not', () => {
  const transactions = [transaction(eur(500n))];
  check(null, [entry(480n, { transactions, charges: eur(-20n) })], []);
  check(null, [entry(500n, { transactions, charges: eur(-20n) })], []);
  const difference = eur(-30n);
  const found = { kind: 'details_differ', entry: 1, difference } as const;
  check(null, [entry(470n, { transactions, charges: eur(-20n) })], [found]);
});

test('a batch without amounts of its payments is a sum, not a break', () => {
  const batch = { messageId: null, paymentInformationId: null, count: 20 };
  check(null, [entry(-500n, { batch })], []);
  check(null, [entry(-500n, { transactions: [transaction(null), transaction(null)] })], []);
});

test('a batch that shows fewer payments than it says is a break', () => {
  const batch = { messageId: null, paymentInformationId: null, count: 3 };
  const transactions = [transaction(eur(-500n))];
  check(null, [entry(-500n, { batch, transactions })], [{ kind: 'count_differs', entry: 1, said: 3, found: 1 }]);
});

test('amounts of two currencies are never added', () => {
  const transactions = [transaction(money(500n, 'USD'))];
  check(
    null,
    [entry(500n, { transactions })],
    [{ kind: 'details_in_other_currency', entry: 1, currencies: ['EUR', 'USD'] }],
  );
  check(
    [0n, 500n],
    [entry(0n, { amount: money(500n, 'USD') })],
    [{ kind: 'balance_in_other_currency', currencies: ['EUR', 'USD'] }],
  );
});
