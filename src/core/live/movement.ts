import type { OutboxEvent } from '../fact/event.ts';
import { assert } from '../kernel/assert.ts';
import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import { refundEntry, refundFailedEntry } from '../ledger/refund-entry.ts';
import { type Transfer, transfer } from '../ledger/transfer.ts';
import { paymentText } from './charge/entries.ts';
import type { ObligationKey } from './charge.ts';

/** What became of a capture, in minor units, each at least zero. */
export interface CaptureCounters {
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly reserved: bigint;
  readonly transferred: bigint;
  readonly disputed: bigint;
  /** Taken by a bank beyond what was left: a refund had been paid before. To be contested. */
  readonly disputedExcess: bigint;
}

/**
 * The counters after a movement. What the outside did is counted whatever it was, and the sum of what was given back
 * never grows beyond what was captured (INV-4): a dispute takes what is left and the rest is excess; a refund or a
 * transfer takes its room from the dispute, whose part becomes excess. Taking back a dispute takes the excess first.
 */
export function countMovement(
  before: CaptureCounters,
  counter: 'refunded' | 'transferred' | 'disputed',
  changeMinor: bigint,
): CaptureCounters {
  const left = before.captured - before.refunded - before.reserved - before.transferred - before.disputed;
  if (counter === 'disputed') {
    if (changeMinor >= 0n) {
      const within = changeMinor < left ? changeMinor : left;
      return {
        ...before,
        disputed: before.disputed + within,
        disputedExcess: before.disputedExcess + changeMinor - within,
      };
    }
    const ofExcess = -changeMinor < before.disputedExcess ? -changeMinor : before.disputedExcess;
    const disputed = before.disputed + changeMinor + ofExcess;
    assert(disputed >= 0n, `more won back than was disputed: ${changeMinor} of ${before.disputed}`);
    return { ...before, disputed, disputedExcess: before.disputedExcess - ofExcess };
  }
  const after = before[counter] + changeMinor;
  assert(after >= 0n, `more came back than was ${counter}: ${changeMinor} of ${before[counter]}`);
  const lacking = changeMinor > left ? changeMinor - left : 0n;
  assert(lacking <= before.disputed, `${counter} ${after} of ${before.captured} captured`);
  return {
    ...before,
    [counter]: after,
    disputed: before.disputed - lacking,
    disputedExcess: before.disputedExcess + lacking,
  };
}

/** A movement as a provider tells it, as far as it is decided on. */
export interface Movement {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly providerRef: string;
  readonly kind: 'charge' | 'refund' | 'chargeback' | 'chargeback_reversal';
  readonly parentRef: string | null;
  readonly status: 'succeeded' | 'pending' | 'failed' | 'canceled';
  readonly amount: Money;
  readonly createdAt: Instant;
}

export interface DecidedMovement {
  readonly counter: 'refunded' | 'disputed';
  readonly changeMinor: bigint;
  readonly transfer: Transfer;
  readonly event: OutboxEvent | null;
}

/**
 * What follows from a refund or a dispute that somebody made. Null where no money moved: it is pending, or it never
 * happened. A refund discharges what we owe the customer; where nothing was owed, the line stands on its other side.
 * A refund that failed takes back its own entry; if that was never booked, the store says so.
 */
export function decideMovement(key: ObligationKey, movement: Movement): DecidedMovement | null {
  const { amountMinor } = movement.amount;
  if (amountMinor <= 0n) return null;
  switch (movement.kind) {
    case 'refund':
      if (movement.status === 'succeeded') {
        const entry = refundEntry({ ...movement, accountId: key.accountId, happenedAt: movement.createdAt });
        return { counter: 'refunded', changeMinor: amountMinor, transfer: entry, event: null };
      }
      if (movement.status === 'pending') return null;
      return { counter: 'refunded', changeMinor: -amountMinor, transfer: failedEntry(key, movement), event: null };
    case 'chargeback':
      if (movement.status !== 'succeeded') return null;
      return booked(key, movement, { counter: 'disputed', changeMinor: amountMinor, ...CHARGEBACK });
    case 'chargeback_reversal':
      if (movement.status !== 'succeeded') return null;
      return booked(key, movement, { counter: 'disputed', changeMinor: -amountMinor, ...CHARGEBACK_REVERSAL });
    case 'charge':
      return null;
  }
}

function failedEntry({ accountId }: ObligationKey, movement: Movement): Transfer {
  return refundFailedEntry({ ...movement, accountId, happenedAt: movement.createdAt });
}

type Lines = Pick<Transfer, 'kind' | 'debit' | 'credit'>;

const CHARGEBACK: Lines = { kind: 'chargeback', debit: 'house_disputed', credit: 'house_clearing' };
const CHARGEBACK_REVERSAL: Lines = {
  kind: 'chargeback_reversal',
  debit: 'house_clearing',
  credit: 'house_disputed',
};

function booked(
  key: ObligationKey,
  movement: Movement,
  parts: Lines & Pick<DecidedMovement, 'counter' | 'changeMinor'>,
): DecidedMovement {
  const sourceRef = paymentText(movement);
  return {
    counter: parts.counter,
    changeMinor: parts.changeMinor,
    transfer: transfer({
      accountId: key.accountId,
      kind: parts.kind,
      sourceRef,
      debit: parts.debit,
      credit: parts.credit,
      dimension: movement.provider,
      asset: movement.amount.currency,
      amount: movement.amount.amountMinor,
      corrects: correctedBy(parts.kind, sourceRef),
      happenedAt: movement.createdAt,
    }),
    event: null,
  };
}

/** The adapter names a won dispute after the dispute: `dp_1:won` takes back `dp_1`. */
const WON = ':won';

function correctedBy(kind: Transfer['kind'], sourceRef: string): string | null {
  if (kind !== 'chargeback_reversal') return null;
  return sourceRef.endsWith(WON) ? `chargeback:${sourceRef.slice(0, -WON.length)}` : null;
}

/** How far a payment has come: a later state is never replaced by an earlier one, in whatever order they are heard. */
export function statusRank(kind: Movement['kind'], status: Movement['status']): number {
  if (status === 'pending') return 0;
  // A paid refund may fail weeks later; a paid charge does not.
  const isLastSucceeded = kind !== 'refund';
  return (status === 'succeeded') === isLastSucceeded ? 2 : 1;
}
