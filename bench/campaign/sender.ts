/** One sender process of the benchmark: carries out campaigns until it is told to stop, and says when it sent what. */
import { policyFor } from '../../src/bin/cli/policy.ts';
import type { CampaignWorld } from '../../src/flow/remedy/campaign-world.ts';
import { carryOut } from '../../src/flow/remedy/carry-out.ts';
import { systemClock } from '../../src/world/clock.ts';
import { sha256 } from '../../src/world/digest.ts';
import { openRefunds } from '../../src/world/postgres/campaign.ts';
import { openPool } from '../../src/world/postgres/connect.ts';
import { StripeSdk } from '../../src/world/provider/stripe/sdk.ts';
import { StripeProvider } from '../../src/world/provider/stripe.ts';
import type { SenderTask } from './measure.ts';

const CONNECTIONS_MAX = 8;
const ROUNDS_AT_ONCE = 3;
const REST_MS = 200;
const LEASE_MS = 180_000;

const task = JSON.parse(process.env.BENCH_TASK ?? '{}') as SenderTask;
const setup = { server: task.server, role: 'storno_worker', name: 'bench', statementMsMax: 600_000 } as const;
const pool = openPool({ ...setup, connectionsMax: CONNECTIONS_MAX }, () => undefined);
const sdk = new StripeSdk(
  {
    baseUrl: task.sandboxUrl,
    accounts: { [task.merchantAccount]: { secretKey: 'sk_test_bench', connectedAccount: null } },
    timeoutMs: 30_000,
    socketsMax: 64,
  },
  systemClock,
);
const stripe = new StripeProvider({ calls: sdk, clock: systemClock });
const sentAt: number[] = [];
const provider = new Proxy(stripe, {
  get: (target, name) => {
    if (name === 'refund') {
      return (request: Parameters<StripeProvider['refund']>[0]) => {
        sentAt.push(Date.now());
        return target.refund(request);
      };
    }
    const value = Reflect.get(target, name) as unknown;
    return typeof value === 'function' ? value.bind(target) : value;
  },
});
const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: (message: string) => process.stderr.write(`${message}\n`),
};
const world: CampaignWorld = {
  refunds: openRefunds(pool),
  providers: [provider],
  clock: systemClock,
  digest: sha256,
  bell: { raise: async ({ message }) => void process.stderr.write(`${message}\n`) },
  log: silent as CampaignWorld['log'],
  settings: { refund: policyFor({ dunningMs: [] }).refund, callsMax: 16 },
};

let isOver = false;
process.on('message', () => {
  isOver = true;
});
const filled = new Set<string>();
const round = { worker: `bench:${process.pid}`, leaseMs: LEASE_MS, filled };
await Promise.all(
  Array.from({ length: ROUNDS_AT_ONCE }, async () => {
    while (!isOver) if ((await carryOut(world, round)) === 0) await systemClock.sleep(REST_MS);
  }),
);
const { user, system } = process.cpuUsage();
process.send?.({ sentAt, cpuSeconds: (user + system) / 1e6, peakBytes: process.resourceUsage().maxRSS * 1024 });
await pool.end();
sdk.close();
process.disconnect();
