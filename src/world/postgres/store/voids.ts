import type { Pool } from 'pg';
import type { RentalVoiding } from '../../../flow/ports/store.ts';
import { bookOnce, tell } from './books.ts';
import { isLotsChanged, issueRevision, perLot } from './endings.ts';
import { USE } from './shapes.ts';
import { arraysOf, fromArrays, inTransaction, type Queries, Rollback, run, type Statement, timeOf } from './sql.ts';

/** Only the newest revision can be taken back, once. */
const VOID_RENTAL: Statement = {
  name: 'void_rental',
  text: `insert into storno.rental_void (account_id, rental_id, revision, reason, voided_at)
    select account_id, rental_id, revision, $4, $5
    from storno.rental as r
    where account_id = $1 and rental_id = $2 and revision = $3 and not exists (
      select from storno.rental as later
      where later.account_id = r.account_id and later.rental_id = r.rental_id and later.revision > r.revision
    )
    on conflict (account_id, rental_id, revision) do nothing
    returning revision`,
};

const VOID_INTENT: Statement = {
  name: 'void_intent',
  text: `update storno.charge_intent
    set state = 'voided', run_at = null, lease_owner = null, lease_until = null, version = version + 1
    where account_id = $1 and rental_id = $2 and purpose = $3 and occurrence = $4 and version = $5
    returning version`,
};

const RESTORE_MINUTES: Statement = {
  name: 'restore_minutes',
  text: `update storno.lot as l set remaining = l.remaining + u.minutes
    from ${fromArrays(USE, 1, 'u')}
    where l.account_id = u.account_id and l.lot_id = u.lot_id`,
};

/** Several statements, since it is rare: each is easier to read than one of nine parts. */
export function voidRental(pool: Pool, voiding: RentalVoiding): Promise<'applied' | 'stale'> {
  return inTransaction<'applied' | 'stale'>(pool, async (on) => {
    const { accountId, rentalId, revision, reason, voidedAt, restored, next } = voiding;
    const voided = await run(on, VOID_RENTAL, [accountId, rentalId, revision, reason, timeOf(voidedAt)]);
    if (voided.length === 0) throw new Rollback('stale');
    await voidIntents(on, voiding);
    if (restored.length > 0) {
      const uses = perLot(restored).map((use) => ({ ...use, accountId }));
      await run(on, RESTORE_MINUTES, arraysOf(USE, uses));
    }
    await bookOnce(on, voiding.transfers);
    await tell(on, voiding.events);
    if (next !== null) await issue(on, next);
    return 'applied';
  });
}

async function voidIntents(on: Queries, { intents }: RentalVoiding): Promise<void> {
  for (const { key, version } of intents) {
    const { accountId, rentalId, purpose, occurrence } = key;
    const rows = await run(on, VOID_INTENT, [accountId, rentalId, purpose, occurrence, version]);
    if (rows.length === 0) throw new Rollback('stale');
  }
}

async function issue(on: Queries, next: NonNullable<RentalVoiding['next']>): Promise<void> {
  try {
    await issueRevision(on, next);
  } catch (error) {
    if (isLotsChanged(error)) throw new Rollback('stale');
    throw error;
  }
}
