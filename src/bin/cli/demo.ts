import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS } from '../../core/kernel/time.ts';
import { DatabaseTrouble } from '../../world/postgres/embedded/trouble.ts';
import { openPeople } from '../../world/postgres/people.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { agree, askForAccounts, transfer } from './demo/bank.ts';
import { BEGIN, callCast } from './demo/cast.ts';
import { approve, plan } from './demo/decide.ts';
import { dispute } from './demo/dispute.ts';
import { find, look } from './demo/find.ts';
import { clearFolder, dataPlace, type House, openHouse } from './demo/house.ts';
import { writeLook } from './demo/look.ts';
import { engage, openRemedyOffice, type RemedyOffice } from './demo/office.ts';
import { close, proveAndVerify } from './demo/prove.ts';
import { give, refund, tellCustomers, waitDays } from './demo/refund.ts';
import { billPeriodAgain, RERUN_AT } from './demo/rerun.ts';
import { driveUntil, enrol, workOff } from './demo/ride.ts';
import { openStage } from './demo/stage.ts';
import { TravelClock } from './demo/travel.ts';
import { EXIT_DONE } from './exit.ts';

export interface DemoOptions extends SpeechOptions {
  readonly out: string;
  readonly stay?: boolean;
}

/** Refunds that go out before somebody looks. */
const CANARY = 10;

/** `storno demo`: Milan in November 2014, from the first charge to the closed incident, on this machine. */
export async function runDemo(context: Context, options: DemoOptions): Promise<number> {
  const folder = clearFolder(options.out);
  if (folder === null) {
    const message = `${options.out} is there and was not made by storno demo: say another place with --out.`;
    return refuse(context, options, [{ kind: 'usage', file: null, message }]);
  }
  mkdirSync(join(folder, 'bank'));
  try {
    await stageStory(context, folder, options);
  } catch (error) {
    if (!(error instanceof DatabaseTrouble)) throw error;
    return refuse(context, options, [{ kind: 'database', file: null, message: error.message }]);
  }
  return EXIT_DONE;
}

async function stageStory(context: Context, folder: string, options: DemoOptions): Promise<void> {
  const house = await openHouse(folder, new TravelClock(BEGIN));
  const office = await openRemedyOffice(house);
  try {
    await play(context, { house, office, stays: options.stay === true && context.terminal.isInteractive });
  } finally {
    await office.mailbox.close();
    await house.close();
  }
}

async function play(
  context: Context,
  { house, office, stays }: { readonly house: House; readonly office: RemedyOffice; readonly stays: boolean },
): Promise<void> {
  const stage = openStage(context.terminal);
  const cast = callCast();
  await stage.act('Charge, once', async (tell) => {
    await enrol(house, openPeople(house.pool('storno_api')), cast);
    await driveUntil(house, cast.rentals, RERUN_AT);
    tell(
      `${cast.rentals.length} rentals of ${cast.customers.length} customers from 8 to 16 November 2014: each charged once.`,
    );
  });
  await stage.act('The fault', async (tell) => {
    const charged = await billPeriodAgain(house, cast);
    await workOff(house);
    const { charging, reason } = await house.api.store.readControl();
    tell(
      `On Sunday at 16:00 an old billing job is started again for 10 to 13 November: ${charged} rentals are charged a second time, under new keys.`,
    );
    if (charging === 'stopped') tell(`Storno hears of it from the provider and stops charging: ${reason}.`);
  });
  const people = await engage(office);
  house.clock.goTo(RERUN_AT + DAY_MS - 6 * HOUR_MS);
  const incident = await stage.act('Find it, and why', async (tell) => {
    const found = await find(house, office, people, tell);
    await look(office, people, found, tell);
    return found;
  });
  const { incidentId } = incident;
  await stage.act('Plan, and a second person', async (tell) => {
    await dispute(house, tell);
    const first = await plan(office, people, incidentId, tell);
    if (first === null) return;
    await approve(office, people, first, tell);
    await refund(office, people, { planId: first.planId, canary: CANARY }, tell);
    await give(office, people, first.planId, tell);
  });
  await stage.act('Tell', (tell) => tellCustomers(office, incidentId, tell));
  await stage.act('What comes back', async (tell) => {
    await waitDays(house, office, 4);
    await tellCustomers(office, incidentId, tell);
    await askForAccounts(house, office, cast, tell);
    const second = await plan(office, people, incidentId, tell);
    if (second === null) return;
    await approve(office, people, second, tell);
    await refund(office, people, { planId: second.planId, canary: null }, tell);
    await transfer(house, office, people, tell);
    await refund(office, people, { planId: second.planId, canary: null }, tell);
    await tellCustomers(office, incidentId, tell);
  });
  await stage.act('Agree, close, prove', async (tell) => {
    await waitDays(house, office, 1);
    await agree(house, office, incidentId, tell);
    await close(office, people, incidentId, tell);
    await proveAndVerify(house, incidentId, tell);
  });
  const index = await writeLook(house, stage.told);
  stage.say(`\n  Look at it     ${index}\n`);
  if (stays) await stay(context, house);
}

/** Database, provider and mailbox stay up, for commands from another terminal. */
function stay(context: Context, house: House): Promise<void> {
  context.terminal.out(`  Ask it         export STORNO_DATA_DIR=${dataPlace(house.folder)}
                 ${COMMAND} incident list; ${COMMAND} books balance; ${COMMAND} audit list
                 The provider is at ${house.sandbox.url}. Ctrl-C ends it.
`);
  return new Promise((end) => context.interrupts.onFirstInterrupt(end));
}
