import { join } from 'node:path';
import { openPeople } from '../../world/postgres/people.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { BEGIN, callCast } from './demo/cast.ts';
import { clearFolder, openHouse } from './demo/house.ts';
import { billPeriodAgain, RERUN_AT } from './demo/rerun.ts';
import { driveUntil, enrol, workOff } from './demo/ride.ts';
import { openStage } from './demo/stage.ts';
import { TravelClock } from './demo/travel.ts';
import { EXIT_DONE } from './exit.ts';

export interface DemoOptions extends SpeechOptions {
  readonly out: string;
  readonly stay?: boolean;
}

/** `storno demo`: Milan in November 2014, from the first charge to the closed incident, on this machine. */
export async function runDemo(context: Context, options: DemoOptions): Promise<number> {
  const folder = clearFolder(options.out);
  if (folder === null) {
    const message = `${options.out} is there and was not made by storno demo: say another place with --out.`;
    return refuse(context, options, [{ kind: 'usage', file: null, message }]);
  }
  const stage = openStage(context.terminal);
  const clock = new TravelClock(BEGIN);
  const house = await openHouse(folder, clock);
  try {
    const cast = callCast();
    await stage.act('Charge, once', async (tell) => {
      await enrol(house, openPeople(house.pool('storno_api')), cast);
      await driveUntil(house, cast.rentals, RERUN_AT);
      tell(
        `${cast.rentals.length} rentals of ${cast.customers.length} customers from 8 to 16 November 2014, each charged once.`,
      );
    });
    await stage.act('The fault', async (tell) => {
      const charged = await billPeriodAgain(house, cast);
      tell(
        `On Sunday at 16:00 an old billing job is started again for 10 to 13 November: ${charged} rentals are charged a second time, under new keys.`,
      );
      await workOff(house);
    });
  } finally {
    await house.close();
  }
  stage.say(`\n${join(folder)}\n`);
  return EXIT_DONE;
}
