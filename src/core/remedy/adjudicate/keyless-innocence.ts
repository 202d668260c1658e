import type { Payment } from '../../fact/payment.ts';
import { sayMoney } from '../../kernel/money.ts';
import { DAY_MS } from '../../kernel/time.ts';
import type { Innocent } from '../finding.ts';
import { obligationKey } from '../match.ts';
import type { Hearing } from './hearing.ts';
import { type Leg, remainingOf } from './leg.ts';
import type { Neighbours } from './neighbours.ts';
import { groupBy } from './order.ts';
import { sayPayment, sayRental } from './say.ts';

/** Why charges that name no rental are none: one verdict for each. */
export function explainKeyless(hearing: Hearing, neighbours: Neighbours): readonly Innocent[] {
  const rentals = new Map(hearing.keyless.explained.map(({ rental }) => [rental.rentalId, rental]));
  const explained = [...hearing.explained].flatMap(([rentalId, legs]) => {
    const rental = rentals.get(rentalId);
    const own = hearing.weighed.get(obligationKey(rentalId, 'rental'))?.obligation;
    if (rental === undefined) return [];
    const payments = [...(own?.legs ?? []), ...legs].map((leg) => leg.payment.paymentId);
    const alike = legs.map(neighbours.alike).find((leg) => leg !== null) ?? null;
    const [leg] = legs;
    const price = `rental ${sayRental(rental)} of this account cost ${sayMoney(rental.amountDue)}`;
    return [
      {
        lookAlike: alike === null ? ('single' as const) : ('explained_by_another_rental' as const),
        accountId: rental.accountId,
        rentalId,
        paymentIds: [...payments, ...(own?.attempts ?? []).map((attempt) => attempt.paymentId)],
        reason:
          leg === undefined
            ? ''
            : `${sayPayment(leg.payment)} names no rental, but ${price}, and no other charge pays it${alike === null ? '' : `; ${alike.payment.paymentId} of the same amount is for another`}.`,
      },
    ];
  });
  const quiet = hearing.keyless.quiet.map((leg) => explainQuiet(hearing, leg, neighbours));
  return [...explained, ...quiet, ...explainAttempts(hearing)];
}

function explainQuiet(hearing: Hearing, leg: Leg, neighbours: Neighbours): Innocent {
  const { payment } = leg;
  const of = { accountId: payment.accountId, rentalId: null, paymentIds: [payment.paymentId] };
  const taken = `${sayPayment(payment)} over ${sayMoney(payment.amount)}`;
  if (remainingOf(leg) <= 0n) {
    const lookAlike = leg.chargedBack > 0n ? 'charged_back' : 'refunded';
    return { ...of, lookAlike, reason: `${taken} is not a duplicate, because it was given back in full.` };
  }
  if (leg.refunded + leg.chargedBack > 0n) {
    return {
      ...of,
      lookAlike: 'part_refund',
      reason: `${taken} is not due back, because what was given back already makes it even.`,
    };
  }
  if (payment.purpose !== 'rental') {
    return {
      ...of,
      lookAlike: payment.purpose === 'package' ? 'package' : 'fee_beside_rental',
      reason: `${taken} is for a ${payment.purpose} and no other charge carries its key: bought or due once more, it is not a duplicate.`,
    };
  }
  const alike = neighbours.alike(leg);
  if (hearing.setting.rentalsTellAccounts || payment.accountId === null || alike === null) {
    return {
      ...of,
      lookAlike: 'single',
      reason: `${taken} names no rental, and no other charge shares its account and amount, or its key.`,
    };
  }
  return {
    ...of,
    lookAlike: 'alike_rentals',
    reason: `${taken} and ${sayPayment(alike.payment)} have nothing in common but account and amount: without a rentals file that does not make them one drive.`,
  };
}

/** How soon after a failed attempt a success counts as its repetition. */
const RETRY_MAX_MS = DAY_MS;

function explainAttempts(hearing: Hearing): readonly Innocent[] {
  const taken = groupBy(hearing.matched.keyless, (leg) => likeness(leg.payment));
  return hearing.matched.keylessAttempts.map((attempt) => {
    const after = firstAfter(taken.get(likeness(attempt)) ?? [], attempt);
    const tried = `${sayPayment(attempt)} over ${sayMoney(attempt.amount)} took nothing (${attempt.status})`;
    return {
      lookAlike: after === null ? ('nothing_taken' as const) : ('declined_then_paid' as const),
      accountId: attempt.accountId,
      rentalId: null,
      paymentIds: [attempt.paymentId],
      reason: after === null ? `${tried}.` : `${tried}; only ${sayPayment(after.payment)} was taken after it.`,
    };
  });
}

function likeness({ accountId, amount }: Payment): string {
  return [accountId ?? '', amount.currency, amount.amountMinor].join('\u0000');
}

/** The first charge after the attempt, found by halving; null if it came too late. `legs` stand in order of time. */
function firstAfter(legs: readonly Leg[], attempt: Payment): Leg | null {
  let [low, high] = [0, legs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((legs[middle]?.payment.createdAt ?? 0) < attempt.createdAt) low = middle + 1;
    else high = middle;
  }
  const leg = legs[low];
  return leg !== undefined && leg.payment.createdAt - attempt.createdAt <= RETRY_MAX_MS ? leg : null;
}
