import { toRfc3339 } from '../kernel/time.ts';
import type { EndedRental } from './ended-rental.ts';

/**
 * Null where two tellings of a rental say the same; else the first field, by its name on the wire, in which they
 * differ: `exists_with_different_<field>`.
 */
export function differingField(known: EndedRental, said: EndedRental): string | null {
  const before = fieldsOf(known);
  return fieldsOf(said).find(([, value], index) => value !== before[index]?.[1])?.[0] ?? null;
}

function fieldsOf(rental: EndedRental): readonly (readonly [name: string, value: string])[] {
  const { pricing } = rental;
  return [
    ['rental_id', rental.rentalId],
    ['account_id', rental.accountId],
    ['vehicle_id', rental.vehicleId ?? ''],
    ['market', rental.market],
    ['started_at', toRfc3339(rental.startedAt)],
    ['ended_at', toRfc3339(rental.endedAt)],
    ['distance_meters', String(rental.distanceMeters ?? '')],
    ['plan_id', pricing.kind === 'plan' ? pricing.planId : ''],
    ['amount_due', pricing.kind === 'stated' ? `${pricing.amountDue.amountMinor} ${pricing.amountDue.currency}` : ''],
  ];
}
