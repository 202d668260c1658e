import { DAY_MS, SECOND_MS, sayDuration, sayInstant, toRfc3339 } from '../../core/kernel/time.ts';
import type { CampaignOffice } from '../../flow/ports/campaign.ts';
import { systemClock } from '../../world/clock.ts';
import { systemEntropy } from '../../world/entropy.ts';
import { openCampaignOffice } from '../../world/postgres/campaign/office.ts';
import { progressJson, progressText } from './campaign/progress-text.ts';
import { sayCampaignRefused } from './campaign/refusals.ts';
import { readProgress } from './campaign/work-off.ts';
import { type Context, refuseWith, type SpeechOptions } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { poolOf } from './live.ts';
import { withDatabase } from './open-database.ts';

export interface StatusOptions extends SpeechOptions {
  readonly watch?: boolean;
}

const WATCH_MS = 2 * SECOND_MS;
/** More lines than a screen holds are a matter for the console. */
const SHOWN_MAX = 20;

/** `storno status PLAN`: where its campaign stands; with --watch until every row is final. */
export function runStatus(context: Context, planId: string, options: StatusOptions): Promise<number> {
  return withDatabase(context, { url: null, options }, async (database) => {
    const office = openCampaignOffice(poolOf(database, { role: 'storno_auditor', connectionsMax: 1 }));
    const desk = { office, clock: systemClock, entropy: systemEntropy };
    for (;;) {
      const campaign = await office.readCampaign(planId);
      if (campaign === null) {
        const isKnown = (await office.readPlan(planId)) !== null;
        return refuseWith(
          context,
          options,
          sayCampaignRefused({ kind: isKnown ? 'campaign_unknown' : 'plan_unknown' }, planId),
        );
      }
      const progress = await readProgress({ desk, planId });
      const { state, reason } = campaign;
      const goodwill = await measured(office, planId);
      if (options.json === true) {
        context.terminal.out(
          `${JSON.stringify({ plan_id: planId, state, reason, ...progressJson(progress), goodwill: goodwill.json })}\n`,
        );
      } else {
        context.terminal.out(
          `Plan ${planId} is ${state}${reason === '' ? '' : `: ${reason}`}.\n${progressText(progress)}`,
        );
        context.terminal.out(`${goodwill.text}${await waiting(office, planId)}`);
      }
      if (options.watch !== true || progress.isOver || state === 'stopped' || state === 'done') return EXIT_DONE;
      await systemClock.sleep(WATCH_MS);
    }
  });
}

/** The promise of 2014: visible within two days of the approval. */
const PROMISED_MS = 2 * DAY_MS;

async function measured(
  office: CampaignOffice,
  planId: string,
): Promise<{ readonly json: object; readonly text: string }> {
  const { accounts, granted, approvedAt, lastVisibleAt } = await office.measureGoodwill(planId);
  const tookMs = approvedAt === null || lastVisibleAt === null ? null : lastVisibleAt - approvedAt;
  const isWhole = granted === accounts;
  const kept = tookMs === null || !isWhole ? null : tookMs <= PROMISED_MS;
  const json = {
    accounts,
    granted,
    visible_at: lastVisibleAt === null ? null : toRfc3339(lastVisibleAt),
    visible_within_2_days: kept,
  };
  if (accounts === 0) return { json, text: '' };
  const when = tookMs === null ? '' : `, the last ${sayDuration(Math.max(0, tookMs))} after the approval`;
  const promise = kept === null ? '' : kept ? ': within two days, as promised' : ': later than the two days promised';
  return { json, text: `Minutes given to ${granted} of ${accounts} accounts${when}${promise}.\n` };
}

/** What waits for a person, with its reason. */
async function waiting(office: CampaignOffice, planId: string): Promise<string> {
  const lines: string[] = [];
  for (const state of ['quarantined', 'failed'] as const) {
    for (const refund of await office.listRefunds(planId, state, SHOWN_MAX)) {
      const { key, reason, acceptedAt } = refund;
      const since = acceptedAt === null ? '' : ` (accepted ${sayInstant(acceptedAt)})`;
      lines.push(`  ${state.padEnd(11)} ${key.accountId}  ${key.liabilityId}  ${reason}${since}\n`);
    }
  }
  return lines.join('');
}
