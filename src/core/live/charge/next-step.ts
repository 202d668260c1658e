import type { Instant } from '../../kernel/time.ts';
import type { Attempt, Capture, ChargeCase, ObligationKey, PaymentMethod, SightedPayment } from '../charge.ts';
import { isFinal, openAttempt, rightCapture } from './case.ts';
import { paymentText } from './entries.ts';
import type { Moment } from './policy.ts';
import { absenceCountsFrom, isAbsentTwice } from './schedule.ts';

/** What a worker does with an intent that it holds. Only `start` leads to a request that was never sent before. */
export type Step =
  /** Write the attempt down, then send it for the first time. */
  | { readonly kind: 'start'; readonly generation: number; readonly paymentMethod: PaymentMethod }
  /** Send the same again, byte for byte, under the same key. */
  | { readonly kind: 'resend'; readonly attempt: Attempt }
  /** Ask the provider what became of it. */
  | { readonly kind: 'look_up'; readonly attempt: Attempt }
  /** Twice absent: it failed, if the provider's listing was read up to `to` without it. */
  | { readonly kind: 'check_listing'; readonly attempt: Attempt; readonly to: Instant }
  | { readonly kind: 'wait'; readonly until: Instant }
  /** The obligation is paid by a capture that nobody started over. */
  | { readonly kind: 'adopt'; readonly capture: Capture }
  /** The provider may have taken this before anything was sent from here: its payments are fetched, nothing is sent. */
  | { readonly kind: 'hear'; readonly payments: readonly SightedPayment[] }
  /** All attempts were declined. */
  | { readonly kind: 'give_up' }
  | { readonly kind: 'park'; readonly reason: string }
  /** Final, or in front of a person: nothing. */
  | { readonly kind: 'stop' };

/**
 * Decides by what is known, in this order: final first, then what was taken, then what may still be under way. A new
 * attempt is what remains when nothing of that is left.
 */
export function nextStep(found: ChargeCase, moment: Moment): Step {
  const { intent } = found;
  const { now } = moment;
  if (isFinal(intent.state) || intent.state === 'parked') return { kind: 'stop' };
  if (intent.runAt !== null && intent.runAt > now) return { kind: 'wait', until: intent.runAt };
  const open = openAttempt(found);
  const right = rightCapture(found);
  if (open !== null) return resolve(open, right, moment);
  if (right !== null) return { kind: 'adopt', capture: right };
  if (intent.state === 'in_flight') return { kind: 'park', reason: 'in flight, but no attempt is open' };
  return startNext(found, moment);
}

function resolve(attempt: Attempt, right: Capture | null, { now, policy }: Moment): Step {
  if (attempt.state === 'sent' && isAbsentTwice(attempt, policy)) {
    return { kind: 'check_listing', attempt, to: absenceCountsFrom(attempt, policy) };
  }
  // Paid already: if the open request never arrived, sending it again would take the money twice.
  const mayResend = attempt.state === 'sent' && now < attempt.horizonAt && right === null;
  return mayResend ? { kind: 'resend', attempt } : { kind: 'look_up', attempt };
}

function startNext(found: ChargeCase, { now, policy }: Moment): Step {
  const { intent, attempts, paymentMethod, sightings } = found;
  const last = attempts.at(-1);
  if (last === undefined && sightings.length > 0) return hearOf(intent.key, sightings);
  if (last !== undefined && last.state !== 'failed_final') {
    return { kind: 'park', reason: `attempt ${last.generation} took money that no capture shows` };
  }
  const generation = (last?.generation ?? 0) + 1;
  if (generation > policy.attemptsMax) {
    return intent.declines > 0
      ? { kind: 'give_up' }
      : { kind: 'park', reason: `${policy.attemptsMax} attempts never reached the provider` };
  }
  if (paymentMethod === null || paymentMethod.provider !== intent.provider) {
    return { kind: 'wait', until: now + policy.methodWaitMs };
  }
  return { kind: 'start', generation, paymentMethod };
}

/** What names this obligation may pay it. What names one that is not here only says that somebody forgot something. */
function hearOf({ occurrence }: ObligationKey, sightings: readonly SightedPayment[]): Step {
  const payments = sightings.filter((one) => one.occurrence === occurrence);
  const [stray] = sightings;
  if (payments.length > 0 || stray === undefined) return { kind: 'hear', payments };
  return { kind: 'park', reason: reasonOfStray(stray, stray.occurrence) };
}

/** Corrected while charging is stopped the rental gets its next occurrence, and what the provider holds pays that. */
export function reasonOfStray(payment: Parameters<typeof paymentText>[0], occurrence: number): string {
  return `the provider holds ${paymentText(payment)} for its occurrence ${occurrence}, which is not known here`;
}
