import { assert } from '../kernel/assert.ts';
import { DAY_MS, type Instant } from '../kernel/time.ts';
import { compareText, groupBy } from './adjudicate/order.ts';
import { type Candidate, leftOfOwed, type OwedState, type PlanCustomer } from './candidate.ts';
import { byAccountAndFinding } from './incident.ts';
import { type Barrier, barrierOf, EXCLUSIONS, type ExclusionReason } from './plan/barrier.ts';
import { channelFor } from './plan/channel.ts';
import type { Amounts, Channel, RemedyPolicy } from './remedy-policy.ts';

/** What will be done for whom: written once, approved by its digest. All lists are in the order of their keys. */
export interface RemedyPlan {
  readonly accounts: readonly PlanAccount[];
  readonly refunds: readonly PlanRefund[];
  readonly exclusions: readonly PlanExclusion[];
  /** Minor units by currency, over all channels; goodwill in money is not part of it. */
  readonly sums: Amounts;
  /** Minutes by market. */
  readonly minutes: Readonly<Record<string, number>>;
}

/** What one account gets beside its refunds. */
export interface PlanAccount {
  readonly accountId: string;
  readonly market: string;
  readonly minutes: number;
  readonly goodwillMinor: bigint;
  readonly currency: string;
  readonly validDays: number;
  readonly letter: 'refund' | 'minutes' | 'acquirer' | 'none';
}

