/** `storno audit`, `prove` and `verify` as an operator and his auditor start them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freshDatabase, type TestDatabase, urlOf } from '../postgres.ts';
import { INCIDENT, victims, writeIncident } from './incident.ts';

const CLI = join(import.meta.dirname, '../../src/bin/cli.ts');
const RUN_MS_MAX = 120_000;

let database: TestDatabase;
let folder = '';

before(async () => {
  database = await freshDatabase();
  await writeIncident(database.admin, victims(9));
  folder = mkdtempSync(join(tmpdir(), 'storno-proof-'));
});
after(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

function storno(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    encoding: 'utf8',
    timeout: RUN_MS_MAX,
    env: { ...process.env, STORNO_DATABASE_URL: urlOf(database), STORNO_DATA_DIR: folder, NO_COLOR: '1', ...env },
  });
  return { status, stdout, stderr };
}

const at = (name: string) => join(folder, name);

test('an operator proves, and an auditor without the database verifies, down to the byte', () => {
  const proved = storno(['prove', INCIDENT, '--out', at('pack.zip')]);
  assert.equal(proved.status, 0, proved.stderr);
  assert.match(proved.stdout, /pack\.zip proves inc_1: \d+ bytes, signed with the key [0-9a-f]{16}/);
  writeFileSync(at('operator.pem'), storno(['audit', 'key']).stdout);
  assert.equal(storno(['audit', 'checkpoint', '--out', at('kept.ndjson')]).status, 0);
  assert.equal(statSync(at('signing-key.pem')).mode & 0o777, 0o600);

  const away = { STORNO_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none', STORNO_DATA_DIR: at('elsewhere') };
  const words = ['verify', at('pack.zip'), '--public-key', at('operator.pem'), '--checkpoint', at('kept.ndjson')];
  const verified = storno(words, away);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /All \d+ checks passed\.\n$/);
  const said = JSON.parse(storno([...words, '--json'], away).stdout);
  assert.equal(said.passed, true);

  const bytes = readFileSync(at('pack.zip'));
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  writeFileSync(at('changed.zip'), bytes);
  const changed = storno(['verify', at('changed.zip'), '--json'], away);
  assert.equal(changed.status, 1);
  assert.equal(JSON.parse(changed.stdout).passed, false);
  assert.equal(storno(['verify', at('none.zip')], away).status, 2);
});

test('an unknown incident and a key that is none are refused in words', () => {
  const unknown = storno(['prove', 'inc_9', '--out', at('none.zip')]);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /There is no incident inc_9/);
  writeFileSync(at('bad.pem'), 'no key');
  const bad = storno(['audit', 'key'], { STORNO_SIGNING_KEY_FILE: at('bad.pem') });
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /bad\.pem holds no Ed25519 key\. Make one: openssl genpkey/);
});

test('the audit log is listed, verified against what was kept, and found changed', async () => {
  const { entries } = JSON.parse(storno(['audit', 'list', '--incident', INCIDENT, '--json']).stdout);
  assert.deepEqual(
    entries.map(({ action }: { action: string }) => action),
    ['incident.opened', 'plan.approved', 'campaign.started'],
  );
  const whole = storno(['audit', 'verify', '--checkpoint', at('kept.ndjson')]);
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, /The chain is whole: 3 entries, signed up to 3, 0 not sealed yet\./);
  await database.admin.query('alter table storno.audit_entry disable trigger all');
  await database.admin.query("update storno.audit_entry set actor = 'st_other' where action = 'plan.approved'");
  const changed = storno(['audit', 'verify', '--checkpoint', at('kept.ndjson')]);
  assert.equal(changed.status, 1);
  assert.match(changed.stdout, /is not what was sealed there\nThe chain is NOT whole: 1 faults/);
});

test('who revokes a key, makes one and stops charging is in the log', async () => {
  assert.equal(storno(['control', 'stop', '--reason', 'test', '--by', 'on-call']).status, 0);
  const { rows } = await database.admin.query(
    "select actor, subject from storno.audit_entry where action = 'charging.stopped'",
  );
  assert.deepEqual(rows, [{ actor: 'operator', subject: 'charging' }]);
});
