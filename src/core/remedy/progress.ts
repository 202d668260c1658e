import type { Instant } from '../kernel/time.ts';
import { MINUTE_MS } from '../kernel/time.ts';

/** Rows of a campaign, as the store counts them. */
export interface RefundCount {
  readonly state: string;
  readonly needsCustomer: boolean;
  readonly currency: string;
  readonly rows: number;
  readonly amountMinor: bigint;
}

/** Where a campaign stands. Every planned row is in one of the counts. */
export interface Progress {
  readonly planned: number;
  readonly due: number;
  /** In flight: sent perhaps, and nobody knows. */
  readonly unknown: number;
  readonly pending: number;
  readonly done: number;
  readonly failed: number;
  readonly needsCustomer: number;
  readonly quarantined: number;
  readonly notOwed: number;
  readonly canceled: number;
  /** Planned and not there: another plan has an open refund of the same liability, or nobody took it over yet. */
  readonly missing: number;
  readonly paidMinor: Readonly<Record<string, bigint>>;
  /** Outcomes a second over the last minute. */
  readonly perSecond: number;
  /** When nothing will be due any more at this rate; null where nothing is due, or nothing moves. */
  readonly etaAt: Instant | null;
  readonly lastSuccessAt: Instant | null;
  /** Every planned row is final. */
  readonly isOver: boolean;
}

/** Adds the counts up; `recent` are the outcomes of the last minute. */
export function progressOf(
  counts: readonly RefundCount[],
  seen: {
    readonly planned: number;
    readonly recent: number;
    readonly lastSuccessAt: Instant | null;
    readonly now: Instant;
  },
): Progress {
  const of = (...states: readonly string[]) =>
    counts.filter(({ state }) => states.includes(state)).reduce((sum, { rows }) => sum + rows, 0);
  const paidMinor: Record<string, bigint> = {};
  for (const { state, currency, amountMinor } of counts) {
    if (state === 'succeeded') paidMinor[currency] = (paidMinor[currency] ?? 0n) + amountMinor;
  }
  const due = of('due');
  const perSecond = (seen.recent * 1000) / MINUTE_MS;
  const there = counts.reduce((sum, { rows }) => sum + rows, 0);
  const open = of('due', 'in_flight', 'pending', 'quarantined');
  return {
    planned: seen.planned,
    due,
    unknown: of('in_flight'),
    pending: of('pending'),
    done: of('succeeded'),
    failed: of('failed'),
    needsCustomer: counts.filter(({ needsCustomer }) => needsCustomer).reduce((sum, { rows }) => sum + rows, 0),
    quarantined: of('quarantined'),
    notOwed: of('not_owed'),
    canceled: of('canceled'),
    missing: seen.planned - there,
    paidMinor,
    perSecond,
    etaAt: due === 0 || perSecond === 0 ? null : seen.now + Math.ceil((due / perSecond) * 1000),
    lastSuccessAt: seen.lastSuccessAt,
    isOver: open === 0 && seen.planned === there,
  };
}
