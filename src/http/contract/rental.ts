import { Type } from 'typebox';
import { Id, INTEGER_MAX, InstantText, MoneyShape, orNull, refer } from '../contract.ts';

/** What the operator says when a rental has ended. Priced by a plan, or by himself: one of the two. */
export const EndedRentalShape = Type.Object(
  {
    rental_id: Id,
    account_id: Id,
    vehicle_id: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 100 }))),
    market: Type.String({ minLength: 1, maxLength: 100 }),
    started_at: InstantText,
    ended_at: InstantText,
    distance_meters: Type.Optional(orNull(Type.Integer({ minimum: 0, maximum: INTEGER_MAX }))),
    plan_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'A plan of the market.' })),
    amount_due: Type.Optional(MoneyShape),
  },
  {
    $id: 'EndedRental',
    title: 'A rental that has ended',
    additionalProperties: false,
    examples: [
      {
        rental_id: 'rnt_7',
        account_id: 'acc_1',
        vehicle_id: 'car_44',
        market: 'milano',
        started_at: '2026-11-10T18:00:00Z',
        ended_at: '2026-11-10T18:42:10Z',
        amount_due: { amount: 1218, currency: 'EUR' },
      },
    ],
  },
);

const RENTAL_EXAMPLE = {
  rental_id: 'rnt_7',
  account_id: 'acc_1',
  vehicle_id: 'car_44',
  market: 'milano',
  started_at: '2026-11-10T18:00:00Z',
  ended_at: '2026-11-10T18:42:10Z',
  distance_meters: null,
  plan_id: null,
  revision: 1,
  price: {
    amount: 1218,
    vat: 220,
    currency: 'EUR',
    billed_minutes: 43,
    free_minutes: [],
    lines: [{ kind: 'stated', text: 'As stated', amount: 1218 }],
  },
  plan_digest: null,
  recorded_at: '2026-11-10T18:42:11Z',
  voided_at: null,
};

export const RentalShape = Type.Object(
  {
    rental_id: Type.String(),
    account_id: Type.String(),
    vehicle_id: orNull(Type.String()),
    market: Type.String(),
    started_at: InstantText,
    ended_at: InstantText,
    distance_meters: orNull(Type.Integer()),
    plan_id: orNull(Type.String()),
    revision: Type.Integer({ description: '1, and one more for each correction.' }),
    price: Type.Object({
      amount: Type.Integer({ description: 'With VAT, in minor units.' }),
      vat: Type.Integer({ description: 'The tax inside `amount`.' }),
      currency: Type.String(),
      billed_minutes: Type.Integer(),
      free_minutes: Type.Array(Type.Object({ lot_id: Type.String(), minutes: Type.Integer() })),
      lines: Type.Array(Type.Object({ kind: Type.String(), text: Type.String(), amount: Type.Integer() })),
    }),
    plan_digest: orNull(Type.String({ description: 'SHA-256 of the plan as it was.' })),
    recorded_at: InstantText,
    voided_at: orNull(InstantText),
  },
  { $id: 'Rental', title: 'Rental', examples: [RENTAL_EXAMPLE] },
);

export const RentalAnswer = Type.Object(
  {
    result: Type.Union([Type.Literal('created'), Type.Literal('exists')]),
    rental: refer(RentalShape),
  },
  { $id: 'RentalAnswer', title: 'What became of a rental', examples: [{ result: 'created', rental: RENTAL_EXAMPLE }] },
);

/** One line of the answer to many. The last line is the summary alone. */
export const BulkLine = Type.Object(
  {
    line: Type.Integer({ description: 'Of the request, from 1.' }),
    rental_id: orNull(Type.String()),
    result: Type.Union([
      Type.Literal('created'),
      Type.Literal('exists'),
      Type.Literal('differs'),
      Type.Literal('invalid'),
      Type.Literal('refused'),
      Type.Literal('unavailable'),
    ]),
    code: orNull(Type.String()),
    detail: orNull(Type.String()),
  },
  {
    $id: 'BulkLine',
    title: 'What became of one line',
    examples: [{ line: 1, rental_id: 'rnt_7', result: 'created', code: null, detail: null }],
  },
);

export const VoidRequest = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: 'Kept with the rental. No personal data.' }) },
  {
    $id: 'VoidRequest',
    title: 'Why a rental is taken back',
    additionalProperties: false,
    examples: [{ reason: 'the car never opened' }],
  },
);

export const CorrectionRequest = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Kept with the rental. No personal data.' }),
    rental: EndedRentalInside(),
  },
  {
    $id: 'CorrectionRequest',
    title: 'What a rental should have been',
    additionalProperties: false,
    examples: [
      {
        reason: 'wrong end of the drive',
        rental: {
          rental_id: 'rnt_7',
          account_id: 'acc_1',
          market: 'milano',
          started_at: '2026-11-10T18:00:00Z',
          ended_at: '2026-11-10T18:20:00Z',
          amount_due: { amount: 580, currency: 'EUR' },
        },
      },
    ],
  },
);

/** The same shape without its name: a name may stand in a document once. */
function EndedRentalInside() {
  return Type.Object(EndedRentalShape.properties, { additionalProperties: false });
}
