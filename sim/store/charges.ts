import { paymentText } from '../../src/core/live/charge/entries.ts';
import type {
  Attempt,
  Capture,
  ChargeCase,
  ChargeChange,
  ChargeIntent,
  ObligationKey,
  SightedPayment,
} from '../../src/core/live/charge.ts';
import type { ProviderPayment } from '../../src/flow/ports/provider.ts';
import { compareText, type IntentRow, intentName, nameOf, type Rows, require, transferName } from './rows.ts';
import type { Transaction } from './transaction.ts';

export function insertIntent(tx: Transaction, intent: ChargeIntent, revision: number): string {
  const name = intentName(intent.key);
  const { rows } = tx;
  require(!rows.intents.has(name), 'charge_intent_pkey');
  require(intent.state === 'due' && intent.runAt !== null, 'an intent begins as due');
  require(intent.amount.amountMinor > 0n && intent.version >= 1 && intent.declines >= 0, 'charge_intent checks');
  const holder = nameOf(intent.key.accountId, intent.key.rentalId);
  const others = rows.intentsOfRental.get(holder) ?? [];
  for (const other of others) {
    const row = rows.intents.get(other);
    const isBeside = row?.intent.key.purpose === 'rental' && row.intent.state !== 'voided';
    require(intent.key.purpose !== 'rental' || !isBeside, 'charge_intent_one_holds');
  }
  tx.set('intents', name, { intent, revision, leaseUntil: null, attempts: [], captures: [], evidence: [] });
  tx.set('intentsOfRental', holder, [...others, name].sort(byKey(rows)));
  return name;
}

function byKey(rows: Rows): (one: string, other: string) => number {
  const keyOf = (name: string): ObligationKey | undefined => rows.intents.get(name)?.intent.key;
  return (one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)];
    if (a === undefined || b === undefined) return 0;
    return compareText(a.purpose, b.purpose) || a.occurrence - b.occurrence;
  };
}

export function caseOf(rows: Rows, row: IntentRow): ChargeCase {
  return {
    intent: row.intent,
    attempts: row.attempts,
    paymentMethod: rows.accounts.get(row.intent.key.accountId)?.paymentMethod ?? null,
    captures: row.captures.map(({ capture }) => capture),
    sightings: row.intent.state === 'due' && row.attempts.length === 0 ? sightingsOf(rows, row) : [],
  };
}

function sightingsOf(rows: Rows, { intent, captures }: IntentRow): readonly SightedPayment[] {
  const { accountId, rentalId, purpose, occurrence } = intent.key;
  const names = rows.paymentsOfRental.get(nameOf(accountId, rentalId)) ?? [];
  return names
    .map((name) => rows.payments.get(name))
    .filter((row) => row !== undefined)
    .filter(({ payment, key }) => mayHoldMoney(payment) && key?.purpose === purpose)
    .filter(({ payment, key }) =>
      key?.occurrence === occurrence
        ? !captures.some(({ capture }) => paymentText(capture) === paymentText(payment))
        : key !== null && !rows.intents.has(intentName(key)),
    )
    .sort(
      ({ payment: one }, { payment: other }) =>
        one.createdAt - other.createdAt || compareText(one.providerRef, other.providerRef),
    )
    .map(({ payment: { provider, merchantAccount, providerRef, createdAt }, key }) => {
      return { provider, merchantAccount, providerRef, occurrence: key?.occurrence ?? 0, createdAt };
    });
}

function mayHoldMoney({ kind, status, amount }: ProviderPayment): boolean {
  return kind === 'charge' && (status === 'succeeded' || status === 'pending') && amount.amountMinor > 0n;
}

/** What an intent may become; what is final stays. */
const NEXT: Readonly<Record<ChargeIntent['state'], readonly ChargeIntent['state'][]>> = {
  due: ['in_flight', 'succeeded', 'uncollected', 'voided', 'parked'],
  in_flight: ['due', 'succeeded', 'uncollected', 'parked'],
  parked: ['due', 'in_flight', 'succeeded', 'uncollected', 'voided'],
  succeeded: [],
  uncollected: [],
  voided: [],
};

