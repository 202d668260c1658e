import type { Money } from '../../core/kernel/money.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { Candidate, PlanCustomer } from '../../core/remedy/candidate.ts';
import type { FindingEvidence, Incident, IncidentFinding, JsonObject } from '../../core/remedy/incident.ts';
import type { PlanAccount, PlanExclusion, PlanRefund, RemedyPlan } from '../../core/remedy/plan.ts';
import type { NewLiability } from '../../core/remedy/recognize.ts';
import type { Amounts } from '../../core/remedy/remedy-policy.ts';
import type { Staff } from '../../core/remedy/staff.ts';
import type { VictimLine } from '../../core/remedy/victims.ts';

/**
 * The files of those who make an incident good: people, policy, incidents, plans and their approval. Every method is
 * one transaction with its entry in the audit log, and idempotent by its key; each may throw `StoreUnavailable`.
 */
export interface Casework extends Governing, Incidents, Plans {}

/** Who did it, and when. */
export interface Signature {
  readonly by: string;
  readonly at: Instant;
}

export interface Governing {
  /** `differs` where a person of this id is another one. */
  putStaff(staff: Staff): Promise<'created' | 'exists' | 'differs'>;
  readStaff(staffId: string): Promise<Staff | null>;
  listStaff(): Promise<readonly Staff[]>;
  disableStaff(staffId: string, signature: Signature): Promise<'disabled' | 'exists' | 'unknown'>;
  /** The newest version holds; the same policy again is `exists`. */
  setPolicy(policy: {
    readonly text: string;
    readonly digest: string;
    readonly signature: Signature;
  }): Promise<{ readonly kind: 'created' | 'exists'; readonly version: number }>;
  /** The newest where no version is named; null where there is none. */
  readPolicy(version: number | null): Promise<StoredPolicy | null>;
}

export interface StoredPolicy {
  readonly version: number;
  readonly text: string;
  readonly digest: string;
  readonly recordedBy: string;
  readonly recordedAt: Instant;
}

export interface Incidents {
  /** Head, findings and outside sample at once, or nothing. */
  openIncident(opening: IncidentOpening): Promise<'created' | 'exists'>;
  readIncident(incidentId: string): Promise<Incident | null>;
  listIncidents(): Promise<readonly ListedIncident[]>;
  /** In the order of account and finding. */
  readFindings(incidentId: string): Promise<readonly ReviewedFinding[]>;
  /** So many in the same order, from behind `after` on. */
  listFindings(page: {
    readonly incidentId: string;
    readonly after: Pick<IncidentFinding, 'accountId' | 'findingId'> | null;
    readonly limit: number;
  }): Promise<readonly ReviewedFinding[]>;
  readCaseFile(incidentId: string): Promise<CaseFile>;
  /** Those whose last review says the same already stay as they are; answers how many were written. */
  reviewFindings(review: {
    readonly incidentId: string;
    readonly findings: readonly Pick<IncidentFinding, 'accountId' | 'findingId'>[];
    readonly verdict: 'accepted' | 'rejected';
    readonly reason: string;
    readonly signature: Signature;
  }): Promise<number>;
  recordComplaint(complaint: {
    readonly incidentId: string;
    readonly accountId: string;
    readonly complaintId: string;
    readonly receivedAt: Instant;
    readonly signature: Signature;
  }): Promise<'created' | 'exists'>;
  /** The same file once. */
  importVictims(list: {
    readonly incidentId: string;
    readonly listId: string;
    readonly sentBy: string;
    readonly sha256: string;
    readonly lines: readonly VictimLine[];
    readonly signature: Signature;
  }): Promise<'created' | 'exists'>;
  readVictims(incidentId: string, sha256: string): Promise<readonly VictimLine[]>;
  lookOutside(look: {
    readonly incidentId: string;
    readonly accountId: string;
    readonly rentalId: string;
    readonly verdict: 'clean' | 'affected';
    readonly note: string;
    readonly signature: Signature;
  }): Promise<'created' | 'exists' | 'exists_with_different_verdict' | 'unknown'>;
  recordAssumption(incidentId: string, assumption: Assumption, signature: Signature): Promise<'created' | 'exists'>;
  recordPrevention(incidentId: string, prevention: Prevention, signature: Signature): Promise<'created' | 'exists'>;
  /** What stands in the way of closing, and what would remain unpaid. */
  readClosing(incidentId: string, now: Instant): Promise<Closing>;
  closeIncident(closure: {
    readonly incidentId: string;
    readonly remains: JsonObject;
    readonly signature: Signature;
  }): Promise<'created' | 'exists'>;
}

export interface IncidentOpening {
  readonly incident: Incident;
  readonly findings: readonly IncidentFinding[];
  readonly sample: readonly OutsideRental[];
  readonly assumptions: readonly Assumption[];
  readonly preventions: readonly Prevention[];
}

export interface ListedIncident {
  readonly incident: Incident;
  readonly closedAt: Instant | null;
}

export interface ReviewedFinding extends IncidentFinding {
  readonly review: 'accepted' | 'rejected' | null;
}

export interface OutsideRental {
  readonly accountId: string;
  readonly rentalId: string;
  readonly stratum: string;
  readonly evidence: JsonObject;
}

