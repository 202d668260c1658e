import { DAY_MS, type Instant } from '../../kernel/time.ts';
import type { Candidate } from '../candidate.ts';
import type { Channel, ChannelRule } from '../remedy-policy.ts';

/**
 * The first channel whose window is still open and over which the money did not come back before. Null where none is
 * left: a person must find a way.
 */
export function channelFor(
  { provider, chargedAt, failedChannels }: Pick<Candidate, 'provider' | 'chargedAt' | 'failedChannels'>,
  { channels, at }: { readonly channels: readonly ChannelRule[]; readonly at: Instant },
): Channel | null {
  // A charge whose time nobody knows may be of any age: only what is open for ever is sure.
  const days = chargedAt === null ? Number.POSITIVE_INFINITY : Math.floor((at - chargedAt) / DAY_MS);
  const open = channels.find(({ channel, withinDays, byProvider }) => {
    // A direct debit is reversed by a file of its own, `storno bank order`: no campaign sends one yet.
    if (channel === 'reversal' || failedChannels.includes(channel)) return false;
    const window = byProvider[provider] ?? withinDays;
    return window === null || days <= window;
  });
  return open?.channel ?? null;
}
