import type { OutboxEvent } from '../../core/fact/event.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { Transfer } from '../../core/ledger/transfer.ts';
import type { RefundCount } from '../../core/remedy/progress.ts';
import type { CampaignState, RefundCase, RefundChange, RefundKey } from '../../core/remedy/refund.ts';

/** One campaign a plan: who carries it out, how fast, and when it must not go on by itself. */
export interface Campaign {
  readonly campaignId: string;
  readonly planId: string;
  readonly incidentId: string;
  readonly state: CampaignState;
  readonly reason: string;
  readonly canary: number | null;
  readonly perTenSeconds: number;
  readonly haltFailures: number;
  readonly version: number;
  readonly startedBy: string;
  readonly startedAt: Instant;
  readonly changedBy: string;
  readonly changedAt: Instant;
}

/** A plan as far as a campaign needs it. */
export interface ApprovedPlan {
  readonly planId: string;
  readonly incidentId: string;
  readonly digest: string;
  readonly accounts: number;
  readonly refunds: number;
  /** Null where nobody decided yet. */
  readonly decision: {
    readonly decision: 'approved' | 'refused';
    readonly decidedBy: string;
    readonly decidedAt: Instant;
    readonly expiresAt: Instant;
  } | null;
}

/** A planned refund, as a dry run shows it. */
export interface PlannedRefund {
  readonly key: RefundKey;
  readonly channel: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly provider: string;
  readonly merchantAccount: string;
  readonly paymentId: string;
  readonly keptPaymentId: string | null;
}

/** What an account of the plan gets beside its refunds. */
export interface PlannedGoodwill {
  readonly accountId: string;
  readonly planId: string;
  readonly incidentId: string;
  readonly market: string;
  /** IANA; null where the market is not known. */
  readonly timeZone: string | null;
  readonly minutes: number;
  readonly goodwillMinor: bigint;
  readonly currency: string;
  readonly validDays: number;
}

/** How long it took from the approval until minutes could be used. */
export interface GoodwillMeasure {
  readonly accounts: number;
  readonly granted: number;
  readonly approvedAt: Instant | null;
  /** The last one; null while there is none. */
  readonly lastVisibleAt: Instant | null;
}

/** What a worker does with refunds. Every method is one transaction; each may throw `StoreUnavailable`. */
export interface RefundStore {
  /** Campaigns that run, and those of which something is still looked at. */
  readCampaigns(): Promise<readonly Campaign[]>;
  /** Writes so many rows of the plan that are not there yet, by account. Answers how many; 0: no more. */
  fillCampaign(planId: string, limit: number, now: Instant): Promise<number>;
  /** Takes what is due in a campaign that runs. The claim counts the version on. */
  claimDue(request: RefundClaim & { readonly planId: string }): Promise<readonly RefundCase[]>;
  /** Takes what may be under way or is watched, in campaigns of whatever state. */
  claimOpen(request: RefundClaim): Promise<readonly RefundCase[]>;
  readRefund(key: RefundKey): Promise<RefundCase | null>;
  /** All outcomes of a batch together, each by itself. */
  applyRefunds(changes: readonly RefundChange[]): Promise<readonly RefundAnswer[]>;
  /**
   * Slots in which requests may go out to this account of the provider, over all processes: the first at the earliest
   * from `now` on, none later than `horizonMs` after it. Each bears the instant for which it is.
   */
  takeSlots(request: SlotRequest): Promise<readonly Instant[]>;
  /** How many of the last hundred outcomes of the plan were final failures of the customer's side. */
  countLastFailures(planId: string): Promise<number>;
  changeCampaign(change: CampaignChange): Promise<'applied' | 'stale'>;
  /** Whether every planned refund is there and none is open. */
  isCampaignOver(planId: string): Promise<boolean>;
  /** Cancels what was not begun of a stopped campaign, so many at a time. */
  cancelDue(planId: string, limit: number): Promise<number>;
  /**
   * Writes off that a person can be paid: what is left of the liability stays owed, and is told as unpayable. Answers
   * how much; `nothing_left` where nothing is, or something is under way; `unknown` where there is no such liability.
   */
  setUnpayable(unpayable: Unpayable): Promise<bigint | 'nothing_left' | 'unknown'>;
  /** How far a listing of the provider was read. */
  readCursor(name: string): Promise<Instant | null>;
}

/**
 * `stale`: somebody wrote since. `not_running`: the campaign was paused, or its canary is used up. `not_left`: the
 * liability has not so much left.
 */
export type RefundAnswer = 'applied' | 'stale' | 'not_running' | 'not_left';

export interface RefundClaim {
  readonly worker: string;
  readonly now: Instant;
  readonly leaseUntil: Instant;
  readonly limit: number;
}

export interface SlotRequest {
  readonly provider: string;
  readonly merchantAccount: string;
  readonly perTenSeconds: number;
  readonly now: Instant;
  readonly horizonMs: number;
  readonly limit: number;
}

export interface Unpayable {
  readonly accountId: string;
  readonly liabilityId: string;
  /** What was tried, and why it ends here. */
  readonly reason: string;
  readonly by: string;
  readonly now: Instant;
}

export interface CampaignChange {
  readonly planId: string;
  readonly version: number;
  readonly from: readonly CampaignState[];
  readonly state: CampaignState;
  readonly reason: string;
  /** Undefined leaves it. */
  readonly canary: number | null | undefined;
  readonly by: string;
  readonly now: Instant;
}

/** What a person does with a campaign. */
export interface CampaignOffice {
  readPlan(planId: string): Promise<ApprovedPlan | null>;
  readCampaign(planId: string): Promise<Campaign | null>;
  /** Unique by plan. The database refuses one without an approval of this digest as a defect. */
  createCampaign(
    campaign: Omit<Campaign, 'version' | 'changedBy' | 'changedAt'> & { readonly digest: string },
  ): Promise<'created' | 'exists'>;
  changeCampaign(change: CampaignChange): Promise<'applied' | 'stale'>;
  countCampaign(
    planId: string,
    now: Instant,
  ): Promise<{
    readonly counts: readonly (RefundCount & { readonly channel: string })[];
    readonly lastSuccessAt: Instant | null;
    /** Outcomes of the last minute before `now`. */
    readonly recent: number;
  }>;
  /** In order of accounts, from behind `after` on. */
  listPlanned(planId: string, after: RefundKey | null, limit: number): Promise<readonly PlannedRefund[]>;
  listRefunds(planId: string, state: string, limit: number): Promise<readonly RefundCase['refund'][]>;
  /** Sums by channel and currency. */
  sumPlanned(
    planId: string,
  ): Promise<
    readonly { readonly channel: string; readonly currency: string; readonly refunds: number; readonly minor: bigint }[]
  >;
  listGoodwill(planId: string, after: string | null, limit: number): Promise<readonly PlannedGoodwill[]>;
  /** Books money on top, once. */
  grantMoney(grant: { readonly transfer: Transfer; readonly event: OutboxEvent }): Promise<'created' | 'exists'>;
  measureGoodwill(planId: string): Promise<GoodwillMeasure>;
}
