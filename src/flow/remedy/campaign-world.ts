import { assert } from '../../core/kernel/assert.ts';
import type { RefundPolicy } from '../../core/remedy/refund/policy.ts';
import type { RefundStore } from '../ports/campaign.ts';
import type { Provider } from '../ports/provider.ts';
import type { AlarmBell, Clock, Digest, Log } from '../ports/world.ts';

/** Everything outside that a campaign touches. */
export interface CampaignWorld {
  readonly refunds: RefundStore;
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly digest: Digest;
  readonly bell: AlarmBell;
  readonly log: Log;
  readonly settings: {
    readonly refund: RefundPolicy;
    /** Calls to a provider at once. */
    readonly callsMax: number;
  };
}

/** Who acts where no person does. */
export const ITSELF = 'storno';

export function providerOf(world: Pick<CampaignWorld, 'providers'>, name: string): Provider | null {
  return world.providers.find((one) => one.name === name) ?? null;
}

/** For what was sent before, hence over a provider that is known. */
export function knownProvider(world: Pick<CampaignWorld, 'providers'>, name: string): Provider {
  const provider = providerOf(world, name);
  assert(provider !== null, `no provider is called ${name}`);
  return provider;
}
