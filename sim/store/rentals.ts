import type { LotUse } from '../../src/core/ledger/lot.ts';
import type { RentalEnded, RentalEnding, RentalVoiding } from '../../src/flow/ports/store.ts';
import { insertEvents, insertIntent, insertTransfers, stepped } from './charges.ts';
import { intentName, nameOf, Refused, require } from './rows.ts';
import type { Transaction } from './transaction.ts';

export function endRental(tx: Transaction, ending: RentalEnding): { answer: RentalEnded; intents: readonly string[] } {
  const { rental } = ending.record;
  const known = tx.rows.rentals.get(rental.rentalId)?.at(-1);
  if (known !== undefined) return { answer: { kind: 'exists', record: known }, intents: [] };
  if (!tx.rows.accounts.has(rental.accountId)) return { answer: { kind: 'account_unknown' }, intents: [] };
  if (!holdsLots(tx, rental.accountId, ending.record.price.lotUses)) {
    return { answer: { kind: 'lots_changed' }, intents: [] };
  }
  return { answer: { kind: 'created' }, intents: writeEnding(tx, ending) };
}

function holdsLots(tx: Transaction, accountId: string, uses: readonly LotUse[]): boolean {
  return uses.every(({ lotId, minutes }) => (tx.rows.lots.get(nameOf(accountId, lotId))?.remaining ?? 0) >= minutes);
}

function writeEnding(tx: Transaction, { record, intent, transfers, events }: RentalEnding): readonly string[] {
  const { rental, price, revision } = record;
  require(rental.startedAt <= rental.endedAt, 'rental_started_before_ended');
  require(price.amount.amountMinor >= 0n && price.vat.amountMinor >= 0n, 'rental_amounts');
  require(price.vat.amountMinor <= price.amount.amountMinor, 'rental_vat');
  require((rental.pricing.kind === 'plan') === (record.planDigest !== null), 'rental_priced_by_plan_or_stated');
  const before = tx.rows.rentals.get(rental.rentalId) ?? [];
  require(before.every((one) => one.revision !== revision), 'rental_pkey');
  tx.set('rentals', rental.rentalId, [...before, record]);
  for (const use of price.lotUses) changeLot(tx, rental.accountId, use.lotId, -use.minutes);
  insertTransfers(tx, transfers);
  insertEvents(tx, events);
  return intent === null ? [] : [insertIntent(tx, intent, revision)];
}

export function changeLot(tx: Transaction, accountId: string, lotId: string, byMinutes: number): void {
  const name = nameOf(accountId, lotId);
  const lot = tx.rows.lots.get(name);
  require(lot !== undefined, 'a lot is not there');
  const remaining = lot.remaining + byMinutes;
  require(remaining >= 0 && remaining <= lot.minutes, 'lot_remaining_within');
  tx.set('lots', name, { ...lot, remaining });
}

/** What makes the transaction fail as a whole, with an answer instead of an error. */
class Stale extends Refused {}

/** The intents that changed, or null where it is stale. */
export function voidRental(tx: Transaction, voiding: RentalVoiding): readonly string[] | null {
  const { accountId, rentalId } = voiding;
  const revisions = tx.rows.rentals.get(rentalId) ?? [];
  const newest = revisions.at(-1);
  const holds =
    newest?.rental.accountId === accountId && newest.revision === voiding.revision && newest.voidedAt === null;
  if (newest === undefined || !holds) return null;
  try {
    const changed = voiding.intents.map(({ key, version }) => {
      const name = intentName(key);
      const row = tx.rows.intents.get(name);
      if (row === undefined || row.intent.version !== version) throw new Stale('version');
      tx.set('intents', name, stepped(row, { state: 'voided', runAt: null, declines: row.intent.declines }));
      return name;
    });
    const voided = { ...newest, voidedAt: voiding.voidedAt };
    tx.set('rentals', rentalId, [...revisions.slice(0, -1), voided]);
    for (const { lotId, minutes } of voiding.restored) changeLot(tx, accountId, lotId, minutes);
    insertTransfers(tx, voiding.transfers);
    insertEvents(tx, voiding.events);
    if (voiding.next === null) return changed;
    if (!holdsLots(tx, accountId, voiding.next.record.price.lotUses)) throw new Stale('lots');
    return [...changed, ...writeEnding(tx, voiding.next)];
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
    tx.rollBack();
    return null;
  }
}
