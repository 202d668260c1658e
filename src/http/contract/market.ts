import { Type } from 'typebox';
import { InstantText } from '../contract.ts';

const MARKET_FIELDS = {
  time_zone: Type.String({ minLength: 1, maxLength: 100, description: 'IANA.' }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  vat_basis_points: Type.Integer({ minimum: 0, maximum: 10_000, description: '2200 is 22 %, inside every price.' }),
};

export const MarketRequest = Type.Object(MARKET_FIELDS, {
  $id: 'MarketRequest',
  title: 'A market as it is to be',
  additionalProperties: false,
  examples: [{ time_zone: 'Europe/Rome', currency: 'EUR', vat_basis_points: 2200 }],
});

export const MarketShape = Type.Object(
  { market: Type.String(), ...MARKET_FIELDS },
  {
    $id: 'Market',
    title: 'Market',
    examples: [{ market: 'milano', time_zone: 'Europe/Rome', currency: 'EUR', vat_basis_points: 2200 }],
  },
);

export const PlanRequest = Type.Object(
  {
    valid_from: InstantText,
    plan: Type.Unknown({ description: 'One element of `data.plans` of GBFS 3 `system_pricing_plans`, with caps.' }),
  },
  {
    $id: 'PlanRequest',
    title: 'A pricing plan',
    additionalProperties: false,
    examples: [
      {
        valid_from: '2026-01-01T00:00:00Z',
        plan: {
          plan_id: 'city',
          name: [{ text: 'City', language: 'en' }],
          currency: 'EUR',
          price: 0,
          is_taxable: false,
          description: [{ text: '29 cents a minute', language: 'en' }],
          per_min_pricing: [{ start: 0, rate: 0.29, interval: 1 }],
        },
      },
    ],
  },
);

export const PlanAnswer = Type.Object(
  {
    result: Type.Union([Type.Literal('created'), Type.Literal('exists')]),
    plan_id: Type.String(),
    digest: Type.String({ description: 'SHA-256 of the text that is kept.' }),
    valid_from: InstantText,
  },
  {
    $id: 'PlanAnswer',
    title: 'What became of a plan',
    examples: [{ result: 'created', plan_id: 'city', digest: '0'.repeat(64), valid_from: '2026-01-01T00:00:00Z' }],
  },
);
