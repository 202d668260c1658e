import type { OutboxEvent } from '../fact/event.ts';
import { assert } from '../kernel/assert.ts';
import type { Instant } from '../kernel/time.ts';
import type { LotUse } from '../ledger/lot.ts';
import { type Transfer, transfer } from '../ledger/transfer.ts';
import { obligationText } from './charge/reference.ts';
import type { ChargeIntent, ObligationKey } from './charge.ts';
import type { RentalRecord } from './ended-rental.ts';
import { restoreEntries } from './lots.ts';
import {
  drawerOf,
  newIntent,
  type PostedRental,
  type Posting,
  type PricedRental,
  postRevision,
  revisionText,
  takeBackEntries,
} from './post-rental.ts';

/** What takes a rental back: written together or not at all. */
export interface PostedVoid {
  readonly rentalId: string;
  readonly accountId: string;
  readonly revision: number;
  readonly voidedAt: Instant;
  readonly reason: string;
  readonly intents: readonly { readonly key: ObligationKey; readonly version: number }[];
  readonly restored: readonly LotUse[];
  readonly transfers: readonly Transfer[];
  readonly events: readonly OutboxEvent[];
  readonly next: PostedRental | null;
}

/** Checked in this order. */
export type VoidAnswer =
  | { readonly kind: 'voiding'; readonly voiding: PostedVoid }
  | { readonly kind: 'already_void' }
  /** The correction speaks of another rental, account or currency. */
  | { readonly kind: 'differs'; readonly field: 'rental_id' | 'account_id' | 'currency' }
  /** An attempt may still take money: its outcome must be known first. */
  | { readonly kind: 'in_flight'; readonly key: ObligationKey }
  /** A person must look at it first. */
  | { readonly kind: 'parked'; readonly key: ObligationKey };

export interface VoidRequest {
  /** The newest revision. */
  readonly record: RentalRecord;
  /** All intents of the rental, of every purpose and occurrence. */
  readonly intents: readonly ChargeIntent[];
  readonly reason: string;
  /** What holds instead; null where the rental never was. */
  readonly next: PricedRental | null;
}

/**
 * Takes a rental back and perhaps says it anew.
 *
 * What was due and not begun is voided. What was taken or written off stands, and the new price is held against it:
 * of a higher price the difference is taken, under a new obligation; of a lower one the difference first takes back
 * what was written off, and the rest is owed to the customer (`account_payable`), from where the remedy half pays it.
 * Nothing is refunded here, and what is owed is never set off against a later correction: it may be on its way.
 */
export function postVoid(request: VoidRequest, posting: Posting): VoidAnswer {
  const { record, intents, next } = request;
  if (record.voidedAt !== null) return { kind: 'already_void' };
  const differing = next === null ? null : differingField(record, next);
  if (differing !== null) return { kind: 'differs', field: differing };
  for (const state of ['in_flight', 'parked'] as const) {
    const open = intents.find((intent) => intent.state === state);
    if (open !== undefined) return { kind: state, key: open.key };
  }
  return { kind: 'voiding', voiding: voidingOf(request, posting) };
}

function differingField({ rental, price }: RentalRecord, next: PricedRental) {
  if (next.rental.rentalId !== rental.rentalId) return 'rental_id';
  if (next.rental.accountId !== rental.accountId) return 'account_id';
  return next.price.amount.currency === price.amount.currency ? null : 'currency';
}

function voidingOf({ record, intents, reason, next }: VoidRequest, posting: Posting): PostedVoid {
  const { rentalId, accountId } = record.rental;
  const { now } = posting;
  const due = intents.filter(({ state }) => state === 'due');
  const settlement = settle(record, intents, next);
  return {
    rentalId,
    accountId,
    revision: record.revision,
    voidedAt: now,
    reason,
    intents: due.map(({ key, version }) => ({ key, version })),
    restored: record.price.lotUses,
    transfers: [
      ...takeBackEntries(record, now),
      ...restoreEntries(record.price.lotUses, drawerOf(record, now)),
      ...settledEntries(record, intents, { settlement, now }),
    ],
    events: [
      {
        type: 'rental.voided',
        accountId,
        data: { rental_id: rentalId, revision: record.revision },
        happenedAt: now,
      },
    ],
    next: next === null ? null : nextRevision(next, posting, { record, intents, askMinor: settlement.askMinor }),
  };
}

