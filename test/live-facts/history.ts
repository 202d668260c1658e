import type { Pool } from 'pg';
import { HOUR_MS, MINUTE_MS } from '../../src/core/kernel/time.ts';

/**
 * A live history with everything that a screen could overlook: charges twice, above the price, for rentals of others,
 * for none, of no account; refunds; two drives of one vehicle at once; other purposes; prices raised, rentals
 * taken back.
 * Rows are written as the superuser, since no path of the program makes most of them.
 */
export async function insertLiveHistory(
  admin: Pool,
  { seed, accounts }: { readonly seed: number; readonly accounts: number },
): Promise<void> {
  const draw = chance(seed);
  const rows: Rows = { rentals: [], voids: [], payments: [], attempts: [] };
  for (let account = 0; account < accounts; account++) addAccount(rows, `acc_${account}`, draw);
  addCalm(rows);
  await insertRows(admin, rows);
}

interface Rows {
  readonly rentals: RentalRow[];
  readonly voids: { readonly account: string; readonly rental: string }[];
  readonly payments: PaymentRow[];
  readonly attempts: AttemptRow[];
}

interface RentalRow {
  readonly account: string;
  readonly id: string;
  readonly revision: number;
  readonly vehicle: string | null;
  readonly started: Date;
  readonly ended: Date;
  readonly amount: number;
}

interface PaymentRow {
  readonly account: string;
  readonly id: string;
  readonly kind: string;
  readonly parent: string | null;
  readonly rental: string | null;
  readonly purpose: string;
  readonly status: string;
  readonly amount: number;
  readonly key: string | null;
  readonly at: Date;
}

interface AttemptRow {
  readonly account: string;
  readonly rental: string;
  readonly purpose: string;
  readonly occurrence: number;
  readonly amount: number;
  readonly state: string;
  /** What the provider calls it: two attempts of one name are one booking too many. */
  readonly ref: string | null;
}

type Draw = (below: number) => number;

