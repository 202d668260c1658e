/** A sandbox that is killed in mid-load keeps every effect that it acknowledged, and the keys with them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StripeProvider } from '../../src/world/provider/stripe.ts';
import { chargeOf, openSdk, systemClock } from './harness.ts';

const CLI = join(import.meta.dirname, '../../src/bin/cli.ts');
const LOAD = 8;
const KILLS = 3;

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(t: TestContext, folder: string): Promise<Running> {
  const child = spawn(process.execPath, [CLI, 'sandbox', '--port', '0', '--state', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const { stdout } = child;
  assert.ok(stdout !== null);
  for await (const chunk of stdout) return { child, url: (JSON.parse(String(chunk)) as { url: string }).url };
  throw new Error('the sandbox did not start');
}

function kill({ child }: Running): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

test('kill -9 in mid-load loses no acknowledged effect, and a resend of what was not heard takes money once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-sandbox-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const acknowledged = new Set<string>();
  const unheard = new Set<string>();
  let count = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const running = await start(t, folder);
    const sdk = openSdk(running.url, systemClock(), 5000);
    const provider = new StripeProvider({ calls: sdk, clock: systemClock() });
    let isAlive = true;
    const loads = Array.from({ length: LOAD }, async () => {
      while (isAlive) {
        count += 1;
        const rentalId = `r${count}`;
        const seen = await provider.charge(chargeOf(rentalId, {}));
        (seen.outcome === 'succeeded' ? acknowledged : unheard).add(rentalId);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await kill(running);
    isAlive = false;
    await Promise.all(loads);
    sdk.close();
  }
  // A torn last line, as a kill in the middle of a write leaves it.
  const log = readdirSync(folder).find((name) => name.startsWith('log-')) ?? '';
  appendFileSync(join(folder, log), '[["charges","acct_milan/ch_to');

  const running = await start(t, folder);
  const sdk = openSdk(running.url, systemClock(), 5000);
  const provider = new StripeProvider({ calls: sdk, clock: systemClock() });
  for (const rentalId of unheard) {
    assert.equal((await provider.charge(chargeOf(rentalId, {}))).outcome, 'succeeded');
  }
  const record = (await (await fetch(`${running.url}/_sandbox/ledger`)).json()) as {
    takenTwice: number;
    obligations: { obligation: string; captures: number }[];
  };
  sdk.close();
  const taken = new Set(record.obligations.map(({ obligation }) => obligation.split(' ')[0]));
  assert.ok(acknowledged.size > LOAD, `only ${acknowledged.size} were acknowledged: there was no load`);
  for (const rentalId of acknowledged) assert.ok(taken.has(rentalId), `${rentalId} was acknowledged and is lost`);
  assert.equal(record.takenTwice, 0);
});