/** What follows for the customer's money, in minor units, each at least zero. */
interface Settlement {
  /** To be taken under a new obligation. */
  readonly askMinor: bigint;
  /** Of what was written off: not owed after all. */
  readonly forgivenMinor: bigint;
  /** Taken and not owed any more. */
  readonly overpaidMinor: bigint;
}

/**
 * The intents and the price that holds tell what was settled: they differ by what earlier corrections left to the
 * customer. `gap` is the price beyond what was taken; above zero it was written off, below zero it was owed back.
 */
function settle(record: RentalRecord, intents: readonly ChargeIntent[], next: PricedRental | null): Settlement {
  const price = record.price.amount.amountMinor;
  const sumOf = (state: ChargeIntent['state']) =>
    intents.reduce((sum, intent) => (intent.state === state ? sum + intent.amount.amountMinor : sum), 0n);
  const change = (next?.price.amount.amountMinor ?? 0n) - price + sumOf('due');
  if (change >= 0n) return { askMinor: change, forgivenMinor: 0n, overpaidMinor: 0n };
  const gap = price - sumOf('due') - sumOf('succeeded');
  const standing = gap > 0n ? gap : 0n;
  assert(standing <= sumOf('uncollected'), `${revisionText(record)}: ${standing} are owed and nobody asked for them`);
  const forgivenMinor = -change < standing ? -change : standing;
  return { askMinor: 0n, forgivenMinor, overpaidMinor: -change - forgivenMinor };
}

function settledEntries(
  record: RentalRecord,
  intents: readonly ChargeIntent[],
  { settlement, now }: { readonly settlement: Settlement; readonly now: Instant },
): readonly Transfer[] {
  const { forgivenMinor, overpaidMinor } = settlement;
  const common = {
    accountId: record.rental.accountId,
    sourceRef: revisionText(record),
    debit: 'account_receivable',
    dimension: '',
    asset: record.price.amount.currency,
    happenedAt: now,
  } as const;
  const entries: Transfer[] = [];
  if (forgivenMinor > 0n) {
    const last = intents.findLast(({ state }) => state === 'uncollected');
    assert(last !== undefined, `${revisionText(record)} takes back a debt that was never written off`);
    const corrects = `written_off:${obligationText(last.key)}`;
    const parts = { kind: 'written_off_voided', credit: 'house_written_off', amount: forgivenMinor, corrects } as const;
    entries.push(transfer({ ...common, ...parts }));
  }
  if (overpaidMinor > 0n) {
    const parts = { kind: 'overpaid', credit: 'account_payable', amount: overpaidMinor, corrects: null } as const;
    entries.push(transfer({ ...common, ...parts }));
  }
  return entries;
}

function nextRevision(
  next: PricedRental,
  posting: Posting,
  before: { readonly record: RentalRecord; readonly intents: readonly ChargeIntent[]; readonly askMinor: bigint },
): PostedRental {
  const { record, intents, askMinor } = before;
  const key = nextKey(record, intents);
  return postRevision(next, posting, {
    revision: record.revision + 1,
    intent: askMinor > 0n ? newIntent(key, askMinor, { price: next.price, posting }) : null,
  });
}

/** The rental itself is asked for as long as nothing was settled for it; what comes on top is an adjustment. */
function nextKey({ rental: { accountId, rentalId } }: RentalRecord, intents: readonly ChargeIntent[]): ObligationKey {
  const isSettled = intents.some(({ state }) => state === 'succeeded' || state === 'uncollected');
  const purpose = isSettled ? 'adjustment' : 'rental';
  const occurrences = intents.filter(({ key }) => key.purpose === purpose).map(({ key }) => key.occurrence);
  return { accountId, rentalId, purpose, occurrence: Math.max(0, ...occurrences) + 1 };
}
