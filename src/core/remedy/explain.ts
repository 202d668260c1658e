import type { Charge } from '../fact/charge.ts';
import type { Facts } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import type { Rental } from '../fact/rental.ts';
import type { Settlement } from '../fact/settlement.ts';
import type { Finding, Innocent, Verdicts } from './finding.ts';

/** All that is known about one rental, payment or charge, in order of time, and what is said of it. */
export interface Explanation {
  readonly id: string;
  readonly rentals: readonly Rental[];
  readonly payments: readonly Payment[];
  readonly charges: readonly Charge[];
  readonly settlements: readonly Settlement[];
  readonly findings: readonly Finding[];
  /** Why it is no double charge, where it looks like one. */
  readonly innocents: readonly Innocent[];
}

/** A chain payment → rental → other payment → their records is at most this long; it ends a loop of references. */
const ROUNDS_MAX = 16;

/**
 * Picks from the facts around an id those that belong to its case: whatever is linked by rental, payment, parent or
 * charge, and whatever the findings put beside it. Null where no fact has the id.
 */
export function explainCase(id: string, facts: Facts, verdicts: Verdicts): Explanation | null {
  if (!isKnown(id, facts)) return null;
  const linked = new Set([id]);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = linked.size;
    for (const link of linksOf(facts, verdicts)) {
      if (link.some((one) => linked.has(one))) for (const one of link) linked.add(one);
    }
    if (linked.size === before) break;
  }
  return {
    id,
    rentals: facts.rentals.filter(({ rentalId }) => linked.has(rentalId)).sort((a, b) => a.endedAt - b.endedAt),
    payments: facts.payments.filter(({ paymentId }) => linked.has(paymentId)).sort((a, b) => a.createdAt - b.createdAt),
    charges: facts.charges.filter(({ chargeId }) => linked.has(chargeId)).sort((a, b) => a.createdAt - b.createdAt),
    settlements: facts.settlements
      .filter(({ paymentId }) => linked.has(paymentId))
      .sort((a, b) => a.bookedAt - b.bookedAt),
    findings: verdicts.findings.filter((finding) => idsOfFinding(finding).some((one) => linked.has(one))),
    innocents: verdicts.innocents.filter((innocent) => idsOfInnocent(innocent).some((one) => linked.has(one))),
  };
}

function isKnown(id: string, { rentals, payments, charges }: Facts): boolean {
  return (
    rentals.some(({ rentalId }) => rentalId === id) ||
    payments.some(({ paymentId }) => paymentId === id) ||
    charges.some(({ chargeId }) => chargeId === id)
  );
}

/** Groups of ids that belong together: if one is of the case, all are. */
function* linksOf(facts: Facts, verdicts: Verdicts): Generator<readonly string[]> {
  for (const { paymentId, parentPaymentId, rentalId, chargeId } of facts.payments) {
    yield present([paymentId, parentPaymentId, rentalId, chargeId]);
  }
  for (const { chargeId, rentalId, paymentId } of facts.charges) yield present([chargeId, rentalId, paymentId]);
  for (const finding of verdicts.findings) yield idsOfFinding(finding);
}

function idsOfFinding({ rentalId, paymentId, keptPaymentId, evidence }: Finding): readonly string[] {
  return present([
    rentalId,
    paymentId,
    keptPaymentId,
    evidence.otherRental?.rentalId ?? null,
    evidence.wrong?.paymentId ?? null,
    ...evidence.payments.map((payment) => payment.paymentId),
    ...evidence.books.map((charge) => charge.chargeId),
  ]);
}

function idsOfInnocent({ rentalId, paymentIds }: Innocent): readonly string[] {
  return present([rentalId, ...paymentIds]);
}

function present(ids: readonly (string | null)[]): readonly string[] {
  return ids.filter((id) => id !== null);
}
