import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Pack } from '../../src/flow/remedy/prove.ts';
import { readAuditTrail } from '../../src/world/postgres/audit/trail.ts';
import { openZip } from '../../src/world/proof/zip.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { PLANTED, victims, writeIncident } from './incident.ts';
import { failuresOf, makePack, verifyBytes } from './pack.ts';
import { makeSigner } from './tools.ts';

const signer = makeSigner();
let database: TestDatabase;
let pack: Pack;

before(async () => {
  database = await freshDatabase();
  await writeIncident(database.admin, victims(18));
  pack = await makePack(database, signer);
});
after(() => database.close());

test('a pack of an incident with refunds in every state passes every check', async () => {
  const elsewhere = await readAuditTrail(database.pool('storno_auditor')).checkpoints();
  const checks = verifyBytes(pack.bytes, signer, elsewhere);
  assert.deepEqual(failuresOf(checks), []);
  assert.ok(checks.length >= 25, `${checks.length}`);
});

test('the same database at the same instant makes the same bytes', async () => {
  const again = await makePack(database, signer);
  assert.equal(Buffer.compare(Buffer.from(pack.bytes), Buffer.from(again.bytes)), 0);
});

test('no name, address or bank account is in a pack', () => {
  const opened = openZip(pack.bytes);
  assert.ok(opened.ok);
  for (const [name, bytes] of opened.value) {
    const text = Buffer.from(bytes).toString('latin1');
    for (const planted of PLANTED) assert.ok(!text.includes(planted), `${name} shows ${planted}`);
  }
});
