import { type GrantRefusal, grantGoodwill } from '../../flow/remedy/goodwill.ts';
import { ianaCalendar } from '../../world/calendar.ts';
import { systemClock } from '../../world/clock.ts';
import { systemEntropy } from '../../world/entropy.ts';
import { openCampaignOffice } from '../../world/postgres/campaign/office.ts';
import { openLots } from '../../world/postgres/store/lots.ts';
import { type ActorOptions, withActor } from './actor.ts';
import { sayCampaignRefused } from './campaign/refusals.ts';
import { type Context, refuseWith } from './context.ts';
import { EXIT_DONE, EXIT_PARTLY } from './exit.ts';
import { poolOf } from './live.ts';

const CONNECTIONS_MAX = 8;

/** `storno grant PLAN`: gives the minutes and the money that an approved plan promises; again, it changes nothing. */
export function runGrant(context: Context, planId: string, options: ActorOptions): Promise<number> {
  return withActor(context, options, async ({ database, actor }) => {
    const pool = poolOf(database, { role: 'storno_api', connectionsMax: CONNECTIONS_MAX });
    const desk = {
      office: openCampaignOffice(pool),
      lots: openLots(pool),
      clock: systemClock,
      entropy: systemEntropy,
      calendar: ianaCalendar,
    };
    const granted = await grantGoodwill(desk, { planId, actor });
    if (!granted.ok) return refuseWith(context, options, sayCampaignRefused(refusalOf(granted.error), planId));
    const { given, exists, refused } = granted.value;
    if (options.json === true) {
      const problems = refused.map(({ accountId, reason }) => ({ account_id: accountId, reason }));
      context.terminal.out(`${JSON.stringify({ given, exists, refused: problems })}\n`);
    } else {
      context.terminal.out(`${given} accounts got what plan ${planId} promises; ${exists} had it already.\n`);
      for (const { accountId, reason } of refused)
        context.terminal.err(`storno: ${accountId} got nothing: ${reason}\n`);
    }
    return refused.length === 0 ? EXIT_DONE : EXIT_PARTLY;
  });
}

function refusalOf(kind: GrantRefusal) {
  return kind === 'may_not' ? ({ kind, needs: 'operator' } as const) : { kind };
}
