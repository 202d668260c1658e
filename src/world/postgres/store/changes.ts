import type { Pool } from 'pg';
import type { OutboxEvent } from '../../../core/fact/event.ts';
import type { Observation } from '../../../core/fact/observation.ts';
import { assert } from '../../../core/kernel/assert.ts';
import type { Transfer } from '../../../core/ledger/transfer.ts';
import type { Attempt, Capture, ChargeChange, ObligationKey } from '../../../core/live/charge.ts';
import { HELD, sqlState } from '../errors.ts';
import { withoutBooked } from './books.ts';
import { nameOf } from './cases.ts';
import { captureOf } from './rows.ts';
import { ATTEMPT, CAPTURE, EVENT, KEY, TRANSFER } from './shapes.ts';
import {
  arraysOf,
  batchesOf,
  firstsOf,
  fromArrays,
  inTransaction,
  namesOf,
  type Queries,
  run,
  runAlone,
  type Shape,
  type Statement,
  timeOf,
  timeOrNull,
} from './sql.ts';

/** Rows in other tables travel with the place of the change that they belong to. */
type Placed<R> = { readonly at: number; readonly row: R };

function placed<R>(shape: Shape<R>): Shape<Placed<R>> {
  return [
    ['at', 'int', ({ at }) => at],
    ...shape.map(([name, type, pick]) => [name, type, ({ row }: Placed<R>) => pick(row)] as const),
  ];
}

const CHANGE: Shape<Placed<ChargeChange>> = [
  ['at', 'int', ({ at }) => at],
  ...KEY.map(([name, type, pick]) => [name, type, ({ row }: Placed<ChargeChange>) => pick(row.key)] as const),
  ['version', 'int', ({ row }) => row.version],
  ['state', 'text', ({ row }) => row.state],
  ['run_at', 'timestamptz', ({ row }) => timeOrNull(row.runAt)],
  ['declines', 'int', ({ row }) => row.declines],
];

interface Seen {
  readonly key: ObligationKey;
  /** That of the intent after the change. */
  readonly version: number;
  readonly generation: number;
  readonly observation: Observation;
}

const EVIDENCE: Shape<Seen> = [
  ...KEY.map(([name, type, pick]) => [name, type, ({ key }: Seen) => pick(key)] as const),
  ['version', 'int', ({ version }) => version],
  ['generation', 'int', ({ generation }) => generation],
  ['source', 'text', ({ observation }) => observation.source],
  ['outcome', 'text', ({ observation }) => observation.outcome],
  ['provider_ref', 'text', ({ observation }) => observation.providerRef],
  ['amount_minor', 'bigint', ({ observation }) => observation.amount?.amountMinor ?? null],
  ['currency', 'text', ({ observation }) => observation.amount?.currency ?? null],
  ['decline_code', 'text', ({ observation }) => observation.declineCode],
  ['detail', 'text', ({ observation }) => observation.detail],
  ['seen_at', 'timestamptz', ({ observation }) => timeOf(observation.at)],
];

const [ATTEMPTS, SEEN, CAPTURES, TRANSFERS, EVENTS] = [
  placed(ATTEMPT),
  placed(EVIDENCE),
  placed(CAPTURE),
  placed(TRANSFER),
  placed(EVENT),
];

/** What was sent never changes. */
const SENT = [
  'idempotency_key',
  'request_digest',
  'provider',
  'merchant_account',
  'customer_ref',
  'method_ref',
  'sent_at',
  'horizon_at',
] as const;

/**
 * Writes changes in one statement, each only where its version is still the intent's: the update waits for whoever is
 * just writing and looks again. Everything else is written for what the update has moved. Where an attempt, a capture
 * or an entry stands there already with another content, nothing is written at all.
 */
const APPLY: Statement = {
  name: 'apply',
  text: applyText(),
};

function applyText(): string {
  const shapes = [CHANGE, ATTEMPTS, SEEN, CAPTURES, TRANSFERS, EVENTS] as readonly Shape<never>[];
  const firsts = firstsOf(shapes);
  const [changes, attempts, seen, captures, transfers, events] = shapes.map((shape, at) =>
    fromArrays(shape, firsts[at] ?? 0, 's'),
  );
  // Hashed, as in `endings.ts`.
  const rowsOf = (source: string | undefined) => `select s.* from ${source} where (s.at in (select at from m)) is true`;
  return `with m as (
    update storno.charge_intent as i
    set state = s.state, run_at = s.run_at, declines = s.declines, version = i.version + 1,
      lease_owner = null, lease_until = null
    from ${changes}
    where ${KEY.map(([name]) => `i.${name} = s.${name}`).join(' and ')} and i.version = s.version
    returning s.at
  ),
  a as (${rowsOf(attempts)}), c as (${rowsOf(captures)}), t as (${rowsOf(transfers)}),
  attempt as (
    insert into storno.attempt as old (${namesOf(ATTEMPT)})
    select ${namesOf(ATTEMPT, 'a.').replace('a.absent_at', 'a.absent_at::timestamptz[]')} from a
    on conflict (${namesOf(KEY)}, generation) do update
    set state = excluded.state, provider_ref = excluded.provider_ref, decline_code = excluded.decline_code,
      absent_at = excluded.absent_at
    where (${SENT.map((name) => `old.${name}`).join(', ')}) = (${SENT.map((name) => `excluded.${name}`).join(', ')})
    returning 1
  ),
  evidence as (
    insert into storno.evidence (${namesOf(EVIDENCE)}) select ${namesOf(EVIDENCE, 'e.')} from (${rowsOf(seen)}) as e
  ),
  capture as (
    insert into storno.capture (${namesOf(CAPTURE)}, refunded_minor, reserved_minor, transferred_minor, disputed_minor,
      disputed_excess_minor)
    select ${namesOf(CAPTURE, 'c.')}, 0, 0, 0, 0, 0 from c
    on conflict (${namesOf(KEY)}, provider, merchant_account, provider_ref) do nothing
    returning 1
  ),
  transfer as (
    insert into storno.transfer (${namesOf(TRANSFER)}) select ${namesOf(TRANSFER, 't.')} from t
    on conflict (account_id, kind, source_ref) do nothing
    returning 1
  ),
  event as (insert into storno.outbox (${namesOf(EVENT)}) select ${namesOf(EVENT, 'e.')} from (${rowsOf(events)}) as e)
  select array_agg(at) as applied,
    storno.hold((select count(*) from attempt) = (select count(*) from a), 'an attempt is there with another content'),
    storno.hold((select count(*) from capture) = (select count(*) from c), 'a capture is there'),
    storno.hold((select count(*) from transfer) = (select count(*) from t), 'an entry is there')
  from m`;
}

