/** The doors beside the API, and the command that starts the sandbox. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HONEST, type SandboxProfile } from '../../src/world/provider/sandbox/engine/profile.ts';
import type { ProviderRecord } from '../../src/world/provider/sandbox/record.ts';
import { startSandbox } from '../../src/world/provider/sandbox/server.ts';
import { chargeOf, MILAN, openBench, systemClock } from './harness.ts';

test('the provider’s own record says which rental was taken how often', async (t) => {
  const bench = await openBench(t, { idempotency: { key: 'ignored' } });
  for (const rental of ['r1', 'r1', 'r2']) await bench.provider.charge(chargeOf(rental, {}));
  const answer = await fetch(`${bench.server.url}/_sandbox/ledger`);
  const record = (await answer.json()) as ProviderRecord;
  assert.deepEqual(
    [record.captured, record.takenTwice, record.obligations.map(({ obligation, captures }) => [obligation, captures])],
    [
      3,
      1,
      [
        ['r1 rental 1', 2],
        ['r2 rental 1', 1],
      ],
    ],
  );
});

test('a profile is changed in part; what is not known is refused and changes nothing', async (t) => {
  const bench = await openBench(t, {});
  const named = (await (await bench.door('profile', { name: 'lossy' })).json()) as SandboxProfile;
  assert.equal(named.faults.requestLost.perMille, 150);
  await bench.door('profile', { faults: { answerLost: { perMille: 0, next: 3 } } });
  assert.equal(bench.server.sandbox.engine.profile.faults.requestLost.perMille, 150, 'the rest stays');
  for (const wrong of [
    { name: 'no such' },
    { faults: { nonsense: 1 } },
    { requestsPerSecond: 'many' },
    { faults: null },
  ]) {
    assert.equal((await bench.door('profile', wrong)).status, 400);
  }
  assert.equal(bench.server.sandbox.engine.profile.faults.answerLost.next, 3, 'what is left of the count is shown');
});

test('a bank or the network acts when it is told to', async (t) => {
  const bench = await openBench(t, {});
  const { providerRef } = await bench.provider.charge(chargeOf('r1', {}));
  const subject = providerRef ?? '';
  assert.equal((await bench.door('happen', { what: 'dispute_opens', subject, account: 'acct_milan' })).status, 200);
  assert.equal((await bench.stripe.disputes.list({ charge: subject })).data.length, 1);
  assert.equal((await bench.door('happen', { what: 'dispute_opens', subject: 'ch_no', account: '' })).status, 404);
  assert.equal((await bench.door('happen', { what: 'rain', subject, account: 'acct_milan' })).status, 400);
});

test('time goes on when it is told to, and never back', async (t) => {
  const bench = await openBench(t, {});
  await bench.door('advance', { by: '2d' });
  assert.ok(bench.server.sandbox.now() > Date.now() + 47 * 3_600_000);
  assert.equal((await bench.door('advance', { by: '-2d' })).status, 400);
});

test('a reset forgets what happened and keeps the profile', async (t) => {
  const bench = await openBench(t, { requestsPerSecond: 77 });
  await bench.provider.charge(chargeOf('r1', {}));
  await bench.door('reset', {});
  assert.equal(bench.record().charges, 0);
  assert.equal(bench.server.sandbox.engine.profile.requestsPerSecond, 77);
});

test('what is no door, no JSON or no test key is said so', async (t) => {
  const bench = await openBench(t, {});
  assert.equal((await fetch(`${bench.server.url}/_sandbox/nowhere`)).status, 404);
  const broken = await fetch(`${bench.server.url}/_sandbox/profile`, { method: 'POST', body: '{' });
  assert.equal(broken.status, 400);
  for (const [key, status] of [
    ['sk_test_x', 200],
    ['sk_live_x', 401],
    ['', 401],
  ] as const) {
    const headers = key === '' ? {} : { authorization: `Bearer ${key}` };
    assert.equal((await fetch(`${bench.server.url}/v1/charges`, { headers })).status, status, key);
  }
  const basic = { authorization: `Basic ${Buffer.from('sk_test_x:').toString('base64')}` };
  assert.equal((await fetch(`${bench.server.url}/v1/charges`, { headers: basic })).status, 200);
});

test('time travel and keys survive a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-sandbox-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const open = () =>
    startSandbox({ clock: systemClock(), host: '127.0.0.1', port: 0, profile: HONEST, folder, seed: 1, webhook: null });
  const charge = (url: string) =>
    fetch(`${url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_x', 'idempotency-key': 'k' },
      body: new URLSearchParams({ amount: '100', currency: 'eur', confirm: 'true', payment_method: 'pm_card_visa' }),
    });
  const first = await open();
  await first.sandbox.advance(86_400_000 - 60_000);
  const before = first.sandbox.now();
  const { id } = (await (await charge(first.url)).json()) as { id: string };
  await first.close();
  const second = await open();
  t.after(() => second.close());
  assert.ok(second.sandbox.now() >= before);
  const again = await charge(second.url);
  assert.equal(((await again.json()) as { id: string }).id, id);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
});

const CLI = join(import.meta.dirname, '../../src/bin/cli.ts');

test('the command refuses what it cannot use, in words', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-sandbox-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'profile.json');
  writeFileSync(file, '{"faults": {"nonsense": 1}}');
  const cases = [
    [['--profile', 'no-such'], /is no JSON file and none of: honest/],
    [['--profile', file], /has a field or a value that no profile has/],
    [['--webhook', 'http://127.0.0.1:1/'], /needs the secret that signs/],
    [['--port', '99999999'], /port/i],
  ] as const;
  for (const [words, expected] of cases) {
    const run = spawnSync(process.execPath, [CLI, 'sandbox', ...words], { encoding: 'utf8', timeout: 20_000 });
    assert.equal(run.status, 2, run.stderr);
    assert.match(run.stderr, expected);
  }
});

test('two accounts may have objects of one id, and each gets its own', async (t) => {
  const bench = await openBench(t, { ids: 'per_account' });
  const seen = [];
  for (const merchantAccount of [MILAN, 'turin']) {
    const request = chargeOf(merchantAccount, {});
    const { providerRef } = await bench.provider.charge({
      ...request,
      paymentMethod: { ...request.paymentMethod, merchantAccount },
    });
    seen.push(await bench.provider.fetch({ merchantAccount, providerRef: providerRef ?? '' }));
  }
  assert.equal(seen[0]?.providerRef, seen[1]?.providerRef);
  assert.deepEqual(
    seen.map((payment) => payment?.metadata.rental_id),
    [MILAN, 'turin'],
  );
});
