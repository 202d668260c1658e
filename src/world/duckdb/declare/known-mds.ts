import type { KnownColumns, KnownExport, KnownReading } from './known-export.ts';

/**
 * Trips of the Mobility Data Specification 1.x and 2.x: epoch milliseconds, costs in the currency's minor unit. A trip
 * has no customer. The specification reads a missing currency as US cents; here that is a guess about money, so it is
 * refused row by row. Source: openmobilityfoundation/mobility-data-specification, provider trips.
 */
export const MDS_TRIPS: KnownExport = {
  name: 'MDS trips',
  needs: ['trip_id', 'start_time', 'end_time', 'device_id', ['actual_cost', 'standard_cost']],
  facts: { rentals: (columns) => [trips(columns)] },
};

function trips({ text }: KnownColumns): KnownReading {
  const cost = `coalesce(${text('actual_cost')}, ${text('standard_cost')})`;
  return {
    columns: {
      rental_id: text('trip_id'),
      vehicle_id: `coalesce(${text('device_id')}, ${text('vehicle_id')})`,
      started_at: instant(text('start_time')),
      ended_at: instant(text('end_time')),
      amount_due: `coalesce(from_minor(${cost}, ${text('currency')}), ${cost})`,
      currency: text('currency'),
    },
    where: null,
    faults: [
      {
        when: `${text('currency')} IS NULL`,
        column: 'currency',
        value: "''",
        reason: 'The trip names no currency. MDS takes that for US cents; Storno does not guess about money',
      },
      {
        when: `NOT regexp_full_match(${cost}, '-?[0-9]+')`,
        column: 'amount_due',
        value: cost,
        reason: 'A cost in MDS is a whole number of minor units',
      },
    ],
    // The way it went: megabytes that say nothing about its price.
    drop: ['route'],
    keep: ['standard_cost'],
    lacks: ['account_id'],
  };
}

function instant(value: string): string {
  return `make_timestamptz(TRY_CAST(${value} AS BIGINT) * 1000)`;
}
