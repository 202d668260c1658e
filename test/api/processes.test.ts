/** The program as a user starts it: real processes, an embedded PostgreSQL, the sandbox as provider, curl. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'src/bin/cli.ts');
const run = promisify(execFile);

/** A first start makes a database cluster; this machine may be busy with other tests. */
const START_MS_MAX = 90_000;
const CHARGE_MS_MAX = 60_000;

let folder: string;
let env: NodeJS.ProcessEnv;
let sandbox: Started;
let serve: Started;
let key: string;

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly log: () => string;
  readonly ended: Promise<number | null>;
}

/** Starts a command with `--json` and waits for the line that says where it is. */
function start(words: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [CLI, ...words, '--json'], { env, cwd: ROOT });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let [out, err] = ['', ''];
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${words.join(' ')} said nothing: ${err}`)), START_MS_MAX);
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (!out.includes('\n')) return;
      clearTimeout(late);
      resolve({ process: child, url: JSON.parse(out.split('\n')[0] ?? '').url, log: () => err, ended });
    });
    child.on('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`${words.join(' ')} ended with ${code}: ${err}`));
    });
  });
}

async function stop({ process, ended }: Started): Promise<number | null> {
  process.kill('SIGTERM');
  return ended;
}

async function storno(...words: string[]): Promise<string> {
  return (await run(process.execPath, [CLI, ...words], { env, cwd: ROOT })).stdout;
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${serve.url}${path}`, { headers: { authorization: `Bearer ${key}` } })).json();
}

function rental(id: string, amount: number) {
  return {
    rental_id: id,
    account_id: 'acc_1',
    market: 'milano',
    started_at: '2026-11-10T18:00:00Z',
    ended_at: '2026-11-10T18:10:00Z',
    amount_due: { amount, currency: 'EUR' },
  };
}

async function waitForState(chargeId: string, state: string): Promise<void> {
  const until = Date.now() + CHARGE_MS_MAX;
  let seen: unknown = null;
  while (Date.now() < until) {
    seen = await get(`/v1/charges/${chargeId}`);
    if ((seen as { state?: string }).state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`${chargeId} is not ${state}: ${JSON.stringify(seen)}\n${serve.log().slice(-2000)}`);
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storno-processes-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  env = { ...process.env, STORNO_DATA_DIR: join(folder, 'data'), NO_COLOR: '1' };
  delete env.STORNO_DATABASE_URL;
  sandbox = await start(['sandbox', '--port', '0']);
  env = {
    ...env,
    STORNO_STRIPE_KEY: 'sk_test_sandbox',
    STORNO_STRIPE_ACCOUNT: 'acct_sandbox',
    STORNO_STRIPE_URL: sandbox.url,
  };
  serve = await start(['serve', '--port', '0', '--with-worker', '--allow-private']);
  key = (await storno('key', 'create', '--name', 'test', '--scopes', 'all')).trim();
});

