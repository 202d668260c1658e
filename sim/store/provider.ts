import { countMovement, statusRank } from '../../src/core/live/movement.ts';
import type { LiveStore, SeenPayment } from '../../src/flow/ports/store.ts';
import { insertEvents, insertTransfers } from './charges.ts';
import { compareText, type InboxRow, intentName, nameOf, type Rows } from './rows.ts';
import type { Transaction } from './transaction.ts';

type Args<M extends keyof LiveStore> = LiveStore[M] extends (...args: infer A) => unknown ? A : never;

const inboxName = (event: InboxRow['event']): string => nameOf(event.provider, event.merchantAccount, event.eventId);

export function receiveEvent(tx: Transaction, [event, , now]: Args<'receiveEvent'>): 'stored' | 'repeated' {
  const name = inboxName(event);
  if (tx.rows.inbox.has(name)) return 'repeated';
  tx.set('inbox', name, { event, receivedAt: now, state: 'new', tries: 0, runAt: now, note: '' });
  return 'stored';
}

/** The inbox is emptied as fast as it fills, so that what waits is few among those that are kept. */
export function claimEvents(
  tx: Transaction,
  waiting: Iterable<string>,
  [{ now, leaseUntil, limit }]: Args<'claimEvents'>,
): readonly InboxRow[] {
  const due: InboxRow[] = [];
  for (const name of waiting) {
    const row = tx.rows.inbox.get(name);
    if (row !== undefined && row.runAt !== null && row.runAt <= now) due.push(row);
  }
  due.sort(
    (one, other) => (one.runAt ?? 0) - (other.runAt ?? 0) || compareText(inboxName(one.event), inboxName(other.event)),
  );
  return due.slice(0, limit).map((row) => {
    const claimed = { ...row, tries: row.tries + 1, runAt: leaseUntil };
    tx.set('inbox', inboxName(row.event), claimed);
    return claimed;
  });
}

export function finishEvent(tx: Transaction, [{ event, state, retryAt, note }]: Args<'finishEvent'>): void {
  const name = inboxName(event);
  const row = tx.rows.inbox.get(name);
  if (row === undefined || row.state === 'done' || row.state === 'given_up') return;
  tx.set('inbox', name, { ...row, state, runAt: state === 'parked' ? retryAt : null, note });
}

export function isWaiting(rows: Rows, name: string): boolean {
  return rows.inbox.get(name)?.runAt != null;
}

export function inboxNameOf(event: InboxRow['event']): string {
  return inboxName(event);
}

export function recordPayments(tx: Transaction, [payments, now]: Args<'recordPayments'>): void {
  for (const seen of payments) {
    const name = paymentName(seen);
    const before = tx.rows.payments.get(name);
    const { kind, status } = seen.payment;
    const isLater =
      before === undefined || statusRank(kind, status) >= statusRank(before.payment.kind, before.payment.status);
    tx.set('payments', name, {
      ...(isLater ? seen : before),
      firstSeenAt: before?.firstSeenAt ?? now,
      lastSeenAt: now,
    });
    if (seen.key === null) continue;
    const holder = nameOf(seen.key.accountId, seen.key.rentalId);
    const others = tx.rows.paymentsOfRental.get(holder) ?? [];
    if (!others.includes(name)) tx.set('paymentsOfRental', holder, [...others, name]);
  }
}

function paymentName({ payment, key }: SeenPayment): string {
  return nameOf(key?.accountId ?? '', payment.provider, payment.merchantAccount, payment.providerRef);
}

/** As the port says: of the open attempts the oldest, of the payments the newest. */
export function oldestTrace(rows: Rows, [{ provider, merchantAccount }]: Args<'readOldestTrace'>): number | null {
  const isOfMerchant = (one: { readonly provider: string; readonly merchantAccount: string }): boolean =>
    one.provider === provider && one.merchantAccount === merchantAccount;
  const sent = [...rows.intents.values()]
    .flatMap(({ attempts }) => attempts)
    .filter(({ state, paymentMethod }) => (state === 'sent' || state === 'pending') && isOfMerchant(paymentMethod))
    .map(({ sentAt }) => sentAt);
  const made = [...rows.payments.values()]
    .filter(({ payment }) => isOfMerchant(payment))
    .map(({ payment }) => payment.createdAt);
  const traces = [...(sent.length > 0 ? [Math.min(...sent)] : []), ...(made.length > 0 ? [Math.max(...made)] : [])];
  return traces.length > 0 ? Math.min(...traces) : null;
}

export function recordLedgerLines(tx: Transaction, [lines]: Args<'recordLedgerLines'>): number {
  let written = 0;
  for (const { line, transfers } of lines) {
    const name = nameOf(line.provider, line.merchantAccount, line.lineId);
    if (tx.rows.lines.has(name)) continue;
    tx.set('lines', name, line);
    insertTransfers(tx, transfers);
    written += 1;
  }
  return written;
}

export function recordMovement(
  tx: Transaction,
  [movement]: Args<'recordMovement'>,
): Awaited<ReturnType<LiveStore['recordMovement']>> {
  const { payment, key, counter, changeMinor, transfer, event } = movement;
  const name = intentName(key);
  const row = tx.rows.intents.get(name);
  const found = row?.captures.find(
    ({ capture }) =>
      capture.provider === payment.provider &&
      capture.merchantAccount === payment.merchantAccount &&
      capture.providerRef === payment.parentRef,
  );
  if (row === undefined || found === undefined) return 'capture_unknown';
  if (tx.rows.transfers.has(nameOf(transfer.accountId, transfer.kind, transfer.sourceRef))) return 'exists';
  const { corrects } = transfer;
  if (corrects !== null) {
    const [kind = '', ...source] = corrects.split(':');
    if (!tx.rows.transfers.has(nameOf(transfer.accountId, kind, source.join(':')))) return 'not_booked';
  }
  const counted = { ...found, counters: countMovement(found.counters, counter, changeMinor) };
  tx.set('intents', name, { ...row, captures: row.captures.map((one) => (one === found ? counted : one)) });
  insertTransfers(tx, [transfer]);
  insertEvents(tx, event === null ? [] : [event]);
  return 'applied';
}
