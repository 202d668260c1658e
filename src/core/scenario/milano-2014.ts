import { billingPeriodRerun } from './incident/runs.ts';
import { dayOf } from './local-time.ts';
import type { Setting } from './operator.ts';
import { type Scenario, writeHistory } from './write-history.ts';

/** Four and a bit seconds a charge: the run that began on Sunday at 16:00 ends before six, and people notice. */
const PACE_MS = 4200;

/**
 * The origin case as it probably was: three Italian cities, 27 October to 20 November 2014, the drives of 10 to 13
 * November charged again on Sunday the 16th under new keys. Only what an operator has at hand on the day after.
 */
export function makeMilano2014(): Scenario {
  const setting: Setting = {
    accounts: 3000,
    markets: [
      { name: 'Milano', weight: 5 },
      { name: 'Roma', weight: 4 },
      { name: 'Firenze', weight: 1 },
    ],
    firstDay: dayOf(2014, 10, 27),
    days: 25,
    activity: 0.45,
    attributes: ['app_version', 'batch', 'card', 'note', 'worker'],
    layers: 'rentals_and_payments',
  };
  return writeHistory({ setting, cause: 'C08', incident: billingPeriodRerun(PACE_MS), seed: 20141116, strays: 0 });
}
