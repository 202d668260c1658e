import { assert } from '../../core/kernel/assert.ts';
import type { BreakerPolicy } from '../../core/live/breaker.ts';
import type { ChargePolicy } from '../../core/live/charge/policy.ts';
import type { RefundPolicy } from '../../core/remedy/refund/policy.ts';
import type { RefundStore } from '../ports/campaign.ts';
import type { Provider } from '../ports/provider.ts';
import type { LiveStore } from '../ports/store.ts';
import type { AlarmBell, Calendar, Clock, Digest, Entropy, Log } from '../ports/world.ts';

/** Everything outside that the live half touches. First argument of every flow, and nothing else comes from outside. */
export interface LiveWorld {
  readonly store: LiveStore;
  /** Refunds of a campaign that are heard of here belong to their attempts there. */
  readonly refunds: Pick<RefundStore, 'readRefund' | 'applyRefunds'>;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly calendar: Calendar;
  readonly digest: Digest;
  readonly bell: AlarmBell;
  readonly log: Log;
  readonly settings: LiveSettings;
}

export interface LiveSettings {
  readonly charge: ChargePolicy;
  readonly refund: RefundPolicy;
  readonly breaker: BreakerPolicy;
  readonly reading: ReadingPolicy;
  readonly inbox: InboxPolicy;
  /** What stands on the customer's statement, at most 22 characters. Part of every request: a change spoils resends. */
  readonly statementText: string;
  /** Whose listings and ledgers are read. */
  readonly merchants: readonly Merchant[];
  /** Where intents begin whose account has no payment method yet. */
  readonly provider: string;
  /** Calls to a provider at once. */
  readonly callsMax: number;
}

export interface Merchant {
  readonly provider: string;
  readonly merchantAccount: string;
}

/** How listings and ledgers of a provider are read. */
export interface ReadingPolicy {
  /** Where reading begins when nothing was read before: so long ago, or where the oldest trace of the provider is. */
  readonly firstMs: number;
  /** What one reading covers at most. */
  readonly windowMs: number;
  /** Read again before what was read: clocks differ, and providers count in seconds. */
  readonly overlapMs: number;
}

/** How often an event is tried that speaks of nothing known, and what is only asked for again. */
export interface InboxPolicy {
  readonly retryMs: number;
  readonly giveUpAfterMs: number;
  /** How often what the provider has not decided is asked for, for as long as it takes. */
  readonly undecidedMs: number;
}

/** Who stops charging when no person does. A person must resume. */
export const ITSELF = 'storno';

export function providerNamed(world: LiveWorld, name: string): Provider {
  const provider = world.providers.find((one) => one.name === name);
  assert(provider !== undefined, `no provider is called ${name}`);
  return provider;
}
