import Stripe from 'stripe';
import { assert } from '../../../core/kernel/assert.ts';
import { fail, ok, type Result } from '../../../core/kernel/result.ts';
import { type Instant, SECOND_MS } from '../../../core/kernel/time.ts';
import type { EventRefusal, ProviderEvent, ProviderWebhook } from '../../../flow/ports/provider.ts';
import { fieldOf, idOf, numberOf, recordOf, textOf } from './loose.ts';
import { STRIPE } from './read-payment.ts';

/** How far the time of signing may be from ours, in both directions. The provider's own default is 5 min back. */
const TOLERANCE_S = 300;
/** Events are a few kilobytes. */
const BODY_BYTES_MAX = 1_000_000;

export interface WebhookAccess {
  /** One, or two while they are being exchanged. */
  readonly secrets: readonly string[];
  /** Our name of the merchant account by the provider's id; events without one belong to `''`. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** Verifies Stripe's signatures (scheme v1: HMAC-SHA256 over time and raw body). */
export class StripeWebhook implements ProviderWebhook {
  readonly #access: WebhookAccess;

  constructor(access: WebhookAccess) {
    this.#access = access;
  }

  verify(request: {
    readonly body: Uint8Array;
    readonly signature: string;
    readonly now: Instant;
  }): Result<ProviderEvent, EventRefusal> {
    const text = decode(request.body);
    if (text === null) return fail({ kind: 'malformed', detail: 'the body is too long or not UTF-8' });
    const signedAt = signedAtOf(request.signature);
    if (signedAt === null || !this.#isSigned(text, request)) return fail({ kind: 'signature_invalid' });
    const ageS = Math.floor(request.now / SECOND_MS) - signedAt;
    if (ageS > TOLERANCE_S) return fail({ kind: 'too_old' });
    if (ageS < -TOLERANCE_S) return fail({ kind: 'too_new' });
    return this.#read(text);
  }

  /** By any of the secrets. The SDK compares; the time is checked here, because it lets the future pass. */
  #isSigned(text: string, { signature, now }: { readonly signature: string; readonly now: Instant }): boolean {
    const scheme = Stripe.webhooks.signature;
    assert(scheme !== null, 'the SDK has no signature scheme');
    return this.#access.secrets.some((secret) => {
      try {
        return scheme.verifyHeader(text, signature, secret, ANY_AGE_S, undefined, now);
      } catch (error) {
        if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
        throw error;
      }
    });
  }

  #read(text: string): Result<ProviderEvent, EventRefusal> {
    const event = parse(text);
    const id = textOf(event?.id);
    const type = textOf(event?.type);
    const created = numberOf(event?.created);
    if (event === null || event.object !== 'event' || id === null || type === null || created === null) {
      return fail({ kind: 'malformed', detail: 'it is no event' });
    }
    if (!ABOUT_PAYMENTS.test(type)) return fail({ kind: 'of_no_concern', type });
    const objectRef = idOf(recordOf(event.data)?.object);
    if (objectRef === null) return fail({ kind: 'malformed', detail: `${id} speaks of no object` });
    const merchantAccount = this.#access.accounts[fieldOf(event, 'account') ?? ''];
    if (merchantAccount === undefined) {
      return fail({ kind: 'malformed', detail: `${id} is of a merchant account unknown here` });
    }
    return ok({ provider: STRIPE, merchantAccount, eventId: id, type, objectRef, createdAt: created * SECOND_MS });
  }
}

/**
 * Types that speak of a payment; disputes are `charge.dispute.…`. Whoever subscribes to more sends what nobody here can
 * fetch (`customer.created`, `balance.available`): taken in, it would wait for days and end in an alarm.
 */
const ABOUT_PAYMENTS = /^(?:payment_intent|charge|refund)\./;

/** The age is checked here; to the SDK 0 would mean that it is not checked at all, by mistake as well as on purpose. */
const ANY_AGE_S = Number.MAX_SAFE_INTEGER;

/** The time in the header; null unless there is exactly one. */
function signedAtOf(signature: string): number | null {
  const times = signature.split(',').filter((part) => part.startsWith('t='));
  const match = /^t=(\d{1,12})$/.exec(times[0] ?? '');
  return times.length === 1 && match !== null ? Number(match[1]) : null;
}

/** The raw bytes as text, exactly: no replaced characters, no swallowed byte-order mark. */
function decode(body: Uint8Array): string | null {
  if (body.length > BODY_BYTES_MAX) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}
