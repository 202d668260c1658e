import type { TestContext } from 'node:test';
import type { Pool } from 'pg';
import { policyFor } from '../../src/bin/cli/policy.ts';
import type { RefundStore } from '../../src/flow/ports/campaign.ts';
import type { Clock } from '../../src/flow/ports/world.ts';
import type { CampaignWorld } from '../../src/flow/remedy/campaign-world.ts';
import { carryOut } from '../../src/flow/remedy/carry-out.ts';
import { watchRefunds } from '../../src/flow/remedy/watch-refunds.ts';
import { sha256 } from '../../src/world/digest.ts';
import { openRefunds } from '../../src/world/postgres/campaign.ts';
import type { ProfilePatch } from '../../src/world/provider/sandbox/engine/profile.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { type Bench, MILAN, openBench } from '../provider/harness.ts';
import { seedCampaign, seedPlan, type WantedPlan, type WantedRefund } from './plan.ts';

/** Campaigns over PostgreSQL, the official SDK and the sandbox, with a clock that is moved by hand. */
export interface CampaignHouse {
  readonly bench: Bench;
  readonly database: TestDatabase;
  readonly admin: Pool;
  readonly clock: Clock & { skipMs: number };
  readonly alarms: string[];
  /** Calls to the provider at once, as the operator sets them. */
  readonly calls: { max: number };
  world(worker: string): CampaignWorld & { readonly refunds: RefundStore };
  /** Two charges with this card; answers the refund of the second. */
  chargeTwice(account: string, card: string): Promise<WantedRefund>;
  plan(
    planId: string,
    refunds: readonly WantedRefund[],
    more?: Partial<WantedPlan & Parameters<typeof seedCampaign>[1]>,
  ): Promise<void>;
  /** Works until nothing is due at this instant, as so many workers at a time. */
  work(workers: number): Promise<void>;
  /** Time passes here and at the provider, in steps, and what is due is done. */
  pass(ms: number, stepMs: number): Promise<void>;
  /** Live refunds at the provider, by charge, in minor units. */
  refunded(): Map<string, bigint>;
  rows(planId: string): Promise<readonly { state: string; reason: string; payment_id: string }[]>;
}

export const AMOUNT = 1450;
const LEASE_MS = 180_000;

export async function openCampaignHouse(t: TestContext, profile: ProfilePatch): Promise<CampaignHouse> {
  const bench = await openBench(t, profile);
  const database = await freshDatabase();
  t.after(() => database.close());
  const { admin } = database;
  const clock = {
    skipMs: 0,
    now: () => Date.now() + clock.skipMs,
    monotonicMs: () => performance.now() + clock.skipMs,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
  const alarms: string[] = [];
  const calls = { max: 8 };
  const pool = database.pool('storno_worker');
  const refunds = openRefunds(pool);
  const world = (): CampaignWorld => ({
    refunds,
    providers: [bench.provider],
    clock,
    digest: sha256,
    bell: { raise: async ({ kind }) => void alarms.push(kind) },
    log: { info: () => {}, warn: () => {}, error: (message) => void alarms.push(message) },
    settings: { refund: policyFor({ dunningMs: [] }).refund, callsMax: calls.max },
  });
  const filled = new Set<string>();
  const runOne = async (worker: string) => {
    const round = { worker, leaseMs: LEASE_MS };
    for (let rounds = 0; rounds < 1000; rounds += 1) {
      const sent = await carryOut(world(), { ...round, filled });
      if (sent + (await watchRefunds(world(), round)) === 0) return;
    }
    throw new Error('it never ends');
  };
  const house: CampaignHouse = {
    bench,
    database,
    admin,
    clock,
    alarms,
    calls,
    world,
    async chargeTwice(account, card) {
      const [kept, wrong] = [await charge(bench, account, 'pm_card_visa'), await charge(bench, account, card)];
      return { accountId: account, paymentId: wrong, keptPaymentId: kept, amountMinor: AMOUNT };
    },
    async plan(planId, wanted, more) {
      await seedPlan(admin, { planId, merchantAccount: MILAN, refunds: wanted, ...more });
      await seedCampaign(admin, { perTenSeconds: 100_000, ...more, planId });
    },
    async work(workers) {
      await Promise.all(Array.from({ length: workers }, (_, at) => runOne(`w${at}`)));
    },
    async pass(ms, stepMs) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.skipMs += stepMs;
        await bench.server.sandbox.advance(stepMs);
        await readListings(admin, clock.now());
        await house.work(1);
      }
    },
    refunded() {
      const sums = new Map<string, bigint>();
      for (const [, { wire }] of bench.server.sandbox.engine.rows('refunds')) {
        if (wire.status === 'failed' || wire.status === 'canceled') continue;
        sums.set(wire.charge, (sums.get(wire.charge) ?? 0n) + BigInt(wire.amount));
      }
      return sums;
    },
    async rows(planId) {
      const { rows } = await admin.query(
        'select state, reason, payment_id from storno.refund where plan_id = $1 order by liability_id',
        [planId],
      );
      return rows;
    },
  };
  return house;
}

/** As the loop that reads listings says how far it has come. */
async function readListings(admin: Pool, now: number): Promise<void> {
  await admin.query(
    `insert into storno.cursor values ($1, $2) on conflict (name) do update set read_to = excluded.read_to`,
    [`payments:stripe:${MILAN}`, new Date(now)],
  );
}

let charges = 0;

async function charge({ stripe }: Bench, account: string, card: string): Promise<string> {
  charges += 1;
  const intent = await stripe.paymentIntents.create(
    {
      amount: AMOUNT,
      currency: 'eur',
      customer: `cus_${account}`,
      payment_method: card,
      confirm: true,
      off_session: true,
      metadata: { account_id: account, rental_id: `rnt_${charges}` },
    },
    { idempotencyKey: `seed_${charges}` },
  );
  return String(intent.latest_charge);
}
