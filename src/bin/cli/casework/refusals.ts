import { money, sayMoney } from '../../../core/kernel/money.ts';
import type { Missing } from '../../../core/remedy/close.ts';
import type { Amounts } from '../../../core/remedy/remedy-policy.ts';
import { sayCount } from '../../../core/remedy/summary.ts';
import type { DecisionRefused } from '../../../flow/remedy/decide-plan.ts';
import { problem } from '../actor.ts';
import { COMMAND } from '../command.ts';
import { EXIT_CRASH, EXIT_NOT_APPROVED, EXIT_STALE, EXIT_USAGE, type Problem } from '../exit.ts';

/** A refusal as a person reads it, and its exit code. */
export interface Said {
  readonly code: number;
  readonly problems: readonly Problem[];
}

function said(code: number, kind: string, message: string): Said {
  return { code, problems: [problem(kind, message)] };
}

/** What keeps whoever acts from working on an incident at all. */
export function sayCaseRefused(refusal: { readonly kind: string; readonly role?: string }, incidentId: string): Said {
  switch (refusal.kind) {
    case 'may_not':
      return said(EXIT_NOT_APPROVED, 'may_not', `You may not: this takes the role ${refusal.role}.`);
    case 'incident_unknown':
      return said(EXIT_USAGE, 'incident_unknown', `There is no incident ${incidentId}: ${COMMAND} incident list`);
    case 'incident_closed':
      return said(EXIT_CRASH, 'incident_closed', `${incidentId} is closed: nothing about it changes any more.`);
    case 'target_unknown':
      return said(
        EXIT_USAGE,
        'target_unknown',
        `${incidentId} has no such finding or group: ${COMMAND} incident review ${incidentId} shows the groups.`,
      );
    default:
      return said(EXIT_CRASH, refusal.kind, `${incidentId}: ${refusal.kind.replaceAll('_', ' ')}.`);
  }
}

export function sayDecisionRefused(refusal: DecisionRefused, planId: string): Said {
  switch (refusal.kind) {
    case 'plan_unknown':
      return said(EXIT_USAGE, refusal.kind, `There is no plan ${planId}: ${COMMAND} plan list`);
    case 'already_decided':
      return said(EXIT_CRASH, refusal.kind, `${planId} was ${refusal.decision} before: a plan is decided once.`);
    case 'may_not':
      return said(EXIT_NOT_APPROVED, refusal.kind, 'You may not: deciding about money takes the role approver.');
    case 'same_person':
      return said(EXIT_NOT_APPROVED, refusal.kind, 'You planned it yourself: another person must decide.');
    case 'rows_changed':
      return said(
        EXIT_STALE,
        refusal.kind,
        `The rows of ${planId} are not those that were planned. Tell your auditor.`,
      );
    case 'stale':
      return said(
        EXIT_STALE,
        refusal.kind,
        `${planId} is stale: reviews, refunds or disputes have changed since it was made. Plan again: ${COMMAND} plan create INCIDENT`,
      );
    case 'digest_differs':
      return said(EXIT_STALE, refusal.kind, `The digest of ${planId} is ${refusal.digest}, not the one that you name.`);
    case 'count_differs':
      return said(
        EXIT_STALE,
        refusal.kind,
        `${planId} has ${sayCount(refusal.refunds)} refunds, not as many as you say.`,
      );
    case 'total_differs':
      return said(EXIT_STALE, refusal.kind, `${planId} pays ${saySums(refusal.sums)}, not what you say.`);
    case 'beneficiary':
      return said(
        EXIT_NOT_APPROVED,
        refusal.kind,
        'Your own account gets something by it: another person must decide.',
      );
    case 'samples_not_opened':
      return said(
        EXIT_NOT_APPROVED,
        refusal.kind,
        `You have opened ${refusal.opened} of ${refusal.samples} samples. Look at the rest: ${COMMAND} plan sample ${planId}`,
      );
    case 'over_plan_cap':
      return said(
        EXIT_NOT_APPROVED,
        refusal.kind,
        `Above the cap of a plan, ${sayCap(refusal)}: see ${COMMAND} policy show`,
      );
    case 'over_day_cap':
      return said(EXIT_NOT_APPROVED, refusal.kind, `Above what may be approved on one day, ${sayCap(refusal)}.`);
  }
}

function sayCap({ currency, capMinor }: { readonly currency: string; readonly capMinor: bigint }): string {
  return sayMoney(money(capMinor, currency));
}

export function saySums(sums: Amounts): string {
  const amounts = Object.entries(sums).map(([currency, amountMinor]) => sayMoney(money(amountMinor, currency)));
  return amounts.length === 0 ? 'no money' : amounts.join(' and ');
}

export function sayMissing(missing: Missing): string {
  switch (missing.kind) {
    case 'findings_not_reviewed':
      return `${sayCount(missing.count)} probable findings that nobody has reviewed.`;
    case 'plan_not_begun':
      return `${missing.planId} is approved and not carried out.`;
    case 'refunds_open':
      return `${sayCount(missing.count)} refunds are not final.`;
    case 'books_disagree':
      return `The books disagree: ${missing.violation}.`;
    case 'bank_disagrees':
      return `${sayCount(missing.count)} refunds are not explained by the provider's ledger or the bank: storno reconcile.`;
    case 'sample_not_looked_at':
      return `Rentals outside the scope that nobody has looked at: ${missing.rentals.join(', ')}.`;
    case 'sample_affected':
      return `Rentals outside the scope are affected, so it is too narrow: ${missing.rentals.join(', ')}.`;
    case 'prevention_missing':
      return 'Nothing is written down that keeps it from happening again.';
    case 'prevention_without_owner':
      return `Nobody owns "${missing.measure}"`;
    case 'prevention_without_test':
      return `Nothing tests "${missing.measure}"`;
  }
}
