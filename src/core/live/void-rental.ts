import type { Instant } from '../kernel/time.ts';
import { minutesOf, type Transfer, transfer } from '../ledger/transfer.ts';
import { rightCapture } from './charge/case.ts';
import type { ChargeCase, ChargeIntent, LiveEvent, ObligationKey } from './charge.ts';
import type { RentalRecord } from './ended-rental.ts';

/** A rental that is taken back, and what takes its place: nothing, or a corrected price. */
export interface Voiding {
  /** Its newest revision, which holds. */
  readonly record: RentalRecord;
  /** All its intents, of every purpose and occurrence. */
  readonly cases: readonly ChargeCase[];
  /** Price of the revision that holds from now on, in minor units; zero where none does. */
  readonly nextMinor: bigint;
  readonly now: Instant;
}

export type Voided =
  /** An attempt is under way: whether money was taken is not known yet. */
  | { readonly kind: 'in_flight' }
  | {
      readonly kind: 'voided';
      readonly intents: readonly { readonly key: ObligationKey; readonly version: number }[];
      readonly transfers: readonly Transfer[];
      readonly events: readonly LiveEvent[];
      /** What is still to be paid of the next price, and as what; null where nothing is. */
      readonly due: { readonly amountMinor: bigint; readonly key: ObligationKey } | null;
    };

/**
 * Takes back a revision: what was not asked for yet is not asked for any more; its entries are reversed by entries that
 * name them; what was paid beyond the next price is owed to the customer. No refund is sent from here. A capture that
 * comes later for a voided intent is owed back as well (`observe`).
 */
export function voidRental(voiding: Voiding): Voided {
  const { record, cases, now, nextMinor } = voiding;
  if (cases.some(({ intent }) => intent.state === 'in_flight')) return { kind: 'in_flight' };
  const open = cases.filter(({ intent }) => intent.state === 'due' || intent.state === 'parked');
  const paid = paidOf(voiding);
  const { accountId, rentalId } = record.rental;
  const data = { rental_id: rentalId, revision: record.revision };
  return {
    kind: 'voided',
    intents: open.map(({ intent: { key, version } }) => ({ key, version })),
    transfers: [
      ...reversals(record, now),
      ...restored(record, now),
      ...moved(voiding, 'write_off_reversed', writtenOffOf(voiding, paid)),
      ...moved(voiding, 'overpaid', paid > nextMinor ? paid - nextMinor : 0n),
    ],
    events: [{ type: 'rental.voided', accountId, data, happenedAt: now }],
    due: nextMinor > paid ? { amountMinor: nextMinor - paid, key: nextKey(voiding) } : null,
  };
}

/** What was taken for this revision. What was taken beyond its price is owed back already. */
function paidOf({ record, cases }: Voiding): bigint {
  const taken = cases.reduce((sum, found) => sum + (rightCapture(found)?.amount.amountMinor ?? 0n), 0n);
  return least(taken, record.price.amount.amountMinor);
}

function writtenOffOf({ record, cases }: Voiding, paid: bigint): bigint {
  const uncollected = cases.filter(({ intent }) => intent.state === 'uncollected');
  const amount = uncollected.reduce((sum, { intent }) => sum + intent.amount.amountMinor, 0n);
  return least(amount, record.price.amount.amountMinor - paid);
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

/** `rnt_1:rental:2`: the second revision, as the entries of its end are called. */
export function revisionText(
  record: Pick<RentalRecord, 'revision'> & { readonly rental: { readonly rentalId: string } },
) {
  return `${record.rental.rentalId}:rental:${record.revision}`;
}

function reversals(record: RentalRecord, happenedAt: Instant): readonly Transfer[] {
  const { amount, vat } = record.price;
  const sourceRef = revisionText(record);
  const reverse = (of: 'rental_ended' | 'rental_vat', amountMinor: bigint): readonly Transfer[] =>
    amountMinor === 0n
      ? []
      : [
          transfer({
            accountId: record.rental.accountId,
            kind: of === 'rental_ended' ? 'rental_voided' : 'rental_vat_voided',
            sourceRef,
            debit: of === 'rental_ended' ? 'house_revenue' : 'house_vat',
            credit: 'account_receivable',
            dimension: '',
            asset: amount.currency,
            amount: amountMinor,
            corrects: `${of}:${sourceRef}`,
            happenedAt,
          }),
        ];
  return [...reverse('rental_ended', amount.amountMinor - vat.amountMinor), ...reverse('rental_vat', vat.amountMinor)];
}

/** Minutes go back to the lots that they came from. */
function restored(record: RentalRecord, happenedAt: Instant): readonly Transfer[] {
  return record.price.lotUses.map(({ lotId, minutes }) => {
    const sourceRef = `${revisionText(record)}:${lotId}`;
    return transfer({
      accountId: record.rental.accountId,
      kind: 'minutes_restored',
      sourceRef,
      debit: 'house_minutes_used',
      credit: 'account_minutes',
      dimension: lotId,
      asset: minutesOf(record.rental.market),
      amount: BigInt(minutes),
      corrects: `minutes_used:${sourceRef}`,
      happenedAt,
    });
  });
}

/** The reversal left it on the receivable: it moves to where it belongs. */
function moved({ record, now }: Voiding, kind: 'write_off_reversed' | 'overpaid', amount: bigint): readonly Transfer[] {
  if (amount === 0n) return [];
  return [
    transfer({
      accountId: record.rental.accountId,
      kind,
      sourceRef: revisionText(record),
      debit: 'account_receivable',
      credit: kind === 'overpaid' ? 'account_payable' : 'house_written_off',
      dimension: '',
      asset: record.price.amount.currency,
      amount,
      corrects: null,
      happenedAt: now,
    }),
  ];
}

/**
 * Where nothing was taken or written off the rental is asked for anew. Otherwise that stands for ever, and what is
 * still missing is an adjustment.
 */
function nextKey({ record, cases }: Voiding): ObligationKey {
  const { accountId, rentalId } = record.rental;
  const isSettled = ({ state, key }: ChargeIntent): boolean =>
    key.purpose === 'rental' && (state === 'succeeded' || state === 'uncollected');
  const purpose = cases.some(({ intent }) => isSettled(intent)) ? 'adjustment' : 'rental';
  const occurrences = cases
    .filter(({ intent }) => intent.key.purpose === purpose)
    .map(({ intent }) => intent.key.occurrence);
  return { accountId, rentalId, purpose, occurrence: Math.max(0, ...occurrences) + 1 };
}
