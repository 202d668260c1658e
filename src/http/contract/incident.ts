import { Type } from 'typebox';
import { Id, InstantText, MoneyShape, orNull } from '../contract.ts';

const Text = Type.String({ minLength: 1, maxLength: 500 });
const Free = Type.Unknown({ description: 'As it was frozen: docs/incident.md.' });

const INCIDENT_FIELDS = {
  incident_id: Type.String(),
  title: Type.String(),
  source: Type.String(),
  affected_from: orNull(InstantText),
  affected_to: orNull(InstantText),
  charged_from: orNull(InstantText),
  charged_to: orNull(InstantText),
  findings: Type.Integer(),
  accounts: Type.Integer(),
  scope_sha256: Type.String(),
  opened_by: Type.String(),
  opened_at: InstantText,
  closed_at: orNull(InstantText),
};

const INCIDENT = {
  incident_id: 'inc_0123456789abcdef',
  title: 'Retry after timeout with a new key',
  source: 'database',
  affected_from: '2014-11-10T05:00:00Z',
  affected_to: '2014-11-13T22:00:00Z',
  charged_from: '2014-11-16T02:00:00Z',
  charged_to: '2014-11-16T03:00:00Z',
  findings: 568,
  accounts: 431,
  scope_sha256: '0'.repeat(64),
  opened_by: 'anna',
  opened_at: '2014-11-18T12:00:00Z',
  closed_at: null,
};

export const IncidentShape = Type.Object(INCIDENT_FIELDS, { $id: 'Incident', title: 'Incident', examples: [INCIDENT] });

export const CaseShape = Type.Object(
  {
    ...INCIDENT_FIELDS,
    diagnosis: Free,
    complaints: Type.Integer(),
    silent_accounts: Type.Integer({ description: 'Affected accounts of which no complaint is known.' }),
    assumptions: Type.Array(Type.Object({ text: Type.String(), direction: Type.String(), evidence: Type.String() })),
    preventions: Type.Array(
      Type.Object({ measure: Type.String(), owner: Type.String(), test: Type.String(), state: Type.String() }),
    ),
    sample: Type.Array(
      Type.Object({
        account_id: Type.String(),
        rental_id: Type.String(),
        stratum: Type.String(),
        verdict: orNull(Type.String()),
        evidence: Free,
      }),
      { description: 'Rentals outside the scope that somebody must look at.' },
    ),
  },
  {
    $id: 'IncidentFile',
    title: 'An incident with all that is noted about it',
    examples: [
      { ...INCIDENT, diagnosis: {}, complaints: 3, silent_accounts: 428, assumptions: [], preventions: [], sample: [] },
    ],
  },
);

export const FindingShape = Type.Object(
  {
    finding_id: Type.String(),
    account_id: Type.String({ description: 'Empty where nobody is known.' }),
    class: Type.String(),
    grade: Type.String(),
    rental_id: orNull(Type.String()),
    payment_id: orNull(Type.String()),
    kept_payment_id: orNull(Type.String()),
    amount: MoneyShape,
    refund_due: MoneyShape,
    reason: Type.String(),
    review: orNull(Type.String()),
    evidence: Free,
  },
  {
    $id: 'Finding',
    title: 'A wrong charge, as it was found',
    examples: [
      {
        finding_id: 'fnd_pay_2',
        account_id: 'acc_1',
        class: 'double_charge',
        grade: 'proven',
        rental_id: 'rnt_7',
        payment_id: 'pay_2',
        kept_payment_id: 'pay_1',
        amount: { amount: 1450, currency: 'EUR' },
        refund_due: { amount: 1450, currency: 'EUR' },
        reason: 'Taken twice.',
        review: null,
        evidence: {},
      },
    ],
  },
);

export const GroupShape = Type.Object(
  { name: Type.String(), findings: Type.Integer(), example: Type.String(), reason: Type.String() },
  {
    $id: 'FindingGroup',
    title: 'Findings of equal evidence',
    examples: [{ name: '0a1b2c3d', findings: 12, example: 'fnd_pay_2', reason: 'Taken twice.' }],
  },
);