export interface OutsideLook extends OutsideRental {
  readonly verdict: 'clean' | 'affected' | null;
}

export interface Assumption {
  readonly text: string;
  readonly direction: 'consumer_favourable' | 'neutral' | 'operator_favourable';
  readonly evidence: string;
}

export interface Prevention {
  readonly measure: string;
  readonly owner: string;
  readonly test: string;
  readonly state: 'open' | 'done' | 'refused';
}

export interface CaseFile {
  readonly sample: readonly OutsideLook[];
  readonly assumptions: readonly Assumption[];
  /** The last word on each measure. */
  readonly preventions: readonly Prevention[];
  readonly complaints: number;
  /** Affected accounts of which no complaint is known. */
  readonly silent: number;
  readonly victimLists: readonly { readonly listId: string; readonly sentBy: string; readonly sha256: string }[];
  readonly closed: { readonly by: string; readonly at: Instant; readonly remains: JsonObject } | null;
}

export interface Closing {
  readonly notReviewed: number;
  readonly refundsOpen: number;
  /** Approved, still valid, and nobody has begun them. */
  readonly plansNotBegun: readonly string[];
  /** Violations of the books, in words. */
  readonly violations: readonly string[];
  readonly remains: readonly { readonly owed: Money; readonly accounts: number; readonly unpayable: Money }[];
}

export interface Plans {
  /** Accounts that are not known yet, and how they are reached. */
  putCustomers(customers: readonly NewCustomer[], now: Instant): Promise<number>;
  readBasis(incidentId: string): Promise<Basis>;
  /** Each once, with its entry where the books do not owe it already. Answers how many are new. */
  recognize(recognition: {
    readonly incidentId: string;
    readonly liabilities: readonly (NewLiability & { readonly liabilityId: string })[];
    readonly signature: Signature;
  }): Promise<number>;
  /** Counts on liabilities what came back over other roads since the scan; never less than before. */
  countElsewhere(incidentId: string, now: Instant): Promise<number>;
  /** Whole or not at all. */
  writePlan(plan: NewPlan): Promise<'created' | 'exists'>;
  readPlan(planId: string): Promise<StoredPlan | null>;
  readPlanRows(planId: string): Promise<PlanRows>;
  listPlans(incidentId: string | null): Promise<readonly StoredPlan[]>;
  /** Newest first. */
  readSamples(
    planId: string,
    staffId: string,
  ): Promise<readonly { readonly accountId: string; readonly isOpened: boolean }[]>;
  /** What one account gets, and why. Null where it is not in the plan. */
  readPreview(planId: string, accountId: string): Promise<PlanPreview | null>;
  openSample(sample: {
    readonly planId: string;
    readonly accountId: string;
    readonly signature: Signature;
  }): Promise<'created' | 'exists' | 'no_sample'>;
  /**
   * Reads all that bears on a decision, lets `judge` decide, and writes what it answers, one decision at a time over
   * all plans. `judge` answers null to write nothing.
   */
  decidePlan(request: {
    readonly planId: string;
    readonly staffId: string;
    readonly now: Instant;
    judge(standing: PlanStanding): PlanDecision | null;
  }): Promise<'written' | 'not_written' | 'unknown'>;
}

export interface NewCustomer {
  readonly accountId: string;
  readonly homeMarket: string;
  readonly locale: string;
  readonly name: string | null;
  readonly mail: string | null;
}

export interface Basis {
  readonly candidates: readonly Candidate[];
  readonly customers: readonly PlanCustomer[];
}

export interface NewPlan extends RemedyPlan {
  readonly planId: string;
  readonly incidentId: string;
  readonly policyVersion: number;
  readonly digest: string;
  readonly basisDigest: string;
  /** Accounts that whoever approves must open. */
  readonly sampled: readonly string[];
  readonly signature: Signature;
}

export interface StoredPlan {
  readonly planId: string;
  readonly incidentId: string;
  readonly policyVersion: number;
  readonly digest: string;
  readonly basisDigest: string;
  readonly accounts: number;
  readonly refunds: number;
  readonly sums: Amounts;
  readonly minutes: Readonly<Record<string, number>>;
  readonly samples: number;
  readonly plannedBy: string;
  readonly plannedAt: Instant;
  readonly decision: StoredDecision | null;
}

export interface StoredDecision extends PlanDecision {
  readonly decidedBy: string;
  readonly decidedAt: Instant;
}

export interface PlanDecision {
  readonly decision: 'approved' | 'refused';
  readonly reason: string;
  readonly expiresAt: Instant;
}

export type PlanRows = Pick<RemedyPlan, 'accounts' | 'refunds' | 'exclusions'>;

export interface PlanStanding {
  readonly plan: StoredPlan;
  readonly rows: PlanRows;
  readonly basis: Basis;
  readonly policy: StoredPolicy;
  readonly decider: Staff;
  readonly samplesOpened: number;
  readonly isBeneficiary: boolean;
  readonly approvedToday: Amounts;
}

export interface PlanPreview {
  readonly account: PlanAccount;
  readonly refunds: readonly (PlanRefund & {
    readonly findingId: string;
    readonly paymentId: string;
    readonly kind: 'principal' | 'time_value';
    readonly reason: string;
    readonly evidence: FindingEvidence;
  })[];
  readonly exclusions: readonly PlanExclusion[];
}
