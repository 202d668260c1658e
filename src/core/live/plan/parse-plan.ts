import { exponentOf } from '../../kernel/currency.ts';
import { atScale, type Decimal, decimalOf, parseDecimal, SCALE_MAX } from '../../kernel/decimal.ts';
import { type FieldError, field, isRecord, type Reading, readInteger, readText, refuse } from '../../kernel/field.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Plan, Segment } from '../plan.ts';

/** Ids and names as the database holds them. */
const ID_LENGTH_MAX = 100;
const NAME_LENGTH_MAX = 500;
/** No plan of 120 published ones has more than four. */
const SEGMENTS_MAX = 100;
/** Minutes or kilometres: some hundred years. */
const UNIT_MAX = 100_000_000;
/** Major units: the dearest rate of a currency of small units stays far below. */
const AMOUNT_MAJOR_MAX = 1_000_000_000n;

/** What costs the customer something and cannot be billed, because an ended rental does not say it. */
const UNBILLABLE = ['reservation_price_per_min', 'reservation_price_flat_rate'] as const;
const OUR_FIELDS = ['storno_caps', 'storno_minimum'];
const CAP_FIELDS = ['per_hour', 'per_day'];

/**
 * Reads one plan out of JSON text. Beyond what `parsePlan` refuses: text that is not JSON, and numbers that are longer
 * than a double holds, which would silently be priced as others.
 */
export function parsePlanText(text: string): Result<Plan, readonly FieldError[]> {
  let value: unknown;
  let inexact: string | null = null;
  const keepExact: Reviver = (_name, part, context) => {
    if (typeof part === 'number' && !isExact(part, context?.source ?? String(part))) inexact = String(part);
    return part;
  };
  try {
    value = JSON.parse(text, keepExact);
  } catch {
    return fail([{ pointer: '', detail: 'is not JSON' }]);
  }
  if (inexact !== null) return fail([{ pointer: '', detail: `has a number that is not exactly ${inexact}` }]);
  return parsePlan(value);
}

/** ECMA-262 2025, JSON.parse source text access; not in the library that core is compiled against yet. */
type Reviver = (this: unknown, name: string, part: unknown, context?: { readonly source?: string }) => unknown;

function isExact(value: number, source: string): boolean {
  const [read, written] = [decimalOf(value), parseDecimal(source)];
  if (read === null || written === null) return read === written;
  return read.digits === written.digits && read.scale === written.scale;
}

/**
 * Reads one element of `data.plans` of `system_pricing_plans`, of GBFS 2.3 (texts are texts) or 3 (texts are lists of
 * translations), with `storno_caps` and `storno_minimum`. Fields of others are left alone, unknown ones of ours are
 * refused: a misspelt cap would cost the customer money.
 */
export function parsePlan(json: unknown): Result<Plan, readonly FieldError[]> {
  const plan: Reading = { value: json, pointer: '', errors: [] };
  if (!isRecord(json)) return fail([{ pointer: '', detail: 'must be an object' }]);
  const planId = readText(field(plan, 'plan_id'), { lengthMax: ID_LENGTH_MAX });
  const name = readName(field(plan, 'name'));
  const currency = readCurrency(field(plan, 'currency'));
  // One fault is told once: an unknown currency may have as many decimals as it likes.
  const exponent = exponentOf(currency ?? '') ?? SCALE_MAX;
  const baseMinor = readAmount(field(plan, 'price'), exponent);
  refuseUnknown(plan, json);
  const perMinute = readSegments(field(plan, 'per_min_pricing'));
  const perKilometre = readSegments(field(plan, 'per_km_pricing'));
  const caps = field(plan, 'storno_caps');
  const hourCapMinor = readOptionalAmount(field(caps, 'per_hour'), exponent);
  const dayCapMinor = readOptionalAmount(field(caps, 'per_day'), exponent);
  const minimumMinor = readOptionalAmount(field(plan, 'storno_minimum'), exponent);
  if (plan.errors.length > 0 || planId === null || name === null || currency === null || baseMinor === null) {
    return fail(plan.errors);
  }
  return ok({
    planId,
    name,
    currency,
    baseMinor,
    perMinute,
    perKilometre,
    hourCapMinor,
    dayCapMinor,
    minimumMinor,
  });
}

