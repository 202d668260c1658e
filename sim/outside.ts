import { HOUR_MS } from '../src/core/kernel/time.ts';
import type { WireCharge } from '../src/world/provider/sandbox/engine/objects.ts';
import type { WireRequest } from '../src/world/provider/sandbox/engine/wire.ts';
import type { SandboxEngine } from '../src/world/provider/sandbox/engine.ts';
import type { Chance } from './chance.ts';
import type { Marks } from './marks.ts';
import type { Oracle, RentalStory } from './oracle.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** What the payments bear that somebody made without us, for the auditor. The product knows nothing of it. */
export const BY_HAND = 'by_hand';

/** How often he looks whether the charge that he wants to work on is there. */
const LOOKS_MAX = 20;

/** Somebody who signs in at the provider's dashboard and moves money without us. */
export function letInOutsider(parts: {
  readonly oracle: Oracle;
  readonly engine: SandboxEngine;
  readonly merchantOf: (market: string) => string;
  readonly handle: (request: WireRequest, now: number) => ReturnType<SandboxEngine['handle']>;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly marks: Marks;
  readonly calm: () => boolean;
}): void {
  const { oracle, engine, scheduler, chance, trace, marks } = parts;

  const act = (story: RentalStory, looks: number): void => {
    if (parts.calm()) return;
    const charge = chargeOf(engine, story.rentalId);
    if (charge === null) {
      if (looks < LOOKS_MAX) scheduler.after(HOUR_MS, () => act(story, looks + 1));
      return;
    }
    const merchant = parts.merchantOf(story.market);
    const post = (path: string, form: WireRequest['form'], asked: string): void => {
      const headers = { 'stripe-account': merchant, 'storno-sandbox': asked };
      parts.handle({ method: 'POST', path, query: {}, form, headers }, scheduler.now());
    };
    trace.line(scheduler.now(), 'outsider', `${story.outside} ${story.rentalId}`);
    switch (story.outside) {
      case 'nothing':
        break;
      case 'refund':
      case 'refund_fails': {
        const part = chance.happens(0.5) ? charge.amount : Math.max(1, Math.floor(charge.amount / 3));
        const asked = story.outside === 'refund' ? '' : 'refund-late-failure';
        post('/v1/refunds', { charge: charge.id, amount: String(part) }, asked);
        marks.hit(story.outside === 'refund' ? 'fault:refund_outside' : 'fault:refund_outside_fails');
        break;
      }
      case 'capture_outside':
      case 'capture_foreign': {
        const isOurs = story.outside === 'capture_outside';
        const isPending = (oracle.account(story.accountId)?.card ?? 'good').startsWith('pending');
        const copied = isOurs ? (isPending || chance.happens(0.5) ? 'rental' : 'all') : 'nothing';
        post('/v1/payment_intents', again(charge, copied), '');
        marks.hit(`fault:${story.outside}`);
        break;
      }
    }
  };

  for (const story of oracle.rentals) {
    if (story.outside === 'nothing') continue;
    scheduler.at(story.endedAt + story.outsideAfterMs, () => act(story, 0));
  }
}

/** The rental's charge that took money, if there is one already. */
function chargeOf(engine: SandboxEngine, rentalId: string): WireCharge | null {
  for (const [, { wire }] of engine.rows('charges')) {
    if (wire.captured && wire.metadata.rental_id === rentalId) return wire;
  }
  return null;
}

/** What of an attempt's own metadata names the attempt, not only the rental. */
const OF_THE_ATTEMPT = ['generation', 'reference'];

/**
 * The same once more by hand: with all our metadata copied, with what names the rental, or with nothing of ours. The
 * whole reference is copied only where the attempt is decided: docs/simulator.md, limits.
 */
function again(charge: WireCharge, copied: 'all' | 'rental' | 'nothing'): WireRequest['form'] {
  const metadata = Object.entries(charge.metadata)
    .filter(([name]) => copied === 'all' || (copied === 'rental' && !OF_THE_ATTEMPT.includes(name)))
    .map(([name, text]) => [`metadata[${name}]`, text]);
  return {
    amount: String(charge.amount),
    currency: charge.currency,
    customer: charge.customer ?? '',
    payment_method: 'pm_card_visa__by_hand',
    confirm: 'true',
    ...Object.fromEntries(metadata),
    [`metadata[${BY_HAND}]`]: 'yes',
  };
}
