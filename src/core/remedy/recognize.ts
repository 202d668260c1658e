import { assert } from '../kernel/assert.ts';
import { type Money, money } from '../kernel/money.ts';
import { DAY_MS, type Instant } from '../kernel/time.ts';
import { type Transfer, transfer } from '../ledger/transfer.ts';
import { type Candidate, standingOf } from './candidate.ts';
import type { TimeValue } from './remedy-policy.ts';

/** What is owed from now on for one wrong charge, before anything of it is discharged. */
export interface NewLiability {
  readonly accountId: string;
  readonly findingId: string;
  readonly kind: 'principal' | 'time_value';
  readonly provider: string;
  readonly merchantAccount: string;
  readonly paymentId: string;
  readonly keptPaymentId: string | null;
  readonly rentalId: string | null;
  readonly owed: Money;
}

type Recognizable = Omit<Candidate, 'principal' | 'interest' | 'owedBy' | 'isDisputed' | 'isKeptGone'>;

/** What the findings that stand owe to whom, once for each: principal and, by policy, interest until the payout. */
export function recognize(
  candidates: readonly Recognizable[],
  { timeValue, at }: { readonly timeValue: TimeValue; readonly at: Instant },
): readonly NewLiability[] {
  return candidates.flatMap((candidate) => {
    const { accountId, paymentId, chargedAt, refundDue } = candidate;
    if (standingOf(candidate) !== 'payable' || accountId === '' || paymentId === null) return [];
    const common = {
      accountId,
      findingId: candidate.findingId,
      provider: candidate.provider,
      merchantAccount: candidate.merchantAccount,
      paymentId,
      keptPaymentId: candidate.keptPaymentId,
      rentalId: candidate.rentalId,
    };
    const principal: NewLiability = { ...common, kind: 'principal', owed: refundDue };
    const interest = chargedAt === null ? 0n : interestMinor(refundDue, { timeValue, from: chargedAt, at });
    if (interest === 0n) return [principal];
    return [principal, { ...common, kind: 'time_value', owed: money(interest, refundDue.currency) }];
  });
}

const DAYS_A_YEAR = 365n;
const BASIS_POINTS = 10_000n;

/** Simple interest by whole days, rounded up: in the customer's favour. */
function interestMinor(
  { amountMinor }: Money,
  { timeValue, from, at }: { readonly timeValue: TimeValue; readonly from: Instant; readonly at: Instant },
): bigint {
  const days = Math.floor((at - from) / DAY_MS) + timeValue.payoutDays;
  if (days <= 0) return 0n;
  const dividend = amountMinor * BigInt(timeValue.basisPointsAYear) * BigInt(days);
  const divisor = BASIS_POINTS * DAYS_A_YEAR;
  return (dividend + divisor - 1n) / divisor;
}

/**
 * From here on we owe it. Where the live books owe a surplus already nobody calls this for the principal: that is known
 * only to the books.
 */
export function recognizedEntry(liability: NewLiability, happenedAt: Instant): Transfer {
  assert(liability.owed.amountMinor > 0n, `a liability of ${liability.paymentId} owes nothing`);
  return transfer({
    accountId: liability.accountId,
    kind: 'liability_recognized',
    sourceRef: recognizedRef(liability),
    debit: liability.kind === 'principal' ? 'house_wrongly_charged' : 'house_goodwill',
    credit: 'account_payable',
    dimension: '',
    asset: liability.owed.currency,
    amount: liability.owed.amountMinor,
    corrects: null,
    happenedAt,
  });
}

/** `stripe:acct_1:pay_2`, `…:time_value`. */
function recognizedRef({ provider, merchantAccount, paymentId, kind }: NewLiability): string {
  const payment = `${provider}:${merchantAccount}:${paymentId}`;
  return kind === 'principal' ? payment : `${payment}:time_value`;
}
