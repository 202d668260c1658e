import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { basisText, planText } from '../../core/remedy/plan/plan-text.ts';
import { buildPlan } from '../../core/remedy/plan.ts';
import { type NewLiability, recognize } from '../../core/remedy/recognize.ts';
import type { RemedyPolicy } from '../../core/remedy/remedy-policy.ts';
import type { Staff } from '../../core/remedy/staff.ts';
import type { NewPlan, StoredPlan } from '../ports/casework.ts';
import type { Digest } from '../ports/world.ts';
import { type CaseworkWorld, type IncidentUnknown, type MayNot, openCase, policyOfText } from './casework.ts';

export type PlanRefused =
  | MayNot
  | IncidentUnknown
  | { readonly kind: 'incident_closed' }
  | { readonly kind: 'policy_missing' }
  | { readonly kind: 'policy_unreadable'; readonly version: number }
  | { readonly kind: 'nothing_to_do'; readonly exclusions: NewPlan['exclusions'] };

export interface MadePlan {
  readonly kind: 'created' | 'exists';
  readonly plan: StoredPlan;
}

/**
 * Recognizes what is owed, counts what came back elsewhere, and freezes what is to be done. Where nothing has changed
 * since a plan that still stands, that plan is the answer.
 */
export async function makePlan(
  world: CaseworkWorld,
  { incidentId, actor }: { readonly incidentId: string; readonly actor: Staff },
): Promise<Result<MadePlan, PlanRefused>> {
  const opened = await openCase(world, { incidentId, actor });
  if (!opened.ok) return opened;
  const { casework, clock, digest } = world;
  const stored = await casework.readPolicy(null);
  if (stored === null) return fail({ kind: 'policy_missing' });
  const policy = policyOfText(stored.text);
  if (policy === null) return fail({ kind: 'policy_unreadable', version: stored.version });
  const at = clock.now();
  const signature = { by: actor.staffId, at };
  await recognizeAll(world, { incidentId, policy, signature });
  await casework.countElsewhere(incidentId, at);
  const basis = await casework.readBasis(incidentId);
  const plan = buildPlan({ ...basis, policy, wrongSince: opened.value.chargedFrom, at });
  if (plan.accounts.length === 0 && plan.refunds.length === 0) {
    return fail({ kind: 'nothing_to_do', exclusions: plan.exclusions });
  }
  const head = { incidentId, policyVersion: stored.version };
  const content = { digest: digest(planText(head, plan)), basisDigest: digest(basisText(head, basis)) };
  const sampled = drawAccounts(
    plan.accounts.map(({ accountId }) => accountId),
    { seed: content.digest, count: policy.approval.samples, digest },
  );
  return settle(world, { ...plan, ...head, ...content, planId: '', sampled, signature });
}

/** What is not owed by anybody yet, from here on is. */
async function recognizeAll(
  { casework, digest }: CaseworkWorld,
  {
    incidentId,
    policy,
    signature,
  }: { readonly incidentId: string; readonly policy: RemedyPolicy; readonly signature: NewPlan['signature'] },
): Promise<void> {
  const { candidates } = await casework.readBasis(incidentId);
  // Where the charge that was to stay is itself given back, this one is what pays for the rental.
  const unowed = candidates.filter(
    ({ principal, owedBy, isKeptGone }) => principal === null && owedBy === null && !isKeptGone,
  );
  const liabilities = recognize(unowed, { timeValue: policy.timeValue, at: signature.at });
  await casework.recognize({
    incidentId,
    liabilities: liabilities.map((liability) => ({ ...liability, liabilityId: nameOf(liability, digest) })),
    signature,
  });
}

const NAME_LENGTH = 24;

/** Named after the payment: two who recognize it at once mean the same. */
function nameOf({ accountId, provider, merchantAccount, paymentId, kind }: NewLiability, digest: Digest): string {
  const name = digest(JSON.stringify([accountId, provider, merchantAccount, paymentId, kind])).slice(0, NAME_LENGTH);
  return `lia_${name}`;
}

/** Nobody can choose which: the order follows from the plan itself. */
function drawAccounts(
  accountIds: readonly string[],
  { seed, count, digest }: { readonly seed: string; readonly count: number; readonly digest: Digest },
): readonly string[] {
  const ranked = accountIds.map((accountId) => ({ accountId, rank: digest(`${seed}:${accountId}`) }));
  ranked.sort((one, other) => (one.rank < other.rank ? -1 : 1));
  return ranked.slice(0, count).map(({ accountId }) => accountId);
}

/** A plan is named after its content; one of equal content that was refused or has expired has the next name. */
async function settle(world: CaseworkWorld, unnamed: NewPlan): Promise<Result<MadePlan, PlanRefused>> {
  const { casework, digest } = world;
  const { incidentId, policyVersion, basisDigest, signature } = unnamed;
  const equal = (await casework.listPlans(incidentId)).filter(
    (plan) =>
      plan.digest === unnamed.digest && plan.basisDigest === basisDigest && plan.policyVersion === policyVersion,
  );
  const standing = equal.find(({ decision }) => decision === null || isAlive(decision, signature.at));
  if (standing !== undefined) return ok({ kind: 'exists', plan: standing });
  const name = digest(JSON.stringify([incidentId, policyVersion, unnamed.digest, basisDigest, equal.length]));
  const planId = `pln_${name.slice(0, NAME_LENGTH)}`;
  const kind = await casework.writePlan({ ...unnamed, planId });
  const plan = await casework.readPlan(planId);
  if (plan === null) throw new Error(`plan ${planId} was written and cannot be read`);
  return ok({ kind, plan });
}

function isAlive(decision: NonNullable<StoredPlan['decision']>, at: number): boolean {
  return decision.decision === 'approved' && decision.expiresAt > at;
}
