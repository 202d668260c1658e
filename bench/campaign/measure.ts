import { type ChildProcess, fork } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientConfig, Pool } from 'pg';
import { EXACT_TYPES } from '../../src/world/postgres/connect.ts';
import { dataFolder } from '../../src/world/postgres/embedded/folder.ts';
import { migrate } from '../../src/world/postgres/migrate.ts';
import { openServer, withClient } from '../../src/world/postgres/server.ts';
import { seedCampaign, seedPlan, type WantedRefund } from '../../test/campaign/plan.ts';
import { startProgram } from '../../test/processes/program.ts';

export interface SenderTask {
  readonly server: ClientConfig;
  readonly sandboxUrl: string;
  readonly merchantAccount: string;
}

export interface RateMeasured {
  readonly rate: number;
  readonly sent: number;
  readonly seconds: number;
  /** The most that was sent in any ten seconds, over ten times the limit. */
  readonly window: number;
  readonly mean: number;
  readonly cpuSeconds: number;
}

const MERCHANT = 'acct_bench';
const SENDERS = 3;
/** Until all three send: not counted. */
const WARM_UP_MS = 4000;
const TEN_SECONDS_MS = 10_000;
const SANDBOX_PORT = 4717;

interface Site {
  readonly admin: Pool;
  readonly task: SenderTask;
  close(): Promise<void>;
}

/** A server and a sandbox of its own, each a process. */
async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'storno-bench-campaign-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const server = await openServer({ kind: 'embedded', folder: dataFolder(join(folder, 'data')) });
  await withClient(server.admin, migrate);
  const admin = new Pool({ ...server.admin, max: 2, types: EXACT_TYPES });
  const words = ['sandbox', '--port', String(SANDBOX_PORT)];
  const sandbox = startProgram(words, { env: process.env, kill: null, trace: join(folder, 'trace') });
  const sandboxUrl = `http://127.0.0.1:${SANDBOX_PORT}`;
  while ((await fetch(`${sandboxUrl}/_sandbox/health`).catch(() => null))?.ok !== true) await sleep(100);
  return {
    admin,
    task: { server: server.admin, sandboxUrl, merchantAccount: MERCHANT },
    close: async () => {
      sandbox.process.kill('SIGKILL');
      await sandbox.ended;
      await admin.end();
      await server.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Sends at a limit for so long and counts by the instants at which requests went out. */
export async function measureRate({ rate, seconds }: { rate: number; seconds: number }): Promise<RateMeasured> {
  const site = await openSite();
  try {
    const needed = Math.ceil(rate * (seconds + (2 * WARM_UP_MS) / 1000 + 2));
    await seedPlan(site.admin, {
      planId: 'p1',
      merchantAccount: MERCHANT,
      refunds: await chargeMany(site.task, needed),
    });
    await seedCampaign(site.admin, { planId: 'p1', perTenSeconds: rate * 10 });
    const senders = Array.from({ length: SENDERS }, () => startSender(site.task));
    await sleep(WARM_UP_MS + seconds * 1000 + 1000);
    const ended = await Promise.all(senders.map(endSender));
    const all = ended.flatMap(({ sentAt }) => sentAt).toSorted((one, other) => one - other);
    const from = (all[0] ?? 0) + WARM_UP_MS;
    const counted = all.filter((at) => at >= from && at < from + seconds * 1000);
    return {
      rate,
      sent: counted.length,
      seconds,
      window: densest(all) / (rate * 10),
      mean: counted.length / (rate * seconds),
      cpuSeconds: ended.reduce((sum, one) => sum + one.cpuSeconds, 0),
    };
  } finally {
    await site.close();
  }
}

/** The most instants in any half-open ten seconds. */
function densest(sorted: readonly number[]): number {
  let [most, first] = [0, 0];
  for (const [last, at] of sorted.entries()) {
    while ((sorted[first] as number) <= at - TEN_SECONDS_MS) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

interface Ended {
  readonly sentAt: readonly number[];
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

function startSender(task: SenderTask): ChildProcess {
  const env = { ...process.env, BENCH_TASK: JSON.stringify(task) };
  return fork(join(import.meta.dirname, 'sender.ts'), { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

function endSender(sender: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    sender.once('message', (ended) => resolve(ended as Ended));
    sender.once('exit', (code) => reject(new Error(`a sender ended with ${code}`)));
    sender.send('end');
  });
}

const AT_ONCE = 32;

/** One charge for each refund, and no second one: the pre-flight read of the leg that stays falls away. */
async function chargeMany({ sandboxUrl }: SenderTask, count: number): Promise<readonly WantedRefund[]> {
  const refunds: WantedRefund[] = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) => first + at);
    refunds.push(...(await Promise.all(numbers.map((number) => chargeOne(sandboxUrl, number)))));
  }
  return refunds;
}

async function chargeOne(sandboxUrl: string, number: number): Promise<WantedRefund> {
  const form = new URLSearchParams({
    amount: '1450',
    currency: 'eur',
    customer: `cus_${number}`,
    payment_method: 'pm_card_visa',
    confirm: 'true',
    off_session: 'true',
  });
  const headers = { authorization: 'Bearer sk_test_bench' };
  const answer = await fetch(`${sandboxUrl}/v1/payment_intents`, { method: 'POST', body: form, headers });
  const { latest_charge: paymentId } = (await answer.json()) as { latest_charge: string };
  return { accountId: `acc_${number}`, paymentId, keptPaymentId: null, amountMinor: 1450 };
}

const SMALL_ROWS = 10_000;
const PLAN_PAGE = 10_000;
const MEMORY_SECONDS = 20;

/** The peak of one sender with few planned rows and with many, sending for as long; no charge of them exists. */
export async function measureMemory({ rows }: { rows: number }) {
  const small = await peakWith(SMALL_ROWS);
  const large = await peakWith(rows);
  return { smallBytes: small.peakBytes, largeBytes: large.peakBytes, fillSeconds: large.fillSeconds };
}

async function peakWith(rows: number): Promise<{ readonly peakBytes: number; readonly fillSeconds: number }> {
  const site = await openSite();
  try {
    for (let first = 0; first < rows; first += PLAN_PAGE) {
      const count = Math.min(PLAN_PAGE, rows - first);
      const refunds = Array.from({ length: count }, (_, at) => wantedOf(first + at));
      await seedPlan(site.admin, { planId: `p${first}`, merchantAccount: MERCHANT, refunds });
      await seedCampaign(site.admin, { planId: `p${first}`, perTenSeconds: 1000 });
    }
    const begun = performance.now();
    const sender = startSender(site.task);
    while ((await countRows(site.admin)) < rows) await sleep(200);
    const fillSeconds = (performance.now() - begun) / 1000;
    await sleep(MEMORY_SECONDS * 1000);
    return { peakBytes: (await endSender(sender)).peakBytes, fillSeconds };
  } finally {
    await site.close();
  }
}

async function countRows(admin: Pool): Promise<number> {
  const { rows } = await admin.query<{ rows: number }>('select count(*)::int as rows from storno.refund');
  return rows[0]?.rows ?? 0;
}

function wantedOf(number: number): WantedRefund {
  return { accountId: `acc_${number}`, paymentId: `ch_none_${number}`, keptPaymentId: null, amountMinor: 1450 };
}
