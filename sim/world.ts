import { hash } from 'node:crypto';
import { DAY_MS, HOUR_MS } from '../src/core/kernel/time.ts';
import type { ChargeCase, ChargeChange, ObligationKey } from '../src/core/live/charge.ts';
import type { LiveWorld } from '../src/flow/live/world.ts';
import type { ProviderEvent } from '../src/flow/ports/provider.ts';
import type { ClaimedEvent, LiveStore, RentalEnding, RentalVoiding } from '../src/flow/ports/store.ts';
import type { Log } from '../src/flow/ports/world.ts';
import { openAlarmBell } from '../src/world/alarm.ts';
import type { WireRequest } from '../src/world/provider/sandbox/engine/wire.ts';
import { StripeWebhook } from '../src/world/provider/stripe/webhook.ts';
import { type Bank, openBank } from './bank.ts';
import { rememberingCalendar } from './calendar.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type Client, createClient } from './client.ts';
import { type Commit, createDatabase, type Database } from './database.ts';
import { createMarks, type Marks } from './marks.ts';
import { createMonitor, type Monitor } from './monitor.ts';
import { createNetwork, type Network } from './network.ts';
import { type Oracle, tell } from './oracle.ts';
import { letInOutsider } from './outside.ts';
import type { Process } from './process.ts';
import { connectProvider } from './provider.ts';
import { NO_REFUNDS } from './refunds.ts';
import type { Saboteur } from './saboteur/plant.ts';
import { saboteurNamed } from './saboteurs.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import type { SeedRequest } from './seed.ts';
import { MERCHANTS, merchantOf, settingsFor } from './settings.ts';
import { createSite, drawnPlan, type Site } from './site.ts';
import { intentName, nameOf, type Rows } from './store/rows.ts';
import { createMemoryStore, type MemoryStore } from './store.ts';
import { drawSwarm, type Swarm } from './swarm.ts';
import { createTrace, type Trace } from './trace.ts';
import { createWake, type Wake } from './wake.ts';
import { type Knock, openWebhooks } from './webhooks.ts';

/** All that one run consists of. */
export interface World {
  readonly swarm: Swarm;
  readonly oracle: Oracle;
  readonly saboteur: Saboteur | null;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly marks: Marks;
  readonly monitor: Monitor;
  readonly memory: MemoryStore;
  readonly database: Database;
  readonly bank: Bank;
  readonly network: Network;
  readonly site: Site;
  readonly client: Client;
  readonly wake: { readonly charges: Wake; readonly inbox: Wake };
  readonly violations: string[];
  readonly webhook: StripeWebhook;
  chance(name: string): Chance;
  /** Nothing goes wrong any more. */
  isCalm(): boolean;
  calmDown(): void;
  /** An error that nobody expects: the run is violated. */
  readonly onBug: (error: unknown) => void;
  /** The ports of one life of a process, with whatever bug is planted between it and them. */
  live(process: Process): LiveWorld;
  /** The same, kept for the life of the process: for those that answer calls. */
  liveOf(process: Process): LiveWorld;
  /** Ids of events that we acknowledged: they must be in the inbox. */
  readonly acknowledged: Set<string>;
  /** A request at the provider, and the look at what it set in motion. */
  handle(request: WireRequest, now: number): ReturnType<Bank['engine']['handle']>;
}

export function buildWorld(
  request: SeedRequest,
  knock: (world: World, knock: Knock, isGenuine: boolean) => Promise<boolean>,
): World {
  const swarm = drawSwarm(request.seed, request.rentals);
  const chance = (name: string): Chance => chanceOf(request.seed, name);
  const trace = createTrace(request.echo);
  const marks = createMarks();
  const oracle = tell(swarm);
  const saboteur = saboteurNamed(request.saboteur);
  saboteur?.plant.begin?.();
  const violations: string[] = [];
  let isCalm = false;
  const calm = (): boolean => isCalm;
  const startAt = swarm.startAt - DAY_MS;

  const plan = drawnPlan(swarm, chance('fate'), calm);
  const scheduler = createScheduler({ startAt, chance: chance('order'), trace, plan });
  const site = createSite({ scheduler, swarm, chance: chance('site'), trace, marks, calm, onCrash: onBug });
  const memory = createMemoryStore();
  const monitor = createMonitor({ marks, oracle, tell: (what) => trace.line(scheduler.now(), 'books', what) });
  const wake = {
    charges: createWake({ scheduler, chance: chance('wake'), idleMsMax: 4 * HOUR_MS }),
    inbox: createWake({ scheduler, chance: chance('wake inbox'), idleMsMax: 4 * HOUR_MS }),
  };
  const database = createDatabase({
    store: () => memory,
    scheduler,
    swarm,
    chance: chance('database'),
    marks,
    calm,
    onCommit(commit) {
      monitor.onCommit(commit);
      ring(commit, wake, memory.rows());
      if (monitor.violations().length > 0) violations.push(...monitor.violations());
    },
  });
  const bank = openBank({ swarm, chance: chance('bank'), marks });
  const sent = new Set<string>();
  const handle: World['handle'] = (wire, now) => {
    const played = bank.engine.handle(wire, now);
    const key = wire.headers['idempotency-key'] ?? '';
    trace.line(now, 'provider', `${wire.method} ${wire.path} ${key} gives ${played.response?.status ?? 'silence'}`);
    countConfigured({ swarm, marks, sent }, wire, played.response?.status ?? 0);
    webhooks.arm();
    return played;
  };
  const network = createNetwork({ handle, scheduler, swarm, chance: chance('network'), marks, calm });
  const webhooks = openWebhooks({
    engine: bank.engine,
    merchants: MERCHANTS.map(({ merchantAccount }) => merchantAccount),
    scheduler,
    swarm,
    chance: chance('webhooks'),
    marks,
    calm,
    knock: (one, isGenuine) => knock(world, one, isGenuine),
  });
  const webhook = new StripeWebhook({
    secrets: webhooks.secrets,
    accounts: Object.fromEntries(MERCHANTS.map(({ merchantAccount }) => [merchantAccount, merchantAccount])),
  });
  const client = createClient({
    scheduler,
    chance: chance('client'),
    callers: () => site.processes().filter(({ name }) => name.startsWith('api')),
    onBug,
  });
  letInOutsider({
    oracle,
    engine: bank.engine,
    merchantOf,
    handle,
    scheduler,
    chance: chance('outsider'),
    trace,
    marks,
    calm,
  });
  const settings = settingsFor(swarm);
  const lives = new Map<Process, { readonly incarnation: number; readonly live: LiveWorld }>();

  function onBug(error: unknown): void {
    if (violations.length > 20) return;
    violations.push(error instanceof Error ? `${error.name}: ${error.message} ${frameOf(error)}` : String(error));
  }

  const world: World = {
    swarm,
    oracle,
    saboteur,
    scheduler,
    trace,
    marks,
    monitor,
    memory,
    database,
    bank,
    network,
    site,
    client,
    wake,
    violations,
    webhook,
    chance,
    isCalm: calm,
    calmDown() {
      isCalm = true;
    },
    onBug,
    live(process) {
      const clock = site.clock(process);
      const plant = saboteur?.plant;
      const connection = database.connect(process);
      const store = plant?.store === undefined ? connection : plant.store(connection);
      const adapter = connectProvider({ process, network, clock });
      return {
        store,
        refunds: NO_REFUNDS,
        providers: [plant?.provider === undefined ? adapter : plant.provider(adapter)],
        clock,
        entropy: site.entropy(process),
        calendar: plant?.calendar === undefined ? rememberingCalendar : plant.calendar(rememberingCalendar),
        digest,
        bell: openAlarmBell({ store, log: SILENT, countAlarm: () => {}, mail: null }),
        log: SILENT,
        settings,
      };
    },
    liveOf(process) {
      const known = lives.get(process);
      if (known !== undefined && known.incarnation === process.incarnation) return known.live;
      const live = world.live(process);
      lives.set(process, { incarnation: process.incarnation, live });
      return live;
    },
    acknowledged: new Set(),
    handle,
  };
  return world;
}

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

