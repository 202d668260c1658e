import { toMajor } from '../kernel/money.ts';

/**
 * How an incident is made good: data, versioned, chosen by the operator and never by the program. A plan names the
 * version that it follows.
 */
export interface RemedyPolicy {
  readonly goodwill: Goodwill;
  readonly timeValue: TimeValue;
  /** Below these sums nothing is transferred to people who cannot simply be credited. Everybody else is always paid. */
  readonly lowValue: Amounts;
  /** In the order in which they are tried. */
  readonly channels: readonly ChannelRule[];
  readonly caps: Caps;
  readonly approval: ApprovalRule;
  readonly campaign: CampaignRule;
}

/** Minor units by currency. */
export type Amounts = Readonly<Record<string, bigint>>;

/** What is given on top of the refund, never in its place. */
export interface Goodwill {
  /** Affected: whoever was charged wrongly, also where the money came back already. Refunded: who gets money now. */
  readonly who: 'affected' | 'refunded' | 'nobody';
  /** For each account, whatever the number of wrong charges; in its home market. */
  readonly minutes: number;
  /** Whole days in the market's zone, the last one included. */
  readonly validDays: number;
  /** The promise by which the campaign is measured. */
  readonly visibleWithinDays: number;
  /** For each account, credited. */
  readonly money: Amounts;
  /** More with delay: the last rung whose days have passed since the first wrong charge replaces `minutes`. */
  readonly ladder: readonly { readonly afterDays: number; readonly minutes: number }[];
}

/** Interest from the day of the debit to the day of the payout, of 365 days a year, rounded up to the minor unit. */
export interface TimeValue {
  readonly basisPointsAYear: number;
  /** How long after planning the money is expected to arrive. */
  readonly payoutDays: number;
}

export const CHANNELS = ['original_payment', 'reversal', 'credit_transfer', 'account_credit'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface ChannelRule {
  readonly channel: Channel;
  /** Days since the charge, the last one included; null: for ever. */
  readonly withinDays: number | null;
  /** Where a provider's window is another one. */
  readonly byProvider: Readonly<Record<string, number>>;
}

/** A currency that is not named may not be paid at all: an amount without a bound is nobody's decision. */
export interface Caps {
  readonly item: Amounts;
  readonly plan: Amounts;
  readonly day: Amounts;
}

export interface ApprovalRule {
  /** Accounts that whoever approves must have opened; all where there are fewer. */
  readonly samples: number;
  readonly validHours: number;
}

export interface CampaignRule {
  /** Refunds in ten seconds, over all workers. */
  readonly perTenSeconds: number;
  /** Refunds that go out first, to be looked at before the rest. */
  readonly canary: number;
  /** Final failures among the last hundred outcomes at which it halts by itself. */
  readonly haltFailures: number;
}

/** PSD2 art. 71 lets a payer object for 13 months; card providers refund at least as long. */
const MONTHS_13_DAYS = 395;

/**
 * What car2go promised in November 2014: 30 minutes for every affected customer, in his own city, on 90 days, the last
 * included, visible within two days; the money over the payment itself. Caps and rates are ours: the dearest day of
 * rental with extras stays below 500, and Stripe allows 100 requests a second.
 */
export const DEFAULT_2014: RemedyPolicy = {
  goodwill: { who: 'affected', minutes: 30, validDays: 90, visibleWithinDays: 2, money: {}, ladder: [] },
  timeValue: { basisPointsAYear: 0, payoutDays: 0 },
  lowValue: {},
  channels: [
    { channel: 'original_payment', withinDays: MONTHS_13_DAYS, byProvider: { paypal: 180 } },
    { channel: 'credit_transfer', withinDays: null, byProvider: {} },
  ],
  caps: {
    item: inEach(['EUR', 'USD', 'CAD', 'GBP'], 500_00n),
    plan: inEach(['EUR', 'USD', 'CAD', 'GBP'], 2_000_000_00n),
    day: inEach(['EUR', 'USD', 'CAD', 'GBP'], 2_000_000_00n),
  },
  approval: { samples: 5, validHours: 72 },
  campaign: { perTenSeconds: 250, canary: 10, haltFailures: 20 },
};

function inEach(currencies: readonly string[], amountMinor: bigint): Amounts {
  return Object.fromEntries(currencies.map((currency) => [currency, amountMinor]));
}

/** As it is kept and shown; `parseRemedyPolicy` reads it back as the same. */
export function remedyPolicyJson(policy: RemedyPolicy): object {
  const { goodwill, timeValue, channels, caps, approval, campaign } = policy;
  return {
    goodwill: {
      who: goodwill.who,
      minutes: goodwill.minutes,
      city: 'home',
      valid_days: goodwill.validDays,
      visible_within_days: goodwill.visibleWithinDays,
      money: majors(goodwill.money),
      ladder: goodwill.ladder.map(({ afterDays, minutes }) => ({ after_days: afterDays, minutes })),
    },
    time_value: { basis_points_a_year: timeValue.basisPointsAYear, payout_days: timeValue.payoutDays },
    low_value: majors(policy.lowValue),
    channels: channels.map(({ channel, withinDays, byProvider }) => ({
      channel,
      within_days: withinDays,
      by_provider: inOrder(byProvider),
    })),
    caps: { item: majors(caps.item), plan: majors(caps.plan), day: majors(caps.day) },
    approval: { samples: approval.samples, valid_hours: approval.validHours },
    campaign: {
      per_ten_seconds: campaign.perTenSeconds,
      canary: campaign.canary,
      halt_failures: campaign.haltFailures,
    },
  };
}

/** One text for one policy, whatever the order of its fields was: what its digest is taken of. */
export function remedyPolicyText(policy: RemedyPolicy): string {
  return JSON.stringify(remedyPolicyJson(policy));
}

function majors(amounts: Amounts): Readonly<Record<string, string>> {
  const of = Object.entries(amounts).map(([currency, amountMinor]) => [currency, toMajor({ amountMinor, currency })]);
  return inOrder(Object.fromEntries(of) as Record<string, string>);
}

function inOrder<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