/** The intent's row after a step, its version counted on and its lease ended. */
export function stepped(row: IntentRow, step: Pick<ChargeIntent, 'state' | 'runAt' | 'declines'>): IntentRow {
  const { intent } = row;
  require(step.state === intent.state || NEXT[intent.state].includes(step.state), `${intent.state} to ${step.state}`);
  require((step.state === 'due' || step.state === 'in_flight') === (step.runAt !== null), 'final_never_runs');
  require(step.declines >= intent.declines, 'a decline is not taken back');
  const { state, runAt, declines } = step;
  return { ...row, intent: { ...intent, state, runAt, declines, version: intent.version + 1 }, leaseUntil: null };
}

/** Null where the version is not the one that the decision rests on. */
export function applyChange(tx: Transaction, change: ChargeChange): string | null {
  const name = intentName(change.key);
  const row = tx.rows.intents.get(name);
  if (row === undefined || row.intent.version !== change.version) return null;
  let next = stepped(row, change);
  if (change.attempt !== null) next = { ...next, attempts: withAttempt(row.attempts, change.attempt) };
  if (change.capture !== null) next = { ...next, captures: withCapture(row, change.capture) };
  if (change.evidence !== null) {
    require(change.evidence.observation.detail.length <= 1000, 'evidence_detail');
    next = { ...next, evidence: [...row.evidence, { ...change.evidence, version: next.intent.version }] };
  }
  tx.set('intents', name, next);
  insertTransfers(tx, change.transfers);
  insertEvents(tx, change.events);
  return name;
}

function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  const before = attempts.find((one) => one.generation === attempt.generation);
  if (before === undefined) {
    const last = attempts.at(-1);
    require(attempt.generation >= 1 && attempt.generation <= 100, 'attempt_generation');
    require(attempt.generation === 1 || last?.generation === attempt.generation - 1, 'a generation is left out');
    require(last === undefined || last.state === 'failed_final', 'the generation before has not failed for good');
    require(attempt.horizonAt > attempt.sentAt, 'attempt_horizon_after_send');
    require(/^[0-9a-f]{64}$/.test(attempt.requestDigest), 'attempt_request_digest');
    return [...attempts, attempt];
  }
  const isSame = sameAttempt(before, attempt);
  require(isSame || isAttemptOpen(before), `${before.state} never changes`);
  require(before.state !== 'pending' || attempt.state !== 'sent', 'pending never becomes sent');
  require(SENT.every((field) => sameField(before, attempt, field)), 'what was sent never changes');
  return attempts.map((one) => (one === before ? attempt : one));
}

const SENT = ['idempotencyKey', 'requestDigest', 'sentAt', 'horizonAt', 'paymentMethod'] as const;

function isAttemptOpen(attempt: Attempt): boolean {
  return attempt.state === 'sent' || attempt.state === 'pending';
}

function sameField(one: Attempt, other: Attempt, field: keyof Attempt): boolean {
  return one[field] === other[field] || JSON.stringify(one[field]) === JSON.stringify(other[field]);
}

function sameAttempt(one: Attempt, other: Attempt): boolean {
  return (Object.keys(one) as (keyof Attempt)[]).every((field) => sameField(one, other, field));
}

function withCapture(row: IntentRow, capture: Capture): IntentRow['captures'] {
  const captured = capture.amount.amountMinor;
  require(captured > 0n, 'capture_captured');
  for (const { capture: one } of row.captures) {
    const isSame =
      one.provider === capture.provider &&
      one.merchantAccount === capture.merchantAccount &&
      one.providerRef === capture.providerRef;
    require(!isSame, 'capture_pkey');
    require(one.isSurplus || capture.isSurplus, 'capture_one_right');
  }
  const counters = { captured, refunded: 0n, reserved: 0n, transferred: 0n, disputed: 0n, disputedExcess: 0n };
  return [...row.captures, { capture, counters }].sort(
    (one, other) =>
      one.capture.capturedAt - other.capture.capturedAt ||
      compareText(one.capture.providerRef, other.capture.providerRef),
  );
}

export function insertTransfers(tx: Transaction, transfers: ChargeChange['transfers']): void {
  for (const one of transfers) {
    const name = transferName(one);
    require(!tx.rows.transfers.has(name), 'transfer_pkey');
    require(one.amount > 0n && one.debit !== one.credit, 'transfer_moves');
    tx.set('transfers', name, one);
  }
}

export function insertEvents(tx: Transaction, events: ChargeChange['events']): void {
  for (const event of events) tx.set('outbox', tx.rows.outbox.size + 1, event);
}
