import { Type } from 'typebox';
import { InstantText, MoneyShape, orNull } from '../contract.ts';

const Purpose = Type.Union([Type.Literal('rental'), Type.Literal('adjustment')]);

export const CHARGE_STATES = ['due', 'in_flight', 'succeeded', 'uncollected', 'voided', 'parked'] as const;

const ChargeState = Type.Enum(CHARGE_STATES);

const CHARGE_FIELDS = {
  charge_id: Type.String({ description: '`rental_id:purpose:occurrence`: the obligation, which is charged once.' }),
  rental_id: Type.String(),
  account_id: Type.String(),
  purpose: Purpose,
  occurrence: Type.Integer(),
  state: ChargeState,
  amount: MoneyShape,
  provider: Type.String(),
  next_attempt_at: orNull(InstantText),
  declines: Type.Integer(),
  created_at: InstantText,
};

export const ChargeShape = Type.Object(CHARGE_FIELDS, {
  $id: 'Charge',
  title: 'Charge',
  examples: [
    {
      charge_id: 'rnt_7:rental:1',
      rental_id: 'rnt_7',
      account_id: 'acc_1',
      purpose: 'rental',
      occurrence: 1,
      state: 'succeeded',
      amount: { amount: 1218, currency: 'EUR' },
      provider: 'stripe',
      next_attempt_at: null,
      declines: 0,
      created_at: '2026-11-10T18:42:11Z',
    },
  ],
});

export const AttemptShape = Type.Object(
  {
    generation: Type.Integer(),
    state: Type.String(),
    idempotency_key: Type.String(),
    provider_ref: orNull(Type.String()),
    sent_at: InstantText,
    horizon_at: InstantText,
    evidence: Type.Array(
      Type.Object({ source: Type.String(), outcome: Type.String(), detail: Type.String(), at: InstantText }),
    ),
  },
  {
    $id: 'Attempt',
    title: 'An attempt, with all that was seen of it',
    examples: [
      {
        generation: 1,
        state: 'succeeded',
        idempotency_key: 'storno:v1:charge:rnt_7:rental:1:1',
        provider_ref: 'pi_1',
        sent_at: '2026-11-10T18:42:12Z',
        horizon_at: '2026-11-11T06:42:12Z',
        evidence: [{ source: 'answer', outcome: 'succeeded', detail: 'succeeded', at: '2026-11-10T18:42:13Z' }],
      },
    ],
  },
);
