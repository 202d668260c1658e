import { assert } from '../../../core/kernel/assert.ts';
import { money, sayMoney } from '../../../core/kernel/money.ts';
import type { StoredPlan } from '../../../flow/ports/casework.ts';
import { approvePlan, openPlanSample } from '../../../flow/remedy/decide-plan.ts';
import { makePlan } from '../../../flow/remedy/make-plan.ts';
import type { People, RemedyOffice } from './office.ts';

type Tell = (sentence: string) => void;

/** Anna plans. Null where nothing is left that could be paid. */
export async function plan(
  office: RemedyOffice,
  { anna }: People,
  incidentId: string,
  tell: Tell,
): Promise<StoredPlan | null> {
  const made = await makePlan(office.casework, { incidentId, actor: anna });
  if (!made.ok) {
    assert(made.error.kind === 'nothing_to_do', `a plan of the demonstration is refused: ${made.error.kind}`);
    return null;
  }
  const { plan: stored } = made.value;
  const again = await makePlan(office.casework, { incidentId, actor: anna });
  assert(again.ok && again.value.kind === 'exists', 'the same plan is made once');
  const { exclusions } = await office.casework.casework.readPlanRows(stored.planId);
  const minutes = Object.values(stored.minutes).reduce((sum, one) => sum + one, 0);
  tell(
    `Anna plans ${stored.refunds} refunds, ${sayMoney(money(stored.sums.EUR ?? 0n, 'EUR'))}, and ${minutes} free minutes for ${stored.accounts} customers: ${stored.planId}.`,
  );
  const reasons = new Map<string, number>();
  for (const { reason } of exclusions) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  for (const [reason, count] of reasons) tell(`Left out: ${count}. ${reason}`);
  return stored;
}

/** Anna cannot approve it herself; Bruno looks at the samples first. */
export async function approve(
  office: RemedyOffice,
  { anna, bruno }: People,
  stored: StoredPlan,
  tell: Tell,
): Promise<void> {
  const { casework } = office;
  const { planId, digest, refunds, sums } = stored;
  const expected = { digest, refunds, sums };
  const herself = await approvePlan(casework, {
    planId,
    reason: 'fine',
    actor: { ...anna, roles: ['approver'] },
    expected,
  });
  assert(!herself.ok, 'nobody approves what he planned');
  const unseen = await approvePlan(casework, { planId, reason: 'fine', actor: bruno, expected });
  assert(!unseen.ok && (unseen.error.kind === 'samples_not_opened' || stored.samples === 0), 'nobody approves unseen');
  const samples = await casework.casework.readSamples(planId, bruno.staffId);
  for (const { accountId } of samples) await openPlanSample(casework, { planId, accountId, actor: bruno });
  const approved = await approvePlan(casework, {
    planId,
    reason: 'count, sum and samples agree',
    actor: bruno,
    expected,
  });
  assert(approved.ok, 'Bruno approves');
  tell(
    `Anna herself is refused, and so is Bruno until he has opened ${samples.length} customers. Then he approves the digest ${digest.slice(0, 12)}….`,
  );
}
