import type { Facts } from '../fact/facts.ts';
import type { Payment } from '../fact/payment.ts';
import { type Money, toMajor } from '../kernel/money.ts';
import { toRfc3339 } from '../kernel/time.ts';
import type { Attributes } from './history.ts';
import type { Truth } from './truth.ts';

/** The columns of one file: its name and its value for a row, null for an empty field. */
type Columns<T> = readonly (readonly [name: string, value: (row: T) => string | null])[];

export function rentalsCsv(facts: Facts): string {
  return csv(facts.rentals, [
    ['rental_id', (row) => row.rentalId],
    ['account_id', (row) => row.accountId],
    ['vehicle_id', (row) => row.vehicleId],
    ['market', (row) => row.market],
    ['started_at', (row) => (row.startedAt === null ? null : toRfc3339(row.startedAt))],
    ['ended_at', (row) => toRfc3339(row.endedAt)],
    ['amount_due', (row) => toMajor(row.amountDue)],
    ['currency', (row) => row.amountDue.currency],
  ]);
}

/**
 * `repeated` are rows that overlapping exports hold a second time; each follows at the end, as a second export
 * would.
 */
export function paymentsCsv(facts: Facts, repeated: readonly Payment[]): string {
  return csv(
    [...facts.payments, ...repeated],
    [
      ['payment_id', (row) => row.paymentId],
      ['kind', (row) => row.kind],
      ['parent_payment_id', (row) => row.parentPaymentId],
      ['account_id', (row) => row.accountId],
      ['rental_id', (row) => row.rentalId],
      ['charge_id', (row) => row.chargeId],
      ['status', (row) => row.status],
      ['amount', (row) => toMajor(row.amount)],
      ['currency', (row) => row.amount.currency],
      ['created_at', (row) => toRfc3339(row.createdAt)],
      // An empty purpose means rental, as most exports have it.
      ['purpose', (row) => (row.purpose === 'rental' ? null : row.purpose)],
      ['provider', (row) => row.provider],
      ['idempotency_key', (row) => row.idempotencyKey],
    ],
  );
}

export function chargesCsv(facts: Facts): string {
  return csv(facts.charges, [
    ['charge_id', (row) => row.chargeId],
    ['account_id', (row) => row.accountId],
    ['rental_id', (row) => row.rentalId],
    ['purpose', (row) => row.purpose],
    ['status', (row) => row.status],
    ['amount', (row) => toMajor(row.amount)],
    ['currency', (row) => row.amount.currency],
    ['created_at', (row) => toRfc3339(row.createdAt)],
    ['provider', (row) => row.provider],
    ['payment_id', (row) => row.paymentId],
    ['idempotency_key', (row) => row.idempotencyKey],
  ]);
}

export function settlementsCsv(facts: Facts): string {
  return csv(facts.settlements, [
    ['line_id', (row) => row.lineId],
    ['payment_id', (row) => row.paymentId],
    ['amount', (row) => toMajor(row.amount)],
    ['currency', (row) => row.amount.currency],
    ['booked_at', (row) => toRfc3339(row.bookedAt)],
    ['file', (row) => row.file],
  ]);
}

/** RFC 4180 with a header, and line feeds alone as line ends; attributes follow the contract's columns by name. */
function csv<T extends { readonly attributes: Attributes }>(rows: readonly T[], contract: Columns<T>): string {
  const found = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row.attributes)) found.add(name);
  const names = [...found].sort();
  const header = [...contract.map(([name]) => name), ...names];
  const lines = rows.map((row) => [
    ...contract.map(([, value]) => value(row) ?? ''),
    ...names.map((name) => row.attributes[name] ?? ''),
  ]);
  return [header, ...lines].map((fields) => `${fields.map(quote).join(',')}\n`).join('');
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** `truth.json`: what a scan of the files must say, in the words of `summary.json`. */
export function truthJson(truth: Truth): string {
  const { incident } = truth;
  const value = {
    cause: truth.cause,
    seed: truth.seed,
    accounts: truth.accounts,
    money_owed: truth.moneyOwed,
    layers_needed: truth.layersNeeded,
    incident: incident && {
      from: incident.ended && toRfc3339(incident.ended.from),
      to: incident.ended && toRfc3339(incident.ended.to),
      charged_from: toRfc3339(incident.charged.from),
      charged_to: toRfc3339(incident.charged.to),
    },
    rows: {
      rentals: truth.rows.rentals,
      payments: truth.rows.payments,
      payments_repeated: truth.rows.paymentsRepeated,
      charges: truth.rows.charges,
      settlements: truth.rows.settlements,
    },
    look_alikes: truth.lookAlikes,
    refund_due: sums(truth.refundDue),
    refunds: truth.refunds.map(({ accountId, refundDue }) => ({
      account_id: accountId,
      currency: refundDue.currency,
      refund_due: toMajor(refundDue),
    })),
    findings: truth.findings.map((finding) => ({
      class: finding.class,
      grade: finding.grade,
      account_id: finding.accountId,
      rental_id: finding.rentalId,
      payment_id: finding.paymentId,
      kept_payment_id: finding.keptPaymentId,
      charge_id: finding.chargeId,
      amount: toMajor(finding.amount),
      refund_due: toMajor(finding.refundDue),
      currency: finding.amount.currency,
      layers_needed: finding.layersNeeded,
      stray: finding.stray,
    })),
  };
  return `${writeObject(value)}\n`;
}

/** One member a line, and of lists one item a line: it can be read, and compared line by line. */
function writeObject(value: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(value).map(([name, member]) => {
    if (!Array.isArray(member) || member.length === 0) return `  ${JSON.stringify(name)}: ${JSON.stringify(member)}`;
    return `  ${JSON.stringify(name)}: [\n${member.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  });
  return `{\n${members.join(',\n')}\n}`;
}

function sums(amount: Money): Record<string, string> {
  return amount.amountMinor === 0n ? {} : { [amount.currency]: toMajor(amount) };
}
