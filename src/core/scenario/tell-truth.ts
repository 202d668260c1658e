import type { Facts } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import { money } from '../kernel/money.ts';
import type { History, Wrong } from './history.ts';
import { CURRENCY, windowOf } from './seal.ts';
import type { LayerNeeded, TrueFinding, TrueRefund, Truth } from './truth.ts';

/** Everything that the truth is put together from. */
export interface Told {
  readonly cause: string;
  readonly seed: number;
  readonly accounts: number;
  readonly history: History;
  readonly facts: Facts;
  readonly repeated: readonly Payment[];
}

/** Puts into words what was noted while the history was written. Nothing is found out here. */
export function tellTruth(told: Told): Truth {
  const { wrongs, lookAlikes } = told.history;
  const refunds = sumByAccount(wrongs);
  const refundDueMinor = refunds.reduce((sum, refund) => sum + refund.refundDue.amountMinor, 0n);
  return {
    cause: told.cause,
    seed: told.seed,
    accounts: told.accounts,
    moneyOwed: refundDueMinor > 0n,
    incident: incidentOf(wrongs),
    layersNeeded: layersOf(wrongs),
    findings: wrongs.map(findingOf).sort((one, other) => compare(one.paymentId, other.paymentId)),
    refunds,
    refundDue: money(refundDueMinor, CURRENCY),
    lookAlikes: Object.fromEntries([...lookAlikes].sort(([one], [other]) => compare(one, other))),
    rows: {
      rentals: told.facts.rentals.length,
      payments: told.facts.payments.length + told.repeated.length,
      paymentsRepeated: told.repeated.length,
      charges: told.facts.charges.length,
      settlements: told.facts.settlements.length,
    },
  };
}

function incidentOf(wrongs: readonly Wrong[]): Truth['incident'] {
  const inside = wrongs.filter((wrong) => !wrong.stray && wrong.class !== 'missing_twin' && wrong.grade !== 'possible');
  const charged = windowOf(inside.map((wrong) => wrong.at));
  if (charged === null) return null;
  return { ended: windowOf(inside.flatMap((wrong) => wrong.endedAt ?? [])), charged };
}

/** The layers without which none of it can be seen. */
function layersOf(wrongs: readonly Wrong[]): readonly LayerNeeded[] {
  const inside = wrongs.filter((wrong) => !wrong.stray);
  const layers: readonly LayerNeeded[] = ['rentals', 'charges', 'settlements'];
  return inside.length === 0
    ? []
    : layers.filter((layer) => inside.every((wrong) => wrong.layersNeeded.includes(layer)));
}

function sumByAccount(wrongs: readonly Wrong[]): readonly TrueRefund[] {
  const sums = new Map<string, bigint>();
  for (const { payment, refundDueMinor, grade } of wrongs) {
    if (payment.accountId === null || refundDueMinor === 0n || grade === 'possible') continue;
    sums.set(payment.accountId, (sums.get(payment.accountId) ?? 0n) + refundDueMinor);
  }
  return [...sums]
    .sort(([one], [other]) => compare(one, other))
    .map(([accountId, sum]) => ({ accountId, refundDue: money(sum, CURRENCY) }));
}

function findingOf(wrong: Wrong): TrueFinding {
  const { payment, charge } = wrong;
  return {
    class: wrong.class,
    grade: wrong.grade,
    accountId: payment.accountId,
    rentalId: payment.rentalId ?? payment.charge?.rentalId ?? null,
    paymentId: payment.paymentId,
    keptPaymentId: wrong.kept?.paymentId ?? null,
    chargeId: charge?.chargeId ?? null,
    amount: money(charge?.amountMinor ?? payment.amountMinor, CURRENCY),
    refundDue: money(wrong.refundDueMinor, CURRENCY),
    layersNeeded: wrong.layersNeeded,
    stray: wrong.stray,
  };
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
