/** A trips payload of the Mobility Data Specification 1.2.0, made up: no real trips with customers are public. */
export function mdsPayload(): object {
  return { version: '1.2.0', data: { trips: TRIPS.map(trip) } };
}

interface MdsTrip {
  readonly number: number;
  readonly vehicle: number;
  readonly startMinute: number;
  readonly minutes: number;
  readonly cost: number | null;
  readonly currency: string | null;
}

/** Costs are whole minor units: 522 EUR are EUR 5.22, 980 JPY are JPY 980. */
const TRIPS: readonly MdsTrip[] = [
  { number: 1, vehicle: 1, startMinute: 0, minutes: 18, cost: 522, currency: 'EUR' },
  { number: 2, vehicle: 2, startMinute: 3, minutes: 40, cost: 1150, currency: 'USD' },
  { number: 3, vehicle: 3, startMinute: 9, minutes: 25, cost: 980, currency: 'JPY' },
  // Vehicle 1 again, while trip 1 lasts: one drive recorded twice.
  { number: 4, vehicle: 1, startMinute: 0, minutes: 18, cost: 522, currency: 'EUR' },
  // The specification reads this as US cents.
  { number: 5, vehicle: 4, startMinute: 12, minutes: 10, cost: 300, currency: null },
];

/** 2023-06-01T08:00:00Z */
const START_MS = 1_685_606_400_000;
const MINUTE_MS = 60_000;

export function tripId(number: number): string {
  return uuid(number, 'a');
}

function trip({ number, vehicle, startMinute, minutes, cost, currency }: MdsTrip): object {
  const startTime = START_MS + startMinute * MINUTE_MS;
  const endTime = startTime + minutes * MINUTE_MS;
  return {
    provider_id: uuid(1, 'b'),
    provider_name: 'Example Cars',
    device_id: uuid(vehicle, 'c'),
    vehicle_id: `car-${vehicle}`,
    vehicle_type: 'car',
    propulsion_types: ['electric'],
    trip_id: tripId(number),
    trip_duration: minutes * 60,
    trip_distance: 4200,
    route: { type: 'FeatureCollection', features: [point(startTime, 9.19), point(endTime, 9.22)] },
    accuracy: 5,
    start_time: startTime,
    end_time: endTime,
    standard_cost: cost,
    actual_cost: cost,
    currency,
  };
}

function point(timestamp: number, longitude: number): object {
  return { type: 'Feature', properties: { timestamp }, geometry: { type: 'Point', coordinates: [longitude, 45.46] } };
}

function uuid(number: number, kind: string): string {
  return `${kind.repeat(8)}-0000-4000-8000-${number.toString().padStart(12, '0')}`;
}
