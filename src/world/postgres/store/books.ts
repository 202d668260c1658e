import type { OutboxEvent } from '../../../core/fact/event.ts';
import { assert } from '../../../core/kernel/assert.ts';
import type { Transfer } from '../../../core/ledger/transfer.ts';
import { transferOf } from './rows.ts';
import { EVENT, TRANSFER } from './shapes.ts';
import { arraysOf, fromArrays, namesOf, type Queries, run, type Statement } from './sql.ts';

const BOOK: Statement = {
  name: 'book',
  text: `insert into storno.transfer (${namesOf(TRANSFER)})
    select ${namesOf(TRANSFER, 't.')} from ${fromArrays(TRANSFER, 1, 't')}
    on conflict (account_id, kind, source_ref) do nothing`,
};

const READ_BOOKED: Statement = {
  name: 'read_booked',
  text: `select ${namesOf(TRANSFER, 't.')}
    from unnest($1::text[], $2::text[], $3::text[]) as k (account_id, kind, source_ref)
    join storno.transfer as t using (account_id, kind, source_ref)`,
};

const TELL: Statement = {
  name: 'tell',
  text: `insert into storno.outbox (${namesOf(EVENT)}) select ${namesOf(EVENT, 'e.')} from ${fromArrays(EVENT, 1, 'e')}`,
};

/**
 * Books entries inside a transaction. One that stands there already is left as it is where it says the same; where it
 * says something else, one of the two is wrong, and nothing is written.
 */
export async function bookOnce(on: Queries, transfers: readonly Transfer[]): Promise<void> {
  if (transfers.length === 0) return;
  await run(on, BOOK, arraysOf(TRANSFER, transfers));
  const missing = await withoutBooked(on, transfers);
  assert(missing.length === 0, `${missing.length} entries were neither booked nor there`);
}

/** The entries that are not there yet. What is there must say the same. */
export async function withoutBooked(on: Queries, transfers: readonly Transfer[]): Promise<readonly Transfer[]> {
  const booked = await run(on, READ_BOOKED, arraysOf(TRANSFER, transfers).slice(0, 3));
  const there = new Map(booked.map(transferOf).map((transfer) => [nameOf(transfer), transfer]));
  return transfers.filter((transfer) => {
    const same = there.get(nameOf(transfer));
    assert(same === undefined || isSame(same, transfer), `${nameOf(transfer)} is booked with another content`);
    return same === undefined;
  });
}

export async function tell(on: Queries, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length > 0) await run(on, TELL, arraysOf(EVENT, events));
}

function nameOf({ accountId, kind, sourceRef }: Transfer): string {
  return `${kind}:${sourceRef} of ${accountId}`;
}

/** When it was seen to happen may differ between two who saw it; what moved may not. */
function isSame(one: Transfer, other: Transfer): boolean {
  return (
    one.debit === other.debit &&
    one.credit === other.credit &&
    one.dimension === other.dimension &&
    one.asset === other.asset &&
    one.amount === other.amount &&
    one.corrects === other.corrects
  );
}
