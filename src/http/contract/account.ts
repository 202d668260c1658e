import { Type } from 'typebox';
import { Id, InstantText, orNull } from '../contract.ts';

const Ref = Type.String({ minLength: 1, maxLength: 255, pattern: '^[!-~]+$' });

const PaymentMethodShape = Type.Object(
  {
    provider: Type.String({ pattern: '^[a-z][a-z0-9_]{0,49}$' }),
    merchant_account: Ref,
    customer_ref: Ref,
    method_ref: Ref,
  },
  { additionalProperties: false, description: 'References of the provider. Never a card number.' },
);

const ACCOUNT_FIELDS = {
  home_market: Type.String({ minLength: 1, maxLength: 100 }),
  locale: Type.String({ pattern: '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$', maxLength: 35, description: 'BCP 47.' }),
  payment_method: orNull(PaymentMethodShape),
};

export const AccountRequest = Type.Object(ACCOUNT_FIELDS, {
  $id: 'AccountRequest',
  title: 'An account as it is to be',
  additionalProperties: false,
  examples: [
    {
      home_market: 'milano',
      locale: 'it-IT',
      payment_method: {
        provider: 'stripe',
        merchant_account: 'acct_main',
        customer_ref: 'cus_1',
        method_ref: 'pm_card_visa',
      },
    },
  ],
});

export const AccountShape = Type.Object(
  { account_id: Type.String(), ...ACCOUNT_FIELDS },
  {
    $id: 'Account',
    title: 'Account',
    examples: [{ account_id: 'acc_1', home_market: 'milano', locale: 'it-IT', payment_method: null }],
  },
);

export const PersonRequest = Type.Object(
  {
    name: orNull(Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]+$' })),
    mail: orNull(
      Type.String({ maxLength: 320, pattern: '^[^\\s@<>,;:"()\\[\\]\\\\]{1,64}@[^\\s@<>,;:"()\\[\\]\\\\]{1,255}$' }),
    ),
  },
  {
    $id: 'PersonRequest',
    title: 'How a customer is reached',
    description: 'Kept apart from the books, and never read through the API.',
    additionalProperties: false,
    examples: [{ name: 'Giulia Ferri', mail: 'giulia.ferri@example.com' }],
  },
);

export const BalanceShape = Type.Object(
  {
    ledger_account: Type.String(),
    dimension: Type.String({ description: 'Provider, market or lot; empty where none.' }),
    asset: Type.String({ description: 'A currency, in minor units, or `MIN/<market>`, in minutes.' }),
    balance: Type.Integer({ description: 'Debit minus credit.' }),
  },
  {
    $id: 'Balance',
    title: 'One line of the books',
    examples: [{ ledger_account: 'account_receivable', dimension: '', asset: 'EUR', balance: 1218 }],
  },
);

export const LotRequest = Type.Object(
  {
    market: Type.String({ minLength: 1, maxLength: 100 }),
    minutes: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    last_day: Type.String({ format: 'date', maxLength: 10, description: "Inclusive, in the market's zone." }),
    valid_from: Type.Optional(InstantText),
    source: Type.String({ minLength: 1, maxLength: 100, pattern: '^[a-z0-9_ .-]+$' }),
    incident_id: Type.Optional(orNull(Id)),
  },
  {
    $id: 'LotRequest',
    title: 'Free minutes to give',
    additionalProperties: false,
    examples: [{ market: 'milano', minutes: 30, last_day: '2027-02-28', source: 'goodwill', incident_id: 'inc_1' }],
  },
);

export const LotShape = Type.Object(
  {
    lot_id: Type.String(),
    account_id: Type.String(),
    market: Type.String(),
    minutes: Type.Integer(),
    remaining: Type.Integer(),
    valid_from: InstantText,
    last_day: Type.String(),
    expires_at: InstantText,
    source: Type.String(),
    incident_id: orNull(Type.String()),
  },
  {
    $id: 'Lot',
    title: 'Lot of free minutes',
    examples: [
      {
        lot_id: 'lot_1',
        account_id: 'acc_1',
        market: 'milano',
        minutes: 30,
        remaining: 30,
        valid_from: '2026-11-30T00:00:00Z',
        last_day: '2027-02-28',
        expires_at: '2027-02-28T23:00:00Z',
        source: 'goodwill',
        incident_id: 'inc_1',
      },
    ],
  },
);
