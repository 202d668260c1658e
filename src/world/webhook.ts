import { createHmac } from 'node:crypto';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS, toRfc3339 } from '../core/kernel/time.ts';
import type { DeliveryOutcome, DueDelivery, Office, StoredEvent } from '../flow/ports/office.ts';
import type { Clock, Log } from '../flow/ports/world.ts';
import { type Message, type Posted, post, type Reach } from './webhook/post.ts';

export interface WebhookSender {
  readonly office: Office;
  readonly clock: Clock;
  readonly log: Log;
  readonly reach: Reach;
  countDelivery(result: string): void;
}

/** At once by one process; the lease outlives the longest wait for an answer several times. */
const BATCH = 16;
const LEASE_MS = 2 * MINUTE_MS;
const SEQUENCED_MAX = 1000;

/** Tried for three days, then the address is disabled. Doubles from half a minute up to eight hours. */
const TRY_FOR_MS = 3 * DAY_MS;
const FIRST_WAIT_MS = 30 * SECOND_MS;
const WAIT_MS_MAX = 8 * HOUR_MS;

/**
 * Gives new events their place and sends what is due; answers how many were sent. Deliveries are at least once: who
 * dies after sending leaves it due, and the receiver knows it again by `webhook-id`.
 */
export async function sendWebhooksOnce(sender: WebhookSender): Promise<number> {
  const { office, clock } = sender;
  await office.sequenceEvents(clock.now(), SEQUENCED_MAX);
  const now = clock.now();
  const due = await office.claimDeliveries({ now, leaseUntil: now + LEASE_MS, limit: BATCH });
  await Promise.all(due.map((delivery) => sendOne(sender, delivery)));
  return due.length;
}

async function sendOne(sender: WebhookSender, delivery: DueDelivery): Promise<void> {
  const { office, clock, log, reach } = sender;
  const posted = await post(messageOf(delivery, clock.now()), reach);
  const outcome = outcomeOf(delivery, posted, clock.now());
  await office.finishDelivery(outcome);
  sender.countDelivery(outcome.next.kind);
  log.info('webhook sent', {
    endpoint_id: delivery.endpoint.endpointId,
    event_id: delivery.event.eventId,
    attempt: delivery.tries + 1,
    status: outcome.status,
    reason: outcome.error,
    result: outcome.next.kind,
  });
}

export function outcomeOf(delivery: DueDelivery, posted: Posted, at: Instant): DeliveryOutcome {
  const isTaken = posted.kind === 'answered' && posted.status >= 200 && posted.status < 300;
  return {
    endpointId: delivery.endpoint.endpointId,
    eventId: delivery.event.eventId,
    at,
    status: posted.kind === 'answered' ? posted.status : null,
    error: posted.kind === 'failed' ? posted.error.slice(0, 500) : null,
    next: isTaken ? { kind: 'done' } : nextOf(delivery, posted, at),
  };
}

/** 410 Gone is the receiver's way to say that he wants no more (Standard Webhooks 1.0). */
function nextOf(
  { endpoint, event, tries, firstDueAt }: DueDelivery,
  posted: Posted,
  at: Instant,
): DeliveryOutcome['next'] {
  const runAt = at + Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 30), WAIT_MS_MAX);
  const isGone = posted.kind === 'answered' && posted.status === 410;
  if (!isGone && runAt - firstDueAt <= TRY_FOR_MS) return { kind: 'again', runAt };
  return {
    kind: 'disable',
    event: {
      type: 'webhook.disabled',
      accountId: '',
      data: { endpoint_id: endpoint.endpointId, event_id: `evt_${event.eventId}`, tries: tries + 1 },
      happenedAt: at,
    },
  };
}

/** Standard Webhooks 1.0: the id stays the same on every try, the time is that of sending, one signature a secret. */
export function messageOf({ endpoint, event }: DueDelivery, at: Instant): Message {
  const id = `evt_${event.eventId}`;
  const seconds = Math.floor(at / SECOND_MS);
  const body = bodyOf(event);
  return {
    url: endpoint.url,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'storno',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': endpoint.secrets.map((secret) => sign(secret, `${id}.${seconds}.${body}`)).join(' '),
    },
  };
}

function sign(secret: string, text: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}

function bodyOf({ eventId, type, accountId, data, happenedAt }: StoredEvent): string {
  return JSON.stringify({
    event_id: `evt_${eventId}`,
    type,
    timestamp: toRfc3339(happenedAt),
    data: { ...(accountId === '' ? {} : { account_id: accountId }), ...data },
  });
}
