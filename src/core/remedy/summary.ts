import { FACT_KINDS } from '../fact/fact.ts';
import { type Money, money, toMajor } from '../kernel/money.ts';
import { remembered } from '../kernel/remembered.ts';
import { type Instant, toRfc3339 } from '../kernel/time.ts';
import { FINDING_CLASSES, type Finding, type FindingClass, type Grade } from './finding.ts';
import type { RejectedRow, RowCounts } from './import.ts';
import type { RefundLine, Scan } from './scan.ts';

/** `summary.json`: names and forms are the published contract (docs/file-contract.md), therefore snake_case. */
export interface Summary {
  readonly counts: Readonly<Partial<Record<string, RowCounts>>>;
  readonly incident: SummaryIncident | null;
  readonly findings: Readonly<Record<FindingClass, Readonly<Record<Grade, number>>>>;
  readonly accounts_affected: number;
  readonly refund_due: Readonly<Record<string, Readonly<Record<Grade, string>>>>;
  readonly causes: readonly SummaryCause[];
  readonly assumptions: readonly string[];
}

export interface SummaryIncident {
  readonly from: string | null;
  readonly to: string | null;
  readonly charged_from: string;
  readonly charged_to: string;
}

export interface SummaryCause {
  readonly id: string;
  readonly name: string;
  readonly score: number;
  readonly evidence: string;
}

/** One finding as `findings.csv` and `--ndjson` show it; the keys are the columns, in their order. */
export interface FindingRow {
  readonly finding_id: string;
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly account_id: string | null;
  readonly rental_id: string | null;
  readonly payment_id: string | null;
  readonly kept_payment_id: string | null;
  readonly amount: string;
  readonly refund_due: string;
  readonly currency: string;
  readonly books: number | null;
  readonly provider: number;
  readonly bank: number | null;
  readonly reason: string;
}

export const FINDING_COLUMNS = [
  'finding_id',
  'class',
  'grade',
  'account_id',
  'rental_id',
  'payment_id',
  'kept_payment_id',
  'amount',
  'refund_due',
  'currency',
  'books',
  'provider',
  'bank',
  'reason',
] as const satisfies readonly (keyof FindingRow)[];

export interface RefundRow {
  readonly account_id: string;
  readonly currency: string;
  readonly grade: Grade;
  readonly refund_due: string;
  readonly findings: number;
}

export const REFUND_COLUMNS = [
  'account_id',
  'currency',
  'grade',
  'refund_due',
  'findings',
] as const satisfies readonly (keyof RefundRow)[];

export const REJECTED_COLUMNS = [
  'file',
  'line',
  'column',
  'value',
  'reason',
] as const satisfies readonly (keyof RejectedRow)[];

/** These touch our books or the bank's file, not what a customer lost: their accounts are not counted as affected. */
const CLASSES_WITHOUT_VICTIM: ReadonlySet<FindingClass> = new Set(['phantom', 'missing_twin']);

/** The whole of `summary.json`. Sums of `refund_due` equal those of the rows of `refunds.csv`. */
export function summarise(scan: Scan): Summary {
  const { findings } = scan.verdicts;
  return {
    counts: countsInOrder(scan),
    incident: summariseIncident(scan),
    findings: countByClassAndGrade(findings),
    accounts_affected: countAccountsAffected(findings),
    refund_due: Object.fromEntries(
      [...sumRefundDue(findings)].map(([currency, sums]) => [
        currency,
        {
          proven: toMajor(money(sums.proven, currency)),
          probable: toMajor(money(sums.probable, currency)),
          possible: toMajor(money(sums.possible, currency)),
        },
      ]),
    ),
    causes: scan.diagnosis.causes.map(({ id, name, score, evidence }) => ({
      id,
      name,
      score: roundScore(score),
      evidence,
    })),
    assumptions: scan.assumptions,
  };
}

/** Two decimals: a score orders causes, more digits would claim a precision that it has not. */
export function roundScore(score: number): number {
  return Math.round(score * 100) / 100;
}

