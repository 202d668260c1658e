import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { transfer } from '../../core/ledger/transfer.ts';
import { grantLot, lastDayAfter } from '../../core/live/lots.ts';
import { mayOperate, type Staff } from '../../core/remedy/staff.ts';
import { each } from '../live/each.ts';
import type { CampaignOffice, PlannedGoodwill } from '../ports/campaign.ts';
import type { LiveStore } from '../ports/store.ts';
import type { Calendar, Clock, Entropy } from '../ports/world.ts';

export interface GoodwillDesk {
  readonly office: CampaignOffice;
  readonly lots: Pick<LiveStore, 'grantLot'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly calendar: Calendar;
}

/** Accounts by what became of their goodwill; `given` now, `exists` before. */
export interface Granted {
  readonly given: number;
  readonly exists: number;
  /** Minutes that could not be given, and why. */
  readonly refused: readonly { readonly accountId: string; readonly reason: string }[];
}

export type GrantRefusal = 'plan_unknown' | 'not_approved' | 'may_not';

const PAGE = 500;
const AT_ONCE = 8;

/** Gives what an approved plan promises beside its refunds, once for an incident and account, however often it runs. */
export async function grantGoodwill(
  desk: GoodwillDesk,
  wish: { readonly planId: string; readonly actor: Staff },
): Promise<Result<Granted, GrantRefusal>> {
  if (!mayOperate(wish.actor)) return fail('may_not');
  const plan = await desk.office.readPlan(wish.planId);
  if (plan === null) return fail('plan_unknown');
  // What was promised and approved is owed, however late: only money's approval runs out.
  if (plan.decision?.decision !== 'approved') return fail('not_approved');
  let [given, exists] = [0, 0];
  const refused: { accountId: string; reason: string }[] = [];
  for (let after: string | null = null; ; ) {
    const page: readonly PlannedGoodwill[] = await desk.office.listGoodwill(wish.planId, after, PAGE);
    const answers = await each(page, AT_ONCE, (one) => give(desk, one));
    for (const [at, answer] of answers.entries()) {
      if (answer === 'created') given += 1;
      else if (answer === 'exists') exists += 1;
      else refused.push({ accountId: (page[at] as PlannedGoodwill).accountId, reason: answer.reason });
    }
    after = page.at(-1)?.accountId ?? null;
    if (page.length < PAGE) return ok({ given, exists, refused });
  }
}

type Given = 'created' | 'exists' | { readonly reason: string };

async function give(desk: GoodwillDesk, planned: PlannedGoodwill): Promise<Given> {
  const minutes = planned.minutes > 0 ? await giveMinutes(desk, planned) : 'exists';
  const money = planned.goodwillMinor > 0n ? await giveMoney(desk, planned) : 'exists';
  if (typeof minutes === 'object') return minutes;
  return minutes === 'created' || money === 'created' ? 'created' : 'exists';
}

/** Valid for so many days after the day of the grant in the market's zone, the last one included. */
async function giveMinutes(desk: GoodwillDesk, planned: PlannedGoodwill): Promise<Given> {
  const { clock, calendar, entropy, lots } = desk;
  const { market, timeZone } = planned;
  const now = clock.now();
  const today = timeZone === null ? null : calendar.localDay(now, timeZone);
  if (timeZone === null || today === null) return { reason: `the market ${market} has no time zone that is known` };
  const lastDay = lastDayAfter(today, planned.validDays);
  const expiresAt = calendar.endOfDay(lastDay, timeZone);
  if (expiresAt === null) return { reason: `${lastDay} is no day in ${timeZone}` };
  const grant = grantLot(
    {
      accountId: planned.accountId,
      lotId: entropy.id('lot', 'goodwill'),
      market,
      minutes: planned.minutes,
      validFrom: now,
      lastDay,
      expiresAt,
      source: 'goodwill',
      incidentId: planned.incidentId,
    },
    now,
  );
  return grant.ok ? lots.grantLot(grant.value) : { reason: grant.error.kind };
}

function giveMoney({ office, clock }: GoodwillDesk, planned: PlannedGoodwill): Promise<'created' | 'exists'> {
  const { accountId, incidentId, planId, goodwillMinor, currency } = planned;
  const now = clock.now();
  return office.grantMoney({
    transfer: transfer({
      accountId,
      kind: 'goodwill',
      sourceRef: incidentId,
      debit: 'house_goodwill',
      credit: 'account_credit',
      dimension: '',
      asset: currency,
      amount: goodwillMinor,
      corrects: null,
      happenedAt: now,
    }),
    event: {
      type: 'credit.granted',
      accountId,
      data: { incident_id: incidentId, plan_id: planId },
      happenedAt: now,
    },
  });
}
