import type { Pool } from 'pg';
import type { OutboxEvent } from '../../../core/fact/event.ts';
import type { LotUse } from '../../../core/ledger/lot.ts';
import type { Transfer } from '../../../core/ledger/transfer.ts';
import type { RentalEnded, RentalEnding } from '../../../flow/ports/store.ts';
import { CHECK_VIOLATION, HELD, NOT_NULL_VIOLATION, sqlState, UNIQUE_VIOLATION } from '../errors.ts';
import { END_PLAIN, endOnePlain, isPlain, PLAIN, TAKE_KEY } from './plain-ending.ts';
import { readRecords } from './records.ts';
import { type AccountLotUse, EVENT, INTENT, type NewIntent, RENTAL, TRANSFER, USE } from './shapes.ts';
import {
  arraysOf,
  batchesOf,
  firstsOf,
  fromArrays,
  namesOf,
  type Queries,
  type Row,
  run,
  runAlone,
  type Shape,
  type Statement,
  scalarsOf,
} from './sql.ts';

/**
 * Writes rentals with all that follows from them in one statement, hence one round trip and one transaction: the key,
 * the rental, its intent, its entries, its events, the minutes that it uses. What a part writes depends on the key, so
 * that of two who say the same rental one writes everything and the other nothing.
 */
const PARTS = {
  rental: `insert into storno.rental (${namesOf(RENTAL)}) select ${namesOf(RENTAL, 'r.')} from r`,
  intent: `insert into storno.charge_intent (${namesOf(INTENT)}) select ${namesOf(INTENT, 'i.')}`,
  transfer: `insert into storno.transfer (${namesOf(TRANSFER)}) select ${namesOf(TRANSFER, 't.')}`,
  event: `insert into storno.outbox (${namesOf(EVENT)}) select ${namesOf(EVENT, 'e.')}`,
  lot: 'update storno.lot as l set remaining = l.remaining - u.minutes',
};

/** A rental's rows in another table travel with the rental that they belong to. */
type Owned<R> = { readonly owner: string; readonly row: R };

function owned<R>(shape: Shape<R>): Shape<Owned<R>> {
  return [
    ['owner', 'text', ({ owner }) => owner],
    ...shape.map(([name, type, pick]) => [name, type, ({ row }: Owned<R>) => pick(row)] as const),
  ];
}

const [INTENTS, TRANSFERS, EVENTS, USES] = [owned(INTENT), owned(TRANSFER), owned(EVENT), owned(USE)];

/** A further revision has its key already. */
const KEEP_KEY = 'select rental_id from r';

/** Not a join: of arrays the planner knows no length, and would compare every row with every key. This is hashed. */
const isWritten = (owner: string) => `(${owner} in (select rental_id from key)) is true`;

function manyEndings(name: string, key: string): Statement {
  const [rentals = 0, intents = 0, transfers = 0, events = 0, uses = 0] = firstsOf([
    RENTAL,
    INTENTS,
    TRANSFERS,
    EVENTS,
    USES,
  ]);
  return {
    name,
    text: `with r as (select * from ${fromArrays(RENTAL, rentals, 'r')}),
  key as (${key}),
  rental as (${PARTS.rental} where ${isWritten('r.rental_id')}),
  intent as (${PARTS.intent} from ${fromArrays(INTENTS, intents, 'i')} where ${isWritten('i.owner')}),
  transfer as (${PARTS.transfer} from ${fromArrays(TRANSFERS, transfers, 't')} where ${isWritten('t.owner')}),
  event as (${PARTS.event} from ${fromArrays(EVENTS, events, 'e')} where ${isWritten('e.owner')}),
  u as (select u.* from ${fromArrays(USES, uses, 'u')} where ${isWritten('u.owner')}),
  used as (${PARTS.lot} from u where l.account_id = u.account_id and l.lot_id = u.lot_id returning 1)
  select array_agg(rental_id) as created,
    storno.hold((select count(*) from used) = (select count(*) from u), 'a lot is not there') as held
  from key`,
  };
}

