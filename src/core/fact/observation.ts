import type { Money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';

/** Where the knowledge about an attempt came from. */
export type EvidenceSource = 'answer' | 'look_up' | 'event' | 'listing' | 'poll';

/** What somebody saw about one attempt. `unknown` says nothing about money: time-outs, 5xx, unreadable answers. */
export interface Observation {
  readonly source: EvidenceSource;
  readonly at: Instant;
  readonly outcome: 'succeeded' | 'pending' | 'failed_final' | 'unknown' | 'absent';
  readonly providerRef: string | null;
  /** What the provider took; null where it took nothing or does not say. */
  readonly amount: Money | null;
  readonly merchantAccount: string | null;
  readonly declineCode: string | null;
  /** One sentence for a person: "HTTP 500 after 2.1 s", "no payment with this reference". */
  readonly detail: string;
}
