import type { Payment } from '../fact/payment.ts';
import type { Instant } from '../kernel/time.ts';
import { legOf } from '../remedy/adjudicate/leg.ts';
import { detect, type Setting, type Suspect } from '../remedy/detect.ts';
import type { Obligation } from '../remedy/match.ts';
import { paymentText } from './charge/entries.ts';
import { obligationText } from './charge/reference.ts';
import type { Capture, ChargeCase } from './charge.ts';

/** A charge of this obligation that is one too many, by the one definition that also judges a folder of files. */
export interface Watched {
  /** Its name as `paymentText` says it. */
  readonly payment: string;
  readonly class: Suspect['class'];
  readonly grade: Suspect['grade'];
}

/** What `detect` says of all that is known to have been taken for one obligation. */
export function watch(found: ChargeCase, now: Instant): readonly Watched[] {
  if (found.captures.length === 0) return [];
  return detect(obligationOf(found, now), settingAt(now)).suspects.map((suspect) => ({
    payment: suspect.share.leg.payment.paymentId,
    class: suspect.class,
    grade: suspect.grade,
  }));
}

function settingAt(now: Instant): Setting {
  return {
    layers: { rentals: true, charges: false, settlements: false },
    rentalsUnread: null,
    asOf: now,
    rentalsExpected: null,
    rentalsTellAccounts: true,
  };
}

function obligationOf({ intent, captures }: ChargeCase, now: Instant): Obligation {
  const { key, amount, state } = intent;
  return {
    rentalId: key.rentalId,
    purpose: key.purpose,
    rental: {
      rentalId: key.rentalId,
      accountId: key.accountId,
      vehicleId: null,
      market: null,
      startedAt: null,
      endedAt: intent.createdAt,
      amountDue: state === 'voided' ? { ...amount, amountMinor: 0n } : amount,
      attributes: {},
    },
    // Another currency cannot be weighed against the price: such a capture is parked already.
    legs: captures
      .filter((capture) => capture.amount.currency === amount.currency)
      .toSorted((one, other) => one.capturedAt - other.capturedAt)
      .map((capture) => legOf(paymentOf(capture, now), [])),
    attempts: [],
    loose: { givenBack: 0n, onTheWay: 0n, movements: [] },
    books: [],
  };
}

function paymentOf(capture: Capture, now: Instant): Payment {
  const { key } = capture;
  return {
    paymentId: paymentText(capture),
    kind: 'charge',
    parentPaymentId: null,
    accountId: key.accountId,
    rentalId: key.rentalId,
    chargeId: obligationText(key),
    status: 'succeeded',
    amount: capture.amount,
    createdAt: Math.min(capture.capturedAt, now),
    purpose: key.purpose,
    provider: capture.provider,
    idempotencyKey: null,
    attributes: {},
  };
}
