/** The worker judges whole accounts as they change, over real tables. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { idempotencyKeyOf } from '../../src/core/live/charge/reference.ts';
import * as detectTouched from '../../src/flow/live/detect-touched.ts';
import { readLiveFacts } from '../../src/world/postgres/live-facts.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { keyOf, openHouse, T0 } from './house.ts';

let database: TestDatabase;
before(async () => {
  database = await freshDatabase();
});
after(() => database.close());

test('a double charge seen in an account has the name under which its charge was announced, once', async () => {
  const house = await openHouse();
  const facts = readLiveFacts(database.pool('storno_worker'));
  const setting = await facts.readSetting();
  const seen = new Date(T0);
  await database.admin.query(
    `insert into storno.rental (account_id, rental_id, revision, vehicle_id, market, started_at, ended_at, amount_minor,
      vat_minor, currency, billed_minutes, price_lines, lot_uses, recorded_at)
    values ('acc_1', 'rnt_1', 1, 'veh_1', 'milano', $1, $1, 1218, 0, 'EUR', 10, '[]', '[]', $1)`,
    [seen],
  );
  for (const generation of [1, 2]) {
    await database.admin.query(
      `insert into storno.payment (account_id, provider, merchant_account, payment_id, kind, rental_id, purpose,
        occurrence, generation, status, amount_minor, currency, idempotency_key, created_at, first_seen_at, last_seen_at)
      values ('acc_1', 'stripe', 'acct_1', $1, 'charge', 'rnt_1', 'rental', 1, $2::integer, 'succeeded', 1218, 'EUR', $3,
        $4::timestamptz + $2::integer * interval '1 minute', $4, $4)`,
      [`ch_${generation}`, generation, idempotencyKeyOf(keyOf('rnt_1'), generation), seen],
    );
  }
  house.clock.now = T0 + 60_000;
  assert.equal(await detectTouched.runOnce(house.world, facts, setting), 1);
  await detectTouched.runOnce(house.world, facts, setting);
  assert.deepEqual(
    house.alarms.map(({ kind, subject }) => `${kind} ${subject}`),
    ['double_charge rnt_1:rental:1:stripe:acct_1:ch_2'],
  );
});

test('what was judged is not judged again once it lies well behind', async () => {
  const house = await openHouse();
  const facts = readLiveFacts(database.pool('storno_worker'));
  const setting = await facts.readSetting();
  house.clock.now = T0 + 60_000;
  await detectTouched.runOnce(house.world, facts, setting);
  house.clock.now = T0 + 3_600_000;
  await detectTouched.runOnce(house.world, facts, setting);
  house.clock.now = T0 + 7_200_000;
  assert.equal(await detectTouched.runOnce(house.world, facts, setting), 0);
});
