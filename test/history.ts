import type { Charge } from '../src/core/fact/charge.ts';
import type { Purpose } from '../src/core/fact/fact.ts';
import type { Coverage, Facts, Layers } from '../src/core/fact/facts.ts';
import type { Payment, PaymentKind } from '../src/core/fact/payment.ts';
import type { Rental } from '../src/core/fact/rental.ts';
import type { Settlement } from '../src/core/fact/settlement.ts';
import { type Money, parseMoney, toMajor } from '../src/core/kernel/money.ts';
import type { Instant, Window } from '../src/core/kernel/time.ts';
import { adjudicate } from '../src/core/remedy/adjudicate.ts';
import type { Finding, Innocent } from '../src/core/remedy/finding.ts';

/**
 * Writes a history as a table, one fact a line: kind, id, then in any order an amount (`14.50`, `-14.50`), times of
 * November 2014 (`12T10:30`, or `12-05T10:30` of another month of that year; two for a drive) and `name=value`:
 *
 *     rental     r1  14.50  12T10:00 12T10:30  car=v1
 *     charge     p1  14.50  12T10:31  rental=r1
 *     refund     f1  14.50  13T09:00  of=p1
 *     book       c1  14.50  12T10:31  rental=r1 payment=p1
 *     line       l1  14.50  14T00:00  of=p1
 *
 * Unless it says otherwise everything succeeded, in EUR, for account `a` (`account=-` for none), purpose rental.
 * Names in capitals are attributes. Layers are those that have lines, or those named in a line `layers rentals
 * charges`.
 */
export function history(table: string): Facts {
  const rows = table
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map(rowOf);
  const of = (...kinds: readonly string[]): readonly Row[] => rows.filter((row) => kinds.includes(row.kind));
  const rentals = of('rental').map(rentalOf);
  const payments = of('charge', 'refund', 'chargeback', 'chargeback_reversal').map(paymentOf);
  const charges = of('book').map(bookOf);
  const settlements = of('line').map(lineOf);
  const layers = of('layers').flatMap((row) => [row.id, ...row.words]);
  return seal(
    { rentals, payments, charges, settlements },
    {
      rentals: rentals.length > 0 || layers.includes('rentals'),
      charges: charges.length > 0 || layers.includes('charges'),
      settlements: settlements.length > 0 || layers.includes('settlements'),
    },
  );
}

/** Adds to bare lists the coverage that they have. */
export function seal(facts: Pick<Facts, 'rentals' | 'payments' | 'charges' | 'settlements'>, layers: Layers): Facts {
  const coverage: Coverage = {
    rentalsEnded: windowOf(facts.rentals.map((rental) => rental.endedAt)),
    paymentsCreated: windowOf(facts.payments.map((payment) => payment.createdAt)),
    chargesCreated: windowOf(facts.charges.map((charge) => charge.createdAt)),
    settlementsBooked: windowOf(facts.settlements.map((line) => line.bookedAt)),
  };
  return { ...facts, layers, coverage };
}

/** Findings as lines to compare: `proven double_charge p2 keep p1 due 14.50 EUR of a for r1`. */
export function findingsOf(table: string): readonly string[] {
  return adjudicate(history(table)).findings.map(sayFinding);
}

/** Innocents as lines to compare: `single r1 p1`. */
export function innocentsOf(table: string): readonly string[] {
  return adjudicate(history(table)).innocents.map(sayInnocent);
}

export function sayFinding(finding: Finding): string {
  const { paymentId, keptPaymentId, refundDue, accountId, rentalId } = finding;
  return [
    finding.grade,
    finding.class,
    paymentId ?? '-',
    `keep ${keptPaymentId ?? '-'}`,
    `due ${toMajor(refundDue)}`,
    `of ${accountId ?? '-'}`,
    `for ${rentalId ?? '-'}`,
  ].join(' ');
}

