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
import { failOver, queueRedelivers, rolledBack, workersRace } from './incident/workers.ts';
import { dayOf } from './local-time.ts';
import { ITALY, type Setting } from './operator.ts';
import { type Scenario, writeHistory } from './write-history.ts';

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

/** Five weeks of an Italian operator, from Monday 20 October 2014, with one cause at work and all look-alikes. */
export function makeScenario(order: ScenarioOrder): Scenario {
  const setting: Setting = {
    accounts: order.accounts,
    markets: ITALY,
    firstDay: dayOf(2014, 10, 20),
    days: 35,
    activity: 1,
    attributes: ALL_ATTRIBUTES,
    layers: 'all',
  };
  return writeHistory({
    setting,
    cause: order.cause,
    incident: INCIDENTS[order.cause](),
    seed: order.seed,
    strays: order.strays ?? 0,
  });
}
