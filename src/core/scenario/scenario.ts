import type { Facts } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import { bill } from './billing.ts';
import { type Chance, makeChance } from './chance.ts';
import { type Drive, drive } from './demand.ts';
import { assignVehicles } from './fleet.ts';
import { countLookAlike, type History, openHistory } from './history.ts';
import { bankPostsTwice, fileReplayed } from './incident/bank.ts';
import { webhookTwice } from './incident/books.ts';
import { type Incident, incident } from './incident/incident.ts';
import { chargedByHand, lateSuccess, severalIntents } from './incident/people.ts';
import { endLost, recordTwice, twoIdentities, unitWrong } from './incident/records.ts';
import {
  doubleSubmit,
  keyExpired,
  keyUnstable,
  providerFailover,
  providerRepeats,
  timeoutNewKey,
} from './incident/requests.ts';
import {
  billingPeriodRerun,
  deadLettersRedriven,
  hourTwice,
  jobRanTwice,
  testOnProduction,
  twoSystems,
} from './incident/runs.ts';
import { strikeStrays } from './incident/strays.ts';
import { failOver, queueRedelivers, rolledBack, workersRace } from './incident/workers.ts';
import { dayOf } from './local-time.ts';
import { payAll, sellPackages } from './look-alikes.ts';
import { enrol, ITALY, type Setting } from './operator.ts';
import { seal } from './seal.ts';
import { settle } from './settle.ts';
import { tellTruth } from './tell-truth.ts';
import type { Truth } from './truth.ts';

export { chargesCsv, paymentsCsv, rentalsCsv, settlementsCsv, truthJson } from './files.ts';

/** A made-up history whose wrong charges are known. */
export interface Scenario {
  /** All four layers, every fact once. */
  readonly facts: Facts;
  /** Payments that the files hold a second time, as overlapping exports do. */
  readonly repeated: readonly Payment[];
  readonly truth: Truth;
}

export interface ScenarioOrder {
  readonly cause: ScenarioCause;
  /** At least 1; a thousand give some eight thousand drives in five weeks. */
  readonly accounts: number;
  /** Any whole number; the same one gives the same scenario to the byte. */
  readonly seed: number;
  /** Single double charges outside the incident, by accident; none if left out. */
  readonly strays?: number;
}

const INCIDENTS = {
  none: () => incident({ select: () => [], strike: () => undefined }),
  C01: doubleSubmit,
  C02: timeoutNewKey,
  C03: keyExpired,
  C04: keyUnstable,
  C05: workersRace,
  C06: jobRanTwice,
  C07: fileReplayed,
  C08: () => billingPeriodRerun(40),
  C09: queueRedelivers,
  C10: deadLettersRedriven,
  C11: webhookTwice,
  C12: rolledBack,
  C13: failOver,
  C14: lateSuccess,
  C15: severalIntents,
  C16: twoIdentities,
  C17: twoSystems,
  C18: recordTwice,
  C19: testOnProduction,
  C20: hourTwice,
  C21: endLost,
  C22: unitWrong,
  C23: chargedByHand,
  C24: bankPostsTwice,
  C25: providerRepeats,
  C26: providerFailover,
} as const satisfies Record<string, () => Incident>;

export type ScenarioCause = keyof typeof INCIDENTS;
export const SCENARIO_CAUSES = Object.keys(INCIDENTS) as readonly ScenarioCause[];

const ALL_ATTRIBUTES = [
  'actor',
  'app_version',
  'batch',
  'card',
  'channel',
  'comms_lost',
  'delivery_count',
  'device',
  'distance_km',
  'end_event',
  'environment',
  'file_sequence',
  'host',
  'job_run',
  'merchant_account',
  'message_id',
  'method',
  'note',
  'payment_intent',
  'response_ms',
  'session_id',
  'source',
  'utc_offset',
  'worker',
];

/** Part of all payments that stand in two exports. */
const REPEATED_SHARE = 0.004;

/** Five weeks of an Italian operator, from Monday 20 October 2014, with one cause at work and all look-alikes. */
export function makeScenario(order: ScenarioOrder): Scenario {
  const setting: Setting = {
    accounts: order.accounts,
    markets: ITALY,
    firstDay: dayOf(2014, 10, 20),
    days: 35,
    activity: 1,
    attributes: ALL_ATTRIBUTES,
  };
  return writeHistory(setting, INCIDENTS[order.cause](), order);
}

function writeHistory(setting: Setting, cause: Incident, order: ScenarioOrder): Scenario {
  const chance = makeChance(order.seed);
  const accounts = enrol(setting, chance.fork('accounts'));
  const drives = drive(setting, accounts, cause.rush, chance.fork('drives'));
  assignVehicles(drives, chance.fork('vehicles'));
  const history = openHistory(drives, chance.fork('payments'));
  const bills = bill(drives, cause.rhythm, chance.fork('bills'));
  const struck = cause.select(drives, chance.fork('incident'));
  const strays = selectStrays(drives, struck, order.strays ?? 0, chance.fork('strays'));
  payAll(history, bills, { drives: new Set([...struck, ...strays]), keepStories: cause.keepStories });
  sellPackages(history, bills);
  cause.strike(history, struck);
  strikeStrays(history, strays);
  settle(history);
  cause.strikeBank(history);
  const facts = seal(history, setting.attributes);
  const repeated = repeatSome(facts.payments, history);
  return { facts, repeated, truth: tellTruth({ history, facts, repeated, ...order }) };
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

/** The last rows of one export are the first of the next: about one in 250, at least one. */
function repeatSome(payments: readonly Payment[], history: History): readonly Payment[] {
  const wanted = Math.max(1, Math.round(REPEATED_SHARE * payments.length));
  const first = history.chance.fork('repeated').integer(0, Math.max(0, payments.length - wanted));
  const repeated = payments.slice(first, first + wanted);
  for (const _ of repeated) countLookAlike(history, 'repeated_row');
  return repeated;
}
