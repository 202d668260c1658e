import type { Pool, PoolClient } from 'pg';
import { toMajor } from '../../src/core/kernel/money.ts';
import { type FindingEvidence, type IncidentFinding, scopeText } from '../../src/core/remedy/incident.ts';
import { planText } from '../../src/core/remedy/plan/plan-text.ts';
import { sha256 } from '../../src/world/digest.ts';
import { appendAudit } from '../../src/world/postgres/audit.ts';

/** An incident as the program would have written it, in every state that a refund has. */
export interface Victim {
  readonly accountId: string;
  readonly amountMinor: bigint;
  readonly state:
    | 'succeeded'
    | 'failed'
    | 'returned'
    | 'pending'
    | 'quarantined'
    | 'not_owed'
    | 'canceled'
    | 'credited';
}

const STATES: readonly Victim['state'][] = [
  'succeeded',
  'succeeded',
  'failed',
  'returned',
  'pending',
  'quarantined',
  'not_owed',
  'canceled',
  'credited',
];

export const INCIDENT = 'inc_1';
const PLAN = 'plan_1';
const DAY = '2014-11-';

export function victims(count: number): readonly Victim[] {
  return Array.from({ length: count }, (_, at) => ({
    accountId: `acc_${String(at + 1).padStart(3, '0')}`,
    amountMinor: BigInt(290 + 29 * (at % 40)),
    state: STATES[at % STATES.length] ?? 'succeeded',
  }));
}

/** Planted personal data that no pack may show. */
export const PLANTED = ['Maria Rossi', 'maria.rossi@example.com', 'IT60X0542811101000000123456'];

export async function writeIncident(admin: Pool, all: readonly Victim[]): Promise<void> {
  const client = await admin.connect();
  try {
    await client.query('begin');
    await writePeople(client, all);
    await writeFindings(client, all);
    await writePlan(client, all);
    await client.query('commit');
    await client.query('begin');
    await writeDecision(client, all);
    for (const victim of all) await writeRefund(client, victim);
    await writeRest(client, all);
    await client.query('commit');
  } finally {
    client.release();
  }
}

async function writePeople(on: PoolClient, all: readonly Victim[]): Promise<void> {
  await on.query(`insert into storno.staff (staff_id, name, roles, recorded_at) values
    ('st_anna', '${PLANTED[0]}', '{operator}', '${DAY}01'), ('st_bruno', 'Bruno Bianchi', '{approver}', '${DAY}01')`);
  await on.query(`insert into storno_pii.person (account_id, name, mail, changed_at)
    values ('${all[0]?.accountId}', '${PLANTED[0]}', '${PLANTED[1]}', '${DAY}01')`);
}

function findingOf({ accountId, amountMinor, state }: Victim): IncidentFinding {
  const amount = { amountMinor, currency: 'EUR' };
  const payment = (id: string, minute: number) =>
    ({
      payment_id: id,
      kind: 'charge',
      parent_payment_id: null,
      status: 'succeeded',
      amount: toMajor(amount),
      currency: 'EUR',
      created_at: `2014-11-12T10:${minute}:00Z`,
      purpose: 'rental',
    }) as const;
  const wrong = payment(`ch_${accountId}_2`, 20);
  const kept = payment(`ch_${accountId}_1`, 10);
  const evidence: FindingEvidence = {
    rental: {
      rental_id: `rnt_${accountId}`,
      vehicle_id: 'v1',
      market: 'milano',
      started_at: '2014-11-12T09:00:00Z',
      ended_at: '2014-11-12T09:30:00Z',
      amount_due: toMajor(amount),
      currency: 'EUR',
    },
    other_rental: null,
    wrong,
    kept,
    payments: [kept, wrong],
    layers: { books: state === 'failed' ? 2 : 1, provider: 2, bank: null },
  };
  return {
    accountId,
    findingId: `fnd_${accountId}`,
    class: 'double_charge',
    grade: 'proven',
    rentalId: `rnt_${accountId}`,
    provider: 'stripe',
    merchantAccount: 'acct_1',
    paymentId: wrong.payment_id,
    keptPaymentId: kept.payment_id,
    amount,
    refundDue: amount,
    reason: 'Charged twice for one rental.',
    evidence,
  };
}

