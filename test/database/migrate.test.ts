import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { migrateDatabase, planOf, readStatus } from '../../src/world/postgres/administer.ts';
import { openDatabase } from '../../src/world/postgres/database.ts';
import { locateDatabase, sayUrl } from '../../src/world/postgres/locate.ts';
import { readMigrations } from '../../src/world/postgres/migrations.ts';
import { freshDatabase, type TestDatabase, urlOf } from '../postgres.ts';

describe('a database of the operator', () => {
  let database: TestDatabase;
  let location: ReturnType<typeof locateDatabase>;

  before(async () => {
    database = await freshDatabase();
    location = locateDatabase({ STORNO_DATABASE_URL: urlOf(database) });
  });
  after(() => database.close());

  /** As the superuser with the guards off, what no program can do. */
  async function forge(sql: string, undo: string, work: () => Promise<void>): Promise<void> {
    await database.admin.query(`alter table storno.migration disable trigger user; ${sql}`);
    await work();
    await database.admin.query(`${undo}; alter table storno.migration enable always trigger written_once`);
  }

  it('is opened when its schema is the program’s, and each pool has its role', async () => {
    const opened = await openDatabase(location, () => undefined);
    const pool = opened.openPool({ role: 'storno_auditor', connectionsMax: 1, statementMsMax: 1000 });
    const { rows } = await pool.query(
      "select current_user as role, current_setting('search_path') as path, 7::int8 as n",
    );
    assert.deepEqual(rows, [{ role: 'storno_auditor', path: '""', n: 7n }]);
    await opened.close();
  });

  it('has nothing pending after a migration, and a second one does nothing', async () => {
    assert.deepEqual((await planOf(location)).pending, []);
    assert.deepEqual(await migrateDatabase(location), []);
    const count = (await readMigrations()).length;
    assert.deepEqual((await readStatus(location)).schema, { applied: count, pending: 0 });
  });

  it('is not migrated without a word: an older one is refused and says what to run', async () => {
    await forge(
      'create table public.kept as select * from storno.migration where number > 5; delete from storno.migration where number > 5',
      'insert into storno.migration select * from public.kept; drop table public.kept',
      () =>
        assert.rejects(
          openDatabase(location, () => undefined),
          /older than this Storno: .* Run: storno migrate/,
        ),
    );
  });

  it('that is newer than the program is refused', async () => {
    await forge(
      "insert into storno.migration values (9999, '9999_later.sql', repeat('0', 64), '2014-11-12')",
      'delete from storno.migration where number = 9999',
      () =>
        assert.rejects(
          openDatabase(location, () => undefined),
          /newer than this Storno: it has migration 9999_later/,
        ),
    );
  });

  it('that was migrated with another text of a file is refused', async () => {
    await forge(
      "create table public.kept as select * from storno.migration where number = 3; update storno.migration set sha256 = repeat('0', 64) where number = 3",
      'update storno.migration as m set sha256 = k.sha256 from public.kept as k where k.number = m.number; drop table public.kept',
      () => assert.rejects(migrateDatabase(location), /another text of 0003_rental.sql/),
    );
  });

  it('that cannot be reached is named, without its password', async () => {
    const away = locateDatabase({ STORNO_DATABASE_URL: 'postgresql://me:geheim@127.0.0.1:1/storno' });
    await assert.rejects(
      openDatabase(away, () => undefined),
      (error: Error) => {
        assert.match(error.message, /postgresql:\/\/me:\*\*\*@127\.0\.0\.1:1\/storno cannot be reached/);
        assert.doesNotMatch(error.message, /geheim/);
        return true;
      },
    );
    assert.equal(sayUrl('postgresql://h/d?password=geheim'), 'postgresql://h/d?password=***');
  });

  it('is not anything that is no address', () => {
    assert.throws(() => locateDatabase({ STORNO_DATABASE_URL: 'mysql://x' }), /is not the address of a PostgreSQL/);
  });
});
