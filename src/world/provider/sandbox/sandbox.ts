import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Instant } from '../../../core/kernel/time.ts';
import { makeChance } from '../../../core/scenario/chance.ts';
import type { Clock } from '../../../flow/ports/world.ts';
import { deliver } from './deliver.ts';
import type { SandboxProfile } from './engine/profile.ts';
import { type Change, type EngineState, emptyState, type Timer } from './engine/state.ts';
import type { Played, WireRequest } from './engine/wire.ts';
import { SandboxEngine, type WebhookSend } from './engine.ts';
import { NO_STORE, openStore, type SandboxStore } from './store.ts';

export interface SandboxSetup {
  /** Its own time is never behind this one, and ahead of it after time travel. */
  readonly clock: Pick<Clock, 'now'>;
  readonly profile: SandboxProfile;
  /** Where it remembers; null: it forgets when it ends. */
  readonly folder: string | null;
  /** The same seed makes the same mishaps for the same requests. */
  readonly seed: number;
  /** An endpoint that hears all events of all accounts; null: only those created over the API. */
  readonly webhook: { readonly url: string; readonly secrets: readonly string[] } | null;
}

/** The engine in real time, with its memory on disk and its webhooks on the network. */
export class Sandbox {
  readonly #setup: SandboxSetup;
  #engine: SandboxEngine;
  #store: SandboxStore;
  /** How far its time is ahead of the clock. */
  #aheadMs = 0;
  #alarm: NodeJS.Timeout | null = null;
  #toSend: WebhookSend[] = [];
  #sending = 0;
  #isClosed = false;

  private constructor(setup: SandboxSetup, opened: { readonly store: SandboxStore; readonly state: EngineState }) {
    this.#setup = setup;
    this.#store = opened.store;
    this.#engine = this.#start(opened.state);
  }

  static async open(setup: SandboxSetup): Promise<Sandbox> {
    const sandbox = new Sandbox(setup, await openMemory(setup));
    await sandbox.#remember(sandbox.#engine.takeChanges());
    sandbox.#wind();
    return sandbox;
  }

  get engine(): SandboxEngine {
    return this.#engine;
  }

  now(): Instant {
    return this.#setup.clock.now() + this.#aheadMs;
  }

  /** Plays one request; what it did is on disk when this resolves. */
  async handle(request: WireRequest): Promise<Played> {
    const played = this.#engine.handle(request, this.now());
    await this.#remember(this.#engine.takeChanges());
    this.#wind();
    return played;
  }

  async setProfile(profile: SandboxProfile): Promise<void> {
    this.#engine.setProfile(profile);
    await this.#remember(this.#engine.takeChanges());
  }

  async advance(byMs: number): Promise<void> {
    this.#aheadMs += byMs;
    await this.#tick();
  }

  async happen(timer: Omit<Timer, 'at'>): Promise<void> {
    this.#engine.plan({ ...timer, at: this.now() });
    await this.#tick();
  }

  async setSecrets(endpoint: { account: string; endpointId: string; secrets: readonly string[] }): Promise<void> {
    this.#engine.setSecrets(endpoint.account, endpoint.endpointId, endpoint.secrets);
    await this.#remember(this.#engine.takeChanges());
  }

  /** Forgets everything but the profile and the endpoint of the setup. */
  async reset(): Promise<void> {
    const { profile } = this.#engine;
    await this.#store.close();
    if (this.#setup.folder !== null) rmSync(this.#setup.folder, { recursive: true, force: true });
    const opened = await openMemory(this.#setup);
    this.#store = opened.store;
    this.#aheadMs = 0;
    this.#toSend = [];
    this.#engine = this.#start(opened.state);
    await this.setProfile(profile);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    await this.#store.close();
  }

  #start(state: EngineState): SandboxEngine {
    const { integer } = makeChance(this.#setup.seed);
    const chance = { int: (below: number) => integer(0, below - 1) };
    const engine = new SandboxEngine({ profile: this.#setup.profile, chance, state });
    // After time travel the state is ahead of the clock; a restart does not go back.
    this.#aheadMs = Math.max(0, engine.now - this.#setup.clock.now());
    if (this.#setup.webhook !== null) engine.registerEndpoint(this.#setup.webhook, this.now());
    return engine;
  }

  async #remember(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0 || this.#isClosed) return;
    const written = this.#store.append(changes);
    // Counters alone are no effects: whoever only read need not wait.
    if (changes.some(([table]) => table !== 'numbers')) await written;
  }

  /** Lets happen what is due and sends the webhooks that are due. */
  async #tick(): Promise<void> {
    const sends = this.#engine.due(this.now());
    await this.#remember(this.#engine.takeChanges());
    this.#wind();
    this.#toSend.push(...sends);
    while (this.#sending < SENDING_MAX && this.#toSend.length > 0) void this.#sendOn();
  }

  /** One of the senders: takes from the queue until it is empty. */
  async #sendOn(): Promise<void> {
    this.#sending += 1;
    for (let send = this.#toSend.shift(); send !== undefined; send = this.#toSend.shift()) await this.#send(send);
    this.#sending -= 1;
  }

  async #send(send: WebhookSend): Promise<void> {
    const engine = this.#engine;
    const end = await deliver(send, this.now());
    if (this.#isClosed || engine !== this.#engine) return;
    engine.settle(send.sendingId, end, this.now());
    await this.#remember(engine.takeChanges());
    this.#wind();
  }

  /** Wakes when the next thing is due. */
  #wind(): void {
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    const { nextDueAt } = this.#engine;
    if (nextDueAt === null || this.#isClosed) return;
    const waitMs = Math.min(SLEEP_MS_MAX, Math.max(0, nextDueAt - this.now()));
    this.#alarm = setTimeout(() => void this.#tick(), waitMs);
    this.#alarm.unref();
  }
}

/** Timers of the runtime end at 24 days; once an hour is soon enough to look again. */
const SLEEP_MS_MAX = 3_600_000;
/** Webhooks under way at a time: a receiver is to be tried, not flooded, when a month passes at once. */
const SENDING_MAX = 16;
const SALT_BYTES = 4;

async function openMemory({ folder }: SandboxSetup) {
  const salt = randomBytes(SALT_BYTES).toString('hex');
  return folder === null ? { store: NO_STORE, state: emptyState(salt) } : await openStore(folder, salt);
}