async function writeFindings(on: PoolClient, all: readonly Victim[]): Promise<void> {
  const findings = all.map(findingOf);
  await on.query(
    `insert into storno.incident values ($1, $2, 'database', '${DAY}10', '${DAY}13', '${DAY}11', '${DAY}14', '${DAY}01',
      $3, '{"layers": ["rentals", "payments"]}', $4, $5, $5,
      '{"causes": [{"id": "C08", "name": "A batch was run again", "score": 0.9, "evidence": "All lie a day apart."}]}',
      'st_anna', '${DAY}15')`,
    [
      INCIDENT,
      `Rentals in Milan charged twice, told by ${PLANTED[1]}`,
      'First complaint',
      sha256(scopeText(findings)),
      all.length,
    ],
  );
  for (const finding of findings) {
    await on.query(
      `insert into storno.incident_finding values
        ($1, $2, $3, 'double_charge', 'proven', $4, 'stripe', 'acct_1', $5, $6, $7, $7, 'EUR', $8, $9)`,
      [
        finding.accountId,
        INCIDENT,
        finding.findingId,
        finding.rentalId,
        finding.paymentId,
        finding.keptPaymentId,
        String(finding.amount.amountMinor),
        finding.reason,
        JSON.stringify(finding.evidence),
      ],
    );
    await on.query(
      `insert into storno.liability (account_id, liability_id, incident_id, finding_id, kind, provider, merchant_account,
        payment_id, kept_payment_id, rental_id, owed_minor, currency, reserved_minor, refunded_minor, transferred_minor,
        credited_minor, elsewhere_minor, unpayable_minor, version, recorded_at)
      values ($1, $2, $3, $4, 'principal', 'stripe', 'acct_1', $5, $6, $7, $8, 'EUR', 0, 0, 0, 0, 0, 0, 1, '${DAY}15')`,
      [
        finding.accountId,
        `lia_${finding.accountId}`,
        INCIDENT,
        finding.findingId,
        finding.paymentId,
        finding.keptPaymentId,
        finding.rentalId,
        String(finding.amount.amountMinor),
      ],
    );
    await book(on, finding.accountId, {
      kind: 'liability_recognized',
      ref: `stripe:acct_1:${finding.paymentId}`,
      lines: ['house_wrongly_charged', 'account_payable'],
      amount: finding.amount.amountMinor,
      corrects: null,
    });
  }
  await on.query(`insert into storno.outside_sample values ('acc_900', $1, 'rnt_900', 'before', '{}')`, [INCIDENT]);
  await audit(on, 'st_anna', 'incident.opened', INCIDENT, {});
}

interface Booking {
  readonly kind: string;
  readonly ref: string;
  readonly lines: readonly [string, string];
  readonly amount: bigint;
  readonly corrects: string | null;
}

async function book(on: PoolClient, accountId: string, { kind, ref, lines, amount, corrects }: Booking): Promise<void> {
  await on.query(
    `insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount, corrects, happened_at)
    values ($1, $2, $3, $4, $5, 'stripe', 'EUR', $6, $7, '${DAY}17')`,
    [accountId, kind, ref, ...lines, String(amount), corrects],
  );
}

async function writePlan(on: PoolClient, all: readonly Victim[]): Promise<void> {
  const accounts = all.map(({ accountId }) => ({
    accountId,
    market: 'milano',
    minutes: 30,
    goodwillMinor: 0n,
    currency: 'EUR',
    validDays: 90,
    letter: 'refund' as const,
  }));
  const refunds = all.map(({ accountId, amountMinor, state }) => ({
    accountId,
    liabilityId: `lia_${accountId}`,
    channel: state === 'credited' ? ('account_credit' as const) : ('original_payment' as const),
    amountMinor,
    currency: 'EUR',
  }));
  const digest = sha256(planText({ incidentId: INCIDENT, policyVersion: 1 }, { accounts, refunds, exclusions: [] }));
  const sum = all.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  await on.query(
    `insert into storno.remedy_policy values (1, '{}', repeat('a', 64), 'st_anna', '${DAY}01') on conflict do nothing`,
  );
  await on.query(
    `insert into storno.remedy_plan values ($1, $2, 1, $3, repeat('b', 64), $4, $4, $5, $6, 2, 'st_anna', '${DAY}16')`,
    [
      PLAN,
      INCIDENT,
      digest,
      all.length,
      JSON.stringify({ EUR: String(sum) }),
      JSON.stringify({ milano: 30 * all.length }),
    ],
  );
  for (const { accountId } of all) {
    await on.query(`insert into storno.remedy_plan_account values ($1, $2, 'milano', 30, 0, 'EUR', 90, 'refund')`, [
      accountId,
      PLAN,
    ]);
  }
  for (const { accountId, liabilityId, channel, amountMinor } of refunds) {
    await on.query(`insert into storno.remedy_plan_refund values ($1, $2, $3, $4, $5, 'EUR')`, [
      accountId,
      PLAN,
      liabilityId,
      channel,
      String(amountMinor),
    ]);
  }
  for (const { accountId } of all.slice(0, 2)) {
    await on.query('insert into storno.plan_sample values ($1, $2)', [accountId, PLAN]);
  }
}

