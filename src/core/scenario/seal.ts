import type { Charge } from '../fact/charge.ts';
import type { Coverage, Facts } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import type { Rental } from '../fact/rental.ts';
import type { Settlement } from '../fact/settlement.ts';
import type { Instant, Window } from '../kernel/time.ts';
import type { Drive } from './demand.ts';
import type { Attributes, ChargeDraft, History, LineDraft, PaymentDraft } from './history.ts';
import type { Setting } from './operator.ts';

export const CURRENCY = 'EUR';

/** Turns the drafts into facts, each list in the order of a real export: by time, then by id. */
export function seal(history: History, setting: Setting): Facts {
  numberCharges(history);
  const kept = new Set(setting.attributes);
  const whole = setting.layers === 'all';
  const rentals = history.drives.map((drive) => rentalOf(drive, kept));
  const payments = history.payments.map((draft) => paymentOf(draft, kept));
  const charges = !whole ? [] : history.charges.filter((draft) => !draft.lost).map((draft) => chargeOf(draft, kept));
  const settlements = !whole ? [] : history.lines.map((draft) => settlementOf(draft, kept));
  return {
    rentals: sorted(rentals, (rental) => [rental.endedAt, rental.rentalId]),
    payments: sorted(payments, (payment) => [payment.createdAt, payment.paymentId]),
    charges: sorted(charges, (charge) => [charge.createdAt, charge.chargeId]),
    settlements: sorted(settlements, (line) => [line.bookedAt, line.lineId]),
    layers: { rentals: true, charges: whole, settlements: whole },
    coverage: coverageOf({ rentals, payments, charges, settlements }),
  };
}

/** Our books number their records in order of time; a record that was rolled back leaves a gap. */
function numberCharges(history: History): void {
  history.charges.sort((one, other) => one.createdAt - other.createdAt);
  history.charges.forEach((charge, index) => {
    charge.chargeId = `chg_${String(700_001 + index)}`;
  });
}

function rentalOf(drive: Drive, kept: ReadonlySet<string>): Rental {
  return {
    rentalId: drive.rentalId,
    accountId: drive.account.accountId,
    vehicleId: drive.vehicleId,
    market: drive.account.market,
    startedAt: drive.startedAt,
    endedAt: drive.endedAt,
    amountDue: { amountMinor: drive.priceMinor, currency: CURRENCY },
    attributes: select(drive.attributes, kept),
  };
}

function paymentOf(draft: PaymentDraft, kept: ReadonlySet<string>): Payment {
  return {
    paymentId: draft.paymentId,
    kind: draft.kind,
    parentPaymentId: draft.parent?.paymentId ?? null,
    accountId: draft.accountId,
    rentalId: draft.rentalId,
    chargeId: draft.namesCharge ? (draft.charge?.chargeId ?? null) : null,
    status: draft.status,
    amount: { amountMinor: draft.amountMinor, currency: CURRENCY },
    createdAt: draft.createdAt,
    purpose: draft.purpose,
    provider: draft.provider,
    idempotencyKey: draft.idempotencyKey,
    attributes: select(draft.attributes, kept),
  };
}

function chargeOf(draft: ChargeDraft, kept: ReadonlySet<string>): Charge {
  return {
    chargeId: draft.chargeId,
    accountId: draft.accountId,
    rentalId: draft.rentalId,
    purpose: draft.purpose,
    status: draft.status,
    amount: { amountMinor: draft.amountMinor, currency: CURRENCY },
    createdAt: draft.createdAt,
    provider: draft.provider,
    paymentId: draft.payment?.paymentId ?? null,
    idempotencyKey: draft.idempotencyKey,
    attributes: select(draft.attributes, kept),
  };
}

function settlementOf(draft: LineDraft, kept: ReadonlySet<string>): Settlement {
  return {
    lineId: draft.lineId,
    paymentId: draft.payment.paymentId,
    amount: { amountMinor: draft.amountMinor, currency: CURRENCY },
    bookedAt: draft.bookedAt,
    file: draft.file,
    attributes: select({ file_sequence: draft.fileSequence }, kept),
  };
}

function select(attributes: Attributes, kept: ReadonlySet<string>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name, value]) => value !== '' && kept.has(name)));
}

function sorted<T>(list: readonly T[], keyOf: (item: T) => readonly [Instant, string]): readonly T[] {
  return [...list].sort((one, other) => {
    const [at, id] = keyOf(one);
    const [otherAt, otherId] = keyOf(other);
    if (at !== otherAt) return at - otherAt;
    if (id === otherId) return 0;
    return id < otherId ? -1 : 1;
  });
}

/** The first and last fact of each layer. */
export function coverageOf(facts: Pick<Facts, 'rentals' | 'payments' | 'charges' | 'settlements'>): Coverage {
  return {
    rentalsEnded: windowOf(facts.rentals.map((rental) => rental.endedAt)),
    paymentsCreated: windowOf(facts.payments.map((payment) => payment.createdAt)),
    chargesCreated: windowOf(facts.charges.map((charge) => charge.createdAt)),
    settlementsBooked: windowOf(facts.settlements.map((line) => line.bookedAt)),
  };
}

/** From the earliest to the latest, both included; null of nothing. */
export function windowOf(instants: readonly Instant[]): Window | null {
  if (instants.length === 0) return null;
  return instants.reduce((window, at) => ({ from: Math.min(window.from, at), to: Math.max(window.to, at) }), {
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  });
}
