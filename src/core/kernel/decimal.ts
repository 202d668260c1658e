/** An exact decimal: `digits` × 10^-`scale`. At least zero everywhere that this program uses it. */
export interface Decimal {
  readonly digits: bigint;
  /** 0 to `SCALE_MAX`. */
  readonly scale: number;
}

/** More decimals than any price list has: 12 of them hold a thousandth of a cent a second, written for an hour. */
export const SCALE_MAX = 12;

/** Digits before the point: beyond what any amount may be. */
const WHOLE_DIGITS_MAX = 15;

const NUMBER = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads a number as JSON writes it, digit by digit: `0.24` is 24 hundredths, not the binary fraction beside it.
 * Null where it is no number, has more than `SCALE_MAX` decimals or more than 15 digits before the point.
 */
export function parseDecimal(text: string): Decimal | null {
  const match = NUMBER.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return { digits: 0n, scale: 0 };
  const exact = withoutZeros({ digits, scale: fraction.length - Number(power) });
  if (exact.scale > SCALE_MAX || exact.digits.toString().length - exact.scale > WHOLE_DIGITS_MAX) return null;
  const positive = exact.scale < 0 ? { digits: exact.digits * 10n ** BigInt(-exact.scale), scale: 0 } : exact;
  return sign === '-' ? { ...positive, digits: -positive.digits } : positive;
}

/** `2.50` and `2.5` are one number: written one way, so that they are equal. */
function withoutZeros({ digits, scale }: Decimal): Decimal {
  const zeros = /0*$/.exec(digits.toString())?.[0].length ?? 0;
  return { digits: digits / 10n ** BigInt(zeros), scale: scale - zeros };
}

/**
 * The decimal of a number that came through `JSON.parse`: its shortest text that reads back as the same number, which
 * is what was written, up to 15 digits (ECMA-262 Number::toString).
 */
export function decimalOf(value: number): Decimal | null {
  return parseDecimal(String(value));
}

/** In whole units of 10^-`scale`; null where it has more decimals than that. */
export function atScale({ digits, scale: own }: Decimal, scale: number): bigint | null {
  if (own > scale) return null;
  return digits * 10n ** BigInt(scale - own);
}

/** A quotient to the nearest whole, a half to the even neighbour. `divisor` is above zero. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const isBelow = dividend < 0n;
  const size = isBelow ? -dividend : dividend;
  const whole = size / divisor;
  const twice = (size % divisor) * 2n;
  const isUp = twice > divisor || (twice === divisor && whole % 2n === 1n);
  const rounded = isUp ? whole + 1n : whole;
  return isBelow ? -rounded : rounded;
}

/** As people write it: `0.245`. */
export function sayDecimal({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const sign = digits < 0n ? '-' : '';
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
