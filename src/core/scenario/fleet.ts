import { type Instant, MINUTE_MS } from '../kernel/time.ts';
import type { Chance } from './chance.ts';
import type { Drive } from './demand.ts';

interface Vehicle {
  readonly plate: string;
  freeAt: Instant;
}

/** Cars stand for a few minutes between two drives. */
const TURNAROUND_MS = 4 * MINUTE_MS;
const TRIES_MAX = 8;
/** Fleets are this small against their customers; where all cars are out, one more is bought. */
const DRIVERS_PER_VEHICLE = 15;
const PLATE_LETTERS = [...'ABCDEFGHJKLMNPRSTVWXYZ'];

/**
 * Gives every drive a car of its city that nobody else has at the time, and an id; drives come in order of their
 * start.
 */
export function assignVehicles(drives: readonly Drive[], chance: Chance): void {
  const drivers = new Map<string, Set<string>>();
  for (const { account } of drives) {
    drivers.set(account.market, (drivers.get(account.market) ?? new Set()).add(account.accountId));
  }
  const fleets = new Map<string, Vehicle[]>();
  const plates = new Set<string>();
  let number = 4_100_000;
  for (const drive of drives) {
    const fleet = fleets.get(drive.account.market) ?? [];
    fleets.set(drive.account.market, fleet);
    const size = Math.ceil((drivers.get(drive.account.market)?.size ?? 0) / DRIVERS_PER_VEHICLE);
    const standing = fleet.length < size ? undefined : findFree(fleet, drive.startedAt, chance);
    const vehicle = standing ?? addVehicle(fleet, plates, chance);
    vehicle.freeAt = drive.endedAt + TURNAROUND_MS;
    drive.vehicleId = vehicle.plate;
    number += chance.integer(1, 5);
    drive.rentalId = `rnt_${number}`;
  }
}

function findFree(fleet: readonly Vehicle[], at: Instant, chance: Chance): Vehicle | undefined {
  if (fleet.length === 0) return undefined;
  for (let i = 0; i < TRIES_MAX; i += 1) {
    const vehicle = chance.pick(fleet);
    if (vehicle.freeAt <= at) return vehicle;
  }
  return fleet.find((vehicle) => vehicle.freeAt <= at);
}

function addVehicle(fleet: Vehicle[], plates: Set<string>, chance: Chance): Vehicle {
  const plate = drawPlate(plates, chance);
  const vehicle = { plate, freeAt: 0 };
  fleet.push(vehicle);
  return vehicle;
}

/** Italian plates of those years: `EX 417 KB`, written without blanks. */
function drawPlate(plates: Set<string>, chance: Chance): string {
  for (;;) {
    const digits = String(chance.integer(0, 999)).padStart(3, '0');
    const plate = `E${chance.pick(PLATE_LETTERS)}${digits}${chance.pick(PLATE_LETTERS)}${chance.pick(PLATE_LETTERS)}`;
    if (plates.has(plate)) continue;
    plates.add(plate);
    return plate;
  }
}
