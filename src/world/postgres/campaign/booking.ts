import type { Transfer } from '../../../core/ledger/transfer.ts';
import { type CaptureCounters, countMovement } from '../../../core/live/movement.ts';
import { bookOnce, withoutBooked } from '../store/books.ts';
import {
  arraysOf,
  fromArrays,
  namesOf,
  type Queries,
  type Row,
  run,
  type Shape,
  type Statement,
} from '../store/sql.ts';

/** An entry of a refund, and the row of that refund: which charge it gives back. */
export interface RefundBooking {
  readonly transfer: Transfer;
  readonly refund: Row;
}

const CHARGE: Shape<RefundBooking> = [
  ['account_id', 'text', ({ transfer }) => transfer.accountId],
  ['provider', 'text', ({ refund }) => refund.provider],
  ['merchant_account', 'text', ({ refund }) => refund.merchant_account],
  ['provider_ref', 'text', ({ refund }) => refund.payment_id],
];

const SAME_CHARGE = CHARGE.map(([name]) => `c.${name} = s.${name}`).join(' and ');

/** As whoever hears of the refund in a listing does: the row of the capture first, then the entry. */
const LOCK_CAPTURES: Statement = {
  name: 'lock_refunded_captures',
  text: `select ${namesOf(CHARGE, 'c.')}, c.captured_minor, c.refunded_minor, c.reserved_minor, c.transferred_minor,
      c.disputed_minor, c.disputed_excess_minor
    from ${fromArrays(CHARGE, 1, 's')}
    join storno.capture as c on ${SAME_CHARGE}
    order by c.account_id collate "C", c.provider_ref collate "C"
    for update of c`,
};

interface Counted {
  readonly booking: RefundBooking;
  readonly counters: CaptureCounters;
}

const COUNTED: Shape<Counted> = [
  ...CHARGE.map(([name, type, pick]) => [name, type, ({ booking }: Counted) => pick(booking)] as const),
  ['refunded_minor', 'bigint', ({ counters }) => counters.refunded],
  ['transferred_minor', 'bigint', ({ counters }) => counters.transferred],
  ['disputed_minor', 'bigint', ({ counters }) => counters.disputed],
  ['disputed_excess_minor', 'bigint', ({ counters }) => counters.disputedExcess],
];

const COUNT_CAPTURES: Statement = {
  name: 'count_refunded_captures',
  text: `update storno.capture as c
    set refunded_minor = s.refunded_minor, transferred_minor = s.transferred_minor, disputed_minor = s.disputed_minor,
      disputed_excess_minor = s.disputed_excess_minor
    from ${fromArrays(COUNTED, 1, 's')}
    where ${SAME_CHARGE}`,
};

/**
 * Books entries of refunds, and counts them on the captures that the live half knows. An entry that stands there was
 * booked by whoever heard of the refund first, and was counted then.
 */
export async function bookRefunds(on: Queries, bookings: readonly RefundBooking[]): Promise<void> {
  if (bookings.length === 0) return;
  const locked = await run(on, LOCK_CAPTURES, arraysOf(CHARGE, bookings));
  const captures = new Map(locked.map((row) => [CHARGE.map(([name]) => row[name]).join(' '), countersOf(row)]));
  const transfers = bookings.map(({ transfer }) => transfer);
  const fresh = new Set(await withoutBooked(on, transfers));
  await bookOnce(on, transfers);
  const counted: Counted[] = [];
  for (const booking of bookings) {
    const before = captures.get(CHARGE.map(([, , pick]) => pick(booking)).join(' '));
    // Interest is on top of what was taken: it gives nothing of the charge back.
    const change = booking.refund.liability_kind === 'time_value' ? null : changeOf(booking.transfer);
    if (before === undefined || change === null || !fresh.has(booking.transfer)) continue;
    counted.push({ booking, counters: countMovement(before, change.counter, change.minor) });
  }
  if (counted.length > 0) await run(on, COUNT_CAPTURES, arraysOf(COUNTED, counted));
}

function changeOf({ kind, amount }: Transfer) {
  switch (kind) {
    case 'refund':
      return { counter: 'refunded', minor: amount } as const;
    case 'refund_failed':
      return { counter: 'refunded', minor: -amount } as const;
    case 'transferred':
      return { counter: 'transferred', minor: amount } as const;
    case 'transfer_returned':
      return { counter: 'transferred', minor: -amount } as const;
    default:
      return null;
  }
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
