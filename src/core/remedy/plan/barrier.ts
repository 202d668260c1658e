import type { Instant } from '../../kernel/time.ts';
import { type Candidate, leftOfOwed, type PlanCustomer, standingOf } from '../candidate.ts';
import type { RemedyPolicy } from '../remedy-policy.ts';
import { channelFor } from './channel.ts';

/** Why a finding is left out of a plan, in the order in which it is asked; the sentence is what the plan keeps. */
export const EXCLUSIONS = {
  phantom: 'Doubled in our records only: nobody lost money.',
  rejected: 'A person looked and found it right as it was.',
  acquirer: 'Bank or acquirer doubled it and repays it; we only write.',
  not_due: 'Nothing is due for it now: a dispute or refund was on its way when it was found.',
  possible: 'It only looks alike: it is shown, and paid if a person accepts it.',
  not_reviewed: 'Probable, and nobody has reviewed it yet.',
  nobody: 'The payment names no account.',
  unknown_customer: 'The account is not known here: give its customer with --customers.',
  owed_by_another: 'Another incident owes this payment already:',
  kept_gone: 'The charge that was to stay is given back: never both.',
  disputed: 'A dispute over the payment is open: it decides.',
  given_back: 'It came back to the customer already, over another road.',
  settled: 'What is owed for it is paid or on its way.',
  over_item_cap: 'Above what the policy lets pay in one piece.',
  no_cap: 'The policy names no cap for its currency.',
  no_channel: 'Every way back was tried, and the money came back each time.',
  no_bank_details: 'Waits until the customer says where else his money may go.',
  low_value: 'Below what the policy transfers to people who cannot simply be credited.',
} as const;
export type ExclusionReason = keyof typeof EXCLUSIONS;

export interface Barrier {
  readonly reason: ExclusionReason;
  readonly detail: string | null;
}

interface Circumstances {
  readonly customer: PlanCustomer | null;
  readonly policy: RemedyPolicy;
  /** Payments that are to be given back. */
  readonly legs: ReadonlySet<string>;
  readonly at: Instant;
}

/** What keeps a finding from being paid; null where nothing does. One input has one answer. */
export function barrierOf(candidate: Candidate, circumstances: Circumstances): Barrier | null {
  const standing = standingOf(candidate);
  if (standing !== 'payable') return because(standing);
  if (candidate.accountId === '' || candidate.paymentId === null) return because('nobody');
  if (circumstances.customer === null) return because('unknown_customer');
  if (candidate.owedBy !== null) return { reason: 'owed_by_another', detail: candidate.owedBy };
  if (candidate.isKeptGone || isKeptDue(candidate, circumstances.legs)) return because('kept_gone');
  if (candidate.isDisputed) return because('disputed');
  return sumBarrier(candidate, circumstances);
}

function isKeptDue({ keptPaymentId }: Candidate, legs: ReadonlySet<string>): boolean {
  return keptPaymentId !== null && legs.has(keptPaymentId);
}

function sumBarrier(candidate: Candidate, { customer, policy, at }: Circumstances): Barrier | null {
  const { principal } = candidate;
  // A finding that stands has its liability, or another incident does: without one nothing is owed yet.
  if (principal === null) return because('settled');
  const left = leftOfOwed(principal);
  if (left <= 0n) return because(principal.elsewhereMinor > 0n ? 'given_back' : 'settled');
  const cap = policy.caps.item[principal.owed.currency];
  if (cap === undefined) return because('no_cap');
  if (left > cap) return because('over_item_cap');
  const least = policy.lowValue[principal.owed.currency] ?? 0n;
  const channel = channelFor(candidate, { channels: policy.channels, at });
  if (channel === null) return because('no_channel');
  if (channel !== 'credit_transfer') return null;
  if (customer?.hasMethod === false && left < least) return because('low_value');
  return customer?.hasBankAccount === true ? null : because('no_bank_details');
}

function because(reason: ExclusionReason): Barrier {
  return { reason, detail: null };
}
