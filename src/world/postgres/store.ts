import type { Pool } from 'pg';
import type { LiveStore } from '../../flow/ports/store.ts';
import { openAccounts } from './store/accounts.ts';
import { openCases } from './store/cases.ts';
import { applyAll } from './store/changes.ts';
import { openControl } from './store/control.ts';
import { endRental, endRentals } from './store/endings.ts';
import { openInbox } from './store/inbox.ts';
import { checkInvariants } from './store/invariants.ts';
import { openLots } from './store/lots.ts';
import { openPayments } from './store/payments.ts';
import { readRecords } from './store/records.ts';
import { voidRental } from './store/voids.ts';

/**
 * The live half's memory in PostgreSQL. What its role may not do fails as a defect: the API's pool never claims, the
 * worker's never takes in a rental.
 */
export function openStore(pool: Pool): LiveStore {
  return {
    ...openAccounts(pool),
    ...openLots(pool),
    endRental: (ending) => endRental(pool, ending),
    endRentals: (endings) => endRentals(pool, endings),
    readRental: async (rentalId) => (await readRecords(pool, [rentalId]))[0] ?? null,
    voidRental: (voiding) => voidRental(pool, voiding),
    ...openCases(pool),
    apply: async (change) => (await applyAll(pool, [change]))[0] ?? 'stale',
    applyAll: (changes) => applyAll(pool, changes),
    ...openInbox(pool),
    ...openPayments(pool),
    ...openControl(pool),
    checkInvariants: (asked) => checkInvariants(pool, asked),
  };
}
