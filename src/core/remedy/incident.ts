import type { Payment } from '../fact/payment.ts';
import type { Rental } from '../fact/rental.ts';
import { assert } from '../kernel/assert.ts';
import { type Money, toMajor } from '../kernel/money.ts';
import { type Instant, toRfc3339 } from '../kernel/time.ts';
import { compareText } from './adjudicate/order.ts';
import type { Finding, FindingClass, Grade } from './finding.ts';
import { canonicalText, type Json } from './proof/canonical.ts';
import type { Scan } from './scan.ts';

/** One cause, one period: what was searched, from when on and why, and what was found, frozen. */
export interface Incident {
  readonly incidentId: string;
  readonly title: string;
  readonly source: 'files' | 'database';
  /** First and last end of an affected rental, and first and last wrong charge; null where nothing tells. */
  readonly affectedFrom: Instant | null;
  readonly affectedTo: Instant | null;
  readonly chargedFrom: Instant | null;
  readonly chargedTo: Instant | null;
  readonly lookBackFrom: Instant;
  readonly lookBackReason: string;
  /** What was asked, as JSON: source, files with their SHA-256, layers, counts of rows. */
  readonly scopeQuery: JsonObject;
  readonly scopeDigest: string;
  readonly findings: number;
  readonly accounts: number;
  /** Causes with score and evidence, best first; what cannot be told; what was taken for granted. */
  readonly diagnosis: JsonObject;
  readonly openedBy: string;
  readonly openedAt: Instant;
}

export interface JsonObject {
  readonly [name: string]: Json;
}

/** A finding as it was found. Written once. */
export interface IncidentFinding {
  /** Empty where nobody is known. */
  readonly accountId: string;
  readonly findingId: string;
  readonly class: FindingClass;
  readonly grade: Grade;
  readonly rentalId: string | null;
  /** Empty where no payment is to be given back. */
  readonly provider: string;
  readonly merchantAccount: string;
  readonly paymentId: string | null;
  readonly keptPaymentId: string | null;
  readonly amount: Money;
  readonly refundDue: Money;
  readonly reason: string;
  readonly evidence: FindingEvidence;
}

/** What a person and a letter are shown, as it is kept: names of the file contract, amounts as text. */
export interface FindingEvidence {
  readonly rental: EvidenceRental | null;
  readonly other_rental: EvidenceRental | null;
  readonly wrong: EvidencePayment | null;
  readonly kept: EvidencePayment | null;
  /** All movements of the obligation that were known: what came back later came back elsewhere. */
  readonly payments: readonly EvidencePayment[];
  readonly layers: { readonly books: number | null; readonly provider: number; readonly bank: number | null };
}

export interface EvidenceRental {
  readonly rental_id: string;
  readonly vehicle_id: string | null;
  readonly market: string | null;
  readonly started_at: string | null;
  readonly ended_at: string;
  readonly amount_due: string;
  readonly currency: string;
}

export interface EvidencePayment {
  readonly payment_id: string;
  readonly kind: Payment['kind'];
  readonly parent_payment_id: string | null;
  readonly status: Payment['status'];
  readonly amount: string;
  readonly currency: string;
  readonly created_at: string;
  readonly purpose: Payment['purpose'];
}

/** Who took the money, where the files do not say it themselves; null where nobody named it. */
export interface Merchant {
  readonly provider: string | null;
  readonly merchantAccount: string | null;
}

/** The column that the live database's own export carries. */
const MERCHANT_COLUMN = 'merchant_account';

/** As the database bounds it; adjudication stays far below. */
const REASON_LENGTH_MAX = 2000;

/**
 * The findings of a scan as an incident keeps them, in order of account and finding. Null where a payment is to be
 * given back and neither its row nor `merchant` says who took it: a refund could be sent to nobody.
 */
