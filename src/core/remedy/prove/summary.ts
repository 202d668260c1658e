import type { Json } from '../proof/canonical.ts';
import type { Totals } from '../proof/totals.ts';

/** What a person reads first: facts in words of the tables, sums in minor units as text. */
export interface PackSummary {
  readonly format: number;
  readonly incident_id: string;
  readonly title: string;
  readonly created_at: string;
  readonly affected_from: string | null;
  readonly affected_to: string | null;
  readonly charged_from: string | null;
  readonly charged_to: string | null;
  /** The best explanation; null where none was found. */
  readonly cause: { readonly id: string; readonly name: string; readonly evidence: string } | null;
  readonly scope_digest: string;
  readonly plans: readonly SummaryPlan[];
  readonly totals: Totals;
  readonly vat: readonly { readonly treatment: string; readonly findings: number }[];
  readonly closed_at: string | null;
  /** What was decided, in order of time: of a long incident the first and the last. */
  readonly timeline: readonly SummaryEvent[];
  readonly audit: { readonly entries: number; readonly position: number; readonly key_id: string };
}

export interface SummaryEvent {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
}

export interface SummaryPlan {
  readonly plan_id: string;
  readonly digest: string;
  readonly planned_by: string;
  readonly decision: string | null;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly accounts: number;
  readonly refunds: number;
  readonly sums: Json;
  readonly minutes: Json;
  readonly samples: number;
}
