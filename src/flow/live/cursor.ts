import type { Instant } from '../../core/kernel/time.ts';
import type { Page } from '../ports/provider.ts';
import type { LiveWorld, Merchant } from './world.ts';

type Listed = 'payments' | 'ledger';

/** `payments:stripe:acct_1`: everything created before its instant was read, and what follows from it is written. */
export function cursorName(what: Listed, { provider, merchantAccount }: Merchant): string {
  return `${what}:${provider}:${merchantAccount}`;
}

/** What one reading came to. */
export type Read =
  /** `isCurrent` where nothing older than the provider's lag is left to read. */
  | { readonly kind: 'read'; readonly items: number; readonly isCurrent: boolean }
  /** The provider did not answer: it is read again. */
  | { readonly kind: 'unavailable' };

/** One merchant after the other: none is asked faster because there are several. */
export async function readMerchants(
  world: LiveWorld,
  read: (world: LiveWorld, merchant: Merchant) => Promise<Read>,
): Promise<readonly Read[]> {
  const reads: Read[] = [];
  for (const merchant of world.settings.merchants) reads.push(await read(world, merchant));
  return reads;
}

/** A page holds a hundred: more than a hundred thousand within one window is a wrong window. */
const PAGES_MAX = 1000;

/**
 * Reads one window of a listing from where it was left, deals with each page, then moves the cursor: to the end of the
 * window, but never into the stretch in which the provider may still add things. So everything before a cursor is known
 * here for good, also after the database was restored: cursor and effects grow old together.
 */
export async function readWindow<T>(
  world: LiveWorld,
  reading: {
    readonly what: Listed;
    readonly merchant: Merchant;
    readonly list: (window: {
      readonly from: Instant;
      readonly to: Instant;
      readonly cursor: string | null;
    }) => Promise<Page<T> | null>;
    readonly take: (items: readonly T[]) => Promise<void>;
  },
): Promise<Read> {
  const now = world.clock.now();
  const { reading: policy, charge } = world.settings;
  const name = cursorName(reading.what, reading.merchant);
  const readTo = (await world.store.readCursor(name)) ?? (await beginning(world, reading.merchant));
  const from = readTo - policy.overlapMs;
  const to = Math.min(now, readTo + policy.windowMs);
  let items = 0;
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const listed: Page<T> | null = await reading.list({ from, to, cursor });
    if (listed === null) return { kind: 'unavailable' };
    await reading.take(listed.items);
    items += listed.items.length;
    cursor = listed.next;
    if (cursor !== null) continue;
    const settledTo = Math.min(to, now - charge.lookUpLagMs - policy.overlapMs);
    if (settledTo > readTo) await world.store.writeCursor(name, settledTo);
    return { kind: 'read', items, isCurrent: to === now };
  }
  world.log.error('a window holds too many pages', { name, pages: PAGES_MAX });
  return { kind: 'unavailable' };
}

/** A database that has no cursor may be a restored one: then what it knows of tells how far back it must look. */
async function beginning({ store, clock, settings }: LiveWorld, merchant: Merchant): Promise<Instant> {
  const recent = clock.now() - settings.reading.firstMs;
  return Math.min(recent, (await store.readOldestTrace(merchant)) ?? recent);
}
