import { DAY_MS, HOUR_MS } from '../../../src/core/kernel/time.ts';
import type { TestDatabase } from '../../postgres.ts';
import { seedPlan, type WantedRefund } from '../plan.ts';
import { clerk, listener, PLAN, type Posted, postman, sender, UNAPPROVED } from './actors.ts';
import { audit } from './audit.ts';
import { fundBalance, makeCharges, refundByHand } from './dashboard.ts';
import type { Planted } from './planted.ts';
import { drawStories, type Fate, MERCHANT, START, type Story } from './story.ts';
import { buildWorld, type SimulatedWorld, swarmOf } from './world.ts';

export interface CampaignSeed {
  readonly seed: number;
  readonly accounts: number;
  /** What befalls every refund; null: drawn. */
  readonly fate: Fate | null;
  readonly planted: Planted | null;
}

export interface CampaignRun {
  readonly violations: readonly string[];
  readonly crashes: number;
  /** Kinds of faults that fired. */
  readonly faults: ReadonlySet<string>;
  readonly refunds: number;
}

export const MINUTES = 30;
const SENDERS = 3;

/** A day of everything going wrong, then five in which all must come to its end. */
const HEALS_AT = START + DAY_MS;
const ENDS_AT = START + 6 * DAY_MS;

export async function runCampaign(database: TestDatabase, wish: CampaignSeed): Promise<CampaignRun> {
  const { seed, accounts, fate, planted } = wish;
  const world = buildWorld(database, { swarm: swarmOf(seed, accounts), planted });
  const stories = drawStories(seed, { accounts, fate });
  const wanted = makeCharges(world.bank.engine, stories);
  await seedPlans(database, wanted);
  await planted?.database?.(database.admin);
  const posted: Posted[] = [];
  for (let at = 0; at < SENDERS; at += 1) world.site.spawn(`sender${at}`, sender(world));
  world.site.spawn('reader', listener(world));
  for (let at = 0; at < 2; at += 1) world.site.spawn(`postman${at}`, postman(world, posted));
  world.site.spawn('clerk', clerk(world, posted));
  meanwhile(world, stories, wanted);
  for (let at = START; at < ENDS_AT; at += DAY_MS / 2) {
    world.scheduler.at(at, () => fundBalance(world.bank.engine, at));
  }
  await world.runUntil(HEALS_AT);
  world.calmDown();
  await world.runUntil(ENDS_AT);
  const violations = await audit({ world, database, stories, wanted, posted, at: ENDS_AT });
  const counts = [...world.marks.counts()];
  return {
    violations: [...world.violations, ...violations],
    crashes: counts.reduce((sum, [name, count]) => sum + (name.startsWith('crash:') ? count : 0), 0),
    faults: new Set(counts.map(([name]) => name).filter((name) => name.startsWith('fault:'))),
    refunds: [...world.bank.engine.rows('refunds')].length,
  };
}

async function seedPlans({ admin }: TestDatabase, refunds: readonly WantedRefund[]): Promise<void> {
  const plan = { merchantAccount: MERCHANT, minutes: MINUTES, owedSince: new Date(START - 22 * HOUR_MS).toISOString() };
  await seedPlan(admin, { ...plan, planId: PLAN, refunds });
  const others = refunds.map((one) => ({ ...one, accountId: `other_${one.accountId}` }));
  await seedPlan(admin, { ...plan, planId: UNAPPROVED, refunds: others, approved: false });
  await admin.query(
    `insert into storno_pii.person select account_id, 'Giulia', account_id || '@posta.example', '2026-01-01'
    from storno.account`,
  );
}

function meanwhile(world: SimulatedWorld, stories: readonly Story[], wanted: readonly WantedRefund[]): void {
  for (const [at, { fate, owed, meanwhileAt }] of stories.entries()) {
    if (fate !== 'refunded_meanwhile') continue;
    const charge = (wanted[at] as WantedRefund).paymentId;
    world.scheduler.at(meanwhileAt, () =>
      refundByHand(world.bank.engine, { charge, amount: owed, at: world.scheduler.now() }),
    );
  }
}
