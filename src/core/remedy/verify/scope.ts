import { money } from '../../kernel/money.ts';
import type { FindingClass, Grade } from '../finding.ts';
import { type FindingEvidence, type IncidentFinding, scopeText } from '../incident.ts';
import type { TextDigest } from '../proof/chain.ts';
import type { PackRow, PackRows } from '../proof/pack.ts';
import { minor, text, textOrNull, whole } from '../proof/read-rows.ts';
import { type Check, check } from './check.ts';

/** That the findings are those that were frozen when the incident was opened. */
export function checkScope(rows: PackRows, digest: TextDigest): readonly Check[] {
  const [incident] = rows.incident;
  if (incident === undefined || rows.incident.length > 1) {
    return [check('there is one incident', [`there are ${rows.incident.length}`], '')];
  }
  const findings = rows.incident_finding.map(findingOf);
  const accounts = new Set(findings.map(({ accountId }) => accountId).filter((id) => id !== '')).size;
  const faults = [
    ...(digest(scopeText(findings)) === text(incident, 'scope_digest')
      ? []
      : ['the findings have another digest than the scope that was frozen']),
    ...(findings.length === whole(incident, 'findings')
      ? []
      : [`${findings.length} findings, ${whole(incident, 'findings')} were frozen`]),
    ...(accounts === whole(incident, 'accounts')
      ? []
      : [`${accounts} accounts, ${whole(incident, 'accounts')} were frozen`]),
  ];
  return [
    check('there is one incident', [], text(incident, 'incident_id')),
    check('the scope has the digest that was frozen', faults, `${findings.length} findings of ${accounts} accounts`),
    check('reviews and outside looks are about rows that are there', referenceFaults(rows), referencesSeen(rows)),
  ];
}

export function findingOf(row: PackRow): IncidentFinding {
  const currency = text(row, 'currency');
  return {
    accountId: text(row, 'account_id'),
    findingId: text(row, 'finding_id'),
    class: text(row, 'class') as FindingClass,
    grade: text(row, 'grade') as Grade,
    rentalId: textOrNull(row, 'rental_id'),
    provider: text(row, 'provider'),
    merchantAccount: text(row, 'merchant_account'),
    paymentId: textOrNull(row, 'payment_id'),
    keptPaymentId: textOrNull(row, 'kept_payment_id'),
    amount: money(minor(row, 'amount_minor'), currency),
    refundDue: money(minor(row, 'refund_due_minor'), currency),
    reason: text(row, 'reason'),
    evidence: row.evidence as unknown as FindingEvidence,
  };
}

function referenceFaults(rows: PackRows): readonly string[] {
  const findings = new Set(rows.incident_finding.map((row) => `${row.account_id} ${row.finding_id}`));
  const samples = new Set(rows.outside_sample.map((row) => `${row.account_id} ${row.rental_id}`));
  return [
    ...rows.finding_review
      .filter((row) => !findings.has(`${row.account_id} ${row.finding_id}`))
      .map((row) => `a review of ${row.finding_id}, which is no finding`),
    ...rows.outside_look
      .filter((row) => !samples.has(`${row.account_id} ${row.rental_id}`))
      .map((row) => `a look at ${row.rental_id}, which was not drawn`),
  ];
}

function referencesSeen(rows: PackRows): string {
  return `${rows.finding_review.length} reviews, ${rows.outside_look.length} of ${rows.outside_sample.length} samples`;
}