export function incidentFindings(scan: Scan, merchant: Merchant): readonly IncidentFinding[] | null {
  const findings: IncidentFinding[] = [];
  for (const finding of scan.verdicts.findings) {
    const wrong = finding.evidence.wrong;
    const provider = wrong?.provider ?? merchant.provider;
    const merchantAccount = wrong?.attributes[MERCHANT_COLUMN] ?? merchant.merchantAccount;
    if (finding.paymentId !== null && (provider === null || merchantAccount === null)) return null;
    findings.push(incidentFinding(finding, { provider: provider ?? '', merchantAccount: merchantAccount ?? '' }));
  }
  return findings.toSorted(byAccountAndFinding);
}

function incidentFinding(
  finding: Finding,
  taker: { readonly provider: string; readonly merchantAccount: string },
): IncidentFinding {
  assert(finding.refundDue.amountMinor <= finding.amount.amountMinor, `${finding.findingId} owes more than was taken`);
  const { evidence, layers } = finding;
  return {
    accountId: finding.accountId ?? '',
    findingId: finding.findingId,
    class: finding.class,
    grade: finding.grade,
    rentalId: finding.rentalId,
    ...taker,
    paymentId: bareId(finding.paymentId, taker),
    keptPaymentId: bareId(finding.keptPaymentId, taker),
    amount: finding.amount,
    refundDue: finding.refundDue,
    reason: finding.reason.slice(0, REASON_LENGTH_MAX),
    evidence: {
      rental: evidence.rental === null ? null : evidenceRental(evidence.rental),
      other_rental: evidence.otherRental === null ? null : evidenceRental(evidence.otherRental),
      wrong: evidence.wrong === null ? null : evidencePayment(evidence.wrong),
      kept: evidence.kept === null ? null : evidencePayment(evidence.kept),
      payments: evidence.payments.map(evidencePayment),
      layers: { books: layers.books, provider: layers.provider, bank: layers.bank },
    },
  };
}

/**
 * The live database's own export names payments with provider and merchant account; the provider knows its id
 * alone.
 */
function bareId(
  paymentId: string | null,
  { provider, merchantAccount }: { readonly provider: string; readonly merchantAccount: string },
): string | null {
  const prefix = `${provider}:${merchantAccount}:`;
  return paymentId?.startsWith(prefix) ? paymentId.slice(prefix.length) : paymentId;
}

function evidenceRental(rental: Rental): EvidenceRental {
  return {
    rental_id: rental.rentalId,
    vehicle_id: rental.vehicleId,
    market: rental.market,
    started_at: rental.startedAt === null ? null : toRfc3339(rental.startedAt),
    ended_at: toRfc3339(rental.endedAt),
    amount_due: toMajor(rental.amountDue),
    currency: rental.amountDue.currency,
  };
}

function evidencePayment(payment: Payment): EvidencePayment {
  return {
    payment_id: payment.paymentId,
    kind: payment.kind,
    parent_payment_id: payment.parentPaymentId,
    status: payment.status,
    amount: toMajor(payment.amount),
    currency: payment.amount.currency,
    created_at: toRfc3339(payment.createdAt),
    purpose: payment.purpose,
  };
}

export function byAccountAndFinding(
  one: Pick<IncidentFinding, 'accountId' | 'findingId'>,
  other: Pick<IncidentFinding, 'accountId' | 'findingId'>,
): number {
  return compareText(one.accountId, other.accountId) || compareText(one.findingId, other.findingId);
}

/** One line of canonical JSON a finding, in order: what the scope's digest is taken of. Equal for equal findings. */
export function scopeText(findings: readonly IncidentFinding[]): string {
  return findings
    .toSorted(byAccountAndFinding)
    .map((finding) =>
      canonicalText([
        finding.accountId,
        finding.findingId,
        finding.class,
        finding.grade,
        finding.rentalId,
        finding.provider,
        finding.merchantAccount,
        finding.paymentId,
        finding.keptPaymentId,
        String(finding.amount.amountMinor),
        String(finding.refundDue.amountMinor),
        finding.amount.currency,
        finding.reason,
        finding.evidence as unknown as Json,
      ]),
    )
    .join('\n');
}
