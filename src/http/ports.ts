import type { Office } from '../flow/ports/office.ts';
import type { People } from '../flow/ports/people.ts';
import type { ProviderWebhook } from '../flow/ports/provider.ts';
import type { LiveReads, LiveStore } from '../flow/ports/store.ts';
import type { Calendar, Clock, Digest, Entropy, Log } from '../flow/ports/world.ts';

/** All that the API is given. It opens nothing itself. */
export interface ApiPorts {
  readonly store: LiveStore;
  readonly reads: LiveReads;
  readonly office: Office;
  readonly people: People;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly calendar: Calendar;
  readonly digest: Digest;
  readonly log: Log;
  readonly limiter: Limiter;
  readonly meter: Meter;
  /** Null where no secret of Stripe's is configured: its address then refuses everything. */
  readonly stripe: ProviderWebhook | null;
  /** By provider, the merchant accounts that can be charged through here. Others would only fail later. */
  readonly merchantAccounts: Readonly<Record<string, readonly string[]>>;
  readonly version: string;
}

/** Counts requests of one name within a window. */
export interface Limiter {
  take(name: string): Promise<Allowance>;
}

export interface Allowance {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly windowMs: number;
  /** Until the window begins anew. */
  readonly resetMs: number;
}

export interface Meter {
  countRequest(request: { readonly operation: string; readonly status: number; readonly ms: number }): void;
  /** In the text format of Prometheus. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}
