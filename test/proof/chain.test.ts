import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { PoolClient } from 'pg';
import { checkpointNow, runOnce } from '../../src/flow/remedy/audit.ts';
import { openAuditLog } from '../../src/world/postgres/audit/log.ts';
import { readAuditTrail } from '../../src/world/postgres/audit/trail.ts';
import { appendAudit } from '../../src/world/postgres/audit.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { dice, makeSigner, walkTrail } from './tools.ts';

const T = Date.UTC(2014, 10, 16, 2);
const signer = makeSigner();
const clock = { now: () => T, monotonicMs: () => 0, sleep: async () => undefined };
const opened: TestDatabase[] = [];

let database: TestDatabase;

before(async () => {
  database = await open();
});
after(() => Promise.all(opened.map((one) => one.close())));

async function open(): Promise<TestDatabase> {
  const made = await freshDatabase();
  opened.push(made);
  return made;
}

function worldOf(one: TestDatabase) {
  return { audit: openAuditLog(one.pool('storno_worker')), clock, openSigner: async () => signer };
}

async function append(on: PoolClient | TestDatabase['admin'], count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await appendAudit(on as PoolClient, {
      accountId: at % 3 === 0 ? `acc_${at}` : '',
      incidentId: at % 2 === 0 ? 'inc_1' : null,
      at: T + at,
      actor: 'st_anna',
      action: 'plan.approved',
      subject: `plan_${at}`,
      payload: { digest: createHash('sha256').update(String(at)).digest('hex'), sums: { EUR: String(at) } },
    });
  }
}

test('what was committed later is sealed later, whatever its number, and nothing is left out', async () => {
  const one = await open();
  const world = worldOf(one);
  const slow = await one.pool('storno_api').connect();
  await slow.query('begin');
  await append(slow, 1);
  await append(one.admin, 3);
  assert.equal((await world.audit.seal({ after: null, limit: 100 })).sealed, 3);
  await slow.query('commit');
  slow.release();
  assert.equal((await world.audit.seal({ after: null, limit: 100 })).sealed, 1);
  const { rows } = await one.admin.query('select entry_id::int as id from storno.audit_seal order by position');
  assert.deepEqual(
    rows.map(({ id }) => id),
    [2, 3, 4, 1],
  );
  await checkpointNow(world);
  assert.deepEqual((await walkTrail(readAuditTrail(one.pool('storno_auditor')), signer, [])).faults, []);
});

test('a sealer that dies between entry and seal leaves work for the next, and no fork', async () => {
  const one = await open();
  await append(one.admin, 5);
  const dying = one.pool('storno_worker');
  // Whoever wrote is gone; whoever seals is cut off in the middle of its transaction.
  const client = await dying.connect();
  await client.query('begin');
  await client.query('select pg_advisory_xact_lock(7014201412)');
  await one.admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'storno storno_worker' and datname = $1",
    [one.name],
  );
  client.release(true);
  const world = worldOf(one);
  assert.equal((await world.audit.seal({ after: null, limit: 2 })).sealed, 2);
  assert.equal(await runOnce(world), 3);
  assert.equal(await runOnce(world), 0, 'signs the first checkpoint');
  assert.equal((await readAuditTrail(one.pool('storno_auditor')).checkpoints()).length, 1);
});

test('many hands that seal at once make one chain', async () => {
  const one = await open();
  const hands = Array.from({ length: 6 }, () => worldOf(one));
  const writers = Array.from({ length: 3 }, async () => append(one.admin, 40));
  const sealers = hands.map(async ({ audit }, hand) => {
    for (let round = 0; round < 25; round += 1) {
      await audit.seal({ after: null, limit: 3 });
      if (hand === 0 && round % 8 === 0) await checkpointNow(hands[0] as (typeof hands)[0]);
    }
  });
  await Promise.all([...writers, ...sealers]);
  await checkpointNow(worldOf(one));
  const trail = readAuditTrail(one.pool('storno_auditor'));
  const walk = await walkTrail(trail, signer, []);
  assert.deepEqual(walk.faults, []);
  assert.equal(walk.covered, 120);
  assert.equal(await trail.countUnsealed(), 0);
});

test('a checkpoint is signed at once when an incident was closed, and within the hour otherwise', async () => {
  const one = await open();
  let now = T;
  const world = { ...worldOf(one), clock: { ...clock, now: () => now } };
  const trail = readAuditTrail(one.pool('storno_auditor'));
  const settle = async () => {
    while ((await runOnce(world)) > 0);
    return (await trail.checkpoints()).length;
  };
  await append(one.admin, 1);
  assert.equal(await settle(), 1);
  await append(one.admin, 1);
  now += 3_599_999;
  assert.equal(await settle(), 1);
  await appendAudit(one.admin, {
    accountId: '',
    incidentId: 'inc_1',
    at: now,
    actor: 'st_anna',
    action: 'incident.closed',
    subject: 'inc_1',
    payload: {},
  });
  assert.equal(await settle(), 2);
  await append(one.admin, 1);
  assert.equal(await settle(), 2);
  now += 1;
  assert.equal(await settle(), 2);
  now += 3_600_000;
  assert.equal(await settle(), 3);
});

const ENTRIES = 60;
/** Seeded edits of one run; STORNO_TAMPERS says another number. */
const TAMPERS = Number(process.env.STORNO_TAMPERS ?? '300');

