import { createHmac } from 'node:crypto';
import { HOUR_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import type { SandboxEngine, WebhookSend } from '../src/world/provider/sandbox/engine.ts';
import type { Chance } from './chance.ts';
import type { Marks } from './marks.ts';
import type { Scheduler } from './scheduler.ts';
import type { Fault, Swarm } from './swarm.ts';

/** One request to our webhook address, as bytes and signature. */
export interface Knock {
  readonly body: string;
  readonly signature: string;
}

/** Carries the provider's events to us, and what others would have us believe to be such. */
export interface Webhooks {
  /** To be called whenever the provider did something: looks when the next delivery is due. */
  arm(): void;
}

/** What is subscribed to: the events that can change what we know. */
const SUBSCRIBED = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'refund.updated',
  'refund.failed',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.closed',
] as const;

export function openWebhooks(parts: {
  readonly engine: SandboxEngine;
  readonly merchants: readonly string[];
  readonly scheduler: Scheduler;
  readonly swarm: Swarm;
  readonly chance: Chance;
  readonly marks: Marks;
  readonly calm: () => boolean;
  /** Brings a request to a process of ours; answers whether it was acknowledged. Null: nobody is up. */
  readonly knock: (knock: Knock, isGenuine: boolean) => Promise<boolean>;
}): Webhooks & { readonly secrets: readonly string[] } {
  const { engine, scheduler, swarm, chance, marks } = parts;
  const secrets = parts.merchants.map((merchant) => subscribe(engine, merchant, scheduler.now()));
  let armedAt = Number.POSITIVE_INFINITY;

  const fires = (fault: Fault): boolean => {
    if (parts.calm() || !chance.happens(swarm.probability[fault])) return false;
    marks.hit(`fault:${fault}`);
    return true;
  };

  const deliver = (send: WebhookSend): void => {
    const [secret = ''] = send.secrets;
    const signed = (secretUsed: string, at: number): Knock => ({
      body: send.body,
      signature: sign(send.body, secretUsed, at),
    });
    const knock = signed(secret, scheduler.now());
    parts.knock(knock, true).then((isAcknowledged) => {
      engine.settle(send.sendingId, isAcknowledged ? 'acknowledged' : 'refused', scheduler.now());
      arm();
    }, throwLater);
    // What an attacker sends must be refused; what he recorded, too, once it is old.
    if (fires('webhook_forged')) parts.knock(signed('whsec_guessed', scheduler.now()), false).catch(throwLater);
    if (fires('webhook_future')) parts.knock(signed(secret, scheduler.now() + HOUR_MS), false).catch(throwLater);
    if (fires('webhook_replayed')) {
      scheduler.after(HOUR_MS, () => void parts.knock(knock, false).catch(throwLater));
    }
  };

  const arm = (): void => {
    const nextAt = engine.nextDueAt;
    if (nextAt === null || nextAt >= armedAt) return;
    armedAt = nextAt;
    scheduler.at(nextAt, () => {
      if (armedAt > scheduler.now()) return;
      armedAt = Number.POSITIVE_INFINITY;
      for (const send of engine.due(scheduler.now())) deliver(send);
      arm();
    });
  };

  return { arm, secrets };
}

function subscribe(engine: SandboxEngine, merchant: string, now: number): string {
  const played = engine.handle(
    {
      method: 'POST',
      path: '/v1/webhook_endpoints',
      query: {},
      form: {
        url: 'https://storno.test/v1/providers/stripe/events',
        ...Object.fromEntries(SUBSCRIBED.map((type, index) => [`enabled_events[${index}]`, type])),
      },
      headers: { 'stripe-account': merchant },
    },
    now,
  );
  const body = played.response?.body as { readonly secret: string };
  return body.secret;
}

function sign(body: string, secret: string, at: number): string {
  const second = Math.floor(at / SECOND_MS);
  return `t=${second},v1=${createHmac('sha256', secret).update(`${second}.${body}`).digest('hex')}`;
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
