import type { Payment } from '../../fact/payment.ts';
import type { Rental } from '../../fact/rental.ts';
import { sayMoney } from '../../kernel/money.ts';
import type { Weighed } from '../detect.ts';
import type { Finding, Innocent, LookAlike } from '../finding.ts';
import { obligationKey } from '../match.ts';
import type { Hearing } from './hearing.ts';
import { explainKeyless } from './keyless-innocence.ts';
import { differInPayer, type Leg, netLegs, remainingOf } from './leg.ts';
import { type Neighbours, neighboursOf } from './neighbours.ts';
import { compareText } from './order.ts';
import { sayIn, sayPayment, sayRental } from './say.ts';

/** What makes an obligation look doubled, and why it is not. */
export type Plea = Pick<Innocent, 'lookAlike' | 'reason'>;

/**
 * Says of everything that no finding speaks of why it is none: one verdict for each obligation, for each rental that
 * keyless charges explain or nothing was taken for, and for each other charge that names no rental.
 */
export function explainInnocence(hearing: Hearing, findings: readonly Finding[]): readonly Innocent[] {
  const spokenOf = paymentsOf(findings);
  const even = [...hearing.weighed.values()].filter(
    (weighed) => !isSpokenOf(weighed, spokenOf) && !isExplained(hearing, weighed),
  );
  const untouched = hearing.facts.rentals.filter((rental) => isUntouched(hearing, rental));
  const neighbours = neighboursOf(hearing);
  return [
    ...even.map((weighed) => explainObligation(weighed, neighbours)),
    ...untouched.map(explainUntouched),
    ...explainKeyless(hearing, neighbours).filter(({ paymentIds }) => !paymentIds.some((id) => spokenOf.has(id))),
  ].toSorted(compareInnocents);
}

function isSpokenOf({ obligation }: Weighed, spokenOf: ReadonlySet<string>): boolean {
  const { legs, attempts, loose } = obligation;
  const [first] = [...legs.map((leg) => leg.payment), ...attempts, ...loose.movements];
  // A finding on an obligation shows all its payments.
  return first !== undefined && spokenOf.has(first.paymentId);
}

/** Whether charges without reference pay the rental: then they are spoken of with it. */
function isExplained(hearing: Hearing, { obligation }: Weighed): boolean {
  return obligation.purpose === 'rental' && hearing.explained.has(obligation.rentalId);
}

function compareInnocents(one: Innocent, other: Innocent): number {
  return (
    compareText(one.rentalId, other.rentalId) ||
    compareText(one.accountId, other.accountId) ||
    compareText(one.paymentIds[0] ?? null, other.paymentIds[0] ?? null)
  );
}

/** All payments that findings show. Findings of one obligation share their list, which is walked once. */
function paymentsOf(findings: readonly Finding[]): ReadonlySet<string> {
  const lists = new Set(findings.map((finding) => finding.evidence.payments));
  return new Set([...lists].flatMap((list) => list.map((payment) => payment.paymentId)));
}

function isUntouched(hearing: Hearing, { rentalId }: Rental): boolean {
  return !hearing.explained.has(rentalId) && !hearing.weighed.has(obligationKey(rentalId, 'rental'));
}

function explainUntouched(rental: Rental): Innocent {
  return {
    lookAlike: 'nothing_taken',
    accountId: rental.accountId,
    rentalId: rental.rentalId,
    paymentIds: [],
    reason: `Nothing was charged for rental ${sayRental(rental)}, which cost ${sayMoney(rental.amountDue)}.`,
  };
}

function explainObligation(weighed: Weighed, neighbours: Neighbours): Innocent {
  const { obligation } = weighed;
  const payments = [
    ...obligation.legs.map((leg) => leg.payment),
    ...obligation.attempts,
    ...obligation.loose.movements,
  ];
  return {
    ...plead(weighed, neighbours),
    accountId: obligation.rental?.accountId ?? payments[0]?.accountId ?? null,
    rentalId: obligation.rentalId,
    paymentIds: payments.map((payment) => payment.paymentId),
  };
}

function plead(weighed: Weighed, neighbours: Neighbours): Plea {
  const { legs } = weighed.obligation;
  const [only, second] = legs;
  if (only === undefined) return pleadNothingTaken(weighed);
  if (netLegs(legs).length < legs.length || weighed.taken < weighed.gross) return pleadGivenBack(weighed, only);
  if (weighed.obligation.purpose !== 'rental') return pleadOther(weighed, only);
  return second === undefined ? pleadSingle(weighed, only, neighbours) : pleadParts(weighed);
}

function pleadNothingTaken({ obligation }: Weighed): Plea {
  const tried = obligation.attempts.map((attempt) => `${sayPayment(attempt)} (${attempt.status})`);
  return {
    lookAlike: 'nothing_taken',
    reason: `Nothing was taken for the ${obligation.purpose} of rental ${obligation.rentalId}${tried.length === 0 ? '' : `: ${some(tried)}`}.`,
  };
}

