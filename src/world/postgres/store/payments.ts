import type { Pool } from 'pg';
import type { Transfer } from '../../../core/ledger/transfer.ts';
import { type CaptureCounters, countMovement } from '../../../core/live/movement.ts';
import type { BookedLine, CaptureMovement, LiveStore, SeenPayment } from '../../../flow/ports/store.ts';
import { bookOnce, tell } from './books.ts';

import {
  arraysOf,
  batchesOf,
  fromArrays,
  inTransaction,
  namesOf,
  type Queries,
  Rollback,
  type Row,
  run,
  runAlone,
  type Shape,
  type Statement,
  timeOf,
} from './sql.ts';

type Payments = Pick<LiveStore, 'recordPayments' | 'recordLedgerLines' | 'recordMovement'>;

/** The account where nothing tells it. */
const NOBODY = '';

const PAYMENT: Shape<SeenPayment> = [
  ['account_id', 'text', ({ key }) => key?.accountId ?? NOBODY],
  ['provider', 'text', ({ payment }) => payment.provider],
  ['merchant_account', 'text', ({ payment }) => payment.merchantAccount],
  ['payment_id', 'text', ({ payment }) => payment.providerRef],
  ['kind', 'text', ({ payment }) => payment.kind],
  ['parent_payment_id', 'text', ({ payment }) => payment.parentRef],
  ['rental_id', 'text', ({ key }) => key?.rentalId ?? null],
  ['purpose', 'text', ({ key }) => key?.purpose ?? null],
  ['occurrence', 'int', ({ key }) => key?.occurrence ?? null],
  ['generation', 'int', ({ payment }) => generationOf(payment.metadata.generation)],
  ['status', 'text', ({ payment }) => payment.status],
  ['amount_minor', 'bigint', ({ payment }) => payment.amount.amountMinor],
  ['currency', 'text', ({ payment }) => payment.amount.currency],
  ['code', 'text', ({ payment }) => payment.code],
  ['idempotency_key', 'text', ({ payment }) => payment.metadata.reference ?? null],
  ['created_at', 'timestamptz', ({ payment }) => timeOf(payment.createdAt)],
];

/** Metadata is text that others can write. */
function generationOf(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,2}$/.test(text) ? Number(text) : null;
}

/** `statusRank` of core in SQL: a later state is never replaced by an earlier one. */
const RANK = (row: string) => `case
        when ${row}.status = 'pending' then 0
        when (${row}.status = 'succeeded') = (${row}.kind <> 'refund') then 2
        else 1
      end`;

const IS_LATER = `${RANK('excluded')} >= ${RANK('p')}`;

/**
 * A payment whose account was not known when it was first seen keeps its row, under nobody: what was written first is
 * found again, and nothing stands twice.
 */
const RECORD_PAYMENTS: Statement = {
  name: 'record_payments',
  text: `insert into storno.payment as p (${namesOf(PAYMENT)}, first_seen_at, last_seen_at)
    select case when n.payment_id is null then s.account_id else n.account_id end,
      ${namesOf(PAYMENT.slice(1), 's.')}, $1, $1
    from ${fromArrays(PAYMENT, 2, 's')}
    left join storno.payment as n on n.account_id = '${NOBODY}' and n.provider = s.provider
      and n.merchant_account = s.merchant_account and n.payment_id = s.payment_id
    on conflict (account_id, provider, merchant_account, payment_id) do update
    set status = case when ${IS_LATER} then excluded.status else p.status end,
      code = case when ${IS_LATER} then excluded.code else p.code end,
      amount_minor = case when ${IS_LATER} then excluded.amount_minor else p.amount_minor end,
      rental_id = coalesce(p.rental_id, excluded.rental_id), purpose = coalesce(p.purpose, excluded.purpose),
      occurrence = coalesce(p.occurrence, excluded.occurrence), generation = coalesce(p.generation, excluded.generation),
      last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)`,
};

const PAYMENTS_MAX = 500;

async function recordPayments(pool: Pool, payments: readonly SeenPayment[], now: number): Promise<void> {
  const nameOf = ({ payment }: SeenPayment) => `${payment.provider} ${payment.merchantAccount} ${payment.providerRef}`;
  for (const batch of batchesOf(payments, nameOf, PAYMENTS_MAX)) {
    const rows = batch.map((at) => payments[at] as SeenPayment);
    await runAlone(pool, RECORD_PAYMENTS, [timeOf(now), ...arraysOf(PAYMENT, rows)]);
  }
}

const LINE: Shape<BookedLine> = [
  ['provider', 'text', ({ line }) => line.provider],
  ['merchant_account', 'text', ({ line }) => line.merchantAccount],
  ['line_id', 'text', ({ line }) => line.lineId],
  ['payment_id', 'text', ({ line }) => line.paymentRef],
  ['account_id', 'text', ({ accountId }) => accountId],
  ['kind', 'text', ({ line }) => line.kind],
  ['amount_minor', 'bigint', ({ line }) => line.amount.amountMinor],
  ['fee_minor', 'bigint', ({ line }) => line.fee.amountMinor],
  ['currency', 'text', ({ line }) => line.amount.currency],
  ['booked_at', 'timestamptz', ({ line }) => timeOf(line.bookedAt)],
];

