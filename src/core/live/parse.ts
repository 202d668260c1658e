import { exponentOf } from '../kernel/currency.ts';
import { type FieldError, field, isRecord, type Reading, readInteger, readText, refuse } from '../kernel/field.ts';
import { type Money, money } from '../kernel/money.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { parseRfc3339 } from '../kernel/rfc3339.ts';
import { DAY_MS, type Instant, toRfc3339 } from '../kernel/time.ts';
import type { EndedRental, Pricing } from './ended-rental.ts';

/** What an id may be that becomes part of an idempotency key. */
const ID = /^[A-Za-z0-9._~:-]{1,100}$/;
const NAME_LENGTH_MAX = 100;
/** RFC 3339 with nine decimals and an offset has 35 characters. */
const INSTANT_LENGTH_MAX = 40;
/** Who drives longer has a lease and no rental; a wrong year is caught. */
const DURATION_MS_MAX = 366 * DAY_MS;
/** Two and a half times around the world: beyond it a unit was mistaken. */
const DISTANCE_METERS_MAX = 100_000_000;

const FIELDS = [
  'rental_id',
  'account_id',
  'vehicle_id',
  'market',
  'started_at',
  'ended_at',
  'distance_meters',
  'plan_id',
  'amount_due',
];
const MONEY_FIELDS = ['amount', 'currency'];

/**
 * Reads what the operator says when a rental has ended, whatever checked it before. All that is wrong is told at once,
 * in the order of the fields; unknown fields are refused, since a misspelt one would be believed absent.
 */
export function parseEndedRental(json: unknown): Result<EndedRental, readonly FieldError[]> {
  if (!isRecord(json)) return fail([{ pointer: '', detail: 'must be an object' }]);
  const said: Reading = { value: json, pointer: '', errors: [] };
  refuseUnknown(said, FIELDS);
  const rentalId = readId(field(said, 'rental_id'));
  const accountId = readId(field(said, 'account_id'));
  const vehicleId = orNull(field(said, 'vehicle_id'), (reading) => readText(reading, { lengthMax: NAME_LENGTH_MAX }));
  const market = readText(field(said, 'market'), { lengthMax: NAME_LENGTH_MAX });
  const startedAt = readInstant(field(said, 'started_at'));
  const endedAt = readInstant(field(said, 'ended_at'));
  const distanceMeters = orNull(field(said, 'distance_meters'), (reading) =>
    readInteger(reading, { min: 0, max: DISTANCE_METERS_MAX }),
  );
  const pricing = readPricing(said);
  if (startedAt !== null && endedAt !== null) checkOrder(field(said, 'ended_at'), startedAt, endedAt);
  if (said.errors.length > 0 || rentalId === null || accountId === null || market === null) return fail(said.errors);
  if (startedAt === null || endedAt === null || pricing === null) return fail(said.errors);
  return ok({ rentalId, accountId, vehicleId, market, startedAt, endedAt, distanceMeters, pricing });
}

/** The same in the words of the wire: what `parseEndedRental` reads back. */
export function rentalAsJson(rental: EndedRental): Readonly<Record<string, unknown>> {
  const { pricing } = rental;
  return {
    rental_id: rental.rentalId,
    account_id: rental.accountId,
    ...(rental.vehicleId === null ? {} : { vehicle_id: rental.vehicleId }),
    market: rental.market,
    started_at: toRfc3339(rental.startedAt),
    ended_at: toRfc3339(rental.endedAt),
    ...(rental.distanceMeters === null ? {} : { distance_meters: rental.distanceMeters }),
    ...(pricing.kind === 'plan' ? { plan_id: pricing.planId } : { amount_due: moneyAsJson(pricing.amountDue) }),
  };
}

function moneyAsJson({ amountMinor, currency }: Money) {
  return { amount: Number(amountMinor), currency };
}

function checkOrder(reading: Reading, startedAt: Instant, endedAt: Instant): void {
  if (endedAt < startedAt) refuse(reading, 'must not lie before started_at');
  else if (endedAt - startedAt > DURATION_MS_MAX) {
    refuse(reading, `must lie within ${DURATION_MS_MAX / DAY_MS} days of started_at`);
  }
}

/** Exactly one of the two: the operator's plan or his own price. */
function readPricing(said: Reading): Pricing | null {
  const [plan, amount] = [field(said, 'plan_id'), field(said, 'amount_due')];
  if (plan.value === undefined && amount.value === undefined) return refuse(plan, 'is missing, and so is amount_due');
  if (plan.value !== undefined && amount.value !== undefined) return refuse(amount, 'must not be said beside plan_id');
  if (plan.value !== undefined) {
    const planId = readText(plan, { lengthMax: NAME_LENGTH_MAX });
    return planId === null ? null : { kind: 'plan', planId };
  }
  const amountDue = readMoney(amount);
  return amountDue === null ? null : { kind: 'stated', amountDue };
}

function readMoney(reading: Reading): Money | null {
  if (!isRecord(reading.value)) return refuse(reading, 'must be an object of amount and currency');
  refuseUnknown(reading, MONEY_FIELDS);
  const amount = readInteger(field(reading, 'amount'), { min: 0, max: Number.MAX_SAFE_INTEGER });
  const currencyField = field(reading, 'currency');
  const currency = readText(currencyField, { lengthMax: 3 });
  if (amount === null || currency === null) return null;
  if (exponentOf(currency) === null) return refuse(currencyField, 'is no currency of ISO 4217');
  return money(BigInt(amount), currency);
}

function readId(reading: Reading): string | null {
  const text = readText(reading, { lengthMax: NAME_LENGTH_MAX });
  if (text === null) return null;
  return ID.test(text) ? text : refuse(reading, 'must be made of A-Z a-z 0-9 . _ ~ : -');
}

function readInstant(reading: Reading): Instant | null {
  const text = readText(reading, { lengthMax: INSTANT_LENGTH_MAX });
  if (text === null) return null;
  return parseRfc3339(text) ?? refuse(reading, 'must be an instant of RFC 3339 with Z or an offset');
}

function orNull<T>(reading: Reading, read: (reading: Reading) => T | null): T | null {
  return reading.value === undefined || reading.value === null ? null : read(reading);
}

function refuseUnknown(reading: Reading, known: readonly string[]): void {
  if (!isRecord(reading.value)) return;
  for (const name of Object.keys(reading.value))
    if (!known.includes(name)) refuse(field(reading, name), 'is not known');
}
