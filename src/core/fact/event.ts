import type { Instant } from '../kernel/time.ts';

/** Something that happened and that others may be told: the outbox. Thin: ids and states, no personal data. */
export interface OutboxEvent {
  readonly type:
    | 'rental.ended'
    | 'rental.voided'
    | 'charge.succeeded'
    | 'charge.declined'
    | 'charge.uncollected'
    | 'charge.parked'
    | 'charge.surplus'
    | 'refund.accepted'
    | 'refund.succeeded'
    | 'refund.failed'
    | 'refund.quarantined'
    | 'campaign.changed'
    | 'credit.granted'
    | 'lot.granted'
    | 'lot.expired'
    | 'alarm.raised'
    | 'charging.stopped'
    | 'charging.resumed'
    | 'webhook.tested'
    | 'webhook.disabled';
  readonly accountId: string;
  /** What it is about, as ids: `{rental_id, purpose, occurrence, state}`. */
  readonly data: Readonly<Record<string, string | number>>;
  readonly happenedAt: Instant;
}
