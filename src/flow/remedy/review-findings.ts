import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { groupText } from '../../core/remedy/finding-group.ts';
import type { Staff } from '../../core/remedy/staff.ts';
import type { ReviewedFinding } from '../ports/casework.ts';
import { type CaseworkWorld, openCase } from './casework.ts';

/** Findings of equal evidence. */
export interface FindingGroup {
  /** Short, and the same for the same evidence. */
  readonly name: string;
  readonly findings: readonly ReviewedFinding[];
}

const NAME_LENGTH = 8;

/** In the order of their size, the largest first. */
export async function readGroups(
  { casework, digest }: CaseworkWorld,
  incidentId: string,
): Promise<readonly FindingGroup[]> {
  const groups = new Map<string, ReviewedFinding[]>();
  for (const finding of await casework.readFindings(incidentId)) {
    const text = groupText(finding);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [finding]);
    else group.push(finding);
  }
  return [...groups]
    .map(([text, findings]) => ({ name: digest(text).slice(0, NAME_LENGTH), findings }))
    .sort((one, other) => other.findings.length - one.findings.length || (one.name < other.name ? -1 : 1));
}

export interface ReviewRequest {
  readonly incidentId: string;
  /** A finding, or the name of a group. */
  readonly target: string;
  readonly verdict: 'accepted' | 'rejected';
  readonly reason: string;
  readonly actor: Staff;
}

export interface Reviewed {
  readonly findings: number;
  /** Of these, how many had another verdict before. */
  readonly written: number;
}

type ReviewRefused =
  | (Awaited<ReturnType<typeof openCase>> & { readonly ok: false })['error']
  | { readonly kind: 'target_unknown' };

/** A person's word on one finding, or on all of equal evidence. */
export async function reviewFindings(
  world: CaseworkWorld,
  { incidentId, target, verdict, reason, actor }: ReviewRequest,
): Promise<Result<Reviewed, ReviewRefused>> {
  const opened = await openCase(world, { incidentId, actor });
  if (!opened.ok) return opened;
  const groups = await readGroups(world, incidentId);
  const group = groups.find(({ name }) => name === target)?.findings;
  const findings = group ?? groups.flatMap((each) => each.findings).filter(({ findingId }) => findingId === target);
  if (findings.length === 0) return fail({ kind: 'target_unknown' });
  const signature = { by: actor.staffId, at: world.clock.now() };
  const written = await world.casework.reviewFindings({ incidentId, findings, verdict, reason, signature });
  return ok({ findings: findings.length, written });
}
