import { assert } from '../kernel/assert.ts';
import { exponentOf } from '../kernel/currency.ts';
import { divideHalfEven } from '../kernel/decimal.ts';
import { type Money, money } from '../kernel/money.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { Lot } from '../ledger/lot.ts';
import type { EndedRental, Price, PriceLine } from './ended-rental.ts';
import type { Plan } from './plan.ts';
import { drawLots, usableLots } from './price/draw-lots.ts';
import { type Amounts, amountsOf } from './price/plan-amounts.ts';

/** What a price depends on of the market in which the rental was driven. */
export interface PriceMarket {
  readonly market: string;
  readonly currency: string;
  /** In basis points of the net price: 2200 is 22 %. */
  readonly vatBasisPoints: number;
}

export type PriceError =
  /** The plan of the rental is not known in the market. */
  | { readonly kind: 'plan_missing'; readonly planId: string }
  | { readonly kind: 'currency_differs'; readonly expected: string; readonly actual: string }
  /** The plan charges by kilometre and the rental does not say how many. */
  | { readonly kind: 'distance_missing'; readonly planId: string }
  | { readonly kind: 'amount_too_large'; readonly amountMinor: bigint };

/** Beyond it a JSON number is not exact in every program (RFC 8259 §6), and no ride costs as much. */
export const PRICE_MINOR_MAX = 2n ** 53n - 1n;

export interface PriceRequest {
  readonly rental: EndedRental;
  /** The plan that the rental names, as of its start; null where it names none or it is not known. */
  readonly plan: Plan | null;
  readonly market: PriceMarket;
  /** Of the account; those that cannot be used for this rental are left alone. */
  readonly lots: readonly Lot[];
}

/**
 * What a rental costs, VAT inside, and how that came about: docs/pricing.md. A price that the operator states is taken
 * as it is and uses no free minutes. Errors are told in the order of their union.
 */
export function priceRental(request: PriceRequest): Result<Price, PriceError> {
  const { rental, plan, market } = request;
  assert(rental.market === market.market, `${rental.rentalId} of ${rental.market} priced in ${market.market}`);
  if (rental.pricing.kind === 'stated') return priceStated(rental, rental.pricing.amountDue, market);
  const { planId } = rental.pricing;
  if (plan === null) return fail({ kind: 'plan_missing', planId });
  assert(plan.planId === planId, `${rental.rentalId} of plan ${planId} priced by ${plan.planId}`);
  if (plan.currency !== market.currency) return differs(market.currency, plan.currency);
  if (plan.perKilometre.length > 0 && rental.distanceMeters === null) return fail({ kind: 'distance_missing', planId });
  return priceByPlan(request, plan);
}

/** Begun minutes of the time between two instants, whatever the clocks on the wall did; one at least is begun. */
export function begunMinutes({ startedAt, endedAt }: Pick<EndedRental, 'startedAt' | 'endedAt'>): number {
  assert(startedAt <= endedAt, `a rental ends at ${endedAt} before it starts at ${startedAt}`);
  return Math.max(1, Math.ceil((endedAt - startedAt) / MINUTE_MS));
}

function priceStated(rental: EndedRental, amount: Money, market: PriceMarket): Result<Price, PriceError> {
  if (amount.currency !== market.currency) return differs(market.currency, amount.currency);
  if (amount.amountMinor > PRICE_MINOR_MAX) return fail({ kind: 'amount_too_large', amountMinor: amount.amountMinor });
  return ok({
    amount,
    vat: vatWithin(amount, market),
    billedMinutes: begunMinutes(rental),
    lotUses: [],
    lines: [{ kind: 'stated', text: 'As stated', amountMinor: amount.amountMinor }],
  });
}

function priceByPlan({ rental, market, lots }: PriceRequest, plan: Plan): Result<Price, PriceError> {
  const exponent = exponentOf(plan.currency);
  assert(exponent !== null, `a plan in the unknown currency ${plan.currency}`);
  const minutes = begunMinutes(rental);
  const amounts = amountsOf({ plan, exponent, minutes, distanceMeters: rental.distanceMeters });
  const usable = usableLots(rental, lots);
  const available = usable.reduce((sum, lot) => sum + lot.remaining, 0);
  const free = fewestFree(amounts, Math.min(available, minutes));
  const amountMinor = amounts.total(free);
  assert(amountMinor <= amounts.total(0), `${rental.rentalId} would cost more with ${free} free minutes than without`);
  if (amountMinor > PRICE_MINOR_MAX) return fail({ kind: 'amount_too_large', amountMinor });
  const lines = linesOf(amounts, { minutes, free, distanceMeters: rental.distanceMeters });
  const sum = lines.reduce((total, line) => total + line.amountMinor, 0n);
  assert(sum === amountMinor, `the lines of ${rental.rentalId} come to ${sum}, its price is ${amountMinor}`);
  const amount = money(amountMinor, plan.currency);
  return ok({
    amount,
    vat: vatWithin(amount, market),
    billedMinutes: minutes,
    lotUses: drawLots(usable, free),
    lines,
  });
}

/** The fewest minutes with which the rental costs as little as with all of them: none is spent for nothing. */
function fewestFree(amounts: Amounts, available: number): number {
  const least = amounts.total(available);
  let [low, high] = [0, available];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (amounts.total(middle) === least) high = middle;
    else low = middle + 1;
  }
  return low;
}

function linesOf(
  amounts: Amounts,
  { minutes, free, distanceMeters }: { minutes: number; free: number; distanceMeters: number | null },
): readonly PriceLine[] {
  const lines: readonly PriceLine[] = [
    { kind: 'base', text: 'Base price', amountMinor: amounts.base },
    { kind: 'minutes', text: `${minutes} min begun`, amountMinor: amounts.uncapped },
    { kind: 'cap', text: 'No more than the cap', amountMinor: amounts.time(0) - amounts.uncapped },
    {
      kind: 'free_minutes',
      text: `${free} free ${free === 1 ? 'minute' : 'minutes'}`,
      amountMinor: amounts.time(free) - amounts.time(0),
    },
    { kind: 'distance', text: `${Math.ceil((distanceMeters ?? 0) / 1000)} km begun`, amountMinor: amounts.distance },
    { kind: 'minimum', text: 'Up to the minimum price', amountMinor: amounts.total(free) - amounts.subtotal(free) },
  ];
  return lines.filter(({ amountMinor }) => amountMinor !== 0n);
}

const WHOLE_BASIS_POINTS = 10_000n;

/** The tax inside an amount that includes it, to the nearest minor unit, a half to the even one. */
export function vatWithin(amount: Money, { vatBasisPoints }: Pick<PriceMarket, 'vatBasisPoints'>): Money {
  const rate = BigInt(vatBasisPoints);
  return money(divideHalfEven(amount.amountMinor * rate, WHOLE_BASIS_POINTS + rate), amount.currency);
}

function differs(expected: string, actual: string): Result<never, PriceError> {
  return fail({ kind: 'currency_differs', expected, actual });
}