const END_RENTALS = manyEndings('end_rentals', TAKE_KEY);
const ISSUE_REVISION = manyEndings('issue_revision', KEEP_KEY);

export async function endRental(pool: Pool, ending: RentalEnding): Promise<RentalEnded> {
  const [answer] = await endAll(pool, [ending]);
  if (answer?.status === 'fulfilled') return answer.value;
  throw answer?.reason;
}

export async function endRentals(pool: Pool, endings: readonly RentalEnding[]): Promise<readonly RentalEnded[]> {
  const answers = await endAll(pool, endings);
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

/** More rows make a statement slower than they save round trips (performance.md §2). */
const ROWS_MAX = 1000;

/**
 * Each ending's own outcome, in the order of the request. What the database refuses in a batch is tried again one by
 * one, so that one bad row costs the others time and nothing else.
 */
export async function endAll(
  pool: Pool,
  endings: readonly RentalEnding[],
): Promise<readonly PromiseSettledResult<RentalEnded>[]> {
  const answers = new Array<PromiseSettledResult<RentalEnded>>(endings.length);
  for (const batch of batchesOf(endings, ({ record }) => record.rental.rentalId, ROWS_MAX)) {
    const rows = batch.map((at) => ({ at, ending: endings[at] as RentalEnding }));
    const plain = rows.filter(({ ending }) => isPlain(ending));
    const others = rows.filter(({ ending }) => !isPlain(ending));
    for (const [part, write] of [[plain, writePlain] as const, [others, writeGeneral] as const]) {
      if (part.length === 0) continue;
      const settled = await settle(
        pool,
        part.map(({ ending }) => ending),
        write,
      );
      for (const [turn, { at }] of part.entries()) answers[at] = settled[turn] as PromiseSettledResult<RentalEnded>;
    }
  }
  return answers;
}

async function settle(
  pool: Pool,
  endings: readonly RentalEnding[],
  write: Write,
): Promise<readonly PromiseSettledResult<RentalEnded>[]> {
  try {
    const created = await write(pool, endings);
    const known = await explain(
      pool,
      endings.filter(({ record }) => !created.has(record.rental.rentalId)),
    );
    return endings.map(({ record: { rental } }) => ({
      status: 'fulfilled',
      value: created.has(rental.rentalId) ? { kind: 'created' } : (known.get(rental.rentalId) as RentalEnded),
    }));
  } catch (error) {
    if (isSpoiled(error) && endings.length > 1) return settleEach(pool, endings, write);
    if (isLotsChanged(error)) return [{ status: 'fulfilled', value: { kind: 'lots_changed' } }];
    return endings.map(() => ({ status: 'rejected', reason: error }));
  }
}

async function settleEach(pool: Pool, endings: readonly RentalEnding[], write: Write) {
  const answers: PromiseSettledResult<RentalEnded>[] = [];
  for (const ending of endings) answers.push(...(await settle(pool, [ending], write)));
  return answers;
}

/** The database has refused what stands in a row: nothing of the batch was written. */
function isSpoiled(error: unknown): boolean {
  return sqlState(error) !== null;
}

export function isLotsChanged(error: unknown): boolean {
  const code = sqlState(error);
  if (code === HELD) return true;
  return code === CHECK_VIOLATION && (error as { constraint?: string }).constraint === 'lot_remaining_within';
}

/** Writes endings of one kind; answers the rentals that were not known. */
type Write = (pool: Pool, endings: readonly RentalEnding[]) => Promise<ReadonlySet<string>>;

const writeGeneral: Write = async (pool, endings) => createdOf(await runAlone(pool, END_RENTALS, valuesOf(endings)));

const writePlain: Write = async (pool, endings) => {
  const [first, ...others] = endings;
  if (first === undefined || others.length > 0) {
    return createdOf(await runAlone(pool, END_PLAIN, arraysOf(PLAIN, endings)));
  }
  try {
    await runAlone(pool, endOnePlain(first), scalarsOf(PLAIN, first));
    return new Set([first.record.rental.rentalId]);
  } catch (error) {
    if (isKeyRefused(error)) return new Set();
    throw error;
  }
};

function createdOf([row]: readonly Row[]): ReadonlySet<string> {
  return new Set((row?.created as string[] | null) ?? []);
}

/** The rental has its key already, or the account that should have taken it is not there. */
function isKeyRefused(error: unknown): boolean {
  const { table, constraint, column } = error as { table?: string; constraint?: string; column?: string };
  if (table !== 'rental_key') return false;
  const code = sqlState(error);
  if (code === UNIQUE_VIOLATION) return constraint === 'rental_key_pkey';
  return code === NOT_NULL_VIOLATION && column === 'account_id';
}

/** Writes a further revision of a rental, in the transaction of whoever takes back the one before. */
export async function issueRevision(on: Queries, ending: RentalEnding): Promise<void> {
  await run(on, ISSUE_REVISION, valuesOf([ending]));
}

function valuesOf(endings: readonly RentalEnding[]): unknown[] {
  const intents: Owned<NewIntent>[] = [];
  const transfers: Owned<Transfer>[] = [];
  const events: Owned<OutboxEvent>[] = [];
  const uses: Owned<AccountLotUse>[] = [];
  for (const ending of endings) {
    const { rental } = ending.record;
    const owner = rental.rentalId;
    if (ending.intent) intents.push({ owner, row: { intent: ending.intent, revision: ending.record.revision } });
    for (const row of ending.transfers) transfers.push({ owner, row });
    for (const row of ending.events) events.push({ owner, row });
    for (const use of perLot(ending.record.price.lotUses)) {
      uses.push({ owner, row: { ...use, accountId: rental.accountId } });
    }
  }
  return [
    ...arraysOf(
      RENTAL,
      endings.map(({ record }) => record),
    ),
    ...arraysOf(INTENTS, intents),
    ...arraysOf(TRANSFERS, transfers),
    ...arraysOf(EVENTS, events),
    ...arraysOf(USES, uses),
  ];
}

/** An update meets a row once, however often its source names it. */
export function perLot(uses: readonly LotUse[]): readonly LotUse[] {
  const minutes = new Map<string, number>();
  for (const use of uses) minutes.set(use.lotId, (minutes.get(use.lotId) ?? 0) + use.minutes);
  return [...minutes].map(([lotId, sum]) => ({ lotId, minutes: sum }));
}

const KNOWN_ACCOUNTS: Statement = {
  name: 'known_accounts',
  text: 'select account_id from storno.account where account_id = any ($1::text[])',
};

/**
 * Why rentals were not written. A statement of its own: whoever was first has committed by now, which the statement
 * before could not see.
 */
async function explain(pool: Pool, endings: readonly RentalEnding[]): Promise<ReadonlyMap<string, RentalEnded>> {
  const answers = new Map<string, RentalEnded>();
  if (endings.length === 0) return answers;
  const ids = endings.map(({ record }) => record.rental.rentalId);
  for (const record of await readRecords(pool, ids)) {
    answers.set(record.rental.rentalId, { kind: 'exists', record });
  }
  const unexplained = endings.filter(({ record }) => !answers.has(record.rental.rentalId));
  if (unexplained.length === 0) return answers;
  const rows = await runAlone(pool, KNOWN_ACCOUNTS, [unexplained.map(({ record }) => record.rental.accountId)]);
  const accounts = new Set(rows.map((row) => row.account_id));
  for (const { record } of unexplained) {
    if (!accounts.has(record.rental.accountId)) answers.set(record.rental.rentalId, { kind: 'account_unknown' });
  }
  // An account that became known in between: once more, and this time it is there.
  const missed = endings.filter(({ record }) => !answers.has(record.rental.rentalId));
  for (const ending of missed) answers.set(ending.record.rental.rentalId, await endRental(pool, ending));
  return answers;
}