export const ReviewRequest = Type.Object(
  {
    target: Type.String({ minLength: 1, maxLength: 500, description: 'A finding, or the name of a group.' }),
    verdict: Type.Enum(['accepted', 'rejected']),
    reason: Text,
  },
  {
    $id: 'ReviewRequest',
    title: "A person's word on findings",
    additionalProperties: false,
    examples: [{ target: '0a1b2c3d', verdict: 'accepted', reason: 'same key, same minute' }],
  },
);

export const ReviewAnswer = Type.Object(
  { findings: Type.Integer(), written: Type.Integer({ description: 'How many had another verdict before.' }) },
  { $id: 'ReviewAnswer', title: 'What became of a review', examples: [{ findings: 12, written: 12 }] },
);

export const ComplaintRequest = Type.Object(
  { complaint_id: Id, account_id: Id, received_at: InstantText },
  {
    $id: 'ComplaintRequest',
    title: 'A complaint that belongs to an incident',
    additionalProperties: false,
    examples: [{ complaint_id: 'tkt_1', account_id: 'acc_1', received_at: '2014-11-17T08:00:00Z' }],
  },
);

export const PreventionRequest = Type.Object(
  { measure: Text, owner: Text, test: Text, state: Type.Enum(['open', 'done', 'refused']) },
  {
    $id: 'PreventionRequest',
    title: 'What keeps it from happening again',
    additionalProperties: false,
    examples: [{ measure: 'One key for each charge', owner: 'payments', test: 'simulator run 12', state: 'done' }],
  },
);

export const SampleLookRequest = Type.Object(
  { rental_id: Id, verdict: Type.Enum(['clean', 'affected']), note: Type.String({ maxLength: 1000 }) },
  {
    $id: 'SampleLookRequest',
    title: 'What a person saw in a rental outside the scope',
    additionalProperties: false,
    examples: [{ rental_id: 'rnt_9', verdict: 'clean', note: 'one charge, one booking' }],
  },
);

export const NotedShape = Type.Object(
  { result: Type.Enum(['created', 'exists']) },
  { $id: 'Noted', title: 'Whether it is new', examples: [{ result: 'created' }] },
);

export const ClosureShape = Type.Object(
  {
    result: Type.Enum(['created', 'exists']),
    unpaid: Type.Array(Type.Object({ owed: MoneyShape, unpayable: MoneyShape, accounts: Type.Integer() })),
  },
  {
    $id: 'Closure',
    title: 'A closed incident, and what remains unpaid',
    examples: [{ result: 'created', unpaid: [] }],
  },
);

export const LetterCountsShape = Type.Object(
  { letters: Type.Record(Type.String(), Type.Integer(), { description: 'By state: docs/letters.md.' }) },
  {
    $id: 'LetterCounts',
    title: 'How the letters of an incident stand',
    examples: [{ letters: { sent: 430, due: 1 } }],
  },
);

export const ReconciliationShape = Type.Object(
  {
    as_of: Type.String(),
    even: Type.Boolean({ description: 'Every refund is explained to the cent.' }),
    expected: Type.Integer(),
    matched: Type.Integer(),
    open: Type.Array(Type.Object({ expectation: Type.String(), overdue: Type.Boolean() })),
    different: Type.Array(
      Type.Object({
        standing: Type.String(),
        expected: Type.Array(Type.String()),
        moved: Type.Array(Type.String()),
      }),
    ),
    ambiguous: Type.Integer({ description: 'Fit in several ways: a person decides.' }),
    promises_kept: Type.Integer(),
    promises_missed: Type.Integer(),
  },
  {
    $id: 'Reconciliation',
    title: 'Refunds followed to their bookings',
    examples: [
      {
        as_of: '2014-11-30',
        even: true,
        expected: 568,
        matched: 568,
        open: [],
        different: [],
        ambiguous: 0,
        promises_kept: 568,
        promises_missed: 0,
      },
    ],
  },
);
