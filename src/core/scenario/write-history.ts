import type { Facts } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import { bill } from './billing.ts';
import { type Chance, makeChance } from './chance.ts';
import { type Drive, drive } from './demand.ts';
import { assignVehicles } from './fleet.ts';
import { countLookAlike, type History, openHistory } from './history.ts';
import type { Incident } from './incident/incident.ts';
import { strikeStrays } from './incident/strays.ts';
import { payAll, sellPackages } from './look-alikes.ts';
import { enrol, type Setting } from './operator.ts';
import { seal } from './seal.ts';
import { settle } from './settle.ts';
import { tellTruth } from './tell-truth.ts';
import type { Truth } from './truth.ts';

/** A made-up history whose wrong charges are known. */
export interface Scenario {
  /** All four layers, every fact once. */
  readonly facts: Facts;
  /** Payments that the files hold a second time, as overlapping exports do. */
  readonly repeated: readonly Payment[];
  readonly truth: Truth;
}

/** Whose history, by which chance, and what goes wrong in it. */
export interface Plot {
  readonly setting: Setting;
  readonly cause: string;
  readonly incident: Incident;
  readonly seed: number;
  readonly strays: number;
}

/** Part of all payments that stand in two exports. */
const REPEATED_SHARE = 0.004;

/** Writes everything right first, then what goes wrong, then what the bank made of it. */
export function writeHistory({ setting, cause, incident, seed, strays: strayCount }: Plot): Scenario {
  const chance = makeChance(seed);
  const accounts = enrol(setting, chance.fork('accounts'));
  const drives = drive(setting, accounts, incident.rush, chance.fork('drives'));
  assignVehicles(drives, chance.fork('vehicles'));
  const history = openHistory(drives, chance.fork('payments'));
  const bills = bill(drives, incident.rhythm, chance.fork('bills'));
  const struck = incident.select(drives, chance.fork('incident'));
  const strays = selectStrays(drives, struck, strayCount, chance.fork('strays'));
  payAll(history, bills, { drives: new Set([...struck, ...strays]), keepStories: incident.keepStories });
  sellPackages(history, bills);
  incident.strike(history, struck);
  strikeStrays(history, strays);
  settle(history);
  incident.strikeBank(history);
  const facts = seal(history, setting);
  const repeated = repeatSome(facts.payments, history);
  return { facts, repeated, truth: tellTruth({ history, facts, repeated, cause, seed, accounts: setting.accounts }) };
}

function selectStrays(
  drives: readonly Drive[],
  struck: readonly Drive[],
  wanted: number,
  chance: Chance,
): readonly Drive[] {
  const taken = new Set(struck);
  return chance.shuffle(drives.filter((one) => !taken.has(one) && one.alike === null)).slice(0, wanted);
}

/**
 * The last rows of one export are the first of the next: about one in 250, at least one. A few of them were still
 * pending in the export that is read last.
 */
function repeatSome(payments: readonly Payment[], history: History): readonly Payment[] {
  const chance = history.chance.fork('repeated');
  const wanted = Math.max(1, Math.round(REPEATED_SHARE * payments.length));
  const first = chance.integer(0, Math.max(0, payments.length - wanted));
  const repeated = payments.slice(first, first + wanted);
  for (const _ of repeated) countLookAlike(history, 'repeated_row');
  return repeated.map((payment) =>
    payment.status === 'succeeded' && chance.happens(0.1) ? { ...payment, status: 'pending' } : payment,
  );
}