async function writeDecision(on: PoolClient, all: readonly Victim[]): Promise<void> {
  const { rows } = await on.query<{ digest: string }>('select digest from storno.remedy_plan where plan_id = $1', [
    PLAN,
  ]);
  const digest = rows[0]?.digest ?? '';
  for (const { accountId } of all.slice(0, 2)) {
    await on.query(`insert into storno.plan_sample_opened values ($1, $2, 'st_bruno', '${DAY}16 11:00')`, [
      accountId,
      PLAN,
    ]);
  }
  await on.query(
    `insert into storno.plan_decision values
      ($1, $2, 'st_anna', 2, 'approved', $3, 'st_bruno', '${DAY}16 12:00', '${DAY}19 12:00')`,
    [PLAN, digest, `Looked at both samples; ask ${PLANTED[1]}, account ${PLANTED[2]}`],
  );
  await audit(on, 'st_bruno', 'plan.approved', PLAN, { digest });
  await on.query(
    `insert into storno.campaign values
      ('cmp_1', $1, $2, 'approved', 'running', '', null, 250, 20, 1, 'st_anna', '${DAY}16 13:00', 'st_anna', '${DAY}16 13:00')`,
    [PLAN, digest],
  );
}

const REFUND_STATES = {
  succeeded: 'succeeded',
  credited: 'succeeded',
  failed: 'failed',
  returned: 'failed',
  pending: 'pending',
  quarantined: 'quarantined',
  not_owed: 'not_owed',
  canceled: 'canceled',
} as const;

async function writeRefund(on: PoolClient, { accountId, amountMinor, state }: Victim): Promise<void> {
  const liabilityId = `lia_${accountId}`;
  const isCredit = state === 'credited';
  await on.query(
    `insert into storno.refund (account_id, plan_id, liability_id, channel, amount_minor, currency, provider,
      merchant_account, payment_id, state, reason, version, recorded_at)
    values ($1, $2, $3, $4, $5, 'EUR', 'stripe', 'acct_1', $6, $7, '', 3, '${DAY}16 13:00')`,
    [
      accountId,
      PLAN,
      liabilityId,
      isCredit ? 'account_credit' : 'original_payment',
      String(amountMinor),
      `ch_${accountId}_2`,
      REFUND_STATES[state],
    ],
  );
  const counters = countersOf(state, amountMinor);
  if (counters !== null) {
    await on.query(
      `update storno.liability set ${counters} = $3, version = version + 1 where account_id = $1 and liability_id = $2`,
      [accountId, liabilityId, String(amountMinor)],
    );
  }
  if (isCredit) {
    const lines = ['account_payable', 'account_credit'] as const;
    await book(on, accountId, {
      kind: 'credited',
      ref: `${PLAN}:${liabilityId}`,
      lines,
      amount: amountMinor,
      corrects: null,
    });
    return;
  }
  if (state === 'not_owed' || state === 'canceled') return;
  await writeAttempt(on, { accountId, amountMinor, state });
}

function countersOf(state: Victim['state'], _amount: bigint): string | null {
  if (state === 'succeeded') return 'refunded_minor';
  if (state === 'credited') return 'credited_minor';
  if (state === 'not_owed') return 'elsewhere_minor';
  return state === 'pending' || state === 'quarantined' ? 'reserved_minor' : null;
}

const ATTEMPT_STATES = {
  succeeded: 'succeeded',
  failed: 'failed_final',
  returned: 'failed_final',
  pending: 'pending',
  quarantined: 'sent',
};

