import { type Static, type TSchema, Type } from 'typebox';
import { Errors } from 'typebox/value';
import { exponentOf } from '../../core/kernel/currency.ts';
import type { FieldError } from '../../core/kernel/field.ts';
import { money } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { LetterFacts } from '../../core/remedy/notify/facts.ts';
import type { StatementFacts } from '../../core/remedy/statement.ts';

/** No honest name, address or id is longer. */
const TEXT_LENGTH_MAX = 200;
/** More rentals or parts than one account ever had wrong; a letter shows the first of them. */
const ITEMS_MAX = 10_000;
/** Some paragraphs about a cause. */
const EXPLANATION_LENGTH_MAX = 5000;
/** So much is said about a file that is wrong throughout. */
const ERRORS_MAX = 20;

const strict = { additionalProperties: false };
const text = Type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX });
const amount = Type.Object(
  { amount: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), currency: text },
  strict,
);
const localTime = Type.Object({ day: text, time: text }, strict);
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const oneOf = <T extends string>(...words: readonly T[]) => Type.Union(words.map((word) => Type.Literal(word)));

const operator = Type.Object({ name: text, contact: text, account_url: text }, strict);
const minutes = Type.Object({ minutes: Type.Integer(), market: text, last_day: text }, strict);

const ride = Type.Object(
  { rental_id: text, started: localTime, ended: localTime, zone: text, market: text, vehicle: orNull(text) },
  strict,
);
const debit = Type.Object({ amount, day: text, reference: text, excess: amount }, strict);
const rental = Type.Object(
  {
    wrong: oneOf('double_charge', 'duplicate_record', 'overcharge', 'charge_without_rental', 'acquirer_duplicate'),
    ride: orNull(ride),
    price: amount,
    debits: Type.Array(debit, { maxItems: ITEMS_MAX }),
  },
  strict,
);
const refund = Type.Object(
  {
    amount,
    channel: oneOf('card', 'direct_debit_reversal', 'bank_transfer', 'account_credit'),
    accepted_on: text,
    expected_by: text,
    bank_reference: orNull(text),
  },
  strict,
);
const rentals = Type.Array(rental, { maxItems: ITEMS_MAX });
const refunds = Type.Array(refund, { maxItems: ITEMS_MAX });
const earlier = Type.Object({ written_on: text, amount, expected_by: text }, strict);
const failed = Type.Object(
  { amount, failed_on: text, reason: oneOf('card_closed', 'account_closed', 'window_over', 'not_possible') },
  strict,
);
const repayment = Type.Object({ amount, expected_by: orNull(text) }, strict);
const change = Type.Object({ changed: localTime, zone: text, iban_end: text, amount, paid_from: text }, strict);

const head = { locale: text, written_on: text, operator, customer: Type.Object({ name: orNull(text) }, strict) };

/** What each kind of letter is made of, beside what all have. */
const LETTERS = {
  refund_sent: letter('refund_sent', { rentals, refunds, interest: orNull(amount), minutes: orNull(minutes) }),
  refund_failed_choose: letter('refund_failed_choose', { rentals, failed, interest: orNull(amount) }),
  refund_corrected: letter('refund_corrected', { rentals, refunds, interest: orNull(amount), earlier }),
  acquirer_repays: letter('acquirer_repays', { rentals, repayment }),
  minutes_reminder: letter('minutes_reminder', { minutes }),
  bank_details_changed: letter('bank_details_changed', { change }),
} satisfies Readonly<Record<LetterFacts['kind'], TSchema>>;

function letter<Kind extends LetterFacts['kind'], Parts extends Readonly<Record<string, TSchema>>>(
  kind: Kind,
  parts: Parts,
) {
  return Type.Object({ kind: Type.Literal(kind), ...head, ...parts }, strict);
}

const days = Type.Object({ from: text, to: text }, strict);
const STATEMENT = Type.Object(
  {
    locale: text,
    operator,
    wrong: oneOf('twice', 'too_much'),
    rented: days,
    debited: days,
    explanation: orNull(Type.String({ minLength: 1, maxLength: EXPLANATION_LENGTH_MAX })),
    rentals: Type.Integer(),
    customers: Type.Integer(),
    sums: Type.Array(Type.Object({ due: amount, refunded: amount }, strict), { maxItems: 200 }),
    expected_by: orNull(text),
    minutes: orNull(Type.Object({ minutes: Type.Integer(), days: Type.Integer() }, strict)),
    as_of: localTime,
    zone: text,
  },
  strict,
);

/**
 * The facts of a letter from JSON: the fields of `LetterFacts` in snake_case, sums as `{amount, currency}` in minor
 * units. All that is wrong is told at once. Whether the facts agree with each other is asked by `composeLetter`.
 */
export function readLetterFacts(json: unknown): Result<LetterFacts, readonly FieldError[]> {
  const kind = (json as { readonly kind?: unknown } | null)?.kind;
  const kinds = Object.keys(LETTERS);
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    return fail([{ pointer: '/kind', detail: `must be one of ${kinds.join(', ')}` }]);
  }
  const errors = errorsIn(LETTERS[kind as LetterFacts['kind']], json);
  return errors.length > 0 ? fail(errors) : ok(inOurWords(json) as LetterFacts);
}

/** The facts of a statement, in the same way. */
export function readStatementFacts(json: unknown): Result<StatementFacts, readonly FieldError[]> {
  const errors = errorsIn(STATEMENT, json);
  return errors.length > 0 ? fail(errors) : ok(inOurWords(json) as StatementFacts);
}

function errorsIn(schema: TSchema, json: unknown): readonly FieldError[] {
  const said = Errors(schema, json).map(({ instancePath, message }) => ({ pointer: instancePath, detail: message }));
  return [...said, ...unknownCurrencies(json, ''), ...unknownZones(json, '')].slice(0, ERRORS_MAX);
}

type Json = Readonly<Record<string, unknown>>;

function unknownCurrencies(json: unknown, pointer: string): readonly FieldError[] {
  return within(json, pointer, (part, at) =>
    isAmount(part) && exponentOf(part.currency) === null
      ? [{ pointer: `${at}/currency`, detail: 'is no currency of ISO 4217' }]
      : [],
  );
}

function unknownZones(json: unknown, pointer: string): readonly FieldError[] {
  return within(json, pointer, ({ zone }, at) =>
    typeof zone === 'string' && !isZone(zone) ? [{ pointer: `${at}/zone`, detail: 'is no IANA time zone' }] : [],
  );
}

/** Asks every object of the document. */
function within(
  json: unknown,
  pointer: string,
  ask: (part: Json, pointer: string) => readonly FieldError[],
): readonly FieldError[] {
  if (typeof json !== 'object' || json === null) return [];
  const inside = Object.entries(json).flatMap(([name, part]) => within(part, `${pointer}/${name}`, ask));
  return Array.isArray(json) ? inside : [...ask(json as Json, pointer), ...inside];
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A sum is told by its fields: a rental has an amount that is an object. */
function isAmount(part: unknown): part is Static<typeof amount> {
  return (
    typeof part === 'object' &&
    part !== null &&
    typeof (part as Json).amount === 'number' &&
    typeof (part as Json).currency === 'string'
  );
}

/** Names in camelCase, sums as `Money`; the schemas above have been met. */
function inOurWords(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(inOurWords);
  if (typeof json !== 'object' || json === null) return json;
  if (isAmount(json)) return money(BigInt(json.amount), json.currency);
  return Object.fromEntries(
    Object.entries(json).map(([name, part]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      inOurWords(part),
    ]),
  );
}
