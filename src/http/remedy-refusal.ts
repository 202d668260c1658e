import type { CampaignRefusal } from '../flow/remedy/campaign.ts';
import type { DecisionRefused } from '../flow/remedy/decide-plan.ts';
import { Refusal } from './problem.ts';

/** Why nothing was done about an incident: `code` is the kind of the flow. */
export function incidentRefusal({ kind, role }: { readonly kind: string; readonly role?: string }): Refusal {
  switch (kind) {
    case 'incident_unknown':
      return new Refusal('not_found', 'There is no incident of this id.', { code: kind });
    case 'target_unknown':
      return new Refusal('refused', 'It has no such finding and no such group.', { code: kind });
    case 'may_not':
      return new Refusal('not_permitted', `This takes the role ${role}.`, { code: kind });
    case 'incident_closed':
      return new Refusal('refused', 'It is closed: nothing about it changes any more.', { code: kind });
    case 'policy_missing':
      return new Refusal('refused', 'There is no policy yet: storno policy set.', { code: kind });
    default:
      return new Refusal('refused', `It cannot be done: ${kind.replaceAll('_', ' ')}.`, { code: kind });
  }
}

/** Why a plan was not decided. What was read is not what stands: 409. Somebody else must decide: 403. */
export function decisionRefusal(refusal: DecisionRefused): Refusal {
  const code = refusal.kind;
  switch (refusal.kind) {
    case 'plan_unknown':
      return new Refusal('not_found', 'There is no plan of this id.', { code });
    case 'may_not':
      return new Refusal('not_permitted', 'Deciding about money takes the role approver.', { code });
    case 'same_person':
      return new Refusal('not_permitted', 'You planned it yourself: another person must decide.', { code });
    case 'beneficiary':
      return new Refusal('not_permitted', 'Your own account gets something by it: another person must decide.', {
        code,
      });
    case 'digest_differs':
      return new Refusal('plan_stale', `The plan has the digest ${refusal.digest}, not the one of If-Match.`, { code });
    case 'stale':
      return new Refusal('plan_stale', 'Reviews, refunds or disputes have changed since it was made: plan again.', {
        code,
      });
    case 'rows_changed':
      return new Refusal('plan_stale', 'Its rows are not those that were planned. Tell your auditor.', { code });
    case 'count_differs':
      return new Refusal('plan_stale', `It has ${refusal.refunds} refunds, not as many as you say.`, { code });
    case 'total_differs':
      return new Refusal('plan_stale', 'It pays other sums than you say.', { code });
    case 'already_decided':
      return new Refusal('refused', `It was ${refusal.decision} before: a plan is decided once.`, { code });
    case 'samples_not_opened':
      return new Refusal('refused', `You have opened ${refusal.opened} of ${refusal.samples} samples.`, { code });
    case 'over_plan_cap':
      return new Refusal('refused', `It is above the cap of a plan in ${refusal.currency}.`, { code });
    case 'over_day_cap':
      return new Refusal('refused', `It is above what may be approved on one day in ${refusal.currency}.`, { code });
  }
}

export function campaignRefusal(refusal: CampaignRefusal): Refusal {
  const code = refusal.kind;
  switch (refusal.kind) {
    case 'plan_unknown':
      return new Refusal('not_found', 'There is no plan of this id.', { code });
    case 'campaign_unknown':
      return new Refusal('not_found', 'The plan has no campaign yet.', { code });
    case 'may_not':
      return new Refusal('not_permitted', `This takes the role ${refusal.needs}.`, { code });
    case 'not_approved':
      return new Refusal('refused', 'The plan waits for its approval by another person.', { code });
    case 'refused':
      return new Refusal('refused', 'The plan was refused: make a new one.', { code: 'plan_refused' });
    case 'expired':
      return new Refusal('plan_stale', 'The approval has run out: make a new plan of what is left.', { code });
    case 'wrong_state':
      return new Refusal('refused', `The campaign is ${refusal.state}: there is no way from there.`, { code });
    case 'contended':
      return new Refusal('state_changed', 'The campaign kept changing: ask again.', { code });
  }
}