async function writeAttempt(on: PoolClient, { accountId, amountMinor, state }: Victim): Promise<void> {
  const liabilityId = `lia_${accountId}`;
  const ref = state === 'quarantined' ? null : `re_${accountId}`;
  await on.query(
    `insert into storno.refund_attempt (account_id, plan_id, liability_id, generation, idempotency_key, request_digest,
      state, sent_at, horizon_at, provider_ref, failure_code)
    values ($1, $2, $3, 1, $4, repeat('c', 64), $5, '${DAY}16 14:00', '${DAY}17 02:00', $6, null)`,
    [
      accountId,
      PLAN,
      liabilityId,
      `storno:v1:refund:${accountId}:${liabilityId}:1`,
      ATTEMPT_STATES[state as 'failed'],
      ref,
    ],
  );
  const outcomes = {
    succeeded: ['succeeded'],
    failed: ['failed_final'],
    returned: ['succeeded', 'failed_final'],
    pending: ['pending'],
    quarantined: ['unknown'],
  };
  for (const [at, outcome] of outcomes[state as 'failed'].entries()) {
    await on.query(
      `insert into storno.refund_evidence values
        ($1, $2, $3, $4, 1, 'answer', $5, $6, null, $7, '${DAY}16 14:01')`,
      [accountId, PLAN, liabilityId, at + 2, outcome, ref, `told by ${PLANTED[1]}`],
    );
  }
  if (state !== 'succeeded' && state !== 'returned') return;
  const source = `stripe:acct_1:${ref}`;
  const paid = { ref: source, amount: amountMinor };
  await book(on, accountId, { ...paid, kind: 'refund', lines: ['account_payable', 'house_clearing'], corrects: null });
  if (state === 'succeeded') return;
  const corrects = `refund:${source}`;
  await book(on, accountId, { ...paid, kind: 'refund_failed', lines: ['house_clearing', 'account_payable'], corrects });
}

async function writeRest(on: PoolClient, all: readonly Victim[]): Promise<void> {
  for (const { accountId } of all) {
    const lotId = `lot_${accountId}`;
    await on.query(
      `insert into storno.lot values
        ($1, $2, 'milano', 30, 30, '${DAY}17', '2015-02-15', '2015-02-15 23:00', 'goodwill', $3, '${DAY}17')`,
      [accountId, lotId, INCIDENT],
    );
    await on.query(
      `insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount, happened_at)
      values ($1, 'minutes_granted', $2::text, 'house_minutes_granted', 'account_minutes', $2::text, 'MIN/milano', 30, '${DAY}17')`,
      [accountId, lotId],
    );
    await on.query(
      `insert into storno.letter (account_id, letter_id, incident_id, kind, occurrence, locale, facts, state, version,
        tries, content_digest, sent_at, note, recorded_at)
      values ($1, $2, $3, 'refund', 1, 'it', '{}', 'sent', 2, 1, repeat('d', 64), '${DAY}17', $4, '${DAY}17')`,
      [accountId, `let_${accountId}`, INCIDENT, PLANTED[1]],
    );
  }
  await on.query(`insert into storno.complaint values ($1, $2, 'cpl_1', '${DAY}14', 'st_anna', '${DAY}15')`, [
    all[0]?.accountId,
    INCIDENT,
  ]);
  await on.query(
    `insert into storno.assumption values ($1, 1, 'Every doubled charge counts', 'consumer_favourable', '', 'st_anna', '${DAY}15')`,
    [INCIDENT],
  );
  await on.query(
    `insert into storno.outside_look values ('acc_900', $1, 'rnt_900', 'clean', $2, 'st_bruno', '${DAY}16')`,
    [INCIDENT, `Seen with ${PLANTED[1]}`],
  );
  await on.query(
    `insert into storno.prevention values ($1, 'Runs have a key', 1, '${PLANTED[0]}', 'replay.test', 'done', 'st_anna', '${DAY}18')`,
    [INCIDENT],
  );
  await on.query(
    `insert into storno.settlement values
      ('stripe', 'acct_1', 'txn_1', 're_acc_001', 'acc_001', 'refund', -290, 0, 'EUR', '${DAY}18', '${DAY}18')`,
  );
  await audit(on, 'st_anna', 'campaign.started', 'cmp_1', { plan_id: PLAN });
}

async function audit(on: PoolClient, actor: string, action: string, subject: string, payload: Record<string, string>) {
  await appendAudit(on, {
    accountId: '',
    incidentId: INCIDENT,
    at: Date.UTC(2014, 10, 16, 12),
    actor,
    action,
    subject,
    payload,
  });
}
