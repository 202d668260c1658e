import type { Pool } from 'pg';
import type { RefundAttempt, RefundChange, RefundEvidence, RefundKey } from '../../../core/remedy/refund.ts';
import type { RefundAnswer } from '../../../flow/ports/campaign.ts';
import { sqlState } from '../errors.ts';
import { tell } from '../store/books.ts';
import {
  arraysOf,
  batchesOf,
  fromArrays,
  inTransaction,
  namesOf,
  type Queries,
  type Row,
  run,
  type Shape,
  type Statement,
  timeOf,
  timeOrNull,
} from '../store/sql.ts';
import { bookRefunds } from './booking.ts';
import { countCanary, readRunning } from './campaigns.ts';
import { REFUND_KEY, refundKeyOf, sayKey } from './rows.ts';

const withKey = <R>(key: (row: R) => RefundKey): Shape<R> =>
  REFUND_KEY.map(([name, type, pick]) => [name, type, (row: R) => pick(key(row))] as const);

const CHANGE: Shape<RefundChange> = [
  ...withKey<RefundChange>(({ key }) => key),
  ['state', 'text', ({ state }) => state],
  ['reason', 'text', ({ reason }) => reason.slice(0, REASON_LENGTH_MAX)],
  ['run_at', 'timestamptz', ({ runAt }) => timeOrNull(runAt)],
  ['accepted_at', 'timestamptz', ({ acceptedAt }) => timeOrNull(acceptedAt)],
  ['succeeded_at', 'timestamptz', ({ succeededAt }) => timeOrNull(succeededAt)],
  ['watched_until', 'timestamptz', ({ watchedUntil }) => timeOrNull(watchedUntil)],
];

/** Of the table. */
const REASON_LENGTH_MAX = 1000;

const ATTEMPT: Shape<RefundAttempt> = [
  ...withKey<RefundAttempt>(({ key }) => key),
  ['generation', 'int', ({ generation }) => generation],
  ['idempotency_key', 'text', ({ idempotencyKey }) => idempotencyKey],
  ['request_digest', 'text', ({ requestDigest }) => requestDigest],
  ['state', 'text', ({ state }) => state],
  ['sent_at', 'timestamptz', ({ sentAt }) => timeOf(sentAt)],
  ['horizon_at', 'timestamptz', ({ horizonAt }) => timeOf(horizonAt)],
  ['provider_ref', 'text', ({ providerRef }) => providerRef],
  ['failure_code', 'text', ({ failureCode }) => failureCode],
];

type Seen = RefundEvidence & { readonly key: RefundKey; readonly version: number };

const EVIDENCE: Shape<Seen> = [
  ...withKey<Seen>(({ key }) => key),
  ['version', 'int', ({ version }) => version],
  ['generation', 'int', ({ generation }) => generation],
  ['source', 'text', ({ source }) => source],
  ['outcome', 'text', ({ outcome }) => outcome],
  ['provider_ref', 'text', ({ providerRef }) => providerRef],
  ['code', 'text', ({ code }) => code],
  ['detail', 'text', ({ detail }) => detail.slice(0, REASON_LENGTH_MAX)],
  ['seen_at', 'timestamptz', ({ seenAt }) => timeOf(seenAt)],
];

const COUNTERS: Shape<RefundChange> = [
  ['account_id', 'text', ({ key }) => key.accountId],
  ['liability_id', 'text', ({ key }) => key.liabilityId],
  ['reserved', 'bigint', ({ counters }) => counters.reserved],
  ['refunded', 'bigint', ({ counters }) => counters.refunded],
  ['transferred', 'bigint', ({ counters }) => counters.transferred],
  ['credited', 'bigint', ({ counters }) => counters.credited],
  ['elsewhere', 'bigint', ({ counters }) => counters.elsewhere],
];

const isOf = (alias: string) => REFUND_KEY.map(([name]) => `${alias}.${name} = s.${name}`).join(' and ');

/** In order, so that two batches never wait for one another. */
const LOCK: Statement = {
  name: 'lock_refunds',
  text: `select ${namesOf(REFUND_KEY, 'r.')}, r.version, r.provider, r.merchant_account, r.payment_id,
      (
        select l.kind from storno.liability as l
        where l.account_id = r.account_id and l.liability_id = r.liability_id
      ) as liability_kind
    from ${fromArrays(REFUND_KEY, 1, 's')}
    join storno.refund as r on ${isOf('r')}
    order by r.account_id collate "C", r.liability_id collate "C", r.plan_id collate "C"
    for update of r`,
};

const LOCK_LIABILITIES: Statement = {
  name: 'lock_liabilities',
  text: `select l.account_id, l.liability_id, l.owed_minor - l.reserved_minor - l.refunded_minor - l.transferred_minor
      - l.credited_minor - l.elsewhere_minor - l.unpayable_minor as left_minor
    from ${fromArrays(COUNTERS.slice(0, 2), 1, 's')}
    join storno.liability as l on l.account_id = s.account_id and l.liability_id = s.liability_id
    order by l.account_id collate "C", l.liability_id collate "C"
    for update of l`,
};

const PUT_ATTEMPTS: Statement = {
  name: 'put_refund_attempts',
  text: `insert into storno.refund_attempt (${namesOf(ATTEMPT)})
    select ${namesOf(ATTEMPT, 's.')} from ${fromArrays(ATTEMPT, 1, 's')}
    on conflict (${namesOf(REFUND_KEY)}, generation) do update
    set state = excluded.state, provider_ref = excluded.provider_ref, failure_code = excluded.failure_code`,
};

