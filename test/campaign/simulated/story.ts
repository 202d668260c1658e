import { type Chance, chanceOf } from '../../../sim/chance.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/kernel/time.ts';
import type { WantedRefund } from '../plan.ts';

/** Charges were made a day before, so that what is named "before" lies beyond every race with a sender. */
export const START = Date.UTC(2026, 1, 2, 10);
export const MERCHANT = 'acct_milano';

/** What befalls the refund of one account, and what somebody does in the provider's dashboard meanwhile. */
export const FATES = [
  'nothing',
  'card_closed',
  'fails_late',
  'pending_first',
  'kept_refunded',
  'refunded_by_hand',
  'refunded_in_two_equal_parts',
  'inquiry',
  'refunded_meanwhile',
  'disputed_meanwhile',
] as const;

export type Fate = (typeof FATES)[number];

export interface Story {
  readonly accountId: string;
  readonly index: number;
  readonly fate: Fate;
  /** Owed, in minor units. No two are equal, so that a sum tells which ones it holds. */
  readonly owed: number;
  /** Of the wrong charge: more than is owed, so that the provider's own bound hides nothing. */
  readonly captured: number;
  readonly meanwhileAt: number;
}

export function drawStories(seed: number, wish: { readonly accounts: number; readonly fate: Fate | null }) {
  const chance: Chance = chanceOf(seed, 'stories');
  return Array.from({ length: wish.accounts }, (_, index): Story => {
    const drawn = chance.happens(0.4) ? 'nothing' : chance.pick(FATES);
    const owed = 1000 + 2 * (index * 131 + chance.int(50));
    const meanwhileAt = START + chance.int(6 * HOUR_MS);
    return { accountId: `acc_${index}`, index, fate: wish.fate ?? drawn, owed, captured: 3 * owed, meanwhileAt };
  });
}

/** The sandbox reads from the name of a card what it does. */
export function cardOf({ fate, meanwhileAt }: Story): string {
  switch (fate) {
    case 'card_closed':
      return 'pm_card_refundRefused';
    case 'fails_late':
      return 'pm_card_refundFails_9h';
    case 'pending_first':
      return 'pm_card_pendingRefund_3h';
    case 'inquiry':
      return 'pm_card_inquiry';
    case 'disputed_meanwhile':
      return `pm_card_dispute_${24 * 60 + Math.floor((meanwhileAt - START) / MINUTE_MS)}m`;
    default:
      return 'pm_card_visa';
  }
}

/** As the plan has it, with all that a letter about it needs to know. */
export function wantedOf(story: Story, wrong: string, kept: string): WantedRefund {
  const amount = (story.owed / 100).toFixed(2);
  const charge = (paymentId: string, day: string) => ({
    payment_id: `stripe:${MERCHANT}:${paymentId}`,
    kind: 'charge',
    parent_payment_id: null,
    status: 'succeeded',
    amount,
    currency: 'EUR',
    created_at: `${day}T17:00:00Z`,
    purpose: 'rental',
  });
  const evidence = {
    rental: {
      rental_id: `rnt_${story.index}`,
      vehicle_id: 'EX 417 KB',
      market: 'milano',
      started_at: '2026-01-12T17:02:00Z',
      ended_at: '2026-01-12T17:52:00Z',
      amount_due: amount,
      currency: 'EUR',
    },
    other_rental: null,
    wrong: charge(wrong, '2026-01-16'),
    kept: charge(kept, '2026-01-12'),
    payments: [],
    layers: { books: 1, provider: 2, bank: null },
  };
  const { accountId, owed } = story;
  return { accountId, paymentId: wrong, keptPaymentId: kept, amountMinor: owed, evidence };
}
