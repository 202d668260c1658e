import type { Pool } from 'pg';
import type { Movement } from '../../../core/remedy/reconcile/shape.ts';
import type { IncomingFile, OrderFileRecord } from '../../../flow/ports/bank.ts';
import { appendAudit } from '../audit.ts';
import {
  arraysOf,
  fromArrays,
  inTransaction,
  namesOf,
  type Queries,
  Rollback,
  run,
  type Shape,
  type Statement,
  timeOf,
} from '../store/sql.ts';

const PUT_FILE: Statement = {
  name: 'put_bank_file',
  text: `insert into storno.bank_file
  (file_id, direction, kind, message_id, sha256, payments, recorded_by, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing
returning file_id`,
};

const PUT_BODY: Statement = {
  name: 'put_bank_file_body',
  text: 'insert into storno_pii.bank_file_body (file_id, body) values ($1, $2)',
};

type Order = OrderFileRecord['orders'][number] & Pick<OrderFileRecord, 'fileId' | 'executeOn' | 'promisedOn'>;

const ORDER: Shape<Order> = [
  ['end_to_end_id', 'text', ({ endToEndId }) => endToEndId],
  ['file_id', 'text', ({ fileId }) => fileId],
  ['account_id', 'text', ({ key }) => key.accountId],
  ['plan_id', 'text', ({ key }) => key.planId],
  ['liability_id', 'text', ({ key }) => key.liabilityId],
  ['generation', 'int', ({ generation }) => generation],
  ['amount_minor', 'bigint', ({ amount }) => amount.amountMinor],
  ['currency', 'text', ({ amount }) => amount.currency],
  ['execute_on', 'date', ({ executeOn }) => executeOn],
  ['promised_on', 'date', ({ promisedOn }) => promisedOn],
];

const PUT_ORDERS: Statement = {
  name: 'put_bank_orders',
  text: `insert into storno.bank_order (${namesOf(ORDER)})
    select ${namesOf(ORDER, 's.')} from ${fromArrays(ORDER, 1, 's')}
    on conflict do nothing
    returning end_to_end_id`,
};

const PUT_MOVEMENT: Statement = {
  name: 'put_bank_movement',
  text: `insert into storno.bank_movement (movement_id, file_id, amount_minor, currency, booked_on, refs, return_reason)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (movement_id) do nothing`,
};

/** The bytes, the file and its orders stand together, or the orders are still in no file. */
export function writeOrderFile(pool: Pool, file: OrderFileRecord): Promise<'created' | 'exists'> {
  return inTransaction<'created' | 'exists'>(pool, async (on) => {
    await putFile(on, { ...file, direction: 'out', payments: file.orders.length });
    const { fileId, executeOn, promisedOn } = file;
    const orders = file.orders.map((order) => ({ ...order, fileId, executeOn, promisedOn }));
    const put = await run(on, PUT_ORDERS, arraysOf(ORDER, orders));
    if (put.length < orders.length) throw new Rollback('exists');
    return 'created';
  });
}

export function takeFile(pool: Pool, file: IncomingFile): Promise<'created' | 'exists'> {
  return inTransaction<'created' | 'exists'>(pool, async (on) => {
    await putFile(on, { ...file, direction: 'in', payments: file.movements.length });
    for (const movement of file.movements) await run(on, PUT_MOVEMENT, movementValues(file.fileId, movement));
    return 'created';
  });
}

function movementValues(fileId: string, { id, amount, on, references, returnReason }: Movement): unknown[] {
  return [id, fileId, amount.amountMinor, amount.currency, on, references, returnReason];
}

async function putFile(
  on: Queries,
  file: Pick<IncomingFile, 'fileId' | 'kind' | 'messageId' | 'sha256' | 'body' | 'by' | 'now'> & {
    readonly direction: 'in' | 'out';
    readonly payments: number;
  },
): Promise<void> {
  const { fileId, direction, kind, messageId, sha256, payments, by, now } = file;
  const put = await run(on, PUT_FILE, [fileId, direction, kind, messageId, sha256, payments, by, timeOf(now)]);
  if (put.length === 0) throw new Rollback('exists');
  await run(on, PUT_BODY, [fileId, file.body]);
  await appendAudit(on, {
    accountId: '',
    incidentId: null,
    at: now,
    actor: by,
    action: direction === 'out' ? 'bank_file.made' : 'bank_file.taken',
    subject: fileId,
    payload: { kind, sha256, payments },
  });
}