const PUT_REFUNDS: Statement = {
  name: 'put_refunds',
  text: `update storno.refund as r
    set state = s.state, reason = s.reason, run_at = s.run_at, accepted_at = s.accepted_at,
      succeeded_at = s.succeeded_at, watched_until = s.watched_until, version = r.version + 1,
      lease_owner = null, lease_until = null
    from ${fromArrays(CHANGE, 1, 's')}
    where ${isOf('r')}`,
};

const PUT_EVIDENCE: Statement = {
  name: 'put_refund_evidence',
  text: `insert into storno.refund_evidence (${namesOf(EVIDENCE)})
    select ${namesOf(EVIDENCE, 's.')} from ${fromArrays(EVIDENCE, 1, 's')}`,
};

/** INV-5: the check of the table has the last word, in the locked row. */
const COUNT: Statement = {
  name: 'count_liabilities',
  text: `update storno.liability as l
    set reserved_minor = l.reserved_minor + s.reserved, refunded_minor = l.refunded_minor + s.refunded,
      transferred_minor = l.transferred_minor + s.transferred, credited_minor = l.credited_minor + s.credited, elsewhere_minor = l.elsewhere_minor + s.elsewhere,
      version = l.version + 1
    from ${fromArrays(COUNTERS, 1, 's')}
    where l.account_id = s.account_id and l.liability_id = s.liability_id`,
};

/** More rows make a transaction longer than they save round trips. */
const CHANGES_MAX = 200;

/**
 * Writes changes, each where its version still is the refund's. What begins is written only while its campaign runs,
 * which the lock of its row holds until the commit; and only where the liability has so much left.
 */
export async function applyRefunds(pool: Pool, changes: readonly RefundChange[]): Promise<readonly RefundAnswer[]> {
  const answers = new Array<RefundAnswer>(changes.length);
  const nameOf = ({ key }: RefundChange) => `${key.accountId} ${key.liabilityId}`;
  for (const batch of batchesOf(changes, nameOf, CHANGES_MAX)) {
    const some = batch.map((at) => changes[at] as RefundChange);
    const outcomes = await applyBatch(pool, some);
    for (const [place, at] of batch.entries()) answers[at] = outcomes[place] as RefundAnswer;
  }
  return answers;
}

/** Where one is refused as a defect, the others are written before it is said. */
async function applyBatch(pool: Pool, changes: readonly RefundChange[]): Promise<readonly RefundAnswer[]> {
  try {
    return await inTransaction(pool, (on) => write(on, changes));
  } catch (error) {
    if (sqlState(error) === null || changes.length === 1) throw error;
  }
  const settled = [];
  for (const one of changes) settled.push(...(await Promise.allSettled([applyBatch(pool, [one])])));
  return settled.flatMap((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

async function write(on: Queries, changes: readonly RefundChange[]): Promise<readonly RefundAnswer[]> {
  const running = await readRunning(on, changes);
  const keys = changes.map(({ key }) => key);
  const refunds = new Map(
    (await run(on, LOCK, arraysOf(REFUND_KEY, keys))).map((row) => [sayKey(refundKeyOf(row)), row]),
  );
  const left = await lockLiabilities(on, changes);
  const answers = changes.map((change) => {
    if (refunds.get(sayKey(change.key))?.version !== change.version) return 'stale';
    if (change.begins && !running.take(change.key.planId)) return 'not_running';
    return isWithin(change, left.get(sayLiability(change.key)) ?? 0n) ? 'applied' : 'not_left';
  });
  const applied = changes.filter((_, at) => answers[at] === 'applied');
  if (applied.length > 0) await writeApplied(on, applied, refunds);
  await countCanary(
    on,
    applied.filter(({ begins }) => begins),
  );
  return answers;
}

async function lockLiabilities(on: Queries, changes: readonly RefundChange[]): Promise<ReadonlyMap<string, bigint>> {
  const counting = changes.filter(isCounting);
  if (counting.length === 0) return new Map();
  const rows = await run(on, LOCK_LIABILITIES, arraysOf(COUNTERS.slice(0, 2), counting));
  return new Map(rows.map((row) => [`${row.account_id} ${row.liability_id}`, row.left_minor as bigint]));
}

function sayLiability({ accountId, liabilityId }: RefundKey): string {
  return `${accountId} ${liabilityId}`;
}

function isCounting({ counters }: RefundChange): boolean {
  return Object.values(counters).some((change) => change !== 0n);
}

/** What grows must be left; what was reserved or paid and goes back always fits. */
function isWithin({ counters }: RefundChange, left: bigint): boolean {
  const { reserved, refunded, transferred, credited, elsewhere } = counters;
  const grown = reserved + refunded + transferred + credited + elsewhere;
  return grown <= 0n || grown <= left;
}

async function writeApplied(
  on: Queries,
  applied: readonly RefundChange[],
  refunds: ReadonlyMap<string, Row>,
): Promise<void> {
  const attempts = applied.map(({ attempt }) => attempt).filter((attempt) => attempt !== null);
  if (attempts.length > 0) await run(on, PUT_ATTEMPTS, arraysOf(ATTEMPT, attempts));
  await run(on, PUT_REFUNDS, arraysOf(CHANGE, applied));
  const seen = applied.flatMap(({ evidence, key, version }) =>
    evidence === null ? [] : [{ ...evidence, key, version: version + 1 }],
  );
  if (seen.length > 0) await run(on, PUT_EVIDENCE, arraysOf(EVIDENCE, seen));
  const counting = applied.filter(isCounting);
  if (counting.length > 0) await run(on, COUNT, arraysOf(COUNTERS, counting));
  const paid = applied.flatMap(({ key, transfers }) =>
    transfers.map((transfer) => ({ transfer, refund: refunds.get(sayKey(key)) as Row })),
  );
  await bookRefunds(on, paid);
  await tell(
    on,
    applied.flatMap(({ events }) => events),
  );
}
