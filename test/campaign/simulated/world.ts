import { hash } from 'node:crypto';
import { openBank } from '../../../sim/bank.ts';
import { chanceOf } from '../../../sim/chance.ts';
import { createMarks } from '../../../sim/marks.ts';
import { createNetwork } from '../../../sim/network.ts';
import type { Process } from '../../../sim/process.ts';
import { connectProvider } from '../../../sim/provider.ts';
import { createScheduler } from '../../../sim/scheduler.ts';
import { createSite, drawnPlan } from '../../../sim/site.ts';
import { drawSwarm, type Fault, type Swarm } from '../../../sim/swarm.ts';
import { createTrace } from '../../../sim/trace.ts';
import { policyFor } from '../../../src/bin/cli/policy.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/kernel/time.ts';
import { StoreUnavailable } from '../../../src/flow/ports/store.ts';
import type { CampaignWorld } from '../../../src/flow/remedy/campaign-world.ts';
import { openCampaignOffice } from '../../../src/world/postgres/campaign/office.ts';
import { openRefunds } from '../../../src/world/postgres/campaign.ts';
import { openLetterBox } from '../../../src/world/postgres/letters.ts';
import { openStore } from '../../../src/world/postgres/store.ts';
import type { TestDatabase } from '../../postgres.ts';
import type { Planted } from './planted.ts';
import { START } from './story.ts';

/**
 * What the simulator's world is for charging, for carrying a plan out: the same agenda, network, provider and processes
 * that die, with the product's own adapters over real PostgreSQL as the stores. Every call of a port is an effect, one
 * at a time: so a seed interleaves senders at each of their transactions, and nowhere else.
 */
export type SimulatedWorld = ReturnType<typeof buildWorld>;

/** Providers whose keys are no lock are configured otherwise: the simulator of charging goes through those. */
const NOT_HERE: readonly Fault[] = [
  'provider_keys_ignored',
  'provider_errors_not_kept',
  'provider_body_ignored',
  'provider_captures_twice',
];

export function swarmOf(seed: number, accounts: number): Swarm {
  const drawn = drawSwarm(seed, accounts);
  const faults = new Set([...drawn.faults].filter((fault) => !NOT_HERE.includes(fault)));
  const off = Object.fromEntries(NOT_HERE.map((fault) => [fault, 0]));
  return { ...drawn, faults, startAt: START, probability: { ...drawn.probability, ...off } };
}

/** As production's, but that all is over within days. */
function policyOf(swarm: Swarm) {
  const { refund } = policyFor({ dunningMs: [] });
  const horizonMs = Math.min(swarm.keyTtlMs / 2, refund.horizonMs);
  return {
    ...refund,
    horizonMs,
    requestLifeMs: swarm.keyTtlMs - horizonMs,
    lookUpLagMs: Math.max(swarm.lookUpLagMs, MINUTE_MS),
    watchForMs: 2 * DAY_MS,
    watchPausesMs: [6 * HOUR_MS],
  };
}

export function buildWorld(database: TestDatabase, wish: { readonly swarm: Swarm; readonly planted: Planted | null }) {
  const { swarm } = wish;
  const planted = wish.planted ?? {};
  const chance = (name: string) => chanceOf(swarm.seed, `campaign/${name}`);
  const trace = createTrace(null);
  const marks = createMarks();
  const violations: string[] = [];
  let isCalm = false;
  const calm = () => isCalm;
  const onBug = (error: unknown) => {
    const text = `a process met a defect: ${error instanceof Error ? error.message : String(error)}`;
    if (!violations.includes(text)) violations.push(text);
  };
  const plan = drawnPlan(swarm, chance('fate'), calm);
  const scheduler = createScheduler({ startAt: START, chance: chance('order'), trace, plan });
  const site = createSite({ scheduler, swarm, chance: chance('site'), trace, marks, calm, onCrash: onBug });
  const bank = openBank({ swarm, chance: chance('bank'), marks });
  const handle = (request: Parameters<typeof bank.engine.handle>[0], now: number) => bank.engine.handle(request, now);
  const network = createNetwork({ handle, scheduler, swarm, chance: chance('network'), marks, calm });
  const outside = createOutside();
  const storeChance = chance('store');
  const fires = (fault: Fault) => {
    if (isCalm || !storeChance.happens(swarm.probability[fault])) return false;
    marks.hit(`fault:${fault}`);
    return true;
  };
  /** A port over PostgreSQL as one life of a process has it. */
  const connect = <T extends object>(process: Process, inner: T): T =>
    new Proxy(inner, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) =>
          scheduler.effect(process, `store.${String(name)}`, async () => {
            if (fires('store_lost_before')) throw new StoreUnavailable('connection lost before commit');
            const answer = await outside.call(() => method.apply(target, args));
            if (fires('store_lost_after')) throw new StoreUnavailable('connection lost inside commit');
            return answer;
          });
      },
    });

  const [worker, api] = [database.pool('storno_worker'), database.pool('storno_api')];
  const stores = {
    refunds: openRefunds(worker),
    letters: openLetterBox(worker),
    live: openStore(worker),
    office: openCampaignOffice(api),
    lots: openStore(api),
  };
  const as = <T>(wrap: ((inner: T) => T) | undefined, inner: T): T => (wrap === undefined ? inner : wrap(inner));
  const log = {
    info: () => {},
    warn: () => {},
    error: (message: string) => trace.line(scheduler.now(), 'log', message),
  };
  const settings = { refund: policyOf(swarm), callsMax: 4 };
  return {
    swarm,
    chance,
    scheduler,
    site,
    bank,
    marks,
    trace,
    stores,
    violations,
    connect,
    log,
    digest: (text: string) => hash('sha256', text),
    calmDown() {
      isCalm = true;
      bank.heal();
      site.heal();
    },
    calm,
    unknownLetters: (process: Process): Promise<readonly string[]> =>
      scheduler.effect(process, 'look at letters', () =>
        outside.call(async () => {
          const { rows } = await database.admin.query<{ letter_id: string }>(
            "select letter_id from storno.letter where state = 'unknown' order by letter_id",
          );
          return rows.map((row) => row.letter_id);
        }),
      ),
    letters: (process: Process) => as(planted.letters, connect(process, stores.letters)),
    campaign: (process: Process): CampaignWorld => ({
      refunds: as(planted.refunds, connect(process, stores.refunds)),
      providers: [as(planted.provider, connectProvider({ process, network, clock: site.clock(process) }))],
      clock: site.clock(process),
      digest: (text) => hash('sha256', text),
      bell: { raise: async () => {} },
      log,
      settings,
    }),
    /** Runs the agenda up to an instant; real transactions are waited for one by one. */
    async runUntil(end: number): Promise<void> {
      do {
        await scheduler.runUntil(end, outside.isBusy);
        await outside.settled();
      } while (scheduler.now() < end || outside.isBusy());
    },
  };
}

/** Calls into the real world, which take no virtual time. */
function createOutside() {
  let open = 0;
  let over: () => void = () => {};
  return {
    isBusy: () => open > 0,
    async call<T>(act: () => Promise<T>): Promise<T> {
      open += 1;
      try {
        return await act();
      } finally {
        open -= 1;
        if (open === 0) over();
      }
    },
    async settled(): Promise<void> {
      if (open > 0)
        await new Promise<void>((resolve) => {
          over = resolve;
        });
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}