after(async () => {
  for (const started of [serve, sandbox]) if (started?.process.exitCode === null) started.process.kill('SIGKILL');
  await serve?.ended;
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

test('the ten lines of docs/api.md work as they stand, and the rental is charged once', async (t) => {
  const text = await readFile(join(ROOT, 'docs/api.md'), 'utf8');
  const lines = /## Ten lines[\s\S]*?```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  assert.match(lines, /curl/);
  const hasCurl = await run('curl', ['--help', 'http']).then(
    ({ stdout }) => stdout.includes('--json'),
    () => false,
  );
  if (!hasCurl) return t.skip('there is no curl with --json here');
  const script = lines
    .replace('http://127.0.0.1:3000', serve.url)
    .replaceAll('storno key', `"${join(ROOT, 'storno')}" key`);
  const { stdout } = await run('bash', ['-euc', script], { env, cwd: ROOT });
  assert.match(stdout, /"result":"created"/);
  assert.match(stdout, /"charge_id":"rnt_7:rental:1"/);
  await waitForState('rnt_7:rental:1', 'succeeded');
  const again = await run('bash', ['-euc', script], { env, cwd: ROOT });
  assert.match(again.stdout, /"result":"exists"/);
  const { data } = (await get('/v1/charges/rnt_7:rental:1/attempts')) as {
    data: { state: string; provider_ref: string; evidence: { source: string; outcome: string }[] }[];
  };
  assert.equal(data.length, 1);
  assert.equal(data[0]?.state, 'succeeded');
  assert.match(data[0]?.provider_ref ?? '', /^(pi|ch)_/);
  assert.ok(data[0]?.evidence.some(({ source, outcome }) => source === 'answer' && outcome === 'succeeded'));
});

test('the books say that it was earned and captured, and the provider holds one payment', async () => {
  const { data } = (await get('/v1/accounts/acc_1/balances')) as {
    data: { ledger_account: string; balance: number }[];
  };
  const sum = (line: string) =>
    data.filter(({ ledger_account }) => ledger_account === line).reduce((total, { balance }) => total + balance, 0);
  assert.equal(sum('account_receivable'), 0);
  assert.equal(sum('house_revenue'), -998);
  assert.equal(sum('house_vat'), -220);
  const headers = { authorization: 'Bearer sk_test_sandbox' };
  const listed = await (await fetch(`${sandbox.url}/v1/payment_intents?limit=100`, { headers })).json();
  assert.equal((listed as { data: unknown[] }).data.length, 1);
});

test('a second worker beside it takes what is due; each rental is charged once', async () => {
  const worker = spawn(process.execPath, [CLI, 'worker', '--concurrency', '4'], { env, cwd: ROOT });
  const ended = new Promise<number | null>((resolve) => worker.on('exit', resolve));
  await new Promise<void>((resolve) => {
    worker.stderr.on('data', (chunk) => {
      if (String(chunk).includes('worker started')) resolve();
    });
    void ended.then(() => resolve());
  });
  const lines = [...Array(40).keys()].map((n) => JSON.stringify(rental(`two_${n}`, 100 + n)));
  const answer = await fetch(`${serve.url}/v1/rentals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  assert.match(await answer.text(), /"lines":40,"counts":\{"created":40\}/);
  for (let n = 0; n < 40; n += 1) await waitForState(`two_${n}:rental:1`, 'succeeded');
  worker.kill('SIGTERM');
  assert.equal(await ended, 0);
  const headers = { authorization: 'Bearer sk_test_sandbox' };
  const listed = await (await fetch(`${sandbox.url}/v1/payment_intents?limit=100`, { headers })).json();
  assert.equal((listed as { data: unknown[] }).data.length, 41);
});

test('while charging is stopped rentals come in and wait; when it resumes they are charged', async () => {
  await storno('control', 'stop', '--reason', 'a test', '--by', 'the test');
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${serve.url}/v1/rentals`, {
    method: 'POST',
    headers,
    body: JSON.stringify(rental('waits', 500)),
  });
  assert.equal(answer.status, 201);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(((await get('/v1/charges/waits:rental:1')) as { state: string }).state, 'due');
  await storno('control', 'resume', '--reason', 'the test goes on', '--by', 'the test');
  await waitForState('waits:rental:1', 'succeeded');
});

test('a receiver is told of each charge, signed by Standard Webhooks, without any personal data', async () => {
  const got: { headers: Record<string, string>; body: string }[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      got.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/told`;
    const made = await fetch(`${serve.url}/v1/webhook-endpoints`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': 'told' },
      body: JSON.stringify({ url, types: ['charge.succeeded'] }),
    });
    const { secret } = (await made.json()) as { secret: string };
    await fetch(`${serve.url}/v1/rentals`, { method: 'POST', headers, body: JSON.stringify(rental('told', 700)) });
    await waitForState('told:rental:1', 'succeeded');
    // A charge of the test before may only just have got its place among the events: it is told as well.
    const isOfIt = ({ body }: { readonly body: string }) => body.includes('"told"');
    for (let waited = 0; !got.some(isOfIt) && waited < 100; waited += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const message = got.find(isOfIt);
    assert.ok(message !== undefined, serve.log().slice(-2000));
    const event = new Webhook(secret).verify(message.body, message.headers) as {
      type: string;
      data: { rental_id: string };
    };
    assert.deepEqual([event.type, event.data.rental_id], ['charge.succeeded', 'told']);
  } finally {
    receiver.close();
  }
});

test('no secret stands in the log', () => {
  for (const secret of ['sk_test_sandbox', key, 'whsec_']) assert.ok(!serve.log().includes(secret));
});

test('a charge that is not parked is not decided by a person', async () => {
  const refused = await storno('charge', 'look-again', 'told:rental:1').catch(
    (error: { code: number; stderr: string }) => error,
  );
  assert.ok(typeof refused !== 'string');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /not parked/);
});

test('worker --once works off what is due, and ends', async () => {
  assert.equal(await storno('worker', '--once'), '');
});

test('SIGTERM ends it in good order, with exit code 0', async () => {
  assert.equal(await stop(serve), 0, serve.log().slice(-2000));
  assert.match(serve.log(), /serve ends/);
});