function countsInOrder(scan: Scan): Readonly<Partial<Record<string, RowCounts>>> {
  const counts: Partial<Record<string, RowCounts>> = {};
  for (const fact of FACT_KINDS) {
    const of = scan.counts[fact];
    if (of !== undefined) {
      counts[fact] = { read: of.read, used: of.used, repeated: of.repeated, rejected: of.rejected };
    }
  }
  return counts;
}

function summariseIncident(scan: Scan): SummaryIncident | null {
  const { incident } = scan.diagnosis;
  if (incident === null) return null;
  return {
    from: rfc3339OrNull(incident.from),
    to: rfc3339OrNull(incident.to),
    charged_from: toRfc3339(incident.chargedFrom),
    charged_to: toRfc3339(incident.chargedTo),
  };
}

function rfc3339OrNull(instant: Instant | null): string | null {
  return instant === null ? null : toRfc3339(instant);
}

/** All classes and grades are present, also those that hold nothing. */
export function countByClassAndGrade(findings: readonly Finding[]): Record<FindingClass, Record<Grade, number>> {
  const counts = Object.fromEntries(
    FINDING_CLASSES.map((name) => [name, { proven: 0, probable: 0, possible: 0 }]),
  ) as Record<FindingClass, Record<Grade, number>>;
  for (const finding of findings) counts[finding.class][finding.grade] += 1;
  return counts;
}

/** Distinct accounts with a proven or probable finding that took something from them, by us or by the bank. */
export const countAccountsAffected = remembered((findings: readonly Finding[]): number => {
  const accounts = new Set<string>();
  for (const { accountId, grade, class: of } of findings) {
    if (accountId !== null && grade !== 'possible' && !CLASSES_WITHOUT_VICTIM.has(of)) accounts.add(accountId);
  }
  return accounts.size;
});

/** What is due in minor units for each currency that any finding has, currencies in alphabetical order. */
export const sumRefundDue = remembered((findings: readonly Finding[]): RefundDue => {
  const sums = new Map<string, Record<Grade, bigint>>();
  for (const { refundDue, grade } of findings) {
    const ofCurrency = sums.get(refundDue.currency) ?? { proven: 0n, probable: 0n, possible: 0n };
    ofCurrency[grade] += refundDue.amountMinor;
    sums.set(refundDue.currency, ofCurrency);
  }
  return new Map([...sums].sort(([one], [other]) => (one < other ? -1 : 1)));
});

/** Minor units by currency and grade. */
export type RefundDue = ReadonlyMap<string, Readonly<Record<Grade, bigint>>>;

export function toFindingRow(finding: Finding): FindingRow {
  return {
    finding_id: finding.findingId,
    class: finding.class,
    grade: finding.grade,
    account_id: finding.accountId,
    rental_id: finding.rentalId,
    payment_id: finding.paymentId,
    kept_payment_id: finding.keptPaymentId,
    amount: toMajor(finding.amount),
    refund_due: toMajor(finding.refundDue),
    currency: finding.amount.currency,
    books: finding.layers.books,
    provider: finding.layers.provider,
    bank: finding.layers.bank,
    reason: finding.reason,
  };
}

export function toRefundRow(line: RefundLine): RefundRow {
  return {
    account_id: line.accountId,
    currency: line.currency,
    grade: line.grade,
    refund_due: toMajor(line.refundDue),
    findings: line.findings,
  };
}

/** `1,234,567`: digits in groups of three, as in all sentences for people. */
export function sayCount(count: number): string {
  return groupDigits(String(count));
}

/** `EUR 15,342.10`. */
export function sayGrouped(amount: Money): string {
  return `${amount.currency} ${groupDigits(toMajor(amount))}`;
}

function groupDigits(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Words of `docs/glossary.md` for each class, as a heading of one finding. */
export const CLASS_WORDS: Readonly<Record<FindingClass, string>> = {
  double_charge: 'double charge',
  duplicate_record: 'drive recorded twice',
  overcharge: 'overcharge',
  charge_without_rental: 'charge without rental',
  phantom: 'phantom, only in our books',
  acquirer_duplicate: 'doubled by the acquirer',
  missing_twin: 'missing at the bank',
};
