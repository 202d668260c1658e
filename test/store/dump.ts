import type { Pool } from 'pg';
import type { intentName, Rows } from '../../sim/store/rows.ts';

/** What a store holds that its answers do not show, as lines that can be compared. */
export interface Dump {
  readonly transfers: readonly string[];
  readonly events: readonly string[];
  readonly evidence: readonly string[];
  readonly counters: readonly string[];
  readonly lots: readonly string[];
  readonly payments: readonly string[];
  readonly lines: readonly string[];
  readonly inbox: readonly string[];
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;

const SQL: Readonly<Record<keyof Dump, string>> = {
  transfers: `select concat_ws('|', account_id, kind, source_ref, debit, credit, dimension, asset, amount, corrects,
    ${ms('happened_at')}) from storno.transfer`,
  events: `select concat_ws('|', account_id, type, ${ms('happened_at')}) from storno.outbox`,
  evidence: `select concat_ws('|', account_id, rental_id, purpose, occurrence, generation, version, outcome, detail,
    ${ms('seen_at')}) from storno.evidence`,
  counters: `select concat_ws('|', account_id, rental_id, purpose, occurrence, provider_ref, captured_minor,
    refunded_minor, disputed_minor, disputed_excess_minor) from storno.capture`,
  lots: `select concat_ws('|', account_id, lot_id, minutes, remaining, ${ms('expires_at')}) from storno.lot`,
  payments: `select concat_ws('|', payment_id, status, code, ${ms('first_seen_at')}, ${ms('last_seen_at')})
    from storno.payment`,
  lines: 'select line_id from storno.settlement',
  inbox: `select concat_ws('|', event_id, state, tries, ${ms('run_at')}, note) from storno.inbox`,
};

export async function dumpDatabase(pool: Pool): Promise<Dump> {
  const dump = Object.entries(SQL).map(async ([name, text]) => {
    const { rows } = await pool.query<[string]>({ text, rowMode: 'array' });
    return [name, rows.map(([line]) => line).sort()];
  });
  return Object.fromEntries(await Promise.all(dump)) as unknown as Dump;
}

export function dumpTwin(rows: Rows): Dump {
  const intents = [...rows.intents.values()];
  const name = (key: Parameters<typeof intentName>[0]) => [key.accountId, key.rentalId, key.purpose, key.occurrence];
  return {
    transfers: lines(rows.transfers.values(), (t) => [
      t.accountId,
      t.kind,
      t.sourceRef,
      t.debit,
      t.credit,
      t.dimension,
      t.asset,
      t.amount,
      t.corrects,
      t.happenedAt,
    ]),
    events: lines(rows.outbox.values(), ({ accountId, type, happenedAt }) => [accountId, type, happenedAt]),
    evidence: lines(
      intents.flatMap(({ intent, evidence }) => evidence.map((seen) => ({ key: intent.key, seen }))),
      ({ key, seen: { generation, version, observation } }) => [
        ...name(key),
        generation,
        version,
        observation.outcome,
        observation.detail,
        observation.at,
      ],
    ),
    counters: lines(
      intents.flatMap(({ captures }) => captures),
      ({ capture, counters }) => [
        ...name(capture.key),
        capture.providerRef,
        counters.captured,
        counters.refunded,
        counters.disputed,
        counters.disputedExcess,
      ],
    ),
    lots: lines(rows.lots.values(), (lot) => [lot.accountId, lot.lotId, lot.minutes, lot.remaining, lot.expiresAt]),
    payments: lines(rows.payments.values(), ({ payment, firstSeenAt, lastSeenAt }) => [
      payment.providerRef,
      payment.status,
      payment.code,
      firstSeenAt,
      lastSeenAt,
    ]),
    lines: lines(rows.lines.values(), ({ lineId }) => [lineId]),
    inbox: lines(rows.inbox.values(), ({ event, state, tries, runAt, note }) => [
      event.eventId,
      state,
      tries,
      runAt,
      note,
    ]),
  };
}

/** As `concat_ws` writes them: null is left out. */
function lines<T>(items: Iterable<T>, fieldsOf: (item: T) => readonly unknown[]): readonly string[] {
  return [...items]
    .map((item) =>
      fieldsOf(item)
        .filter((field) => field !== null)
        .join('|'),
    )
    .sort();
}
