import type { FieldError } from '../../core/kernel/field.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Incident } from '../../core/remedy/incident.ts';
import { parseRemedyPolicy } from '../../core/remedy/parse-policy.ts';
import { type RemedyPolicy, remedyPolicyText } from '../../core/remedy/remedy-policy.ts';
import { mayGovern, mayOperate, type Staff, type StaffRole } from '../../core/remedy/staff.ts';
import type { Casework } from '../ports/casework.ts';
import type { Clock, Digest } from '../ports/world.ts';

/** What the flows of casework touch. */
export interface CaseworkWorld {
  readonly casework: Casework;
  readonly clock: Clock;
  readonly digest: Digest;
}

export interface MayNot {
  readonly kind: 'may_not';
  readonly role: StaffRole;
}

export interface IncidentUnknown {
  readonly kind: 'incident_unknown';
}

/** Whoever works on incidents is an operator. */
export function permitOperator(actor: Staff): Result<null, MayNot> {
  return mayOperate(actor) ? ok(null) : fail({ kind: 'may_not', role: 'operator' });
}

export function permitAdmin(actor: Staff): Result<null, MayNot> {
  return mayGovern(actor) ? ok(null) : fail({ kind: 'may_not', role: 'admin' });
}

/** The incident, where the actor may work on it and it is still open. */
export async function openCase(
  { casework }: CaseworkWorld,
  { incidentId, actor }: { readonly incidentId: string; readonly actor: Staff },
): Promise<Result<Incident, MayNot | IncidentUnknown | { readonly kind: 'incident_closed' }>> {
  const permitted = permitOperator(actor);
  if (!permitted.ok) return permitted;
  const incident = await casework.readIncident(incidentId);
  if (incident === null) return fail({ kind: 'incident_unknown' });
  const { closed } = await casework.readCaseFile(incidentId);
  return closed === null ? ok(incident) : fail({ kind: 'incident_closed' });
}

export type PolicySet = { readonly kind: 'created' | 'exists'; readonly version: number };

/** A policy holds from now on, for every plan that is made. */
export async function setPolicy(
  { casework, clock, digest }: CaseworkWorld,
  { text, actor }: { readonly text: string; readonly actor: Staff },
): Promise<Result<PolicySet, MayNot | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }>> {
  const permitted = permitAdmin(actor);
  if (!permitted.ok) return permitted;
  const parsed = parseRemedyPolicy(text);
  if (!parsed.ok) return fail({ kind: 'invalid', errors: parsed.error });
  const canonical = remedyPolicyText(parsed.value);
  const signature = { by: actor.staffId, at: clock.now() };
  return ok(await casework.setPolicy({ text: canonical, digest: digest(canonical), signature }));
}

/** What was stored was parsed before: where it cannot be read any more, the program is older than the policy. */
export function policyOfText(text: string): RemedyPolicy | null {
  const parsed = parseRemedyPolicy(text);
  return parsed.ok ? parsed.value : null;
}
