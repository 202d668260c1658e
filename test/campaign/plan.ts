import type { Pool } from 'pg';

/** A refund of a plan, as a test wants it. */
export interface WantedRefund {
  readonly accountId: string;
  readonly paymentId: string;
  readonly keptPaymentId: string | null;
  readonly amountMinor: number;
  readonly channel?: string;
  /** `time_value` is interest on top; without it what was taken too much. */
  readonly liability?: 'principal' | 'time_value';
  /** As the finding keeps it; without it nothing is known. */
  readonly evidence?: object;
}

export interface WantedPlan {
  readonly planId: string;
  readonly merchantAccount: string;
  readonly refunds: readonly WantedRefund[];
  readonly minutes?: number;
  readonly goodwillMinor?: number;
  readonly expiresAt?: string;
  /** When it became known that the refunds are owed; without it now. */
  readonly owedSince?: string;
  readonly approved?: boolean;
}

export const PLANNER = 'anna';
export const APPROVER = 'bruno';
export const OPERATOR = 'carla';

/**
 * An incident with one finding and one liability for each refund, a plan over them, and its approval by another: rows
 * as the plan builder writes them, in one transaction.
 */
export async function seedPlan(admin: Pool, plan: WantedPlan): Promise<void> {
  const client = await admin.connect();
  try {
    await client.query('begin');
    await client.query(PEOPLE);
    for (const [text, values] of statements(plan)) await client.query(text, values);
    await client.query('commit');
  } finally {
    client.release();
  }
}

const PEOPLE = `
insert into storno.staff (staff_id, name, roles, recorded_at) values
  ('anna', 'Anna', '{operator}', '2026-01-01'), ('bruno', 'Bruno', '{approver}', '2026-01-01'),
  ('carla', 'Carla', '{operator}', '2026-01-01'), ('vera', 'Vera', '{viewer}', '2026-01-01')
on conflict do nothing;
insert into storno.market values ('milano', 'Europe/Rome', 'EUR', 2200, '2026-01-01') on conflict do nothing;
insert into storno.remedy_policy values (1, '{}', repeat('a', 64), 'anna', '2026-01-01') on conflict do nothing;
`;

type Step = readonly [text: string, values: unknown[]];

function statements(plan: WantedPlan): readonly Step[] {
  const { planId, refunds, merchantAccount } = plan;
  const incident = `inc_${planId}`;
  const rows = JSON.stringify(
    refunds.map((one, at) => ({
      account_id: one.accountId,
      liability_id: `lia_${planId}_${at}`,
      payment_id: one.paymentId,
      kept_payment_id: one.keptPaymentId,
      amount: one.amountMinor,
      channel: one.channel ?? 'original_payment',
      kind: one.liability ?? 'principal',
      evidence: one.evidence ?? {},
    })),
  );
  const from = `jsonb_to_recordset($1::jsonb) as s
    (account_id text, liability_id text, payment_id text, kept_payment_id text, amount bigint, channel text, kind text,
      evidence jsonb)`;
  return [
    [
      `insert into storno.account (account_id, home_market, locale, recorded_at, changed_at)
      select distinct account_id, 'milano', 'it', '2026-01-01'::timestamptz, '2026-01-01'::timestamptz from ${from}
      on conflict do nothing`,
      [rows],
    ],
    [
      `insert into storno.incident (incident_id, title, source, look_back_from, look_back_reason, scope_query,
        scope_digest, findings, accounts, diagnosis, opened_by, opened_at)
      values ($1, 'Charged twice', 'files', '2026-01-01', 'the oldest export', '{}', repeat('b', 64), $2, $2, '[]',
        'anna', '2026-01-02')`,
      [incident, refunds.length],
    ],
    [
      `insert into storno.incident_finding (account_id, incident_id, finding_id, class, grade, provider,
        merchant_account, payment_id, amount_minor, refund_due_minor, currency, reason, evidence)
      select account_id, $2, 'f_' || liability_id, 'double_charge', 'proven', 'stripe', $3, payment_id, amount, amount,
        'EUR', 'twice', evidence from ${from}`,
      [rows, incident, merchantAccount],
    ],
    [
      `insert into storno.liability (account_id, liability_id, incident_id, finding_id, kind, provider,
        merchant_account, payment_id, kept_payment_id, owed_minor, currency, reserved_minor, refunded_minor,
        transferred_minor, credited_minor, elsewhere_minor, unpayable_minor, version, recorded_at)
      select account_id, liability_id, $2, 'f_' || liability_id, kind, 'stripe', $3, payment_id,
        kept_payment_id, amount, 'EUR', 0, 0, 0, 0, 0, 0, 1, coalesce($4::timestamptz, statement_timestamp())
      from ${from}`,
      [rows, incident, merchantAccount, plan.owedSince ?? null],
    ],
    ...planRows(plan, from, rows),
    ...(plan.approved === false ? [] : [approval(plan)]),
  ];
}

function planRows(plan: WantedPlan, from: string, rows: string): readonly Step[] {
  const { planId, refunds, minutes = 0, goodwillMinor = 0 } = plan;
  return [
    [
      `insert into storno.remedy_plan (plan_id, incident_id, policy_version, digest, basis_digest, accounts, refunds,
        sums, minutes, samples, planned_by, planned_at)
      values ($1, $2, 1, repeat('c', 64), repeat('d', 64), $3, $4, '{}', '{}', 0, 'anna', '2026-01-03')`,
      [planId, `inc_${planId}`, new Set(refunds.map(({ accountId }) => accountId)).size, refunds.length],
    ],
    [
      `insert into storno.remedy_plan_account (account_id, plan_id, market, minutes, goodwill_minor, currency,
        valid_days, letter)
      select distinct account_id, $2, 'milano', $3::int, $4::bigint, 'EUR', 90, 'refund' from ${from}`,
      [rows, planId, minutes, goodwillMinor],
    ],
    [
      `insert into storno.remedy_plan_refund (account_id, plan_id, liability_id, channel, amount_minor, currency)
      select account_id, $2, liability_id, channel, amount, 'EUR' from ${from}`,
      [rows, planId],
    ],
  ];
}

function approval({ planId, expiresAt = '2036-01-01' }: WantedPlan): Step {
  return [
    `insert into storno.plan_decision (plan_id, digest, planned_by, samples, decision, reason, decided_by, decided_at,
      expires_at)
    values ($1, repeat('c', 64), 'anna', 0, 'approved', 'as agreed', 'bruno', '2026-01-04', $2)`,
    [planId, expiresAt],
  ];
}

/** The campaign of an approved plan, as `storno run` creates it. */
export async function seedCampaign(
  admin: Pool,
  campaign: { planId: string; perTenSeconds: number; canary?: number | null; haltFailures?: number; state?: string },
): Promise<void> {
  const { planId, perTenSeconds, canary = null, haltFailures = 100, state = 'running' } = campaign;
  await admin.query(
    `insert into storno.campaign (campaign_id, plan_id, digest, state, reason, canary, per_ten_seconds, halt_failures,
      version, started_by, started_at, changed_by, changed_at)
    values ('cmp_' || $1, $1, repeat('c', 64), $2, '', $3, $4, $5, 1, 'carla', statement_timestamp(), 'carla',
      statement_timestamp())`,
    [planId, state, canary, perTenSeconds, haltFailures],
  );
}
