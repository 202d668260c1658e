import { assert } from '../../kernel/assert.ts';
import { DAY_MS, type Instant } from '../../kernel/time.ts';
import type { Candidate } from '../candidate.ts';
import type { Channel, ChannelRule } from '../remedy-policy.ts';

/** The first channel whose window is still open. The last of a policy is open for ever. */
export function channelFor(
  { provider, chargedAt }: Pick<Candidate, 'provider' | 'chargedAt'>,
  { channels, at }: { readonly channels: readonly ChannelRule[]; readonly at: Instant },
): Channel {
  // A charge whose time nobody knows may be of any age: only what is open for ever is sure.
  const days = chargedAt === null ? Number.POSITIVE_INFINITY : Math.floor((at - chargedAt) / DAY_MS);
  const open = channels.find(({ withinDays, byProvider }) => {
    const window = byProvider[provider] ?? withinDays;
    return window === null || days <= window;
  });
  assert(open !== undefined, 'the last channel of a policy is open for ever');
  return open.channel;
}
