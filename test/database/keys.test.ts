import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshDatabase, type TestDatabase } from '../postgres.ts';

let database: TestDatabase;

before(async () => {
  database = await freshDatabase();
});
after(() => database.close());

/** To PostgreSQL two nulls differ: a unique index lets any number of them in, unless it says otherwise. */
const GUARDS_WITH_HOLES = `
  select index.indexrelid::regclass || ' ' || attribute.attname as hole
  from pg_index index
  join pg_class owner on owner.oid = index.indrelid
  join pg_attribute attribute on attribute.attrelid = index.indrelid and attribute.attnum = any(index.indkey)
  where owner.relnamespace = to_regnamespace($1) and index.indisunique and not owner.relispartition
    and not attribute.attnotnull and not index.indnullsnotdistinct
    and coalesce(pg_get_expr(index.indpred, index.indrelid), '') not like '%' || attribute.attname || ' IS NOT NULL%'
  order by 1`;

async function holesOf(schema: string): Promise<readonly string[]> {
  const { rows } = await database.admin.query<{ hole: string }>(GUARDS_WITH_HOLES, [schema]);
  return rows.map(({ hole }) => hole);
}

test('no key can be absent: what must be unique is not null, but for the place of an event', async () => {
  // An event has no place until it is given one; its own id is another column.
  assert.deepEqual(await holesOf('storno'), ['storno.outbox_position_key position']);
});

test('a key that may be absent is seen', async () => {
  await database.admin.query('create schema open; create table open.money (key text unique)');
  assert.deepEqual(await holesOf('open'), ['open.money_key_key key']);
});

test('what identifies an attempt, an entry, an event and a command is not null', async () => {
  for (const [table, column] of [
    ['attempt', 'idempotency_key'],
    ['attempt', 'request_digest'],
    ['attempt', 'horizon_at'],
    ['transfer', 'kind'],
    ['transfer', 'source_ref'],
    ['inbox', 'event_id'],
    ['command', 'idempotency_key'],
    ['capture', 'provider_ref'],
    ['capture', 'merchant_account'],
  ]) {
    const { rows } = await database.admin.query<{ is_nullable: string }>(
      "select is_nullable from information_schema.columns where table_schema = 'storno' and table_name = $1 and column_name = $2",
      [table, column],
    );
    assert.deepEqual(rows, [{ is_nullable: 'NO' }], `${table}.${column}`);
  }
});