test('edits, removals, exchanges, truncations and forks by a superuser are found from the last checkpoint', async () => {
  const world = worldOf(database);
  for (let part = 0; part < 3; part += 1) {
    await append(database.admin, ENTRIES / 3);
    await checkpointNow(world);
  }
  const trail = readAuditTrail(database.pool('storno_auditor'));
  const elsewhere = await trail.checkpoints();
  assert.deepEqual((await walkTrail(trail, signer, elsewhere)).faults, []);
  const admin = await database.admin.connect();
  for (const table of ['audit_entry', 'audit_seal', 'audit_checkpoint']) {
    await admin.query(`alter table storno.${table} disable trigger all`);
  }
  await admin.query(`alter table storno.audit_seal drop constraint audit_seal_entry_fkey,
    drop constraint audit_seal_pkey, drop constraint audit_seal_entry_once, drop constraint audit_seal_follows_once`);
  const seed = Number(process.env.STORNO_SEED ?? '1');
  const roll = dice(seed);
  for (let turn = 0; turn < TAMPERS; turn += 1) {
    const copy = await keep(admin);
    const statement = tamper(roll);
    const { rowCount } = await admin.query(statement);
    const walk = await walkTrail(trail, signer, elsewhere);
    assert.ok(rowCount !== 0, `seed ${seed}: ${statement} changed nothing`);
    assert.ok(walk.faultCount > 0, `seed ${seed}: not found: ${statement}`);
    await copy.restore();
  }
  admin.release();
  assert.deepEqual((await walkTrail(trail, signer, elsewhere)).faults, []);
});

const TABLES = ['audit_entry', 'audit_seal', 'audit_checkpoint'];

/** The rows as they are, to be brought back. */
async function keep(admin: PoolClient) {
  await admin.query('drop schema if exists kept cascade; create schema kept');
  for (const table of TABLES) await admin.query(`create table kept.${table} as table storno.${table}`);
  return {
    restore: async () => {
      for (const table of [...TABLES].reverse()) await admin.query(`delete from storno.${table}`);
      for (const table of TABLES) {
        await admin.query(`insert into storno.${table} overriding system value table kept.${table}`);
      }
    },
  };
}

const EDITS = [
  "account_id = account_id || 'x'",
  "incident_id = coalesce(incident_id || 'x', 'inc_9')",
  "happened_at = happened_at + interval '1 microsecond'",
  "actor = 'st_other'",
  "action = 'plan.refused'",
  "subject = subject || ' '",
  "payload = jsonb_set(payload, '{sums,EUR}', '\"999999\"')",
  "payload = payload - 'digest'",
  'payload = payload || \'{"more": null}\'',
];

function tamper(roll: (below: number) => number): string {
  const one = 1 + roll(ENTRIES);
  const other = 1 + ((one + roll(ENTRIES - 1)) % ENTRIES);
  switch (roll(9)) {
    case 0:
    case 1:
      return `update storno.audit_entry set ${EDITS[roll(EDITS.length)]} where entry_id = ${one}`;
    case 2:
      return `delete from storno.audit_entry where entry_id = ${one}`;
    case 3:
      return `delete from storno.audit_seal where position = ${one}`;
    case 4:
      return `update storno.audit_seal set position = case position when ${one} then ${other} else ${one} end
        where position in (${one}, ${other === one ? (one % ENTRIES) + 1 : other})`;
    case 5:
      return `delete from storno.audit_seal where position >= ${one}`;
    case 6:
      return `insert into storno.audit_seal select position, entry_id, format_version, prev_hash,
        encode(sha256(hash::bytea), 'hex') from storno.audit_seal where position = ${one}`;
    case 7:
      return `update storno.audit_seal set hash = encode(sha256(hash::bytea), 'hex') where position = ${one}`;
    default:
      return `with e as (update storno.audit_entry set actor = 'st_other' where entry_id = ${one} returning entry_id)
        update storno.audit_seal as s set entry_id = ${other === one ? (one % ENTRIES) + 1 : other}
        from e where s.entry_id = e.entry_id`;
  }
}

test('a chain that was rewritten whole from some place on is found, as long as a checkpoint lies elsewhere', async () => {
  const one = await open();
  const world = worldOf(one);
  await append(one.admin, 10);
  await checkpointNow(world);
  const trail = readAuditTrail(one.pool('storno_auditor'));
  const elsewhere = await trail.checkpoints();
  for (const table of TABLES) await one.admin.query(`alter table storno.${table} disable trigger all`);
  await one.admin.query('delete from storno.audit_checkpoint');
  await one.admin.query('delete from storno.audit_seal where position >= 4');
  await one.admin.query("update storno.audit_entry set actor = 'st_other' where entry_id = 4");
  await world.audit.seal({ after: 0, limit: 100 });
  // Whoever has the key as well signs what he likes: only the copy elsewhere convicts him.
  await checkpointNow(world);
  assert.deepEqual((await walkTrail(trail, signer, [])).faults, []);
  const { faults } = await walkTrail(trail, signer, elsewhere);
  assert.match(faults.join('\n'), /the checkpoint of place 10 names another hash: the chain was rewritten/);
});

test('a checkpoint by a key that is not trusted covers nothing', async () => {
  const one = await open();
  await append(one.admin, 2);
  await checkpointNow(worldOf(one));
  const walk = await walkTrail(readAuditTrail(one.pool('storno_auditor')), makeSigner(), []);
  assert.equal(walk.covered, 0);
  assert.match(walk.faults.join(), /is not signed by the key/);
});
