import { Type } from 'typebox';
import { INTEGER_MAX, InstantText, MoneyShape, orNull } from '../contract.ts';

const Reason = Type.String({ minLength: 1, maxLength: 500 });
const Free = Type.Unknown({ description: 'As it was frozen: docs/incident.md.' });

export const RemedyPlanShape = Type.Object(
  {
    plan_id: Type.String(),
    incident_id: Type.String(),
    state: Type.Enum(['waiting', 'approved', 'refused']),
    policy_version: Type.Integer(),
    digest: Type.String({ description: 'SHA-256 of all rows. Send it as If-Match when you decide.' }),
    accounts: Type.Integer(),
    refunds: Type.Integer(),
    sums: Type.Array(MoneyShape),
    minutes: Type.Record(Type.String(), Type.Integer()),
    samples: Type.Integer({ description: 'So many accounts whoever approves must have opened.' }),
    planned_by: Type.String(),
    planned_at: InstantText,
    decision: orNull(
      Type.Object({
        decision: Type.String(),
        reason: Type.String(),
        decided_by: Type.String(),
        decided_at: InstantText,
        expires_at: InstantText,
      }),
    ),
  },
  {
    $id: 'RemedyPlan',
    title: 'What will be done for whom, frozen',
    examples: [
      {
        plan_id: 'pln_0123456789abcdef01234567',
        incident_id: 'inc_0123456789abcdef',
        state: 'waiting',
        policy_version: 1,
        digest: '0'.repeat(64),
        accounts: 431,
        refunds: 568,
        sums: [{ amount: 823593, currency: 'EUR' }],
        minutes: { milano: 12930 },
        samples: 5,
        planned_by: 'anna',
        planned_at: '2014-11-18T12:00:00Z',
        decision: null,
      },
    ],
  },
);

export const PlanRefundShape = Type.Object(
  {
    account_id: Type.String(),
    liability_id: Type.String(),
    channel: Type.String(),
    amount: MoneyShape,
    provider: Type.String(),
    merchant_account: Type.String(),
    payment_id: Type.String(),
    kept_payment_id: orNull(Type.String()),
  },
  {
    $id: 'PlanRefund',
    title: 'One refund of a plan',
    examples: [
      {
        account_id: 'acc_1',
        liability_id: 'lia_1',
        channel: 'original_payment',
        amount: { amount: 1450, currency: 'EUR' },
        provider: 'stripe',
        merchant_account: 'acct_1',
        payment_id: 'ch_2',
        kept_payment_id: 'ch_1',
      },
    ],
  },
);

export const PlanSampleShape = Type.Object(
  { account_id: Type.String(), opened: Type.Boolean({ description: 'By the person who asks.' }) },
  { $id: 'PlanSample', title: 'An account that is looked at', examples: [{ account_id: 'acc_1', opened: false }] },
);

export const PreviewShape = Type.Object(
  {
    result: Type.Enum(['created', 'exists', 'no_sample'], {
      description: '`no_sample`: shown, and counts for nothing.',
    }),
    account_id: Type.String(),
    market: Type.String(),
    minutes: Type.Integer(),
    valid_days: Type.Integer(),
    goodwill: MoneyShape,
    letter: Type.String(),
    refunds: Type.Array(
      Type.Object({
        finding_id: Type.String(),
        payment_id: Type.String(),
        kind: Type.String(),
        channel: Type.String(),
        amount: MoneyShape,
        reason: Type.String(),
        evidence: Free,
      }),
    ),
    exclusions: Type.Array(Type.Object({ finding_id: Type.String(), amount: MoneyShape, reason: Type.String() })),
  },
  {
    $id: 'PlanPreview',
    title: 'What one account gets, and why',
    examples: [
      {
        result: 'created',
        account_id: 'acc_1',
        market: 'milano',
        minutes: 30,
        valid_days: 90,
        goodwill: { amount: 0, currency: 'EUR' },
        letter: 'refund',
        refunds: [],
        exclusions: [],
      },
    ],
  },
);

export const DecisionRequest = Type.Object(
  {
    reason: Reason,
    expect_refunds: Type.Optional(Type.Integer({ minimum: 0, maximum: INTEGER_MAX })),
  },
  {
    $id: 'DecisionRequest',
    title: 'Why a plan is approved',
    additionalProperties: false,
    examples: [{ reason: 'sums agree with the scan', expect_refunds: 568 }],
  },
);

export const ReasonRequest = Type.Object(
  { reason: Reason },
  {
    $id: 'ReasonRequest',
    title: 'Why a campaign is changed or a plan refused',
    additionalProperties: false,
    examples: [{ reason: 'letters first' }],
  },
);

export const CampaignShape = Type.Object(
  {
    plan_id: Type.String(),
    incident_id: Type.String(),
    state: Type.String(),
    reason: Type.String(),
    canary: orNull(Type.Integer()),
    refunds_in_ten_seconds: Type.Integer(),
    started_by: Type.String(),
    started_at: InstantText,
    changed_by: Type.String(),
    changed_at: InstantText,
    progress: Type.Object({
      planned: Type.Integer(),
      done: Type.Integer(),
      due: Type.Integer(),
      pending: Type.Integer(),
      unknown: Type.Integer(),
      failed: Type.Integer(),
      needs_customer: Type.Integer(),
      quarantined: Type.Integer(),
      not_owed: Type.Integer(),
      canceled: Type.Integer(),
      not_taken_over: Type.Integer(),
      paid: Type.Array(MoneyShape),
      rate: Type.Number({ description: 'Outcomes a second, over the last minute.' }),
      eta: orNull(InstantText),
      last_success: orNull(InstantText),
      is_over: Type.Boolean(),
    }),
  },
  {
    $id: 'Campaign',
    title: 'A plan that is carried out, and how far it is',
    examples: [
      {
        plan_id: 'pln_0123456789abcdef01234567',
        incident_id: 'inc_0123456789abcdef',
        state: 'running',
        reason: '',
        canary: null,
        refunds_in_ten_seconds: 250,
        started_by: 'anna',
        started_at: '2014-11-18T13:00:00Z',
        changed_by: 'anna',
        changed_at: '2014-11-18T13:00:00Z',
        progress: {
          planned: 568,
          done: 500,
          due: 60,
          pending: 5,
          unknown: 2,
          failed: 1,
          needs_customer: 1,
          quarantined: 0,
          not_owed: 0,
          canceled: 0,
          not_taken_over: 0,
          paid: [{ amount: 725000, currency: 'EUR' }],
          rate: 24.8,
          eta: '2014-11-18T13:00:30Z',
          last_success: '2014-11-18T13:00:20Z',
          is_over: false,
        },
      },
    ],
  },
);

export const GrantsShape = Type.Object(
  {
    given: Type.Integer(),
    exists: Type.Integer(),
    refused: Type.Array(Type.Object({ account_id: Type.String(), reason: Type.String() })),
  },
  { $id: 'Grants', title: 'Goodwill that was given', examples: [{ given: 431, exists: 0, refused: [] }] },
);
