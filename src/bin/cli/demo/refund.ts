import { assert } from '../../../core/kernel/assert.ts';
import { money, sayMoney } from '../../../core/kernel/money.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/time.ts';
import { resumeCampaign, startCampaign } from '../../../flow/remedy/campaign.ts';
import { carryOut } from '../../../flow/remedy/carry-out.ts';
import { grantGoodwill } from '../../../flow/remedy/goodwill.ts';
import * as sendLetters from '../../../flow/remedy/send-letters.ts';
import { watchRefunds } from '../../../flow/remedy/watch-refunds.ts';
import * as writeLetters from '../../../flow/remedy/write-letters.ts';
import type { House } from './house.ts';
import type { People, RemedyOffice } from './office.ts';
import { workOff } from './ride.ts';

type Tell = (sentence: string) => void;

const ROUND = { worker: 'demo', leaseMs: MINUTE_MS };
const ROUNDS_MAX = 10_000;
const LETTERS = 2000;

/**
 * The first few, then a look, then all: until every row that needs no bank is final. Nobody need look at transfers
 * first: the bank takes the file as a whole.
 */
export async function refund(
  office: RemedyOffice,
  people: People,
  { planId, canary: first }: { readonly planId: string; readonly canary: number | null },
  tell: Tell,
): Promise<void> {
  const wish = { planId, actor: people.anna, canary: first, perTenSeconds: 1000, haltFailures: 50 };
  const started = await startCampaign(office.desk, wish);
  assert(started.ok, 'an approved plan is carried out');
  await sendAll(office, planId);
  const canary = await office.desk.office.readCampaign(planId);
  if (canary?.state === 'paused') {
    tell(`Ten go first, and it pauses by itself. Bruno looks, and lets it go on.`);
    const actor = { ...people.bruno };
    const resumed = await resumeCampaign(office.desk, { planId, actor, reason: 'the first ten arrived' });
    assert(resumed.ok, 'an approver resumes');
    await sendAll(office, planId);
  }
  tell(await sayCounts(office, planId));
}

async function sendAll(office: RemedyOffice, planId: string): Promise<void> {
  const filled = new Set<string>();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const sent = await carryOut(office.campaign, { ...ROUND, filled });
    const watched = await watchRefunds(office.campaign, ROUND);
    if (sent + watched > 0) continue;
    const campaign = await office.desk.office.readCampaign(planId);
    assert(campaign !== null, 'the campaign was started');
    return;
  }
}

async function sayCounts({ desk }: RemedyOffice, planId: string): Promise<string> {
  const { counts } = await desk.office.countCampaign(planId, desk.clock.now());
  const states = new Map<string, { rows: number; minor: bigint }>();
  for (const { state, rows, amountMinor } of counts) {
    const before = states.get(state) ?? { rows: 0, minor: 0n };
    states.set(state, { rows: before.rows + rows, minor: before.minor + amountMinor });
  }
  const parts = [...states].map(
    ([state, { rows, minor }]) => `${rows} ${state.replaceAll('_', ' ')} (${sayMoney(money(minor, 'EUR'))})`,
  );
  return `Refunds: ${parts.join(', ')}.`;
}

/** Thirty minutes for every affected customer, in his own city; given once however often it is asked. */
export async function give(office: RemedyOffice, { anna }: People, planId: string, tell: Tell): Promise<void> {
  const first = await grantGoodwill(office.goodwill, { planId, actor: anna });
  assert(first.ok && first.value.refused.length === 0, 'minutes are given');
  const again = await grantGoodwill(office.goodwill, { planId, actor: anna });
  assert(again.ok && again.value.given === 0, 'minutes are given once');
  const { approvedAt, lastVisibleAt } = await office.desk.office.measureGoodwill(planId);
  const hours = approvedAt === null || lastVisibleAt === null ? 0 : (lastVisibleAt - approvedAt) / HOUR_MS;
  tell(
    `${first.value.given} customers see their free minutes ${hours < 1 ? 'within the hour' : `within ${Math.ceil(hours)} hours`} of the approval; promised were two days. Asked again, nobody gets any.`,
  );
}

/** Tells everybody what is due to be told. */
export async function tellCustomers(office: RemedyOffice, incidentId: string, tell: Tell): Promise<void> {
  const before = office.mailbox.count();
  await writeLetters.runOnce(office.letters, { limit: LETTERS });
  for (let round = 0; round < LETTERS; round += 1) {
    if ((await sendLetters.runOnce(office.letters, { limit: 20, leaseMs: MINUTE_MS })) === 0) break;
  }
  const again = await writeLetters.runOnce(office.letters, { limit: LETTERS });
  assert(again === 0, 'nobody is told twice');
  const counts = await office.letterBox.countLetters(incidentId);
  const unsent = Object.entries(counts).filter(([state]) => state !== 'sent');
  tell(
    `${office.mailbox.count() - before} letters, in the customers' own languages, once each.${unsent.length === 0 ? '' : ` Not sent: ${unsent.map(([state, count]) => `${count} ${state}`).join(', ')}.`}`,
  );
}

/** Days pass: the provider settles, banks send money back for closed cards, and that is heard. */
export async function waitDays(house: House, office: RemedyOffice, days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    house.clock.goTo(house.clock.now() + DAY_MS);
    await house.sandbox.sandbox.advance(0);
    await workOff(house);
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if ((await watchRefunds(office.campaign, ROUND)) === 0) break;
    }
  }
  house.clock.goTo(house.clock.now() + SECOND_MS);
}
