import { DAY_MS, type Instant } from '../../src/core/kernel/time.ts';
import { makeChance } from '../../src/core/scenario/chance.ts';
import { HONEST, type ProfilePatch, withPatch } from '../../src/world/provider/sandbox/engine/profile.ts';
import { type EngineState, emptyState } from '../../src/world/provider/sandbox/engine/state.ts';
import type { Played } from '../../src/world/provider/sandbox/engine/wire.ts';
import { SandboxEngine } from '../../src/world/provider/sandbox/engine.ts';

export const START: Instant = 20_000 * DAY_MS;

type Fields = Readonly<Record<string, string>>;
/** A body of the API, of which a test names what it expects. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads a foreign wire format; what is wrong fails there.
type Wire = any;

/** The engine alone: no network, no clock, and time is what the test says. */
export class EngineBench {
  readonly engine: SandboxEngine;
  now = START;

  constructor(patch: ProfilePatch, state: EngineState = emptyState(''), seed = 1) {
    const { integer } = makeChance(seed);
    const chance = { int: (below: number) => integer(0, below - 1) };
    this.engine = new SandboxEngine({ profile: withPatch(HONEST, patch), chance, state });
  }

  send(method: string, path: string, form: Fields, headers: Fields): Played {
    const [pathname = '', search = ''] = path.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    return this.engine.handle({ method, path: `/v1/${pathname}`, query, form, headers }, this.now);
  }

  /** The body of the answer; the status is the test's business where it matters. */
  post(path: string, form: Fields, headers: Fields = {}): Wire {
    return this.send('POST', path, form, headers).response?.body ?? null;
  }

  get(path: string, headers: Fields = {}): Wire {
    return this.send('GET', path, {}, headers).response?.body ?? null;
  }

  charge(changes: Fields = {}, headers: Fields = {}): Wire {
    return this.post('payment_intents', { ...CHARGE, ...changes }, headers);
  }

  captures(): number {
    return [...this.engine.rows('charges')].filter(([, { wire }]) => wire.captured).length;
  }

  pass(ms: number): void {
    this.now += ms;
  }
}

/** A rental's charge: EUR 14.50, the customer absent. */
export const CHARGE: Fields = {
  amount: '1450',
  currency: 'eur',
  confirm: 'true',
  off_session: 'true',
  customer: 'cus_anna',
  payment_method: 'pm_card_visa',
  'metadata[rental_id]': 'r1',
};
