import type { Json } from '../proof/canonical.ts';
import type { PackRow, PackRows } from '../proof/pack.ts';
import { minor, text } from '../proof/read-rows.ts';
import { refundKey } from './approval.ts';
import { type Check, check } from './check.ts';

/** That the bank was told what was approved, and booked what it was told. */
export function checkBank(rows: PackRows): readonly Check[] {
  return [
    check('every order to the bank is a refund of its amount', orderFaults(rows), `${rows.bank_order.length} orders`),
    check(
      'what the bank booked is what was ordered, or nothing',
      bookedFaults(rows),
      `${rows.bank_movement.length} movements, ${rows.bank_match.length} matches by hand`,
    ),
  ];
}

const BANK_CHANNELS = ['credit_transfer', 'reversal'];

function orderFaults(rows: PackRows): readonly string[] {
  const refunds = new Map(rows.refund.map((row) => [refundKey(row), row]));
  return rows.bank_order
    .filter((order) => {
      const refund = refunds.get(refundKey(order));
      if (refund === undefined || !BANK_CHANNELS.includes(String(refund.channel))) return true;
      return refund.amount_minor !== order.amount_minor || refund.currency !== order.currency;
    })
    .map((order) => `order ${order.end_to_end_id} is no refund over the bank of this amount`);
}

/** An order that came back nets to nothing; one that was booked twice would show. Matches by hand are for several. */
function bookedFaults(rows: PackRows): readonly string[] {
  const byHand = new Set(rows.bank_match.flatMap((row) => listOf(row.movement_ids)));
  const booked = new Map<string, bigint>();
  const alone = rows.bank_movement.filter((row) => !byHand.has(text(row, 'movement_id')));
  const faults: string[] = [];
  const orders = new Map(rows.bank_order.map((row) => [text(row, 'end_to_end_id'), row]));
  for (const movement of alone) {
    const refs = listOf(movement.refs);
    const found = refs.map((ref) => orders.get(ref)).filter((order) => order !== undefined);
    const [order] = found;
    if (order === undefined || found.length > 1) {
      faults.push(`movement ${movement.movement_id} belongs to ${found.length} orders`);
      continue;
    }
    if (order.currency !== movement.currency) faults.push(`movement ${movement.movement_id} has another currency`);
    const id = text(order, 'end_to_end_id');
    booked.set(id, (booked.get(id) ?? 0n) + minor(movement, 'amount_minor'));
  }
  return [...faults, ...netFaults(orders, booked), ...rows.bank_match.flatMap((row) => matchFaults(row, rows))];
}

function netFaults(orders: ReadonlyMap<string, PackRow>, booked: ReadonlyMap<string, bigint>): readonly string[] {
  return [...booked].flatMap(([id, net]) => {
    const order = orders.get(id);
    const isRight = net === 0n || (order !== undefined && net === -minor(order, 'amount_minor'));
    return isRight ? [] : [`order ${id} was booked with ${net}`];
  });
}

/** Both sides in full, or nothing can be said: a match may reach beyond this incident. */
function matchFaults(match: PackRow, rows: PackRows): readonly string[] {
  const expected = listOf(match.expectation_ids);
  const orders = rows.bank_order.filter((row) => expected.includes(text(row, 'end_to_end_id')));
  const ids = listOf(match.movement_ids);
  const movements = rows.bank_movement.filter((row) => ids.includes(text(row, 'movement_id')));
  if (orders.length !== expected.length || movements.length !== ids.length) return [];
  const sum = (list: readonly PackRow[]) => list.reduce((total, row) => total + minor(row, 'amount_minor'), 0n);
  return sum(movements) === -sum(orders) ? [] : [`match ${match.match_id} puts ${sum(movements)} to ${-sum(orders)}`];
}

function listOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