/** Some money went back, and what is left is no more than was owed. */
function pleadGivenBack(weighed: Weighed, first: Leg): Plea {
  const { legs, loose, rentalId } = weighed.obligation;
  const gone = legs.filter((leg) => remainingOf(leg) <= 0n);
  const net = netLegs(legs);
  const back = [...legs.flatMap((leg) => leg.movements), ...loose.movements].filter(
    (movement) => movement.status === 'succeeded' && movement.kind !== 'chargeback_reversal',
  );
  const sums = `${sayIn(first.payment, weighed.gross)} taken, ${sayIn(first.payment, weighed.gross - weighed.taken)} given back by ${some(back.map((movement) => movement.paymentId))}`;
  const not = `Rental ${rentalId} is not charged twice, because`;
  if (legs.some((leg) => leg.chargedBack > 0n) || loose.movements.some((movement) => movement.kind === 'chargeback')) {
    return { lookAlike: 'charged_back', reason: `${not} the bank took money back for the customer: ${sums}.` };
  }
  const again = net.find((leg) => gone.some((before) => before.payment.createdAt < leg.payment.createdAt));
  if (again !== undefined) {
    return {
      lookAlike: 'charged_again_after_refund',
      reason: `${not} an earlier charge was given back before ${sayPayment(again.payment)} stood: ${sums}.`,
    };
  }
  if (net.length === 0 || legs.length > 1) {
    const over = weighed.taken < 0n ? ', more than was taken' : '';
    return { lookAlike: 'refunded', reason: `${not} it was given back already${over}: ${sums}.` };
  }
  return { lookAlike: 'part_refund', reason: `${not} it was charged once and refunded in part: ${sums}.` };
}

function pleadOther({ obligation }: Weighed, only: Leg): Plea {
  const what = `${obligation.purpose} of rental ${obligation.rentalId}`;
  const paid = obligation.legs.map((leg) => `${sayPayment(leg.payment)} over ${sayMoney(leg.payment.amount)}`);
  const lookAlikes: Readonly<Record<Payment['purpose'], LookAlike>> = {
    rental: 'single',
    fee: 'fee_beside_rental',
    deposit: 'hold_and_capture',
    adjustment: 'corrected_under_charge',
    package: 'package',
  };
  return {
    lookAlike: lookAlikes[only.payment.purpose],
    reason: `Not a second charge of the rental, because it is for another purpose: ${what}, ${some(paid)}.`,
  };
}

function pleadParts(weighed: Weighed): Plea {
  const { legs, rentalId } = weighed.obligation;
  const parts = some(legs.map((leg) => `${sayMoney(leg.payment.amount)} by ${sayPayment(leg.payment)}`));
  const price = weighed.price === null ? 'its price' : `its price of ${sayMoney(weighed.price.owed)}`;
  return differInPayer(legs)
    ? {
        lookAlike: 'split_tender',
        reason: `Rental ${rentalId} is not charged twice, because two payers or cards shared ${price}: ${parts}.`,
      }
    : {
        lookAlike: 'corrected_under_charge',
        reason: `Rental ${rentalId} is not charged twice, because its charges together are no more than ${price}: ${parts}.`,
      };
}

function pleadSingle(weighed: Weighed, leg: Leg, neighbours: Neighbours): Plea {
  const { rental, rentalId, attempts } = weighed.obligation;
  const declined = attempts.filter((attempt) => attempt.status === 'failed');
  const taken = `${sayPayment(leg.payment)} over ${sayMoney(leg.payment.amount)}`;
  if (declined.length > 0) {
    return {
      lookAlike: 'declined_then_paid',
      reason: `Rental ${rentalId} is not charged twice, because ${some(declined.map(sayPayment))} was declined and only ${taken} was taken.`,
    };
  }
  if (attempts.length > 0) {
    return {
      lookAlike: 'hold_and_capture',
      reason: `Rental ${rentalId} is not charged twice, because ${some(attempts.map((attempt) => `${sayPayment(attempt)} (${attempt.status})`))} only held the money and ${taken} took it.`,
    };
  }
  return pleadBeside(rental, leg, neighbours) ?? { lookAlike: 'single', reason: sayOnce(weighed, taken) };
}

/** Why the charge of one rental is no repetition of another's; null where nothing stands beside it. */
export function pleadBeside(rental: Rental | null, leg: Leg, neighbours: Neighbours): Plea | null {
  const beside = rental === null ? null : neighbours.beside(rental);
  if (rental !== null && beside !== null) {
    return {
      lookAlike: 'two_vehicles_at_once',
      reason: `Rentals ${rental.rentalId} (vehicle ${rental.vehicleId}) and ${beside.rentalId} (vehicle ${beside.vehicleId}) of account ${rental.accountId} are two drives, because two vehicles were under way at once; each is charged once.`,
    };
  }
  const alike = neighbours.alike(leg);
  if (alike === null || leg.payment.rentalId === null || alike.payment.rentalId === null) return null;
  return {
    lookAlike: 'alike_rentals',
    reason: `${sayPayment(leg.payment)} does not repeat ${sayPayment(alike.payment)}, because they pay two rentals that cost the same, ${leg.payment.rentalId} and ${alike.payment.rentalId}.`,
  };
}

function sayOnce({ obligation, price }: Weighed, taken: string): string {
  const cost = price === null ? '' : ` cost ${sayMoney(price.owed)} and`;
  return `Rental ${obligation.rentalId}${cost} was charged once: ${taken}.`;
}

const SOME_MAX = 5;

/** Lists a few; garbage must not make an endless sentence. */
export function some(items: readonly string[]): string {
  const shown = items.slice(0, SOME_MAX).join(', ');
  return items.length > SOME_MAX ? `${shown} and ${items.length - SOME_MAX} more` : shown;
}
