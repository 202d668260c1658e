import type { Payment } from '../../fact/payment.ts';
import { sayMoney } from '../../kernel/money.ts';
import { type Finding, GRADES, type Grade } from '../finding.ts';
import { compareText, groupBy } from './order.ts';
import { sayPayment, sentences } from './say.ts';

/**
 * A refund by bank transfer or by hand may name neither charge nor rental. Where one of the same account and amount
 * followed a wrong charge, that charge may be paid back already: its finding falls one grade, so that a person looks
 * before money moves. Each such refund answers one finding, the surest first.
 * A part of the facts is judged like the whole only if it holds every such refund of the accounts of its charges.
 */
export function heedStrays(findings: readonly Finding[], strays: readonly Payment[]): readonly Finding[] {
  const back = strays.filter(
    (stray) => stray.kind !== 'chargeback_reversal' && (stray.status === 'succeeded' || stray.status === 'pending'),
  );
  if (back.length === 0) return findings;
  const waiting = groupBy(back, keyOfStray);
  const answers = new Map<string, Payment>();
  for (const [key, group] of groupBy(findings, keyOfFinding)) {
    let open = waiting.get(key) ?? [];
    for (const grade of GRADES)
      open = answer({ open, findings: group.filter((found) => found.grade === grade), answers });
  }
  return findings.map((finding) => {
    const answer = answers.get(finding.findingId);
    return answer === undefined ? finding : lower(finding, answer);
  });
}

/** Gives each finding the earliest refund that followed its charge; returns those that answered none. */
function answer(input: {
  readonly open: readonly Payment[];
  readonly findings: readonly Finding[];
  readonly answers: Map<string, Payment>;
}): readonly Payment[] {
  const left: Payment[] = [];
  let next = 0;
  for (const finding of input.findings.toSorted(byCharge)) {
    for (; next < input.open.length; next++) {
      const stray = input.open[next];
      if (stray === undefined || stray.createdAt >= (finding.evidence.wrong?.createdAt ?? 0)) break;
      left.push(stray);
    }
    const stray = input.open[next++];
    if (stray !== undefined) input.answers.set(finding.findingId, stray);
  }
  return [...left, ...input.open.slice(next)];
}

const LOWER: Readonly<Record<Grade, Grade>> = { proven: 'probable', probable: 'possible', possible: 'possible' };

function lower(finding: Finding, stray: Payment): Finding {
  const reason = `${stray.kind} ${sayPayment(stray)} gave this account ${sayMoney(stray.amount)} too and names no charge: look whether it was for this before paying.`;
  return { ...finding, grade: LOWER[finding.grade], reason: sentences(finding.reason, reason) };
}

function keyOfStray(stray: Payment): string | null {
  return stray.accountId === null ? null : `${stray.amount.currency} ${stray.amount.amountMinor} ${stray.accountId}`;
}

function keyOfFinding({ refundDue, accountId }: Finding): string | null {
  return refundDue.amountMinor === 0n ? null : `${refundDue.currency} ${refundDue.amountMinor} ${accountId}`;
}

function byCharge(one: Finding, other: Finding): number {
  return (
    (one.evidence.wrong?.createdAt ?? 0) - (other.evidence.wrong?.createdAt ?? 0) ||
    compareText(one.findingId, other.findingId)
  );
}
