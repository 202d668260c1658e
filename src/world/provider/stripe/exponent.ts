import { exponentOf } from '../../../core/kernel/currency.ts';
import { type Money, money } from '../../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../../core/kernel/result.ts';

/**
 * Decimals that Stripe's amounts have where they differ from ISO 4217: the ariary (its fifths are not used) without
 * any; krona and shilling with two for old times' sake, of which the last must be `00`.
 * Source: docs.stripe.com/currencies, "zero-decimal currencies" and "special cases".
 */
const STRIPE_EXPONENTS: Readonly<Record<string, number>> = { MGA: 0, ISK: 2, UGX: 2 };

/** Of three decimals Stripe takes two: the last digit must be 0 ("three-decimal currencies"). */
const THREE_DECIMALS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** On ISO's list with three or four decimals, but not currencies of Stripe. */
const NOT_TAKEN: ReadonlySet<string> = new Set(['IQD', 'LYD', 'CLF', 'UYW']);

export type AmountProblem =
  | { readonly kind: 'currency_not_taken'; readonly currency: string }
  /** It has digits that the provider's amounts cannot say; nothing is rounded in secret. */
  | { readonly kind: 'amount_not_representable'; readonly amountMinor: bigint; readonly currency: string };

/** Our minor units as the provider's number. Amounts are positive. */
export function toWireAmount({ amountMinor, currency }: Money): Result<number, AmountProblem> {
  const ours = exponentOf(currency);
  if (ours === null || NOT_TAKEN.has(currency)) return fail({ kind: 'currency_not_taken', currency });
  const theirs = STRIPE_EXPONENTS[currency] ?? ours;
  const scale = 10n ** BigInt(Math.abs(theirs - ours));
  const isFiner = theirs < ours && amountMinor % scale !== 0n;
  const isOdd = THREE_DECIMALS.has(currency) && amountMinor % 10n !== 0n;
  const amount = theirs < ours ? amountMinor / scale : amountMinor * scale;
  if (isFiner || isOdd || amount <= 0n || amount > BigInt(Number.MAX_SAFE_INTEGER)) {
    return fail({ kind: 'amount_not_representable', amountMinor, currency });
  }
  return ok(Number(amount));
}

/**
 * The provider's number as money; may be negative. Where it has more decimals than the currency (ISK, UGX) they are
 * `00` by its rule; were they not, the amount is rounded away from zero, so that a surplus shows rather than hides.
 */
export function fromWireAmount(amount: number, wireCurrency: string): Money {
  const currency = wireCurrency.toUpperCase();
  const ours = exponentOf(currency) ?? 2;
  const theirs = STRIPE_EXPONENTS[currency] ?? ours;
  const units = BigInt(Math.trunc(amount));
  if (theirs <= ours) return money(units * 10n ** BigInt(ours - theirs), currency);
  const scale = 10n ** BigInt(theirs - ours);
  const rest = units % scale;
  const awayFromZero = rest === 0n ? 0n : units < 0n ? -1n : 1n;
  return money(units / scale + awayFromZero, currency);
}
