/** From generated files to an approved plan, typed by three people, against what the scan itself says is owed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEFAULT_2014, remedyPolicyText } from '../../src/core/remedy/remedy-policy.ts';
import { freshDatabase, type TestDatabase, urlOf } from '../postgres.ts';

const STORNO = join(import.meta.dirname, '../../storno');
/** The files are of 2014: whatever the day of this test, the payment itself is the way back. */
const POLICY = {
  ...DEFAULT_2014,
  channels: [{ channel: 'original_payment' as const, withinDays: null, byProvider: {} }],
  approval: { samples: 2, validHours: 24 },
};

let folder: string;
let database: TestDatabase;
const keys = new Map<string, string>();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'storno-casework-cli-'));
  database = await freshDatabase();
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function storno(who: string | null, ...words: readonly string[]) {
  const { STORNO_KEY: _none, ...rest } = process.env;
  const key = who === null ? {} : { STORNO_KEY: keys.get(who) ?? '' };
  const env = { ...rest, ...key, NO_COLOR: '1', STORNO_DATABASE_URL: urlOf(database) };
  const { status, stdout, stderr } = spawnSync(STORNO, words, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
  return { code: status, out: stdout, err: stderr };
}

function json(who: string | null, ...words: readonly string[]) {
  const ran = storno(who, ...words, '--json');
  assert.equal(ran.code, 0, ran.err + ran.out);
  return JSON.parse(ran.out);
}

/** What `refunds.csv` says is proven. */
function provenIn(path: string): { readonly findings: number; readonly cents: number } {
  const rows = readFileSync(path, 'utf8').trim().split('\n').slice(1);
  const proven = rows.map((row) => row.split(',')).filter(([, , grade]) => grade === 'proven');
  const sum = (column: number) => proven.reduce((all, row) => all + Math.round(Number(row[column]) * 100), 0);
  return { findings: sum(4) / 100, cents: sum(3) };
}

test('three people go from files to an approved plan of what the scan calls proven', () => {
  json(null, 'scenario', 'C08', '--out', 'demo', '--accounts', '150');
  const files = ['--rentals', 'demo/rentals.csv', '--payments', 'demo/payments.csv', '--quiet'];
  assert.equal(storno(null, 'scan', ...files, '--out', 'scan').code, 0);
  writeFileSync(join(folder, 'policy.json'), remedyPolicyText(POLICY));
  const rentals = readFileSync(join(folder, 'demo/rentals.csv'), 'utf8').trim().split('\n').slice(1);
  const accounts = [...new Set(rentals.map((row) => row.split(',')[1]))];
  const rows = accounts.map((account) => `${account},Milano,it,,`);
  writeFileSync(join(folder, 'customers.csv'), ['account_id,home_market,locale,name,mail', ...rows].join('\n'));

  assert.equal(storno(null, 'staff', 'add', 'anna', '--name', 'Anna', '--roles', 'operator').code, 2);
  json(null, 'staff', 'add', 'carla', '--name', 'Carla', '--roles', 'admin');
  keys.set('carla', json(null, 'key', 'create', '--name', 'carla', '--scopes', 'control', '--staff', 'carla').key);
  assert.equal(storno(null, 'staff', 'add', 'anna', '--name', 'Anna', '--roles', 'operator').code, 5);
  for (const [who, roles] of [
    ['anna', 'operator,approver'],
    ['bruno', 'approver'],
  ] as const) {
    json('carla', 'staff', 'add', who, '--name', who, '--roles', roles);
    keys.set(who, json('carla', 'key', 'create', '--name', who, '--scopes', 'control', '--staff', who).key);
  }
  assert.equal(storno('anna', 'policy', 'set', 'policy.json').code, 5);
  json('carla', 'policy', 'set', 'policy.json');

  const open = ['incident', 'open', ...files, '--customers', 'customers.csv', '--provider', 'stripe'];
  const opened = json('anna', ...open, '--merchant-account', 'acct_1');
  assert.equal(opened.result, 'created');
  assert.equal(json('anna', ...open, '--merchant-account', 'acct_1').result, 'exists');

  const plan = json('anna', 'plan', 'create', opened.incident_id);
  const proven = provenIn(join(folder, 'scan/refunds.csv'));
  assert.equal(plan.refunds, proven.findings);
  assert.equal(Math.round(Number(plan.sums.EUR) * 100), proven.cents);
  assert.equal(json('anna', 'plan', 'create', opened.incident_id).result, 'exists');

  const total = `EUR ${plan.sums.EUR}`;
  const approve = ['plan', 'approve', plan.plan_id, '--reason', 'agrees', '--expect-count', `${plan.refunds}`];
  assert.equal(storno('anna', ...approve, '--expect-total', total).code, 5, 'she planned it');
  assert.equal(storno('bruno', ...approve, '--expect-total', total).code, 5, 'he has opened no sample');
  const { samples } = json('bruno', 'plan', 'sample', plan.plan_id);
  for (const { account_id: account } of samples) {
    assert.ok(json('bruno', 'plan', 'sample', plan.plan_id, '--account', account).refunds.length > 0);
  }
  assert.equal(storno('bruno', ...approve, '--expect-total', 'EUR 1.00').code, 4, 'another total');

  const [finding] = json('anna', 'incident', 'review', opened.incident_id).groups[0].findings;
  const reject = ['incident', 'review', opened.incident_id, finding, '--reject', '--reason', 'seen'];
  json('anna', ...reject);
  const stale = storno('bruno', ...approve, '--expect-total', total, '--json');
  assert.deepEqual([stale.code, stale.out, JSON.parse(stale.err).error.exit_code], [4, '', 4]);
  json('anna', ...reject.with(4, '--accept'));

  // The same state again is what was planned, but for one review: another plan, and it is approved once.
  const again = json('anna', 'plan', 'create', opened.incident_id);
  for (const { account_id: account } of json('bruno', 'plan', 'sample', again.plan_id).samples) {
    json('bruno', 'plan', 'sample', again.plan_id, '--account', account);
  }
  const final = ['plan', 'approve', again.plan_id, '--reason', 'agrees', '--expect-total', total];
  assert.equal(json('bruno', ...final).result, 'approved');
  assert.equal(storno('bruno', ...final).code, 1, 'decided once');
  assert.equal(storno('anna', 'incident', 'close', opened.incident_id).code, 1);
});
