import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appendAudit } from '../../src/world/postgres/audit.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';

let database: TestDatabase;

before(async () => {
  database = await freshDatabase();
});
after(() => database.close());

const ENTRY = {
  accountId: '',
  incidentId: 'inc_1',
  at: Date.UTC(2014, 10, 16, 2),
  actor: 'st_anna',
  action: 'plan.approved',
  subject: 'plan_1',
  payload: { digest: 'a'.repeat(64), sums: { EUR: '1450' }, refunds: 2 },
} as const;

test('an entry stands or falls with the transaction that it tells of', async () => {
  for (const role of ['storno_api', 'storno_worker'] as const) {
    const client = await database.pool(role).connect();
    await client.query('begin');
    await appendAudit(client, ENTRY);
    await client.query('rollback');
    await client.query('begin');
    await appendAudit(client, ENTRY);
    await client.query('commit');
    client.release();
  }
  const { rows } = await database.admin.query('select count(*)::int as entries from storno.audit_entry');
  assert.deepEqual(rows, [{ entries: 2 }]);
});
