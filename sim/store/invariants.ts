import type { Transfer } from '../../src/core/ledger/transfer.ts';
import { obligationText } from '../../src/core/live/charge/reference.ts';
import type { LiveStore } from '../../src/flow/ports/store.ts';
import { type IntentRow, nameOf, type Rows } from './rows.ts';

type Asked = Parameters<LiveStore['checkInvariants']>[0];

/** Every violated invariant, in words. A full scan: for the end of a run, not for every step. */
export function violatedInvariants(rows: Rows, asked: Asked): readonly string[] {
  return [
    ...[...rows.intents.values()].flatMap((row) => ofIntent(rows, row)),
    ...overdue(rows, asked),
    ...ofLots(rows),
  ];
}

/** INV-3: while charging runs, somebody looks at what is due. */
function overdue(rows: Rows, { now, overdueMs }: Asked): readonly string[] {
  const since = now - overdueMs;
  const control = rows.control.get('');
  if (control?.charging !== 'running' || control.at >= since) return [];
  return [...rows.intents.values()]
    .filter(({ intent, leaseUntil }) => intent.runAt !== null && Math.max(intent.runAt, leaseUntil ?? 0) < since)
    .map(({ intent }) => `INV-3 ${obligationText(intent.key)} is ${intent.state} and has waited since ${intent.runAt}`);
}

function ofIntent(rows: Rows, { intent, attempts, captures }: IntentRow): readonly string[] {
  const found: string[] = [];
  const name = `${intent.key.accountId}/${obligationText(intent.key)}`;
  const right = captures.filter(({ capture }) => !capture.isSurplus);
  const open = attempts.filter(({ state }) => state === 'sent' || state === 'pending');
  if (right.length > 1) found.push(`INV-1 ${name} has ${right.length} right captures`);
  if (open.length > 1) found.push(`INV-1 ${name} has ${open.length} open attempts`);
  if (intent.state === 'succeeded' && right.length === 0) found.push(`INV-2 ${name} succeeded without a capture`);
  if (open.length > 0 && intent.state === 'due') found.push(`INV-11 ${name} is due beside an open attempt`);
  for (const { capture, counters } of captures) {
    const { accountId } = intent.key;
    const sourceRef = `${capture.provider}:${capture.merchantAccount}:${capture.providerRef}`;
    const entry = rows.transfers.get(nameOf(accountId, capture.isSurplus ? 'surplus_capture' : 'capture', sourceRef));
    if (entry?.amount !== capture.amount.amountMinor) found.push(`INV-2 capture ${sourceRef} is not booked`);
    const { captured, refunded, reserved, transferred, disputed } = counters;
    if (refunded + reserved + transferred + disputed > captured) {
      found.push(`INV-4 more was given back of ${sourceRef} than was captured`);
    }
  }
  return found;
}

/** What remains of each lot is what the books say. */
function ofLots(rows: Rows): readonly string[] {
  const booked = new Map<string, bigint>();
  const add = (one: Transfer, sign: bigint): void => {
    const name = nameOf(one.accountId, one.dimension);
    booked.set(name, (booked.get(name) ?? 0n) + sign * one.amount);
  };
  for (const one of rows.transfers.values()) {
    if (one.credit === 'account_minutes') add(one, 1n);
    if (one.debit === 'account_minutes') add(one, -1n);
  }
  return [...rows.lots]
    .filter(([name, lot]) => booked.get(name) !== BigInt(lot.remaining))
    .map(
      ([name, lot]) => `minutes of lot ${lot.lotId}: ${lot.remaining} remain, ${booked.get(name) ?? 0n} in the books`,
    );
}
