import type { Observation } from '../../fact/observation.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Attempt, ChargeCase, ChargeChange } from '../charge.ts';
import { ABSENT, observe } from './observe.ts';
import type { Moment } from './policy.ts';
import { absenceCountsFrom, isAbsentTwice } from './schedule.ts';

/**
 * Absent from two look-ups and from the provider's listing, which was read to `listedTo` and holds everything created
 * before: the attempt failed. Null while the listing was not read that far.
 */
export function proveAbsent(
  found: ChargeCase,
  attempt: Attempt,
  listedTo: Instant,
  moment: Moment,
): ChargeChange | null {
  if (!isAbsentTwice(attempt, moment.policy) || listedTo < absenceCountsFrom(attempt, moment.policy)) return null;
  const observation: Observation = {
    source: 'listing',
    at: moment.now,
    outcome: 'failed_final',
    providerRef: null,
    amount: null,
    merchantAccount: null,
    declineCode: ABSENT,
    detail: `found by no look-up at ${attempt.absentAt.join(' and ')}, nor in the listing read to ${listedTo}`,
  };
  return observe(found, { generation: attempt.generation, observation }, moment);
}
