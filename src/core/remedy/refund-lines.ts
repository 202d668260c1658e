import { assert } from '../kernel/assert.ts';
import { add } from '../kernel/money.ts';
import { compareText } from './adjudicate/order.ts';
import { type Finding, GRADES } from './finding.ts';
import type { RefundLine } from './scan.ts';

/**
 * The account of a line whose payments name none: the money goes back over the payments themselves, which the findings
 * name, but no letter can be written. The text is empty so that sums over the file stay complete.
 */
export const ACCOUNT_UNKNOWN = '';

/**
 * What every account is owed, by currency and grade, in the order of account, currency and grade. Findings that owe
 * nothing make no line, so the lines sum to what all findings owe, exactly.
 */
export function refundLines(findings: readonly Finding[]): readonly RefundLine[] {
  const lines = new Map<string, RefundLine>();
  for (const { accountId, grade, refundDue } of findings) {
    assert(refundDue.amountMinor >= 0n, `a finding owes ${refundDue.amountMinor}`);
    if (refundDue.amountMinor === 0n) continue;
    const account = accountId ?? ACCOUNT_UNKNOWN;
    const key = [account, refundDue.currency, grade].join('\u0000');
    const line = lines.get(key);
    lines.set(
      key,
      line === undefined
        ? { accountId: account, currency: refundDue.currency, grade, refundDue, findings: 1 }
        : { ...line, refundDue: add(line.refundDue, refundDue), findings: line.findings + 1 },
    );
  }
  return [...lines.values()].toSorted(
    (one, other) =>
      compareText(one.accountId, other.accountId) ||
      compareText(one.currency, other.currency) ||
      GRADES.indexOf(one.grade) - GRADES.indexOf(other.grade),
  );
}
