import type { OutboxEvent } from '../fact/event.ts';
import { assert } from '../kernel/assert.ts';
import { subtract } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import { type Transfer, transfer } from '../ledger/transfer.ts';
import type { ChargeIntent, ObligationKey } from './charge.ts';
import type { EndedRental, Price, RentalRecord } from './ended-rental.ts';
import { drawEntries } from './lots.ts';

/** A rental with all that follows from it: written together or not at all. */
export interface PostedRental {
  readonly record: RentalRecord;
  /** Null where nothing is to be taken. */
  readonly intent: ChargeIntent | null;
  readonly transfers: readonly Transfer[];
  readonly events: readonly OutboxEvent[];
}

/** A rental as it was priced, before it is written down. */
export interface PricedRental {
  readonly rental: EndedRental;
  readonly price: Price;
  /** Digest of the plan's text; null where the price was stated. */
  readonly planDigest: string | null;
}

/** When it is written down, and through whom it will be charged. */
export interface Posting {
  readonly now: Instant;
  readonly provider: string;
}

/** The first revision of a rental: owed at once, taken once. A price of zero is never charged. */
export function postRental(priced: PricedRental, posting: Posting): PostedRental {
  const { rental, price } = priced;
  const { rentalId, accountId } = rental;
  const key: ObligationKey = { accountId, rentalId, purpose: 'rental', occurrence: 1 };
  return postRevision(priced, posting, {
    revision: 1,
    intent: price.amount.amountMinor > 0n ? newIntent(key, price.amount.amountMinor, { price, posting }) : null,
  });
}

/** Any revision; what is to be taken for it is for the caller to say. */
export function postRevision(
  { rental, price, planDigest }: PricedRental,
  { now }: Posting,
  { revision, intent }: { readonly revision: number; readonly intent: ChargeIntent | null },
): PostedRental {
  checkPrice(rental, price);
  assert((planDigest === null) === (rental.pricing.kind === 'stated'), `${rental.rentalId} has the wrong plan digest`);
  const record = { rental, revision, price, planDigest, recordedAt: now, voidedAt: null };
  return {
    record,
    intent,
    transfers: [...owedEntries(record), ...drawEntries(price.lotUses, drawerOf(record, rental.endedAt))],
    events: [
      {
        type: 'rental.ended',
        accountId: rental.accountId,
        data: { rental_id: rental.rentalId, revision },
        happenedAt: rental.endedAt,
      },
    ],
  };
}

/** `rnt_1:2`: what the entries of a revision bear as their source. */
export function revisionText({ rental, revision }: Pick<RentalRecord, 'rental' | 'revision'>): string {
  return `${rental.rentalId}:${revision}`;
}

export function drawerOf(record: Pick<RentalRecord, 'rental' | 'revision'>, happenedAt: Instant) {
  const { accountId, market } = record.rental;
  return { accountId, market, priced: revisionText(record), happenedAt };
}

export function newIntent(
  key: ObligationKey,
  amountMinor: bigint,
  { price, posting: { now, provider } }: { readonly price: Price; readonly posting: Posting },
): ChargeIntent {
  assert(amountMinor > 0n, `${key.rentalId} asks for ${amountMinor}`);
  return {
    key,
    state: 'due',
    amount: { ...price.amount, amountMinor },
    provider,
    runAt: now,
    version: 1,
    declines: 0,
    createdAt: now,
  };
}

/** The customer owes the price; of it the net is earned and the tax is owed on. */
function owedEntries(record: RentalRecord): readonly Transfer[] {
  const { rental, price } = record;
  const common = {
    accountId: rental.accountId,
    sourceRef: revisionText(record),
    debit: 'account_receivable',
    dimension: '',
    asset: price.amount.currency,
    corrects: null,
    happenedAt: rental.endedAt,
  } as const;
  const net = subtract(price.amount, price.vat).amountMinor;
  return [
    ...(net > 0n ? [transfer({ ...common, kind: 'rental_ended', credit: 'house_revenue', amount: net })] : []),
    ...(price.vat.amountMinor > 0n
      ? [transfer({ ...common, kind: 'rental_vat', credit: 'house_vat', amount: price.vat.amountMinor })]
      : []),
  ];
}

/** The same the other way, naming what is taken back. */
export function takeBackEntries(record: RentalRecord, happenedAt: Instant): readonly Transfer[] {
  return owedEntries(record).map((entry) =>
    transfer({
      ...entry,
      kind: entry.kind === 'rental_ended' ? 'rental_voided' : 'rental_vat_voided',
      debit: entry.credit,
      credit: entry.debit,
      corrects: `${entry.kind}:${entry.sourceRef}`,
      happenedAt,
    }),
  );
}

function checkPrice({ rentalId }: EndedRental, { amount, vat, lines }: Price): void {
  assert(amount.amountMinor >= 0n, `${rentalId} costs ${amount.amountMinor}`);
  assert(vat.amountMinor >= 0n && vat.amountMinor <= amount.amountMinor, `the tax in ${rentalId} exceeds its price`);
  const sum = lines.reduce((total, line) => total + line.amountMinor, 0n);
  assert(sum === amount.amountMinor, `the lines of ${rentalId} come to ${sum}, its price is ${amount.amountMinor}`);
}
