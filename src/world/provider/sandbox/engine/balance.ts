import type { WireBalanceTransaction } from './objects.ts';
import { type Desk, insert, newId, seconds, setTimer } from './world.ts';

/** Books a line of the provider's ledger. Fees are taken from charges and not given back with refunds. */
export function bookLine(
  desk: Desk,
  line: Pick<WireBalanceTransaction, 'type' | 'amount' | 'currency' | 'source'>,
): WireBalanceTransaction {
  const { settlement } = desk.profile;
  const fee =
    line.type === 'charge' ? Math.round((line.amount * settlement.feePerMille) / 1000) + settlement.feeFixed : 0;
  const booked: WireBalanceTransaction = {
    id: newId(desk, 'txn'),
    object: 'balance_transaction',
    amount: line.amount,
    available_on: seconds(desk.now + settlement.availableAfterMs),
    created: seconds(desk.now),
    currency: line.currency,
    fee,
    net: line.amount - fee,
    reporting_category: line.type === 'adjustment' ? 'dispute' : line.type,
    source: line.source,
    status: 'pending',
    type: line.type,
  };
  insert(desk, 'balanceTransactions', booked);
  desk.tables.count(balanceName(desk, line.currency), booked.net);
  planPayout(desk, line.currency);
  return booked;
}

const balanceName = (desk: Desk, currency: string): string => `balance:${desk.account}/${currency}`;

/** What the provider owes the merchant in this currency. */
export function balanceOf(desk: Desk, currency: string): number {
  return desk.tables.get('numbers', balanceName(desk, currency)) ?? 0;
}

/** One payout for all that was booked until then: the first booking after a payout plans the next. */
function planPayout(desk: Desk, currency: string): void {
  const planned = `payout:${desk.account}/${currency}`;
  if (desk.profile.settlement.payouts === 'never' || desk.tables.get('numbers', planned) === 1) return;
  desk.tables.put('numbers', planned, 1);
  setTimer(desk, 'payout', currency, desk.now + desk.profile.settlement.availableAfterMs);
}

/** Pays the balance out, where there is any. */
export function payOut(desk: Desk, currency: string): void {
  desk.tables.put('numbers', `payout:${desk.account}/${currency}`, 0);
  const amount = balanceOf(desk, currency);
  if (amount <= 0) return;
  const id = newId(desk, 'po');
  const line = bookPayoutLine(desk, { id, amount, currency });
  insert(desk, 'payouts', {
    id,
    object: 'payout',
    amount,
    arrival_date: seconds(desk.now),
    automatic: true,
    balance_transaction: line.id,
    created: seconds(desk.now),
    currency,
    livemode: false,
    reconciliation_status: 'completed',
    status: 'paid',
  });
}

function bookPayoutLine(
  desk: Desk,
  { id, amount, currency }: { readonly id: string; readonly amount: number; readonly currency: string },
): WireBalanceTransaction {
  const line: WireBalanceTransaction = {
    id: newId(desk, 'txn'),
    object: 'balance_transaction',
    amount: -amount,
    available_on: seconds(desk.now),
    created: seconds(desk.now),
    currency,
    fee: 0,
    net: -amount,
    reporting_category: 'payout',
    source: id,
    status: 'available',
    type: 'payout',
  };
  insert(desk, 'balanceTransactions', line);
  desk.tables.count(balanceName(desk, currency), -amount);
  return line;
}