type Outcome = 'applied' | 'stale';

/** More rows make a statement slower than they save round trips. */
const CHANGES_MAX = 500;

export async function applyAll(pool: Pool, changes: readonly ChargeChange[]): Promise<readonly Outcome[]> {
  const answers = new Array<Outcome>(changes.length);
  // Two changes of one intent in one request: the second finds the version of the first.
  for (const batch of batchesOf(changes, ({ key }) => nameOf(key), CHANGES_MAX)) {
    const outcomes = await applyBatch(
      pool,
      batch.map((at) => changes[at] as ChargeChange),
    );
    for (const [place, at] of batch.entries()) answers[at] = outcomes[place] as Outcome;
  }
  return answers;
}

async function applyBatch(pool: Pool, changes: readonly ChargeChange[]): Promise<readonly Outcome[]> {
  try {
    const [row] = await runAlone(pool, APPLY, valuesOf(changes));
    const applied = new Set((row?.applied as number[] | null) ?? []);
    return changes.map((_, at) => (applied.has(at) ? 'applied' : 'stale'));
  } catch (error) {
    if (sqlState(error) === null) throw error;
    if (changes.length > 1) return applyEach(pool, changes);
    if (sqlState(error) === HELD) return Promise.all(changes.map((change) => applyBeside(pool, change)));
    throw error;
  }
}

/** All are tried; what is refused as a defect is said after the others were written. */
async function applyEach(pool: Pool, changes: readonly ChargeChange[]): Promise<readonly Outcome[]> {
  const settled: PromiseSettledResult<readonly Outcome[]>[] = [];
  for (const change of changes) settled.push(...(await Promise.allSettled([applyBatch(pool, [change])])));
  return settled.flatMap((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

/** Writes what of a change is not there yet, after making sure that what is there says the same. */
function applyBeside(pool: Pool, change: ChargeChange): Promise<Outcome> {
  return inTransaction(pool, async (on) => {
    const rest: ChargeChange = {
      ...change,
      capture: change.capture && (await withoutKnown(on, change.capture)),
      transfers: await withoutBooked(on, change.transfers),
    };
    const [row] = await run(on, APPLY, valuesOf([rest]));
    return row?.applied ? 'applied' : 'stale';
  });
}

const READ_CAPTURE: Statement = {
  name: 'read_capture',
  text: `select ${namesOf(CAPTURE)} from storno.capture
    where account_id = $1 and rental_id = $2 and purpose = $3 and occurrence = $4 and provider = $5
      and merchant_account = $6 and provider_ref = $7`,
};

async function withoutKnown(on: Queries, capture: Capture): Promise<Capture | null> {
  const { key, provider, merchantAccount, providerRef } = capture;
  const [row] = await run(on, READ_CAPTURE, [
    key.accountId,
    key.rentalId,
    key.purpose,
    key.occurrence,
    provider,
    merchantAccount,
    providerRef,
  ]);
  if (row === undefined) return capture;
  const known = captureOf(row);
  assert(
    known.amount.amountMinor === capture.amount.amountMinor &&
      known.amount.currency === capture.amount.currency &&
      known.isSurplus === capture.isSurplus,
    `capture ${providerRef} of ${nameOf(key)} is kept with another content`,
  );
  return null;
}

function valuesOf(changes: readonly ChargeChange[]): unknown[] {
  const attempts: Placed<Attempt>[] = [];
  const seen: Placed<Seen>[] = [];
  const captures: Placed<Capture>[] = [];
  const transfers: Placed<Transfer>[] = [];
  const events: Placed<OutboxEvent>[] = [];
  for (const [at, change] of changes.entries()) {
    if (change.attempt) attempts.push({ at, row: change.attempt });
    if (change.evidence) {
      seen.push({ at, row: { ...change.evidence, key: change.key, version: change.version + 1 } });
    }
    if (change.capture) captures.push({ at, row: change.capture });
    for (const row of change.transfers) transfers.push({ at, row });
    for (const row of change.events) events.push({ at, row });
  }
  return [
    ...arraysOf(
      CHANGE,
      changes.map((row, at) => ({ at, row })),
    ),
    ...arraysOf(ATTEMPTS, attempts),
    ...arraysOf(SEEN, seen),
    ...arraysOf(CAPTURES, captures),
    ...arraysOf(TRANSFERS, transfers),
    ...arraysOf(EVENTS, events),
  ];
}
