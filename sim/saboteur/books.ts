import { DAY_MS } from '../../src/core/kernel/time.ts';
import type { LiveStore, RentalEnding } from '../../src/flow/ports/store.ts';
import type { Calendar } from '../../src/flow/ports/world.ts';
import { changed, type Saboteur } from './plant.ts';

let booked = 0;

/** Bugs in what is written to the books and to the lots of minutes. */
export const BOOK_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'journal-without-unique',
    rule: 'M3',
    what: "nothing keeps an entry of the provider's ledger from being booked twice",
    plant: {
      store: (inner) =>
        changed<LiveStore>(inner, {
          recordLedgerLines: (lines, now) =>
            inner.recordLedgerLines(
              lines.map((one) => {
                const copy = `#${++booked}`;
                return {
                  ...one,
                  line: { ...one.line, lineId: one.line.lineId + copy },
                  transfers: one.transfers.map((entry) => ({ ...entry, sourceRef: entry.sourceRef + copy })),
                };
              }),
              now,
            ),
        }),
    },
  },
  {
    name: 'clearing-net-of-fees',
    rule: 'INV-7',
    what: "the provider's ledger clears what came in after fees, not what was captured",
    plant: {
      store: (inner) =>
        changed<LiveStore>(inner, {
          recordLedgerLines: (lines, now) =>
            inner.recordLedgerLines(
              lines.map((one) => ({ ...one, transfers: one.transfers.filter(({ kind }) => kind !== 'provider_fee') })),
              now,
            ),
        }),
    },
  },
  {
    name: 'clearing-of-another-provider',
    rule: 'INV-7',
    what: 'captures are booked to a clearing line that nothing clears',
    plant: {
      store: (inner) => {
        const elsewhere = (change: Parameters<LiveStore['apply']>[0]): Parameters<LiveStore['apply']>[0] => ({
          ...change,
          transfers: change.transfers.map((one) =>
            one.debit === 'house_clearing' ? { ...one, dimension: 'elsewhere' } : one,
          ),
        });
        return changed<LiveStore>(inner, {
          apply: (change) => inner.apply(elsewhere(change)),
          applyAll: (changes) => inner.applyAll(changes.map(elsewhere)),
        });
      },
    },
  },
  {
    name: 'movement-booked-twice',
    rule: 'fault 7',
    what: 'a refund or a dispute is booked again each time it is heard of',
    plant: {
      store: (inner) =>
        changed<LiveStore>(inner, {
          recordMovement: (movement) =>
            inner.recordMovement({
              ...movement,
              transfer: { ...movement.transfer, sourceRef: `${movement.transfer.sourceRef}#${++booked}` },
            }),
        }),
    },
  },
  {
    name: 'movement-dropped',
    rule: 'fault 16',
    what: 'refunds and disputes made outside are not booked',
    plant: { store: (inner) => changed<LiveStore>(inner, { recordMovement: async () => 'exists' }) },
  },
  {
    name: 'vat-not-booked',
    rule: 'INV-2',
    what: 'the tax of a rental is left out of the books',
    plant: {
      store: (inner) =>
        rewritingEndings(inner, (ending) => ({
          ...ending,
          transfers: ending.transfers.filter(({ kind }) => kind !== 'rental_vat'),
        })),
    },
  },
  {
    name: 'minutes-never-used-up',
    rule: 'lot check',
    what: 'the check on what is left of a lot is gone: minutes are given to every rental again',
    plant: {
      store: (inner) =>
        rewritingEndings(inner, (ending) => ({
          ...ending,
          record: { ...ending.record, price: { ...ending.record.price, lotUses: [] } },
        })),
    },
  },
  {
    name: 'minutes-not-restored',
    rule: 'fault 40',
    what: 'a voided rental keeps the free minutes that it used',
    plant: {
      store: (inner) =>
        changed<LiveStore>(inner, {
          voidRental: (voiding) =>
            inner.voidRental({
              ...voiding,
              restored: [],
              transfers: voiding.transfers.filter(({ kind }) => kind !== 'minutes_restored'),
            }),
        }),
    },
  },
  {
    name: 'minutes-granted-twice',
    rule: 'INV-6',
    what: 'a repeated grant makes a further lot',
    plant: {
      store: (inner) =>
        changed<LiveStore>(inner, {
          grantLot(grant) {
            const copy = `#${++booked}`;
            return inner.grantLot({
              ...grant,
              lot: { ...grant.lot, lotId: grant.lot.lotId + copy, incidentId: null },
              transfer: {
                ...grant.transfer,
                sourceRef: grant.transfer.sourceRef + copy,
                dimension: grant.lot.lotId + copy,
              },
            });
          },
        }),
    },
  },
  {
    name: 'expiry-off-by-a-day',
    rule: 'fault 40',
    what: 'minutes lapse when their last day begins, not when it ends',
    plant: {
      calendar: (inner) =>
        changed<Calendar>(inner, {
          endOfDay: (day, zone) => {
            const end = inner.endOfDay(day, zone);
            return end === null ? null : end - DAY_MS;
          },
        }),
    },
  },
  {
    name: 'days-end-in-utc',
    rule: 'fault 25',
    what: 'the last day ends at midnight UTC, whatever the zone',
    plant: {
      calendar: (inner) => changed<Calendar>(inner, { endOfDay: (day) => Date.parse(`${day}T00:00:00Z`) + DAY_MS }),
    },
  },
  {
    name: 'restored-without-fence',
    rule: 'fault 20',
    what: 'after a restore charging goes on before the provider was read again',
    plant: { withoutFence: true },
  },
];

function rewritingEndings(inner: LiveStore, rewrite: (ending: RentalEnding) => RentalEnding): LiveStore {
  return changed<LiveStore>(inner, {
    endRental: (ending) => inner.endRental(rewrite(ending)),
    endRentals: (endings) => inner.endRentals(endings.map(rewrite)),
  });
}