export function sayInnocent({ lookAlike, rentalId, paymentIds }: Innocent): string {
  return [lookAlike, rentalId ?? '-', ...paymentIds].join(' ');
}

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly words: readonly string[];
  readonly money: Money;
  readonly times: readonly Instant[];
  readonly fields: ReadonlyMap<string, string>;
  readonly attributes: Readonly<Record<string, string>>;
}

function rowOf(line: string): Row {
  const [kind = '', id = '', ...words] = line.split(/\s+/);
  const fields = new Map(words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]));
  const amount = words.find((word) => /^-?\d+(\.\d+)?$/.test(word)) ?? '0';
  return {
    kind,
    id,
    words,
    money: moneyOf(amount, fields.get('currency') ?? 'EUR'),
    times: words.filter((word) => /^(\d\d-)?\d\dT\d\d:\d\d/.test(word)).map(instantOf),
    fields,
    attributes: Object.fromEntries(
      [...fields].filter(([name]) => /^[A-Z_]+$/.test(name)).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  };
}

function moneyOf(amount: string, currency: string): Money {
  const parsed = parseMoney(amount.replace('-', ''), currency);
  if (!parsed.ok) throw new Error(`${amount} ${currency} is no amount: ${parsed.error.kind}`);
  return amount.startsWith('-') ? { currency, amountMinor: -parsed.value.amountMinor } : parsed.value;
}

function instantOf(word: string): Instant {
  const instant = Date.parse(`2014-${word.includes('-') ? word : `11-${word}`}Z`);
  if (Number.isNaN(instant)) throw new Error(`${word} is no time`);
  return instant;
}

function field(row: Row, name: string): string | null {
  const value = row.fields.get(name) ?? null;
  return value === '-' ? null : value;
}

function accountOf(row: Row): string | null {
  return row.fields.has('account') ? field(row, 'account') : 'a';
}

function timeOf(row: Row, index: number): Instant {
  const instant = row.times[index];
  if (instant === undefined) throw new Error(`${row.kind} ${row.id} lacks a time`);
  return instant;
}

function rentalOf(row: Row): Rental {
  const hasStart = row.times.length > 1;
  return {
    rentalId: row.id,
    accountId: accountOf(row),
    vehicleId: field(row, 'car'),
    market: null,
    startedAt: hasStart ? timeOf(row, 0) : null,
    endedAt: timeOf(row, hasStart ? 1 : 0),
    amountDue: row.money,
    attributes: row.attributes,
  };
}

function paymentOf(row: Row): Payment {
  return {
    paymentId: row.id,
    kind: row.kind as PaymentKind,
    parentPaymentId: field(row, 'of'),
    accountId: accountOf(row),
    rentalId: field(row, 'rental'),
    chargeId: field(row, 'book'),
    status: (field(row, 'status') ?? 'succeeded') as Payment['status'],
    amount: row.money,
    createdAt: timeOf(row, 0),
    purpose: (field(row, 'purpose') ?? 'rental') as Purpose,
    provider: field(row, 'provider'),
    idempotencyKey: field(row, 'key'),
    attributes: row.attributes,
  };
}

function bookOf(row: Row): Charge {
  return {
    chargeId: row.id,
    accountId: accountOf(row) ?? '',
    rentalId: field(row, 'rental'),
    purpose: (field(row, 'purpose') ?? 'rental') as Purpose,
    status: (field(row, 'status') ?? 'succeeded') as Charge['status'],
    amount: row.money,
    createdAt: timeOf(row, 0),
    provider: field(row, 'provider'),
    paymentId: field(row, 'payment'),
    idempotencyKey: field(row, 'key'),
    attributes: row.attributes,
  };
}

function lineOf(row: Row): Settlement {
  return {
    lineId: row.id,
    paymentId: field(row, 'of') ?? '',
    amount: row.money,
    bookedAt: timeOf(row, 0),
    file: field(row, 'file'),
    attributes: row.attributes,
  };
}

function windowOf(instants: readonly Instant[]): Window | null {
  if (instants.length === 0) return null;
  return {
    from: instants.reduce((one, other) => Math.min(one, other)),
    to: instants.reduce((one, other) => Math.max(one, other)),
  };
}
