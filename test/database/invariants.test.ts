import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { seedEveryTable } from './seed.ts';

/** What a broken program would leave, were the guards not there, and what the check then says. */
const BROKEN: readonly { readonly says: RegExp; readonly sql: string }[] = [
  {
    says: /^INV-1 rnt_1:rental:1 has 2 captures that count/,
    sql: `drop index storno.capture_one_right;
      insert into storno.capture values
        ('acc_1', 'rnt_1', 'rental', 1, 'stripe', 'acct', 'ch_2', false, 'EUR', 580, 0, 0, 0, 0, 0, '2014-11-12')`,
  },
  {
    says: /^INV-1 rnt_1:rental:1 has two attempts/,
    sql: `drop index storno.attempt_one_open;
      update storno.attempt set state = 'sent' where rental_id = 'rnt_1'`,
  },
  { says: /^INV-1 rental rnt_1 was said for acc_2/, sql: "update storno.rental_key set account_id = 'acc_2'" },
  { says: /^INV-2 capture ch_1 is not booked/, sql: "update storno.transfer set amount = 579 where kind = 'capture'" },
  {
    says: /^INV-2 transfer surplus_capture:x is booked without a capture/,
    sql: `insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount, happened_at)
      values ('acc_1', 'surplus_capture', 'x', 'house_clearing', 'account_payable', '', 'EUR', 1, '2014-11-12')`,
  },
  {
    says: /^INV-2 rnt_2:rental:1 counts as succeeded without a capture/,
    sql: "update storno.charge_intent set state = 'succeeded', run_at = null where rental_id = 'rnt_2'",
  },
  {
    says: /^INV-2 transfer .* corrects capture:nothing/,
    sql: "update storno.transfer set corrects = 'capture:nothing' where kind = 'capture'",
  },
  { says: /^INV-3 rental rnt_3 revision 1 costs 580 EUR and has no intent/, sql: 'delete from storno.rental_void' },
  {
    says: /^INV-3 rnt_2:adjustment:1 is owed for a rental that account acc_2 never had/,
    sql: `insert into storno.charge_intent (account_id, rental_id, purpose, occurrence, revision, state, amount_minor,
        currency, provider, run_at, version, declines, created_at)
      values ('acc_2', 'rnt_2', 'adjustment', 1, 1, 'due', 1, 'EUR', 'stripe', '2014-11-12', 1, 0, '2014-11-12')`,
  },
  {
    says: /^INV-3 rnt_1:rental:1 is uncollected although it was paid/,
    sql: "update storno.charge_intent set state = 'uncollected' where rental_id = 'rnt_1'",
  },
  { says: /^INV-3 rnt_2:rental:1 is in_flight and has waited/, sql: 'update storno.charge_intent set version = 9' },
  {
    says: /^INV-4 capture ch_1: more given back/,
    sql: `alter table storno.capture drop constraint capture_never_given_back_twice;
      update storno.capture set refunded_minor = 581`,
  },
  { says: /^INV-4 account acc_1: 100 EUR refunded/, sql: 'update storno.capture set refunded_minor = 100' },
  {
    says: /^INV-6 account acc_1 has 2 lots of incident inc_1/,
    sql: `drop index storno.lot_once_an_incident;
      insert into storno.lot select account_id, 'lot_2', market, minutes, 0, valid_from, last_day, expires_at, source,
        incident_id, recorded_at from storno.lot`,
  },
  { says: /^INV-7 lot lot_1 of account acc_1 has 29/, sql: 'update storno.lot set remaining = 29' },
  {
    says: /^INV-11 attempt .*rnt_1:rental:1:2 is succeeded without/,
    sql: 'delete from storno.evidence where generation = 2',
  },
  {
    says: /^INV-11 rnt_2:rental:1 is due while attempt 1 is sent/,
    sql: "update storno.charge_intent set state = 'due' where rental_id = 'rnt_2'",
  },
  {
    says: /^INV-11 rnt_2:rental:1 is in flight without an attempt/,
    sql: "delete from storno.attempt where rental_id = 'rnt_2'",
  },
];

describe('the check of the invariants', () => {
  let database: TestDatabase;

  before(async () => {
    database = await freshDatabase();
    await seedEveryTable(database.admin);
  });
  after(() => database.close());

  it('finds nothing where all is well', async () => {
    const { rows } = await database.admin.query('select storno.check_invariants(null, null) as violation');
    assert.deepEqual(rows, []);
  });

  it('allows a person to write off what is parked while its attempt is unknown', async () => {
    const client = await database.admin.connect();
    try {
      await client.query('begin');
      for (const change of ["state = 'parked', run_at = null", "state = 'uncollected'"]) {
        await client.query(
          `update storno.charge_intent set ${change}, version = version + 1, lease_owner = null, lease_until = null
          where rental_id = 'rnt_2'`,
        );
      }
      const { rows } = await client.query('select storno.check_invariants(null, null) as violation');
      assert.deepEqual(rows, []);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  for (const { says, sql } of BROKEN) {
    it(`says ${says.source}`, async () => {
      const client = await database.admin.connect();
      try {
        await client.query('begin');
        await client.query(TAKE_GUARDS_AWAY);
        await client.query(sql);
        const { rows } = await client.query<{ violation: string }>(
          "select storno.check_invariants('2015-01-01', interval '1 day') as violation",
        );
        assert.ok(
          rows.some(({ violation }) => says.test(violation)),
          JSON.stringify(rows),
        );
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  }
});

const TAKE_GUARDS_AWAY = `do $$
  declare target record;
  begin
    for target in select oid::regclass as name from pg_class
      where relnamespace = 'storno'::regnamespace and relkind in ('r', 'p') and not relispartition
    loop
      execute format('alter table %s disable trigger user', target.name);
    end loop;
  end $$`;
