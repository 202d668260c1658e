import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../core/kernel/time.ts';

/** What a test card does when it is charged. */
export type CardPlan =
  | { readonly kind: 'pays' }
  | { readonly kind: 'declines'; readonly code: string; readonly declineCode: string; readonly times: number }
  /** Off-session a decline that says so; on-session it waits for the customer. */
  | { readonly kind: 'asks_customer' }
  /** Waits for the customer whatever the request says. */
  | { readonly kind: 'waits_for_customer' }
  | { readonly kind: 'processes'; readonly forMs: number; readonly ends: 'payment_succeeds' | 'payment_fails' };

/** What happens to its payments later. */
export interface CardFate {
  readonly dispute: { readonly kind: 'dispute_opens' | 'inquiry_opens'; readonly afterMs: number } | null;
  readonly refund: 'as_profile' | 'fails_late' | 'pending_first' | 'refused_closed';
  readonly refundAfterMs: number;
}

export interface Card {
  readonly plan: CardPlan;
  readonly fate: CardFate;
}

const NO_FATE: CardFate = { dispute: null, refund: 'as_profile', refundAfterMs: 0 };
const ALWAYS = Number.MAX_SAFE_INTEGER;

/** Stripe's names for declining test cards, with the codes that they give. */
const DECLINES: Readonly<Record<string, readonly [code: string, declineCode: string]>> = {
  chargeDeclined: ['card_declined', 'generic_decline'],
  chargeDeclinedInsufficientFunds: ['card_declined', 'insufficient_funds'],
  chargeDeclinedLostCard: ['card_declined', 'lost_card'],
  chargeDeclinedStolenCard: ['card_declined', 'stolen_card'],
  chargeDeclinedDoNotHonor: ['card_declined', 'do_not_honor'],
  chargeDeclinedExpiredCard: ['expired_card', 'expired_card'],
  chargeDeclinedIncorrectCvc: ['incorrect_cvc', 'incorrect_cvc'],
  chargeDeclinedProcessingError: ['processing_error', 'processing_error'],
  chargeDeclinedFraudulent: ['card_declined', 'fraudulent'],
  chargeCustomerFail: ['card_declined', 'generic_decline'],
  closed: ['card_declined', 'invalid_account'],
};

/**
 * Reads what a test payment method does from its name: `pm_card_<name>[_<n>|_<length>][__<anything>]`.
 * A whole number says how many times (`pm_card_chargeDeclinedInsufficientFunds_2`: twice, then it pays), a length of
 * time how long or how late (`pm_card_processing_2h`, `pm_card_dispute_30d`). What follows `__` makes the name unique.
 * An unknown name pays, as `pm_card_visa` does.
 */
export function cardOf(methodId: string): Card {
  const [name = '', argument] = (methodId.split('__')[0] ?? '')
    .replace(/^pm_(card_)?/, '')
    .replace(/^visa_(?=.)/, '')
    .split('_');
  const decline = DECLINES[name];
  if (decline !== undefined) {
    const times = /^\d+$/.test(argument ?? '') ? Number(argument) : ALWAYS;
    return { plan: { kind: 'declines', code: decline[0], declineCode: decline[1], times }, fate: NO_FATE };
  }
  return namedCard(name, readLength(argument));
}

function namedCard(name: string, lengthMs: number | null): Card {
  const pays: CardPlan = { kind: 'pays' };
  switch (name) {
    case 'authenticationRequired':
      return { plan: { kind: 'asks_customer' }, fate: NO_FATE };
    case 'actionRequired':
      return { plan: { kind: 'waits_for_customer' }, fate: NO_FATE };
    case 'processing':
      return { plan: { kind: 'processes', forMs: lengthMs ?? HOUR_MS, ends: 'payment_succeeds' }, fate: NO_FATE };
    case 'processingFails':
      return { plan: { kind: 'processes', forMs: lengthMs ?? HOUR_MS, ends: 'payment_fails' }, fate: NO_FATE };
    case 'createDispute':
    case 'dispute':
      return { plan: pays, fate: { ...NO_FATE, dispute: { kind: 'dispute_opens', afterMs: lengthMs ?? 0 } } };
    case 'createInquiry':
    case 'inquiry':
      return { plan: pays, fate: { ...NO_FATE, dispute: { kind: 'inquiry_opens', afterMs: lengthMs ?? 0 } } };
    case 'refundFail':
    case 'refundFails':
      return { plan: pays, fate: { ...NO_FATE, refund: 'fails_late', refundAfterMs: lengthMs ?? 5 * DAY_MS } };
    case 'pendingRefund':
      return { plan: pays, fate: { ...NO_FATE, refund: 'pending_first', refundAfterMs: lengthMs ?? MINUTE_MS } };
    case 'refundRefused':
      return { plan: pays, fate: { ...NO_FATE, refund: 'refused_closed' } };
    default:
      return { plan: pays, fate: NO_FATE };
  }
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** `90s`, `5m`, `2h`, `30d` in milliseconds; null where it is none. */
export function readLength(text: string | undefined): number | null {
  const match = /^(\d{1,6})([smhd])$/.exec(text ?? '');
  if (match === null) return null;
  return Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0);
}

/** Stable digits and fingerprint of a card: the same name, the same card; wallets of it share only the last four. */
export function cardFace(methodId: string): { readonly last4: string; readonly fingerprint: string } {
  let hash = 2166136261;
  for (let index = 0; index < methodId.length; index += 1) {
    hash = Math.imul(hash ^ methodId.charCodeAt(index), 16777619) >>> 0;
  }
  return { last4: String(hash % 10_000).padStart(4, '0'), fingerprint: `fp${hash.toString(36)}` };
}
