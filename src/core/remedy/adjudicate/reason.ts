import type { Rental } from '../../fact/rental.ts';
import { assert } from '../../kernel/assert.ts';
import { sayMoney } from '../../kernel/money.ts';
import { sayDuration, sayInstant } from '../../kernel/time.ts';
import { rentalExpected, type Setting, type Suspect, type Weighed } from '../detect.ts';
import type { Share, Yardstick } from './allocate.ts';
import type { KeylessSuspect } from './keyless-suspect.ts';
import { keyOf, type Leg } from './leg.ts';
import {
  sayConditions,
  sayGap,
  sayHindrances,
  sayIn,
  sayObligation,
  sayPayment,
  sayPreference,
  sayRental,
  sayTimes,
  sayTotal,
  sentences,
} from './say.ts';

/** Why a charge of an obligation is wrong, in sentences with ids, amounts, times and gaps. */
export function reasonOf(weighed: Weighed, suspect: Suspect, setting: Setting): string {
  const { share, kept } = suspect;
  return sentences(
    sayVerdict(weighed, suspect, setting),
    sayPreference({ given: share.leg, kept }, weighed.yardstick),
    // The sentence on an overcharge has said the part already.
    suspect.class === 'overcharge' && share.held === 0n
      ? sayHindrances(share.leg, weighed.yardstick)
      : conditionsOf(share, weighed.yardstick),
  );
}

function conditionsOf(share: Share, by: Yardstick): string {
  return sayConditions({ ...share, by });
}

function sayVerdict(weighed: Weighed, suspect: Suspect, setting: Setting): string {
  const { obligation } = weighed;
  const { payment } = suspect.share.leg;
  const kept = suspect.kept?.payment ?? null;
  const gap = sayGap(payment, kept);
  const what = sayObligation(obligation.purpose, obligation.rentalId);
  const count = obligation.legs.length;
  switch (suspect.basis) {
    case 'price':
      return suspect.class === 'overcharge'
        ? sayOvercharge(weighed, suspect.share)
        : sayDouble(weighed, suspect.share, gap);
    case 'equal_charges':
      return sentences(
        `Rental ${obligation.rentalId} was charged ${sayTimes(count)}, ${sayTotal(payment, weighed)}: ${gap}.`,
        'No file tells its price, which is taken to be one of these equal charges.',
        suspect.grade === 'probable'
          ? 'Two cards or accounts, or two charges within an hour, may have shared one price: look before paying.'
          : '',
        suspect.grade === 'possible' ? 'Our books hold several equal records, so it may have been split.' : '',
      );
    case 'unclear':
      return `Rental ${obligation.rentalId} was charged ${sayTimes(count)} with different amounts, ${sayTotal(payment, weighed)}, and no file tells its price: ${gap}. The largest charge is taken to be the right one.`;
    case 'rental_unknown':
      return sentences(
        `${sayPayment(payment)} took ${sayMoney(payment.amount)} for rental ${obligation.rentalId}, which the rentals file does not hold.`,
        rentalExpected(setting, payment.createdAt)
          ? 'The file covers that time.'
          : 'The file does not cover that time, so the rental may stand in another export.',
      );
    case 'rental_unread':
      return `${sayPayment(payment)} took ${sayMoney(payment.amount)} for rental ${obligation.rentalId}, whose row in the rentals file was rejected: mend that row and scan again.`;
    case 'same_key':
      return `${sayAttempt(`idempotency key ${keyOf(payment) ?? ''}`, payment.amount, what)}: ${gap}.`;
    case 'same_charge':
      return `${sayAttempt(`charge ${payment.chargeId ?? ''} of our books`, payment.amount, what)}: ${gap}.`;
    case 'booked_once':
      return `Our books hold one ${what}, ${priceText(weighed)}, but the provider took ${count} charges, ${sayTotal(payment, weighed)}: ${gap}.`;
    case 'alike':
      return `Rental ${obligation.rentalId} bears more than one ${obligation.purpose} of ${sayMoney(payment.amount)}: ${gap}. It may be due more than once, so this only looks like a double charge.`;
  }
}

function sayAttempt(mark: string, amount: Share['leg']['payment']['amount'], what: string): string {
  return `Payments of ${sayMoney(amount)} for ${what} carry the same ${mark}, so one attempt was carried out more than once`;
}

function priceText(weighed: Weighed): string {
  assert(weighed.price !== null, 'a verdict by price has a price');
  return sayMoney(weighed.price.owed);
}

function sayCost(weighed: Weighed): string {
  const { obligation, price } = weighed;
  const source = price?.source === 'rental' ? '' : ' by our books';
  return `Rental ${obligation.rentalId} cost ${priceText(weighed)}${source}`;
}

