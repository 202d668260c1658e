import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { Charge } from '../../core/fact/charge.ts';
import type { Purpose } from '../../core/fact/fact.ts';
import type { Facts } from '../../core/fact/facts.ts';
import type { Payment } from '../../core/fact/payment.ts';
import type { Rental } from '../../core/fact/rental.ts';
import { money } from '../../core/kernel/money.ts';
import type { Window } from '../../core/kernel/time.ts';
import type { LiveFacts, LiveSetting } from '../../flow/ports/live-facts.ts';
import { guarded } from './errors.ts';
import { LAYER_SQL } from './layers.ts';
import { SCREEN_SETTINGS, SCREEN_STATEMENTS, TOUCHED_SQL } from './live-facts/screen-sql.ts';

/**
 * The live half's facts for `detect`: rentals, payments and our own attempts. What bank and acquirer booked is judged
 * by a scan, which sees all of a day at once. Every method reads in one snapshot.
 */
export function readLiveFacts(pool: Pool): LiveFacts {
  return {
    readSetting: () => snapshot(pool, readSetting),
    touched: ({ from, to, after, limit }) =>
      snapshot(pool, async (client) => {
        const values = [new Date(from), new Date(to), after, limit];
        return (await client.query<Named>(TOUCHED_SQL, values)).rows.map(({ accountId }) => accountId);
      }),
    screen: () => snapshot(pool, screen),
    factsOf: (accountIds, setting) => snapshot(pool, (client) => factsOf(client, accountIds, setting)),
  };
}

interface Named {
  readonly accountId: string;
}

function snapshot<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return guarded(async () => {
    const client = await pool.connect();
    try {
      await client.query('begin transaction isolation level repeatable read, read only');
      return await work(client);
    } finally {
      await client.query('rollback').catch(() => undefined);
      client.release();
    }
  });
}

async function screen(client: PoolClient): Promise<readonly string[]> {
  await client.query(SCREEN_SETTINGS);
  const proposed = new Set<string>();
  for (const sql of SCREEN_STATEMENTS) {
    for (const { accountId } of (await client.query<Named>(sql)).rows) proposed.add(accountId);
  }
  return [...proposed].sort();
}

async function readSetting(client: PoolClient): Promise<LiveSetting> {
  const window = async (table: string, column: string): Promise<Window | null> => {
    const { rows } = await client.query<{ from: Date | null; to: Date | null }>(
      `select min(${column}) as "from", max(${column}) as "to" from storno.${table}`,
    );
    const [{ from, to } = { from: null, to: null }] = rows;
    return from === null || to === null ? null : { from: from.getTime(), to: to.getTime() };
  };
  return {
    layers: { rentals: true, rentalsTellAccounts: true, charges: true, settlements: false },
    coverage: {
      rentalsEnded: await window('rental', 'ended_at'),
      paymentsCreated: await window('payment', 'created_at'),
      chargesCreated: await window('attempt', 'sent_at'),
      settlementsBooked: null,
    },
  };
}

/** Payments of nobody come along where they name a payment, an attempt or a rental of these accounts. */
const OWN_PAYMENTS = `
  with own as (select * from (${LAYER_SQL.payments}) payment where account_id = any($1))
  select * from own
  union all
  select nobody.* from (${LAYER_SQL.payments}) nobody
  where nobody.account_id = '' and '' <> all($1) and (
    nobody.parent_payment_id in (select payment_id from own)
    or nobody.idempotency_key in (select idempotency_key from storno.attempt where account_id = any($1))
    or nobody.rental_id in (select rental_id from storno.rental where account_id = any($1))
  )`;

async function factsOf(
  client: PoolClient,
  accountIds: readonly string[],
  { layers, coverage }: LiveSetting,
): Promise<Facts> {
  const read = async <Row extends QueryResultRow>(sql: string) => (await client.query<Row>(sql, [accountIds])).rows;
  const own = (sql: string) => `select * from (${sql}) layer where account_id = any($1)`;
  return {
    rentals: (await read<RentalRow>(own(LAYER_SQL.rentals))).map(rentalOf),
    payments: (await read<PaymentRow>(OWN_PAYMENTS)).map(paymentOf),
    charges: (await read<ChargeRow>(own(LAYER_SQL.charges))).map(chargeOf),
    settlements: [],
    layers,
    coverage,
  };
}

interface RentalRow extends QueryResultRow {
  readonly rental_id: string;
  readonly account_id: string;
  readonly vehicle_id: string | null;
  readonly market: string;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly amount_minor: bigint;
  readonly currency: string;
}

function rentalOf(row: RentalRow): Rental {
  return {
    rentalId: row.rental_id,
    accountId: row.account_id,
    vehicleId: row.vehicle_id,
    market: row.market,
    startedAt: row.started_at.getTime(),
    endedAt: row.ended_at.getTime(),
    amountDue: money(row.amount_minor, row.currency),
    attributes: {},
  };
}

interface PaymentRow extends QueryResultRow {
  readonly payment_id: string;
  readonly kind: Payment['kind'];
  readonly parent_payment_id: string | null;
  readonly account_id: string;
  readonly rental_id: string | null;
  readonly charge_id: string | null;
  readonly status: Payment['status'];
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly created_at: Date;
  readonly purpose: Purpose | null;
  readonly provider: string;
  readonly idempotency_key: string | null;
}

function paymentOf(row: PaymentRow): Payment {
  return {
    paymentId: row.payment_id,
    kind: row.kind,
    parentPaymentId: row.parent_payment_id,
    accountId: row.account_id === '' ? null : row.account_id,
    rentalId: row.rental_id,
    chargeId: row.charge_id,
    status: row.status,
    amount: money(row.amount_minor, row.currency),
    createdAt: row.created_at.getTime(),
    purpose: row.purpose ?? 'rental',
    provider: row.provider,
    idempotencyKey: row.idempotency_key,
    attributes: {},
  };
}

interface ChargeRow extends QueryResultRow {
  readonly charge_id: string;
  readonly account_id: string;
  readonly rental_id: string;
  readonly purpose: Purpose;
  readonly status: Charge['status'];
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly created_at: Date;
  readonly provider: string;
  readonly payment_id: string | null;
  readonly idempotency_key: string;
}

function chargeOf(row: ChargeRow): Charge {
  return {
    chargeId: row.charge_id,
    accountId: row.account_id,
    rentalId: row.rental_id,
    purpose: row.purpose,
    status: row.status,
    amount: money(row.amount_minor, row.currency),
    createdAt: row.created_at.getTime(),
    provider: row.provider,
    paymentId: row.payment_id,
    idempotencyKey: row.idempotency_key,
    attributes: {},
  };
}