/** Mulberry32: small, seeded, good enough to scatter rows. */
function chance(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const START = Date.UTC(2026, 9, 1);
const HOURS = 24 * 40;

function addAccount(rows: Rows, account: string, draw: Draw): void {
  const rides = draw(4);
  // Named by several attempts of the account, now and then: a booking too many.
  const named = draw(8) === 0 ? `ch_${rows.payments.length}` : null;
  for (let ride = 0; ride < rides; ride++) addRide(rows, { account, id: `rnt_${account}_${ride}`, ref: named }, draw);
  if (draw(25) === 0) pay(rows, draw, { account, rental: null });
  if (draw(40) === 0) pay(rows, draw, { account: '', rental: null });
  if (draw(40) === 0) pay(rows, draw, { account, rental: `rnt_acc_${draw(50)}_0` });
  if (draw(60) === 0) pay(rows, draw, { account, rental: 'rnt_of_nobody' });
}

function addRide(
  rows: Rows,
  { account, id, ref }: { readonly account: string; readonly id: string; readonly ref: string | null },
  draw: Draw,
): void {
  const started = START + draw(HOURS) * HOUR_MS;
  const ended = new Date(started + (5 + draw(90)) * MINUTE_MS);
  const amount = 300 + draw(4) * 145;
  const ride = { account, id, vehicle: `veh_${draw(60)}`, started: new Date(started), ended, amount };
  rows.rentals.push({ ...ride, revision: 1 });
  if (draw(12) === 0) rows.rentals.push({ ...ride, revision: 2, amount: amount + 145 - draw(3) * 145 });
  if (draw(20) === 0) rows.voids.push({ account, rental: id });
  const state = draw(5) === 0 ? 'sent' : 'succeeded';
  const attempt = { account, rental: id, purpose: 'rental', occurrence: 1, amount, state, ref };
  if (draw(4) !== 0) rows.attempts.push(attempt);
  if (draw(25) === 0) {
    for (const occurrence of [1, 2])
      rows.attempts.push({ ...attempt, purpose: 'adjustment', occurrence, state: 'succeeded' });
  }
  if (draw(25) === 0)
    for (const at of [1, 2]) pay(rows, draw, { account, rental: id, purpose: 'fee', at: START + at * HOUR_MS });
  const first = pay(rows, draw, { account, rental: id, amount, at: ended.getTime() });
  if (draw(12) === 0) pay(rows, draw, { account, rental: id, amount, at: ended.getTime() + draw(100) * HOUR_MS });
  if (draw(30) === 0) pay(rows, draw, { account: '', rental: id, amount });
  if (draw(15) === 0) pay(rows, draw, { account: draw(4) === 0 ? '' : account, rental: null, parent: first, amount });
}

/** One account in which all is well, until a test adds to it. */
function addCalm(rows: Rows): void {
  const at = new Date(START);
  const ended = new Date(START + HOUR_MS);
  rows.rentals.push({
    account: 'acc_calm',
    id: 'rnt_calm',
    revision: 1,
    vehicle: 'veh_calm',
    started: at,
    ended,
    amount: 900,
  });
  rows.payments.push({
    ...{ account: 'acc_calm', id: 'ch_calm', kind: 'charge', parent: null, rental: 'rnt_calm', purpose: 'rental' },
    ...{ status: 'succeeded', amount: 900, key: 'key_calm', at: ended },
  });
}

interface Paid {
  readonly purpose?: string;
  readonly account: string;
  readonly rental: string | null;
  readonly parent?: string;
  readonly amount?: number;
  readonly at?: number;
}

function pay(rows: Rows, draw: Draw, { account, rental, parent, amount, at, purpose }: Paid): string {
  const id = `${parent === undefined ? 'ch' : 're'}_${rows.payments.length}`;
  rows.payments.push({
    account,
    id,
    kind: parent === undefined ? 'charge' : 'refund',
    parent: parent ?? null,
    rental,
    purpose: purpose ?? (draw(20) === 0 ? 'adjustment' : 'rental'),
    status: draw(9) === 0 ? 'failed' : 'succeeded',
    amount: draw(15) === 0 ? 777 : (amount ?? 445),
    key: draw(3) === 0 ? null : `key_${draw(400)}`,
    at: new Date(at ?? START + draw(HOURS) * HOUR_MS),
  });
  return id;
}

const SEEN = new Date(START);

async function insertRows(admin: Pool, rows: Rows): Promise<void> {
  const { rentals, voids, payments, attempts } = rows;
  await admin.query(
    `insert into storno.rental (account_id, rental_id, revision, vehicle_id, market, started_at, ended_at, amount_minor,
      vat_minor, currency, billed_minutes, price_lines, lot_uses, recorded_at)
    select account, id, revision, vehicle, 'milano', started, ended, amount, 0, 'EUR', 10, '[]', '[]', $2
    from jsonb_to_recordset($1) r (account text, id text, revision integer, vehicle text, started timestamptz,
      ended timestamptz, amount bigint)`,
    [JSON.stringify(rentals), SEEN],
  );
  await admin.query(
    'insert into storno.rental_key (rental_id, account_id) select distinct rental_id, account_id from storno.rental',
  );
  await admin.query(
    `insert into storno.rental_void (account_id, rental_id, revision, reason, voided_at)
    select account, rental, 1, 'never driven', $2 from jsonb_to_recordset($1) v (account text, rental text)`,
    [JSON.stringify(voids), SEEN],
  );
  await admin.query(
    `insert into storno.payment (account_id, provider, merchant_account, payment_id, kind, parent_payment_id, rental_id,
      purpose, occurrence, generation, status, amount_minor, currency, idempotency_key, created_at, first_seen_at,
      last_seen_at)
    select account, 'stripe', 'acct_1', id, kind, parent, rental, purpose, 1, 1, status, amount, 'EUR', key, at, $2, $2
    from jsonb_to_recordset($1) p (account text, id text, kind text, parent text, rental text, purpose text, status text,
      amount bigint, key text, at timestamptz)`,
    [JSON.stringify(payments), SEEN],
  );
  await insertAttempts(admin, attempts);
}

async function insertAttempts(admin: Pool, attempts: Rows['attempts']): Promise<void> {
  const values = [JSON.stringify(attempts), SEEN];
  const record = `jsonb_to_recordset($1) a (account text, rental text, purpose text, occurrence integer, amount bigint, state text,
    ref text)`;
  await admin.query(
    `insert into storno.charge_intent (account_id, rental_id, purpose, occurrence, revision, state, amount_minor,
      currency, provider, run_at, version, declines, created_at)
    select account, rental, purpose, occurrence, 1, 'due', amount, 'EUR', 'stripe', $2, 1, 0, $2 from ${record}`,
    values,
  );
  await admin.query(
    `insert into storno.attempt (account_id, rental_id, purpose, occurrence, generation, state, idempotency_key,
      request_digest, provider, merchant_account, customer_ref, method_ref, sent_at, horizon_at, absent_at, provider_ref)
    select account, rental, purpose, occurrence, 1, 'sent', concat_ws(' ', 'key of', rental, purpose, occurrence), repeat('0', 64), 'stripe', 'acct_1', 'cus_1',
      'pm_1', $2, $2::timestamptz + interval '12 hours', '{}', ref from ${record}`,
    values,
  );
  await admin.query(
    `update storno.attempt set state = 'succeeded' from ${record}
    where attempt.account_id = a.account and attempt.rental_id = a.rental and attempt.purpose = a.purpose
      and attempt.occurrence = a.occurrence and a.state = 'succeeded'`,
    values.slice(0, 1),
  );
}
