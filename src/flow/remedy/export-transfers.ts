import { type Day, utcDayOf } from '../../core/kernel/day.ts';
import type { Money } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { addTargetDays } from '../../core/kernel/target-day.ts';
import { endToEndIdOf } from '../../core/remedy/end-to-end-id.ts';
import { leftOf } from '../../core/remedy/liability.ts';
import { quarantine } from '../../core/remedy/refund/case.ts';
import { nextRefundStep } from '../../core/remedy/refund/next-step.ts';
import type { RefundPolicy } from '../../core/remedy/refund/policy.ts';
import { beginTransfer } from '../../core/remedy/refund/transfer.ts';
import type { BankDesk, OrderFileRecord, UnfiledOrder } from '../ports/bank.ts';
import type { RefundStore } from '../ports/campaign.ts';
import type { Clock, Digest, Entropy } from '../ports/world.ts';

export interface BankWorld {
  readonly bank: BankDesk;
  readonly refunds: Pick<RefundStore, 'readRefund' | 'applyRefunds'>;
  readonly writer: OrderWriter;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly digest: Digest;
  readonly policy: RefundPolicy;
}

/** Makes the bytes of an order: what a bank takes. Pure: equal orders, equal bytes. */
export type OrderWriter = (order: {
  readonly messageId: string;
  readonly createdAt: number;
  readonly executeOn: Day;
  readonly payments: readonly {
    readonly endToEndId: string;
    readonly iban: string;
    readonly holder: string;
    readonly amount: Money;
  }[];
}) => Result<Uint8Array, readonly string[]>;

export interface Exported {
  readonly fileId: string;
  readonly messageId: string;
  readonly body: Uint8Array;
  readonly orders: number;
  readonly executeOn: Day;
  /** By currency, in minor units. */
  readonly total: Readonly<Record<string, bigint>>;
}

export type ExportRefusal =
  | { readonly kind: 'nothing_due' }
  /** Somebody made a file of these orders at the same moment. */
  | { readonly kind: 'made_by_another' }
  | { readonly kind: 'unwritable'; readonly why: readonly string[] };

/** As many as one file of most banks may hold. */
const ORDERS_MAX = 10_000;

/** A transfer arrives on the TARGET day after it is executed at the latest (PSD2 art. 83). */
const ARRIVES_AFTER = 1;

/**
 * Puts everything that is due over the bank into one file, to be executed on the next TARGET day. What was begun by
 * somebody who did not finish goes into this one; a file that was made is never made again, its bytes are kept.
 */
export async function exportTransfers(world: BankWorld, by: string): Promise<Result<Exported, ExportRefusal>> {
  await beginDue(world);
  const now = world.clock.now();
  const unfiled = await world.bank.readUnfiled(now, ORDERS_MAX);
  if (unfiled.length === 0) return fail({ kind: 'nothing_due' });
  const orders = unfiled.map((order) => ({ ...order, endToEndId: endToEndIdOf(order.reference, world.digest) }));
  const today = utcDayOf(now);
  const executeOn = addTargetDays(today, 1);
  const messageId = messageIdOf(world, today);
  const body = world.writer({ messageId, createdAt: now, executeOn, payments: orders.map(paymentOf) });
  if (!body.ok) return fail({ kind: 'unwritable', why: body.error });
  const record: OrderFileRecord = {
    fileId: world.entropy.id('bnk', 'a file for the bank'),
    kind: 'pain.001',
    messageId,
    sha256: world.digest(new TextDecoder().decode(body.value)),
    body: body.value,
    by,
    now,
    executeOn,
    promisedOn: addTargetDays(executeOn, ARRIVES_AFTER),
    orders,
  };
  if ((await world.bank.writeOrderFile(record)) === 'exists') return fail({ kind: 'made_by_another' });
  return ok({
    fileId: record.fileId,
    messageId,
    body: body.value,
    orders: orders.length,
    executeOn,
    total: sumsOf(orders),
  });
}

async function beginDue({ bank, refunds, clock, digest, policy }: BankWorld): Promise<void> {
  const moment = { now: clock.now(), policy };
  for (const key of await bank.readDueTransfers(clock.now(), ORDERS_MAX)) {
    const found = await refunds.readRefund(key);
    if (found === null || nextRefundStep(found, moment).kind !== 'pre_flight') continue;
    const { amount } = found.refund;
    if (leftOf(found.liability) < amount.amountMinor) {
      const seen = { evidence: null, now: moment.now };
      await refunds.applyRefunds([quarantine(found, 'less is owed than was approved: it came back elsewhere', seen)]);
      continue;
    }
    const requestDigest = digest(`${key.accountId} ${key.liabilityId} ${amount.amountMinor} ${amount.currency}`);
    await refunds.applyRefunds([beginTransfer(found, { requestDigest }, moment)]);
  }
}

function paymentOf({ endToEndId, iban, holder, amount }: OrderFileRecord['orders'][number]) {
  return { endToEndId, iban, holder, amount };
}

/** Never used before, at most 35 characters: the day, and chance. */
function messageIdOf({ entropy }: BankWorld, today: Day): string {
  const random = entropy.int(1_000_000_000, 'the id of a message to the bank');
  return `STORNO-${today.replaceAll('-', '')}-${String(random).padStart(9, '0')}`;
}

function sumsOf(orders: readonly UnfiledOrder[]): Readonly<Record<string, bigint>> {
  const sums: Record<string, bigint> = {};
  for (const { amount } of orders) sums[amount.currency] = (sums[amount.currency] ?? 0n) + amount.amountMinor;
  return sums;
}
