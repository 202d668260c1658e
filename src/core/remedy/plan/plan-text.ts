import { compareText } from '../adjudicate/order.ts';
import type { Candidate, OwedState, PlanCustomer } from '../candidate.ts';
import { byAccountAndFinding } from '../incident.ts';
import type { RemedyPlan } from '../plan.ts';
import { canonicalText, type Json } from '../proof/canonical.ts';

/** Whose plan it is, and by which policy: part of what is approved. */
export interface PlanHead {
  readonly incidentId: string;
  readonly policyVersion: number;
}

/** One line of canonical JSON for the head and for every row, in order: what the plan's digest is taken of. */
export function planText(
  head: PlanHead,
  { accounts, refunds, exclusions }: Omit<RemedyPlan, 'sums' | 'minutes'>,
): string {
  return lines([
    ['plan', head.incidentId, head.policyVersion],
    ...accounts
      .toSorted(byAccount)
      .map((row) => [
        'account',
        row.accountId,
        row.market,
        row.minutes,
        String(row.goodwillMinor),
        row.currency,
        row.validDays,
        row.letter,
      ]),
    ...refunds
      .toSorted((one, other) => byAccount(one, other) || compareText(one.liabilityId, other.liabilityId))
      .map((row) => ['refund', row.accountId, row.liabilityId, row.channel, String(row.amountMinor), row.currency]),
    ...exclusions
      .toSorted(byAccountAndFinding)
      .map((row) => ['exclusion', row.accountId, row.findingId, String(row.amountMinor), row.currency, row.reason]),
  ]);
}

/** The state that a plan rests on: where its text is another one, the plan is stale. Time is no part of it. */
export function basisText(
  head: PlanHead,
  { candidates, customers }: { readonly candidates: readonly Candidate[]; readonly customers: readonly PlanCustomer[] },
): string {
  return lines([
    ['basis', head.incidentId, head.policyVersion],
    ...candidates
      .toSorted(byAccountAndFinding)
      .map((one) => [
        'finding',
        one.accountId,
        one.findingId,
        one.review,
        one.principal === null ? null : owedLine(one.principal),
        one.interest === null ? null : owedLine(one.interest),
        one.owedBy,
        one.isDisputed,
        one.isKeptGone,
        [...one.failedChannels],
      ]),
    ...customers
      .toSorted(byAccount)
      .map(({ accountId, homeMarket, hasMethod, hasBankAccount, isServed }) => [
        'customer',
        accountId,
        homeMarket,
        hasMethod,
        hasBankAccount,
        isServed,
      ]),
  ]);
}

function owedLine(state: OwedState): Json {
  return [
    state.liabilityId,
    String(state.owed.amountMinor),
    state.owed.currency,
    String(state.reservedMinor),
    String(state.refundedMinor),
    String(state.transferredMinor),
    String(state.creditedMinor),
    String(state.elsewhereMinor),
    String(state.unpayableMinor),
  ];
}

function byAccount(one: { readonly accountId: string }, other: { readonly accountId: string }): number {
  return compareText(one.accountId, other.accountId);
}

function lines(rows: readonly Json[]): string {
  return rows.map(canonicalText).join('\n');
}