/** So much of one liability over one channel. */
export interface PlanRefund {
  readonly accountId: string;
  readonly liabilityId: string;
  readonly channel: Channel;
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** A finding that is left out, and why. */
export interface PlanExclusion {
  readonly accountId: string;
  readonly findingId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reason: string;
}

export interface Planning {
  readonly candidates: readonly Candidate[];
  readonly customers: readonly PlanCustomer[];
  readonly policy: RemedyPolicy;
  /** The first wrong charge, from which delay is counted; null where nothing has a time. */
  readonly wrongSince: Instant | null;
  readonly at: Instant;
}

/**
 * Decides for every finding: a refund of what is left of its liability, or an exclusion with its reason; and for every
 * account its goodwill and letter. Never more than what is left, never both legs of one rental, whatever the order of
 * the input.
 */
export function buildPlan(planning: Planning): RemedyPlan {
  const { candidates, customers, policy } = planning;
  const known = new Map(customers.map((customer) => [customer.accountId, customer]));
  const legs = dueLegsOf(candidates);
  const accounts: PlanAccount[] = [];
  const refunds: PlanRefund[] = [];
  const exclusions: PlanExclusion[] = [];
  const groups = groupBy(candidates.toSorted(byAccountAndFinding), ({ accountId }) => accountId);
  for (const [accountId, group] of groups) {
    const customer = known.get(accountId) ?? null;
    const weighed = group.map((candidate) => ({
      candidate,
      barrier: barrierOf(candidate, { customer, policy, legs, at: planning.at }),
    }));
    const paid = weighed.flatMap(({ candidate, barrier }) =>
      barrier === null ? refundsOf(candidate, customer, planning) : [],
    );
    refunds.push(...paid);
    exclusions.push(...weighed.flatMap(({ candidate, barrier }) => exclusionOf(candidate, barrier)));
    const reasons = new Set(weighed.map(({ barrier }) => barrier?.reason ?? null));
    const account = customer === null ? null : accountOf(customer, { paid, reasons, planning });
    if (account !== null) accounts.push(account);
  }
  refunds.sort(
    (one, other) => compareText(one.accountId, other.accountId) || compareText(one.liabilityId, other.liabilityId),
  );
  return { accounts, refunds, exclusions, sums: sumsOf(refunds), minutes: minutesOf(accounts) };
}

/** Payments that are to be given back: none of them may be the charge that another finding keeps. */
function dueLegsOf(candidates: readonly Candidate[]): ReadonlySet<string> {
  return new Set(
    candidates
      .filter(({ principal, owedBy }) => principal !== null || owedBy !== null)
      .map(({ paymentId }) => paymentId)
      .filter((paymentId) => paymentId !== null),
  );
}

function refundsOf(
  candidate: Candidate,
  customer: PlanCustomer | null,
  { policy, at }: Planning,
): readonly PlanRefund[] {
  const { principal, interest } = candidate;
  assert(principal !== null, `${candidate.findingId} is paid without a liability`);
  const channel = channelFor(candidate, { channels: policy.channels, at });
  assert(channel !== null, `${candidate.findingId} is paid over a channel`);
  const refunds = [refundOf(candidate.accountId, principal, channel)];
  // More than was taken cannot go back over the payment itself.
  if (interest !== null && leftOfOwed(interest) > 0n) {
    const mayTransfer =
      customer?.hasBankAccount === true && policy.channels.some((rule) => rule.channel === 'credit_transfer');
    refunds.push(refundOf(candidate.accountId, interest, mayTransfer ? 'credit_transfer' : 'account_credit'));
  }
  return refunds;
}

function refundOf(accountId: string, owed: OwedState, channel: Channel): PlanRefund {
  const amountMinor = leftOfOwed(owed);
  assert(amountMinor > 0n && amountMinor <= owed.owed.amountMinor, `${owed.liabilityId}: ${amountMinor} are left`);
  return { accountId, liabilityId: owed.liabilityId, channel, amountMinor, currency: owed.owed.currency };
}

function exclusionOf(candidate: Candidate, barrier: Barrier | null): readonly PlanExclusion[] {
  if (barrier === null) return [];
  const { accountId, findingId, refundDue } = candidate;
  return [
    {
      accountId,
      findingId,
      amountMinor: refundDue.amountMinor,
      currency: refundDue.currency,
      reason: barrier.detail === null ? EXCLUSIONS[barrier.reason] : `${EXCLUSIONS[barrier.reason]} ${barrier.detail}`,
    },
  ];
}

interface AccountInput {
  readonly paid: readonly PlanRefund[];
  readonly reasons: ReadonlySet<ExclusionReason | null>;
  readonly planning: Planning;
}

/** Charged wrongly, but the money is back or comes from elsewhere: goodwill is due all the same. */
const AFFECTED: readonly ExclusionReason[] = ['acquirer', 'given_back', 'disputed'];

function accountOf(customer: PlanCustomer, { paid, reasons, planning }: AccountInput): PlanAccount | null {
  const { goodwill } = planning.policy;
  const isRefunded = paid.length > 0;
  const isAffected = isRefunded || AFFECTED.some((reason) => reasons.has(reason));
  const isGiven =
    !customer.isServed && (goodwill.who === 'affected' ? isAffected : goodwill.who === 'refunded' && isRefunded);
  const minutes = isGiven ? minutesFor(planning) : 0;
  const [currency = Object.keys(goodwill.money).sort()[0] ?? ''] = [
    ...new Set(paid.map((refund) => refund.currency)),
  ].sort();
  const goodwillMinor = isGiven ? (goodwill.money[currency] ?? 0n) : 0n;
  const letter = letterFor({
    isRefunded,
    isAcquirer: reasons.has('acquirer'),
    isServed: customer.isServed,
    minutes,
    goodwillMinor,
  });
  if (letter === 'none') return null;
  return {
    accountId: customer.accountId,
    market: customer.homeMarket,
    minutes,
    goodwillMinor,
    currency: currency === '' ? NO_CURRENCY : currency,
    validDays: minutes > 0 ? goodwill.validDays : 0,
    letter,
  };
}

/** ISO 4217: no currency is meant. */
const NO_CURRENCY = 'XXX';

function letterFor(parts: {
  readonly isRefunded: boolean;
  readonly isAcquirer: boolean;
  readonly isServed: boolean;
  readonly minutes: number;
  readonly goodwillMinor: bigint;
}): PlanAccount['letter'] {
  if (parts.isRefunded) return 'refund';
  if (parts.isAcquirer && !parts.isServed) return 'acquirer';
  return parts.minutes > 0 || parts.goodwillMinor > 0n ? 'minutes' : 'none';
}

/** More with delay: the last rung that is reached. */
function minutesFor({ policy: { goodwill }, wrongSince, at }: Planning): number {
  const days = wrongSince === null ? 0 : Math.floor((at - wrongSince) / DAY_MS);
  return goodwill.ladder.findLast(({ afterDays }) => afterDays <= days)?.minutes ?? goodwill.minutes;
}

function sumsOf(refunds: readonly PlanRefund[]): Amounts {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of refunds) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  return Object.fromEntries([...sums].sort(([one], [other]) => compareText(one, other)));
}

function minutesOf(accounts: readonly PlanAccount[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const { market, minutes } of accounts) if (minutes > 0) sums.set(market, (sums.get(market) ?? 0) + minutes);
  return Object.fromEntries([...sums].sort(([one], [other]) => compareText(one, other)));
}
