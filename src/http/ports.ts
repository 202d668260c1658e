import type { BankDesk } from '../flow/ports/bank.ts';
import type { CampaignOffice } from '../flow/ports/campaign.ts';
import type { Casework } from '../flow/ports/casework.ts';
import type { LetterBox } from '../flow/ports/letters.ts';
import type { Office } from '../flow/ports/office.ts';
import type { People } from '../flow/ports/people.ts';
import type { ProviderWebhook } from '../flow/ports/provider.ts';
import type { StatementBook, StatementPress } from '../flow/ports/statement.ts';
import type { LiveReads, LiveStore } from '../flow/ports/store.ts';
import type { Calendar, Clock, Digest, Entropy, Log } from '../flow/ports/world.ts';

/** All that the API is given. It opens nothing itself. */
export interface ApiPorts {
  readonly store: LiveStore;
  readonly reads: LiveReads;
  readonly office: Office;
  readonly people: People;
  readonly remedy: RemedyPorts;
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

/** What makes an incident good, as far as it is done from here. */
export interface RemedyPorts {
  readonly casework: Casework;
  readonly campaigns: CampaignOffice;
  readonly letters: Pick<LetterBox, 'countLetters'>;
  readonly bank: Pick<BankDesk, 'readExpectations' | 'readMovements' | 'readManualMatches'>;
  readonly statements: StatementBook;
  readonly press: StatementPress;
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