function refuseUnknown(plan: Reading, json: Readonly<Record<string, unknown>>): void {
  const taxable = field(plan, 'is_taxable');
  if (taxable.value !== false) {
    refuse(taxable, 'must be false: prices include VAT here, nothing is added to them');
  }
  for (const name of UNBILLABLE) {
    const { value } = field(plan, name);
    if (value !== undefined && value !== 0) refuse(field(plan, name), 'is not billed here: state the price instead');
  }
  for (const name of Object.keys(json)) {
    if (name.startsWith('storno_') && !OUR_FIELDS.includes(name)) refuse(field(plan, name), 'is not known');
  }
  const caps = field(plan, 'storno_caps');
  if (caps.value === undefined) return;
  if (!isRecord(caps.value)) refuse(caps, 'must be an object');
  else {
    for (const name of Object.keys(caps.value))
      if (!CAP_FIELDS.includes(name)) refuse(field(caps, name), 'is not known');
  }
}

function readName(reading: Reading): string | null {
  if (!Array.isArray(reading.value)) return readText(reading, { lengthMax: NAME_LENGTH_MAX });
  if (reading.value.length === 0) return refuse(reading, 'must be said in one language at least');
  return readText(field(element(reading, 0), 'text'), { lengthMax: NAME_LENGTH_MAX });
}

function readCurrency(reading: Reading): string | null {
  const currency = readText(reading, { lengthMax: 3 });
  if (currency === null) return null;
  return exponentOf(currency) === null ? refuse(reading, `${currency} is no currency of ISO 4217`) : currency;
}

function readSegments(reading: Reading): readonly Segment[] {
  const { value } = reading;
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > SEGMENTS_MAX) {
    refuse(reading, `must be a list of at most ${SEGMENTS_MAX} segments`);
    return [];
  }
  return value.flatMap((_, index) => readSegment(element(reading, index)) ?? []);
}

function readSegment(segment: Reading): Segment | null {
  if (!isRecord(segment.value)) return refuse(segment, 'must be an object');
  const units = { min: 0, max: UNIT_MAX };
  const start = readInteger(field(segment, 'start'), units);
  const interval = readInteger(field(segment, 'interval'), units);
  const rate = readNumber(field(segment, 'rate'));
  const endField = field(segment, 'end');
  const end = endField.value === undefined ? null : readInteger(endField, units);
  if (start === null || interval === null || rate === null) return null;
  if (end !== null && end <= start) return refuse(endField, 'must lie after the start: it is not part of the segment');
  return { start, end, interval, rate };
}

/** Minor units; what the currency has no coin for is refused. Only rates may be finer. */
function readAmount(reading: Reading, exponent: number): bigint | null {
  const decimal = readNumber(reading);
  if (decimal === null) return null;
  const minor = atScale(decimal, exponent);
  return minor ?? refuse(reading, `has more than ${exponent} decimals`);
}

function readOptionalAmount(reading: Reading, exponent: number): bigint | null {
  return reading.value === undefined ? null : readAmount(reading, exponent);
}

function readNumber(reading: Reading): Decimal | null {
  const { value } = reading;
  if (value === undefined) return refuse(reading, 'is missing');
  if (typeof value !== 'number') return refuse(reading, 'must be a number');
  const decimal = decimalOf(value);
  if (decimal === null) return refuse(reading, 'has too many digits');
  if (decimal.digits < 0n) return refuse(reading, 'must not be below zero');
  const isLarge = decimal.digits > AMOUNT_MAJOR_MAX * 10n ** BigInt(decimal.scale);
  return isLarge ? refuse(reading, `must be at most ${AMOUNT_MAJOR_MAX}`) : decimal;
}

function element(reading: Reading, index: number): Reading {
  const { value, pointer, errors } = reading;
  return { value: Array.isArray(value) ? value[index] : undefined, pointer: `${pointer}/${index}`, errors };
}
