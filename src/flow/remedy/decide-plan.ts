import { assert } from '../../core/kernel/assert.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { type ApprovalRefusal, decideApproval, decideRefusal, type Expected } from '../../core/remedy/approve.ts';
import { basisText, planText } from '../../core/remedy/plan/plan-text.ts';
import { mayApprove, mayLook, type Staff } from '../../core/remedy/staff.ts';
import type { PlanDecision, PlanPreview, PlanStanding } from '../ports/casework.ts';
import { type CaseworkWorld, policyOfText } from './casework.ts';

export type DecisionRefused = ApprovalRefusal | { readonly kind: 'plan_unknown' };

interface DecideRequest {
  readonly planId: string;
  readonly reason: string;
  readonly actor: Staff;
}

/** Says yes to these very rows, as they stand now. Nothing is sent by it. */
export function approvePlan(
  world: CaseworkWorld,
  request: DecideRequest & { readonly expected: Expected },
): Promise<Result<PlanDecision, DecisionRefused>> {
  return decide(world, request, (standing, at) => {
    const { plan, rows, basis } = standing;
    const policy = policyOfText(standing.policy.text);
    assert(policy !== null, `policy ${plan.policyVersion} was read before it was stored`);
    const approved = decideApproval({
      ...standing,
      plan,
      policy,
      decided: plan.decision?.decision ?? null,
      now: { digest: world.digest(planText(plan, rows)), basisDigest: world.digest(basisText(plan, basis)) },
      expected: request.expected,
      at,
    });
    if (!approved.ok) return approved;
    return ok({ decision: 'approved', reason: request.reason, expiresAt: approved.value.expiresAt });
  });
}

/** Says no, for good: the same rows need another plan. */
export function refusePlan(
  world: CaseworkWorld,
  request: DecideRequest,
): Promise<Result<PlanDecision, DecisionRefused>> {
  return decide(world, request, ({ plan, decider }, at) => {
    const refused = decideRefusal({ plan, decider, decided: plan.decision?.decision ?? null });
    // A refusal does not lapse; the column asks for a time after the decision.
    return refused.ok ? ok({ decision: 'refused', reason: request.reason, expiresAt: at + 1 }) : refused;
  });
}

async function decide(
  { casework, clock }: CaseworkWorld,
  { planId, actor }: DecideRequest,
  judge: (standing: PlanStanding, at: number) => Result<PlanDecision, ApprovalRefusal>,
): Promise<Result<PlanDecision, DecisionRefused>> {
  const now = clock.now();
  let judged: Result<PlanDecision, ApprovalRefusal> | null = null;
  const written = await casework.decidePlan({
    planId,
    staffId: actor.staffId,
    now,
    judge: (standing) => {
      judged = judge(standing, now);
      return judged.ok ? judged.value : null;
    },
  });
  const answer = judged as Result<PlanDecision, ApprovalRefusal> | null;
  if (written === 'unknown' || answer === null) return fail({ kind: 'plan_unknown' });
  return answer;
}

export interface Opened {
  readonly preview: PlanPreview;
  /** `no_sample`: shown, and counted for nothing. */
  readonly kind: 'created' | 'exists' | 'no_sample';
}

/** Shows what one account gets, and keeps that whoever may approve has seen it. */
export async function openPlanSample(
  { casework, clock }: CaseworkWorld,
  { planId, accountId, actor }: { readonly planId: string; readonly accountId: string; readonly actor: Staff },
): Promise<Opened | null> {
  const preview = mayLook(actor) ? await casework.readPreview(planId, accountId) : null;
  if (preview === null) return null;
  if (!mayApprove(actor)) return { preview, kind: 'no_sample' };
  const signature = { by: actor.staffId, at: clock.now() };
  return { preview, kind: await casework.openSample({ planId, accountId, signature }) };
}
