import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseTrouble } from '../../src/world/postgres/embedded/trouble.ts';
import { withClient } from '../../src/world/postgres/server.ts';
import { freshDatabase } from '../postgres.ts';

test('a server that goes away in the middle of the work is trouble of the database, not a defect', async (t) => {
  const database = await freshDatabase();
  t.after(() => database.close());
  const work = withClient(database.server, async (client) => {
    await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
    return client.query('select 1');
  });
  await assert.rejects(
    work,
    (error) => error instanceof DatabaseTrouble && error.message.includes('cannot be reached'),
  );
});

test('a defect in the work stays one', async (t) => {
  const database = await freshDatabase();
  t.after(() => database.close());
  const work = withClient(database.server, (client) => client.query('select nothing_of_this_name'));
  await assert.rejects(work, /nothing_of_this_name/);
});
