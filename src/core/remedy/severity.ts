import { type Money, money } from '../kernel/money.ts';
import type { Instant } from '../kernel/time.ts';
import type { Incident, IncidentFinding } from './incident.ts';

/**
 * How grave an incident is, by the four questions of Ofcom's Metering and Billing Direction: how many, how much, how
 * long, how long to fix.
 */
export interface Severity {
  readonly findings: number;
  /** Distinct known accounts. */
  readonly accounts: number;
  /** What is due, one sum a currency, by code. */
  readonly due: readonly Money[];
  /** From the first wrong charge to the last; null where none has a time. */
  readonly lastedMs: number | null;
  /** From the first wrong charge until it was opened here. */
  readonly unnoticedMs: number | null;
  /** From opening to closing; null while it is open. */
  readonly fixedAfterMs: number | null;
}

type Gravest = Pick<IncidentFinding, 'accountId' | 'refundDue'>;

export function severityOf(
  incident: Pick<Incident, 'chargedFrom' | 'chargedTo' | 'openedAt'>,
  findings: readonly Gravest[],
  closedAt: Instant | null,
): Severity {
  const { chargedFrom, chargedTo, openedAt } = incident;
  const due = new Map<string, bigint>();
  for (const { refundDue } of findings) {
    due.set(refundDue.currency, (due.get(refundDue.currency) ?? 0n) + refundDue.amountMinor);
  }
  return {
    findings: findings.length,
    accounts: new Set(findings.map(({ accountId }) => accountId).filter((id) => id !== '')).size,
    due: [...due]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([currency, amountMinor]) => money(amountMinor, currency)),
    lastedMs: chargedFrom === null || chargedTo === null ? null : chargedTo - chargedFrom,
    unnoticedMs: chargedFrom === null ? null : openedAt - chargedFrom,
    fixedAfterMs: closedAt === null ? null : closedAt - openedAt,
  };
}
