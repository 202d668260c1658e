import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { sayMoney, toMajor } from '../../core/kernel/money.ts';
import type { Result } from '../../core/kernel/result.ts';
import { decideWayBack, type WayBack } from '../../core/remedy/reversal.ts';
import type { OrderFault, OrderFile } from '../../world/bank/write/order.ts';
import { writeCreditTransfer } from '../../world/bank/write-credit-transfer.ts';
import { writeReversal } from '../../world/bank/write-reversal.ts';
import { openFolder } from '../../world/out/folder.ts';
import { type OrderWish, readOrderWish } from './bank-order-file.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_DONE, type Problem } from './exit.ts';

export interface BankOrderOptions extends SpeechOptions {
  readonly out: string;
}

/**
 * `storno bank order FILE --out FILE`: a file for the bank, of a form that says everything. Nothing is paid by it, and
 * nothing is remembered: whoever sends it decides. Answers 2, and writes nothing, where anything is wrong.
 */
export async function runBankOrder(context: Context, file: string, options: BankOrderOptions): Promise<number> {
  const { out } = options;
  if (existsSync(out)) {
    const message = `${out} is already there. Two files of one order may be paid twice: move it away first.`;
    return refuse(context, options, [{ kind: 'exists', file: out, message }]);
  }
  const read = await readJson(file);
  if ('kind' in read) return refuse(context, options, [read]);
  const wish = readOrderWish(read.value);
  if (!wish.ok) {
    const problems = wish.error.map(({ pointer, detail }) => problemOf(file, `${pointer || '/'} ${detail}.`));
    return refuse(context, options, problems);
  }
  const forbidden = forbiddenIn(wish.value);
  if (forbidden.length > 0)
    return refuse(
      context,
      options,
      forbidden.map((why) => problemOf(file, why)),
    );
  const written = write(wish.value);
  if (!written.ok) {
    const problems = written.error.map(({ id, message }) =>
      problemOf(file, `${id === null ? '' : `${id}: `}${message}`),
    );
    return refuse(context, options, problems);
  }
  return save(context, written.value, options);
}

function problemOf(file: string, message: string): Problem {
  return { kind: 'order_invalid', file, message: `${file} ${message}` };
}

async function readJson(file: string): Promise<{ readonly value: unknown } | Problem> {
  try {
    return { value: JSON.parse(await readFile(file, 'utf8')) };
  } catch (error) {
    return problemOf(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function write(wish: OrderWish): Result<OrderFile, readonly OrderFault[]> {
  return wish.kind === 'credit_transfer' ? writeCreditTransfer(wish.order) : writeReversal(wish.order);
}

/** What must not be reversed, and what is to be done in place of it. */
function forbiddenIn(wish: OrderWish): readonly string[] {
  if (wish.kind === 'credit_transfer') return [];
  const { order, settledOn, terms, returned } = wish;
  return order.reversals.flatMap(({ reversalId }) => {
    const isReturned = returned.includes(reversalId);
    const way = decideWayBack({ scheme: order.original.scheme, settledOn, isReturned }, terms);
    return way.kind === 'reversal' ? [] : [`${reversalId}: ${sayWay(way)}`];
  });
}

function sayWay(way: Exclude<WayBack, { kind: 'reversal' }>): string {
  if (way.kind === 'none') return 'The money came back already: nothing may be sent.';
  if (way.kind === 'wait') return 'It is not settled yet and may still be rejected: wait.';
  const until = way.returnableUntil === null ? '' : `, and after ${way.returnableUntil} so that it is not paid twice`;
  return `It is too late for a reversal: use a credit transfer${until}.`;
}

async function save(context: Context, { xml, count, total }: OrderFile, options: BankOrderOptions): Promise<number> {
  const folder = openFolder(dirname(options.out));
  if (!folder.ok) return refuse(context, options, [{ ...folder.error, file: folder.error.folder }]);
  context.interrupts.onInterrupt(folder.value.discard);
  try {
    await writeFile(folder.value.stage(basename(options.out)), xml);
    folder.value.commit();
  } finally {
    folder.value.discard();
  }
  const { terminal } = context;
  const counted = count === 1 ? '1 payment' : `${count} payments`;
  terminal.out(
    options.json === true
      ? `${JSON.stringify({ file: options.out, count, total: toMajor(total), currency: total.currency })}\n`
      : `${options.out}: ${counted}, ${sayMoney(total)}\n`,
  );
  return EXIT_DONE;
}