const RECORD_LINES: Statement = {
  name: 'record_lines',
  text: `insert into storno.settlement (${namesOf(LINE)}, recorded_at)
    select ${namesOf(LINE, 's.')}, $1 from ${fromArrays(LINE, 2, 's')}
    on conflict (provider, merchant_account, line_id) do nothing
    returning provider, merchant_account, line_id`,
};

/** Lines and their entries in one transaction: a line that is there has its entries. */
function recordLedgerLines(pool: Pool, lines: readonly BookedLine[], now: number): Promise<number> {
  if (lines.length === 0) return Promise.resolve(0);
  return inTransaction(pool, async (on) => {
    const rows = await run(on, RECORD_LINES, [timeOf(now), ...arraysOf(LINE, lines)]);
    const isNew = new Set(rows.map((row) => `${row.provider} ${row.merchant_account} ${row.line_id}`));
    const fresh = lines.filter(({ line }) => isNew.has(`${line.provider} ${line.merchantAccount} ${line.lineId}`));
    await bookOnce(
      on,
      fresh.flatMap(({ transfers }) => transfers),
    );
    return rows.length;
  });
}

const FIND_CAPTURE = `account_id = $1 and rental_id = $2 and purpose = $3 and occurrence = $4 and provider = $5
      and merchant_account = $6 and provider_ref = $7`;

const LOCK_CAPTURE: Statement = {
  name: 'lock_capture',
  text: `select captured_minor, refunded_minor, reserved_minor, transferred_minor, disputed_minor, disputed_excess_minor
    from storno.capture where ${FIND_CAPTURE} for update`,
};

const FIND_ENTRY: Statement = {
  name: 'find_entry',
  text: 'select kind from storno.transfer where account_id = $1 and kind = $2 and source_ref = $3',
};

const COUNT: Statement = {
  name: 'count_movement',
  text: `update storno.capture set refunded_minor = $8, disputed_minor = $9, disputed_excess_minor = $10
    where ${FIND_CAPTURE}`,
};

type Moved = Awaited<ReturnType<LiveStore['recordMovement']>>;

/** One movement of a capture at a time: whoever has its row looks for the entry, and counts from what stands there. */
function recordMovement(pool: Pool, movement: CaptureMovement): Promise<Moved> {
  const { transfer, event, counter, changeMinor } = movement;
  return inTransaction<Moved>(pool, async (on) => {
    const capture = captureValues(movement);
    const [row] = await run(on, LOCK_CAPTURE, capture);
    if (row === undefined) throw new Rollback<Moved>('capture_unknown');
    if (await isBooked(on, nameOf(transfer))) throw new Rollback<Moved>('exists');
    if (transfer.corrects !== null && !(await isBooked(on, correctedBy(transfer))))
      throw new Rollback<Moved>('not_booked');
    await bookOnce(on, [transfer]);
    const counted = countMovement(countersOf(row), counter, changeMinor);
    await run(on, COUNT, [...capture, counted.refunded, counted.disputed, counted.disputedExcess]);
    if (event !== null) await tell(on, [event]);
    return 'applied';
  });
}

function countersOf(row: Row): CaptureCounters {
  return {
    captured: row.captured_minor as bigint,
    refunded: row.refunded_minor as bigint,
    reserved: row.reserved_minor as bigint,
    transferred: row.transferred_minor as bigint,
    disputed: row.disputed_minor as bigint,
    disputedExcess: row.disputed_excess_minor as bigint,
  };
}

type EntryName = readonly [accountId: string, kind: string, sourceRef: string];

function nameOf({ accountId, kind, sourceRef }: Transfer): EntryName {
  return [accountId, kind, sourceRef];
}

/** `refund:stripe:acct_1:re_1`: kinds have no colon, sources may. */
function correctedBy({ accountId, corrects }: Transfer): EntryName {
  const [kind = '', ...source] = (corrects ?? '').split(':');
  return [accountId, kind, source.join(':')];
}

async function isBooked(on: Queries, name: EntryName): Promise<boolean> {
  return (await run(on, FIND_ENTRY, [...name])).length > 0;
}

function captureValues({ key, payment }: CaptureMovement): unknown[] {
  return [
    key.accountId,
    key.rentalId,
    key.purpose,
    key.occurrence,
    payment.provider,
    payment.merchantAccount,
    payment.parentRef,
  ];
}

export function openPayments(pool: Pool): Payments {
  return {
    recordPayments: (payments, now) => recordPayments(pool, payments, now),
    recordLedgerLines: (lines, now) => recordLedgerLines(pool, lines, now),
    recordMovement: (movement) => recordMovement(pool, movement),
  };
}
