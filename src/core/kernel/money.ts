import { assert } from './assert.ts';
import { exponentOf } from './currency.ts';
import { fail, ok, type Result } from './result.ts';

/** An amount in whole minor units of one currency (cents for EUR, yen for JPY). Numbers never hold money. */
export interface Money {
  readonly amountMinor: bigint;
  readonly currency: string;
}

export type MoneyError =
  | { readonly kind: 'currency_unknown'; readonly currency: string }
  | { readonly kind: 'amount_malformed'; readonly text: string }
  | { readonly kind: 'amount_negative'; readonly text: string }
  | { readonly kind: 'amount_too_precise'; readonly text: string; readonly exponent: number }
  | { readonly kind: 'amount_too_large'; readonly text: string };

/** Amounts are stored as 64-bit integers by every engine that we use. */
export const AMOUNT_MINOR_MAX = 2n ** 63n - 1n;

/**
 * Reads a positive decimal in major units exactly, digit by digit: `14.50` EUR is 1450.
 * Accepts an optional sign `+`, digits, one `.`; refuses group points, exponents, commas and blanks inside.
 * Zeros beyond the currency's decimals are allowed (`14.500` EUR), other digits are not.
 */
export function parseMoney(text: string, currency: string): Result<Money, MoneyError> {
  const exponent = exponentOf(currency);
  if (exponent === null) return fail({ kind: 'currency_unknown', currency });
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (match === null) return fail({ kind: 'amount_malformed', text });
  const [, sign = '', whole = '', fraction = ''] = match;
  const kept = fraction.slice(0, exponent).padEnd(exponent, '0');
  if (/[1-9]/.test(fraction.slice(exponent))) return fail({ kind: 'amount_too_precise', text, exponent });
  const amountMinor = BigInt(whole + kept);
  if (sign === '-' && amountMinor !== 0n) return fail({ kind: 'amount_negative', text });
  if (amountMinor > AMOUNT_MINOR_MAX) return fail({ kind: 'amount_too_large', text });
  return ok({ amountMinor, currency });
}

/** The amount in major units with all decimals of its currency, without the code: `14.50`, `1200`, `-0.005`. */
export function toMajor(money: Money): string {
  const exponent = exponentOf(money.currency);
  assert(exponent !== null, `money in the unknown currency ${money.currency}`);
  const sign = money.amountMinor < 0n ? '-' : '';
  const digits = (money.amountMinor < 0n ? -money.amountMinor : money.amountMinor)
    .toString()
    .padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** `EUR 14.50`, the form used in sentences. */
export function sayMoney(money: Money): string {
  return `${money.currency} ${toMajor(money)}`;
}

export function money(amountMinor: bigint, currency: string): Money {
  return { amountMinor, currency };
}

/** Augend and addend must be of one currency; meeting two is a defect of the caller. */
export function add(augend: Money, addend: Money): Money {
  assertSameCurrency(augend, addend);
  return money(augend.amountMinor + addend.amountMinor, augend.currency);
}

export function subtract(minuend: Money, subtrahend: Money): Money {
  assertSameCurrency(minuend, subtrahend);
  return money(minuend.amountMinor - subtrahend.amountMinor, minuend.currency);
}

function assertSameCurrency(one: Money, other: Money): void {
  assert(one.currency === other.currency, `${one.currency} meets ${other.currency} without an exchange`);
}
