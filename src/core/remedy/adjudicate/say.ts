import type { Purpose } from '../../fact/fact.ts';
import type { Payment } from '../../fact/payment.ts';
import type { Rental } from '../../fact/rental.ts';
import { money, sayMoney } from '../../kernel/money.ts';
import { sayDuration, sayInstant } from '../../kernel/time.ts';
import { preferenceOf, type Yardstick } from './allocate.ts';
import { insideRefundWindow, type Leg } from './leg.ts';

/** How the sentences of reasons are put together; no verdict is reached here. */

export function sayTimes(count: number): string {
  return ['never', 'once', 'twice', 'three times'][count] ?? `${count} times`;
}

/** `pay_2 on 16 Nov 2014 02:14 UTC`. */
export function sayPayment(payment: Payment): string {
  return `${payment.paymentId} on ${sayInstant(payment.createdAt)}`;
}

/** `pay_2 on 16 Nov 2014 02:14 UTC came 4 d 3 h after pay_1`. */
export function sayGap(payment: Payment, kept: Payment | null): string {
  if (kept === null) return sayPayment(payment);
  const gap = payment.createdAt - kept.createdAt;
  if (gap === 0) return `${sayPayment(payment)} came at the same instant as ${kept.paymentId}`;
  const when = gap > 0 ? `${sayDuration(gap)} after` : `${sayDuration(-gap)} before`;
  return `${sayPayment(payment)} came ${when} ${kept.paymentId}`;
}

export function sayRental(rental: Rental): string {
  return `${rental.rentalId} (ended ${sayInstant(rental.endedAt)})`;
}

/** An amount of minor units in the currency of the payment. */
export function sayIn(payment: Payment, amountMinor: bigint): string {
  return sayMoney(money(amountMinor, payment.amount.currency));
}

/** `rental r-17`, `fee of rental r-17`. */
export function sayObligation(purpose: Purpose, rentalId: string): string {
  return purpose === 'rental' ? `rental ${rentalId}` : `${purpose} of rental ${rentalId}`;
}

/** Joins sentences; empty ones are left out. */
export function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

export function sayCount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Why this charge is given back and not the one that is kept; empty where it is simply the later. */
export function sayPreference(pair: { readonly given: Leg; readonly kept: Leg | null }, by: Yardstick): string {
  const { given, kept } = pair;
  if (kept === null) return '';
  const id = given.payment.paymentId;
  switch (preferenceOf({ given, kept }, by)) {
    case 'usable':
      return `${id} is given back because ${kept.payment.paymentId} cannot be: ${sayHindrance(kept, by)}.`;
    case 'stranger':
      return `${id} is given back because its account ${given.payment.accountId} is not the renter.`;
    case 'wrong_amount':
      return `${id} is given back because its amount ${sayMoney(given.payment.amount)} is not the price.`;
    case null:
      return '';
  }
}

function sayHindrance(leg: Leg, by: Yardstick): string {
  if (leg.disputed > 0n) return 'a dispute over it is open';
  if (leg.onTheWay > 0n) return 'a refund of it is on its way';
  return insideRefundWindow(leg.payment, by.asOf) ? 'nothing is left of it' : 'PayPal takes refunds for 180 days only';
}

/** What must be known before paying: partial amounts, disputes, refunds under way, a closed refund window. */
export function sayConditions(input: {
  readonly leg: Leg;
  readonly give: bigint;
  readonly held: bigint;
  readonly by: Yardstick;
}): string {
  const { leg, give, held, by } = input;
  const { payment } = leg;
  const isPartly = give > 0n && give < payment.amount.amountMinor;
  return sentences(
    isPartly ? `${sayIn(payment, give)} of its ${sayMoney(payment.amount)} is due.` : '',
    held > 0n ? sayWaiting(leg, held) : '',
    give > 0n ? sayHindrances(leg, by) : '',
  );
}

/** Why the charge cannot be paid back over its provider; empty where it can. */
export function sayHindrances({ payment }: Leg, by: Yardstick): string {
  return insideRefundWindow(payment, by.asOf)
    ? ''
    : `PayPal takes refunds for 180 days only, so ${payment.paymentId} must be paid back by another way.`;
}

function sayWaiting(leg: Leg, held: bigint): string {
  const amount = sayIn(leg.payment, held);
  const id = leg.payment.paymentId;
  if (leg.disputed > 0n) return `A dispute over ${id} is open: ${amount} waits for its outcome.`;
  if (leg.onTheWay > 0n) return `A refund of ${id} is on its way: ${amount} waits for its outcome.`;
  return `A refund or dispute of the same rental is on its way: ${amount} waits for its outcome.`;
}

/** `EUR 29.00 in all`, and what of it was given back. Amounts are minor units in the currency of the payment. */
export function sayTotal(payment: Payment, sums: { readonly gross: bigint; readonly taken: bigint }): string {
  const total = `${sayIn(payment, sums.gross)} in all`;
  const back = sums.gross - sums.taken;
  return back === 0n ? total : `${total}, of which ${sayIn(payment, back)} was given back`;
}