function digest(text: string): string {
  return hash('sha256', text);
}

/** Where a bug was noticed: the nearest line of the product. */
function frameOf(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => line.includes('/src/')) ?? '';
  return frame.trim().replace(/\(?(?:file:\/\/)?\/.*\/src\//, '(src/');
}

/** Faults that are a way of the provider, not an accident: counted where they can make a difference. */
function countConfigured(
  parts: { readonly swarm: Swarm; readonly marks: Marks; readonly sent: Set<string> },
  { method, headers }: WireRequest,
  status: number,
): void {
  const { swarm, marks, sent } = parts;
  if (status === 429) marks.hit('fault:provider_429');
  if (status === 409) marks.hit('fault:provider_409');
  const key = headers['idempotency-key'];
  if (method !== 'POST' || key === undefined) {
    if (swarm.lookUpLagMs > 0) marks.hit('fault:provider_listing_late');
    return;
  }
  if (swarm.faults.has('provider_keys_short')) marks.hit('fault:provider_keys_short');
  for (const fault of ['provider_keys_ignored', 'provider_body_ignored', 'provider_errors_not_kept'] as const) {
    if (swarm.faults.has(fault) && sent.has(key)) marks.hit(`fault:${fault}`);
  }
  sent.add(key);
}

/** Wakes whoever waits for what a commit made due. */
function ring({ method, args, answer }: Commit, wake: World['wake'], rows: Rows): void {
  const [first] = args;
  const charge = (key: ObligationKey, at: number): void =>
    wake.charges.at(at, () => {
      const runAt = rows.intents.get(intentName(key))?.intent.runAt;
      return runAt != null && runAt <= at;
    });
  const event = (one: ProviderEvent, at: number): void =>
    wake.inbox.at(at, () => {
      const runAt = rows.inbox.get(nameOf(one.provider, one.merchantAccount, one.eventId))?.runAt;
      return runAt != null && runAt <= at;
    });
  switch (method) {
    case 'endRental':
    case 'endRentals':
    case 'voidRental':
      for (const ending of [first].flat() as readonly (RentalEnding & RentalVoiding)[]) {
        const intent = ending.intent ?? ending.next?.intent;
        if (intent?.runAt != null) charge(intent.key, intent.runAt);
      }
      break;
    case 'apply':
    case 'applyAll':
      for (const { key, runAt } of [first].flat() as readonly ChargeChange[]) if (runAt !== null) charge(key, runAt);
      break;
    case 'claim':
    case 'claimOpen': {
      const { leaseUntil, limit } = first as Parameters<LiveStore['claim']>[0];
      const cases = answer as readonly ChargeCase[];
      for (const { intent } of cases) charge(intent.key, leaseUntil);
      if (cases.length === limit) wake.charges.at(0, () => true);
      break;
    }
    case 'setControl':
      wake.charges.at(0, () => true);
      break;
    case 'receiveEvent':
      event(first as ProviderEvent, Number(args[2]));
      break;
    case 'claimEvents': {
      const { leaseUntil } = first as Parameters<LiveStore['claimEvents']>[0];
      for (const claimed of answer as readonly ClaimedEvent[]) event(claimed.event, leaseUntil);
      break;
    }
    case 'finishEvent': {
      const finish = first as Parameters<LiveStore['finishEvent']>[0];
      if (finish.retryAt !== null) event(finish.event, finish.retryAt);
      break;
    }
    default:
  }
}
