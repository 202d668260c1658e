import type { Coverage, Layers } from '../fact/facts.ts';
import type { Money } from '../kernel/money.ts';
import type { Diagnosis } from './cause.ts';
import type { Finding, Grade, Judged } from './finding.ts';
import type { ImportCounts } from './import.ts';
import type { Population } from './population.ts';

/** Everything that a scan found out: the five files, the terminal summary and the pictures are views of it. */
export interface Scan {
  readonly counts: ImportCounts;
  readonly layers: Layers;
  readonly coverage: Coverage;
  readonly verdicts: Judged;
  readonly refunds: readonly RefundLine[];
  readonly diagnosis: Diagnosis;
  readonly population: Population;
  /** What was taken for granted, each in the customer's favour or named as not; sentences. */
  readonly assumptions: readonly string[];
}

/** What one account is owed in one currency at one grade: a line of `refunds.csv`. Only sums above zero. */
export interface RefundLine {
  readonly accountId: string;
  readonly currency: string;
  readonly grade: Grade;
  readonly refundDue: Money;
  readonly findings: number;
}

export type { Finding };