function sayDouble(weighed: Weighed, share: Share, gap: string): string {
  const { legs } = weighed.obligation;
  return `${sayCost(weighed)} and was charged ${sayTimes(legs.length)}, ${sayTotal(share.leg.payment, weighed)}: ${gap}.`;
}

function sayOvercharge(weighed: Weighed, share: Share): string {
  const { payment } = share.leg;
  const owed = weighed.owed ?? 0n;
  const took = payment.amount.amountMinor;
  const ratio = owed > 0n && took % owed === 0n && took > owed ? `, ${took / owed} times the price` : '';
  return `${sayCost(weighed)}, but ${sayPayment(payment)} took ${sayMoney(payment.amount)}${ratio}: ${sayIn(payment, weighed.excess)} of it is too much.`;
}

/** Why a charge that names no rental is wrong, in sentences. */
export function reasonOfKeyless(suspect: KeylessSuspect, setting: Setting): string {
  const by = { owed: null, renter: null, asOf: setting.asOf };
  return sentences(sayKeyless(suspect, setting), conditionsOf(suspect.share, by));
}

function sayKeyless(suspect: KeylessSuspect, setting: Setting): string {
  const { payment } = suspect.share.leg;
  const kept = suspect.kept?.payment ?? null;
  const gap = sayGap(payment, kept);
  const amount = sayMoney(payment.amount);
  const account = payment.accountId ?? '';
  switch (suspect.basis) {
    case 'same_key':
      return `${sayAttempt(`idempotency key ${keyOf(payment) ?? ''}`, payment.amount, payment.purpose)}: ${gap}.`;
    case 'same_charge':
      return `${sayAttempt(`charge ${payment.chargeId ?? ''} of our books`, payment.amount, payment.purpose)}: ${gap}.`;
    case 'rental_paid':
      return sentences(
        `Account ${account} has more charges of ${amount} than rentals that explain them: ${gap}, which already paid rental ${suspect.rental === null ? '' : sayRental(suspect.rental)}.`,
        suspect.alternatives > 0
          ? `It may as well repeat another rental of that price (${suspect.alternatives} more).`
          : '',
      );
    case 'other_price':
      return `${sayPayment(payment)} took ${amount} from account ${account} and names no rental; no rental of that price is left, but one of another price is unpaid, so its amount may be wrong.`;
    case 'rental_unread':
      return `${sayPayment(payment)} took ${amount} from account ${account} and names no rental; none that is left explains it, but a row of that account in the rentals file was rejected: mend that row and scan again.`;
    case 'close_in_time':
      return `Account ${account} was charged ${amount} more than once within minutes: ${gap}. Nothing names a rental, so these may be two drives.`;
    default:
      return sentences(
        `${sayPayment(payment)} took ${amount} from account ${account}, and no rental explains it.`,
        rentalExpected(setting, payment.createdAt)
          ? 'The rentals file covers that time.'
          : 'The rentals file does not cover that time, so the rental may stand in another export.',
      );
  }
}

/** Why the charges of one record of a drive are wrong. */
export function reasonOfSameDrive(input: {
  readonly rental: Rental;
  readonly first: Rental;
  readonly share: Share;
  readonly kept: Leg | null;
  readonly asOf: number;
}): string {
  const { rental, first, share, kept } = input;
  const accounts =
    rental.accountId !== first.accountId ? ` for accounts ${first.accountId} and ${rental.accountId}` : '';
  return sentences(
    `Rentals ${first.rentalId} and ${rental.rentalId} record one drive of vehicle ${rental.vehicleId}${accounts}: ${saySpan(first)} and ${saySpan(rental)}.`,
    `${rental.rentalId} was charged later: ${sayGap(share.leg.payment, kept?.payment ?? null)}.`,
    conditionsOf(share, { owed: null, renter: null, asOf: input.asOf }),
  );
}

/** Why two drives of a vehicle cannot both be right. */
export function reasonOfClash(input: {
  readonly rental: Rental;
  readonly other: Rental;
  readonly further: number;
}): string {
  const { rental, other, further } = input;
  const from = Math.max(rental.startedAt ?? 0, other.startedAt ?? 0);
  const overlap = Math.min(rental.endedAt, other.endedAt) - from;
  return sentences(
    `Rental ${rental.rentalId} (${saySpan(rental)}) overlaps ${other.rentalId} (${saySpan(other)}) of the same vehicle ${rental.vehicleId} by ${sayDuration(overlap)}${further > 0 ? `, and ${further} more` : ''}.`,
    'A car cannot be driven twice at once, so an end or start is wrong; what is due cannot be told from these files.',
  );
}

function saySpan(rental: Rental): string {
  return `${sayInstant(rental.startedAt ?? rental.endedAt)} to ${sayInstant(rental.endedAt)}`;
}
