import { parseMoney } from '../../kernel/money.ts';
import type { EvidencePayment, FindingEvidence } from '../incident.ts';
import type { PackRow, PackRows } from '../proof/pack.ts';
import { minor, text, whole } from '../proof/read-rows.ts';
import { refundKey } from './approval.ts';
import { type Check, check } from './check.ts';

/** That each wrong charge was discharged once, never beyond what was owed, and never both legs of one rental. */
export function checkMoney(rows: PackRows): readonly Check[] {
  const owed = `${rows.liability.length} liabilities`;
  return [
    check('what is owed is what was found, once for a payment', owedFaults(rows), owed),
    check('no liability is discharged beyond what is owed', boundFaults(rows), owed),
    check(
      'what is discharged is the sum of the refunds that succeeded',
      sumFaults(rows),
      `${rows.refund.length} refunds`,
    ),
    check(
      'a refund that succeeded has one attempt with evidence of its success',
      evidenceFaults(rows),
      evidenceSeen(rows),
    ),
    check('never both legs: the charge that stays is not given back', legFaults(rows), owed),
    check('what is left of each rental pays its price', netFaults(rows), `${rows.incident_finding.length} findings`),
    check('goodwill at most once for an account, as planned', goodwillFaults(rows), `${rows.lot.length} lots`),
  ];
}

const DISCHARGED = ['refunded_minor', 'transferred_minor', 'credited_minor'] as const;
const TAKEN = [...DISCHARGED, 'elsewhere_minor', 'unpayable_minor', 'reserved_minor'] as const;

function sum(row: PackRow, columns: readonly string[]): bigint {
  return columns.reduce((total, column) => total + minor(row, column), 0n);
}

function liabilityKey(row: PackRow): string {
  return `${row.account_id} ${row.liability_id}`;
}

function paymentKey(row: PackRow, paymentId: string): string {
  return JSON.stringify([row.account_id, row.provider, row.merchant_account, paymentId]);
}

function owedFaults(rows: PackRows): readonly string[] {
  const findings = new Map(rows.incident_finding.map((row) => [`${row.account_id} ${row.finding_id}`, row]));
  const seen = new Set<string>();
  return rows.liability.flatMap((liability) => {
    const name = `liability ${liability.liability_id}`;
    const once = `${paymentKey(liability, text(liability, 'payment_id'))} ${liability.kind}`;
    const isRepeated = seen.has(once);
    seen.add(once);
    const finding = findings.get(`${liability.account_id} ${liability.finding_id}`);
    if (finding === undefined) return [`${name} belongs to no finding`];
    const isTooMuch =
      liability.kind === 'principal' && minor(liability, 'owed_minor') > minor(finding, 'refund_due_minor');
    return [
      ...(isRepeated ? [`${name} owes a payment that another one owes`] : []),
      ...(isTooMuch ? [`${name} owes more than was found`] : []),
      ...(liability.payment_id === finding.payment_id ? [] : [`${name} owes another payment than was found`]),
      ...(liability.currency === finding.currency ? [] : [`${name} is owed in another currency`]),
    ];
  });
}

function boundFaults(rows: PackRows): readonly string[] {
  return rows.liability
    .filter((row) => sum(row, TAKEN) > minor(row, 'owed_minor') || TAKEN.some((column) => minor(row, column) < 0n))
    .map((row) => `liability ${row.liability_id} has more discharged than the ${row.owed_minor} that are owed`);
}

function sumFaults(rows: PackRows): readonly string[] {
  const paid = new Map<string, bigint>();
  const open = new Map<string, bigint>();
  const owed = new Map(rows.liability.map((row) => [liabilityKey(row), row]));
  // What went out in another way than was approved is with a person, and paid all the same.
  const sent = new Set(rows.refund_attempt.filter((row) => row.state === 'succeeded').map(refundKey));
  const faults: string[] = [];
  for (const refund of rows.refund) {
    const key = liabilityKey(refund);
    const liability = owed.get(key);
    if (liability === undefined) faults.push(`the refund of ${refund.liability_id} is for no liability`);
    else if (liability.currency !== refund.currency || liability.payment_id !== refund.payment_id) {
      faults.push(`the refund of ${refund.liability_id} is of another payment or currency`);
    }
    const amount = minor(refund, 'amount_minor');
    const isPaid = refund.state === 'succeeded' || sent.has(refundKey(refund));
    if (isPaid) paid.set(key, (paid.get(key) ?? 0n) + amount);
    else if (OPEN.includes(String(refund.state))) open.set(key, (open.get(key) ?? 0n) + amount);
  }
  for (const liability of rows.liability) {
    const [said, found] = [sum(liability, DISCHARGED), paid.get(liabilityKey(liability)) ?? 0n];
    if (said !== found) faults.push(`liability ${liability.liability_id} says ${said} were paid, refunds say ${found}`);
    if (minor(liability, 'reserved_minor') > (open.get(liabilityKey(liability)) ?? 0n)) {
      faults.push(`liability ${liability.liability_id} holds more back than its open refunds need`);
    }
  }
  return faults;
}

const OPEN = ['due', 'in_flight', 'pending', 'quarantined'];

function evidenceFaults(rows: PackRows): readonly string[] {
  const attempts = Map.groupBy(rows.refund_attempt, refundKey);
  const evidence = Map.groupBy(rows.refund_evidence, refundKey);
  const states = new Map(rows.refund.map((refund) => [refundKey(refund), String(refund.state)]));
  const denied = rows.refund_attempt
    .filter((attempt) => attempt.state === 'succeeded' && !MAY_BE_PAID.includes(states.get(refundKey(attempt)) ?? ''))
    .map((attempt) => `the refund of ${attempt.liability_id} was paid, and is called otherwise`);
  const unseen = rows.refund.filter(isPaidByAttempt).flatMap((refund) => {
    const paid = (attempts.get(refundKey(refund)) ?? []).filter((attempt) => attempt.state === 'succeeded');
    const [attempt] = paid;
    const name = `the refund of ${refund.liability_id}`;
    if (attempt === undefined || paid.length > 1) return [`${name} succeeded with ${paid.length} attempts`];
    if (attempt.provider_ref === null) return [`${name} succeeded without an id at the provider`];
    const isSeen = (evidence.get(refundKey(refund)) ?? []).some(
      (one) => one.outcome === 'succeeded' && whole(one, 'generation') === whole(attempt, 'generation'),
    );
    return isSeen ? [] : [`${name} succeeded without evidence`];
  });
  return [...denied, ...unseen];
}

/** What was paid in another way than was approved waits for a person. */
const MAY_BE_PAID = ['succeeded', 'quarantined'];

function evidenceSeen(rows: PackRows): string {
  return `${rows.refund.filter(isPaidByAttempt).length} refunds, ${rows.refund_evidence.length} pieces of evidence`;
}

export function isPaidByAttempt(refund: PackRow): boolean {
  return refund.state === 'succeeded' && refund.channel !== 'account_credit';
}

function legFaults(rows: PackRows): readonly string[] {
  const given = new Set(
    rows.liability
      .filter((row) => row.kind === 'principal' && sum(row, DISCHARGED) > 0n)
      .map((row) => paymentKey(row, text(row, 'payment_id'))),
  );
  return rows.liability
    .filter((row) => row.kind === 'principal' && sum(row, DISCHARGED) > 0n && row.kept_payment_id !== null)
    .filter((row) => given.has(paymentKey(row, text(row, 'kept_payment_id'))))
    .map((row) => `${row.kept_payment_id} was to stay when ${row.payment_id} was given back; both were`);
}

/** Rentals with all their charges in view: one of them was taken more than once, or with too much. */
const WITH_A_PRICE = ['double_charge', 'overcharge'];

function netFaults(rows: PackRows): readonly string[] {
  const paid = new Map<string, bigint>();
  for (const row of rows.liability) {
    if (row.kind !== 'principal') continue;
    const key = `${row.account_id} ${row.finding_id}`;
    paid.set(key, (paid.get(key) ?? 0n) + sum(row, DISCHARGED));
  }
  const priced = rows.incident_finding.filter(
    (row) => WITH_A_PRICE.includes(String(row.class)) && row.rental_id !== null,
  );
  const groups = Map.groupBy(priced, (row) => JSON.stringify([row.account_id, row.rental_id, purposeOf(row)]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const rental = first === undefined ? null : evidenceOf(first).rental;
    if (first === undefined || rental === null) return [];
    const price = minorOf(rental.amount_due, rental.currency);
    const back = group.reduce((total, row) => total + (paid.get(`${row.account_id} ${row.finding_id}`) ?? 0n), 0n);
    const taken = takenIn(group, purposeOf(first));
    if (price === null || taken === null) return [`the amounts of rental ${first.rental_id} cannot be read`];
    return taken - back >= price
      ? []
      : [`of rental ${first.rental_id} ${taken - back} are left, its price is ${price}`];
  });
}

function evidenceOf(row: PackRow): FindingEvidence {
  return row.evidence as unknown as FindingEvidence;
}

function purposeOf(row: PackRow): string {
  return evidenceOf(row).wrong?.purpose ?? 'rental';
}

const SIGNS: Readonly<Record<EvidencePayment['kind'], bigint>> = {
  charge: 1n,
  refund: -1n,
  chargeback: -1n,
  chargeback_reversal: 1n,
};

/** What was taken for the obligation when it was found, each payment counted once. */
function takenIn(group: readonly PackRow[], purpose: string): bigint | null {
  const payments = new Map(group.flatMap((row) => evidenceOf(row).payments.map((one) => [one.payment_id, one])));
  let taken = 0n;
  for (const { kind, status, amount, currency, purpose: of } of payments.values()) {
    if (status !== 'succeeded' || (kind === 'charge' && of !== purpose)) continue;
    const value = minorOf(amount, currency);
    if (value === null) return null;
    taken += SIGNS[kind] * value;
  }
  return taken;
}

function minorOf(amount: string, currency: string): bigint | null {
  const read = parseMoney(amount, currency);
  return read.ok ? read.value.amountMinor : null;
}

function goodwillFaults(rows: PackRows): readonly string[] {
  const approved = new Set(rows.plan_decision.filter((row) => row.decision === 'approved').map((row) => row.plan_id));
  const planned = new Set(
    rows.remedy_plan_account
      .filter((row) => approved.has(row.plan_id ?? null))
      .map((row) => `${row.account_id} ${row.market} ${row.minutes}`),
  );
  const seen = new Set<string>();
  return [
    ...moneyFaults(rows, approved),
    ...rows.lot.flatMap((lot) => {
      const accountId = text(lot, 'account_id');
      const isRepeated = seen.has(accountId);
      seen.add(accountId);
      const isPlanned = planned.has(`${accountId} ${lot.market} ${lot.minutes}`);
      return [
        ...(isRepeated ? [`account ${accountId} has goodwill twice`] : []),
        ...(isPlanned ? [] : [`lot ${lot.lot_id} is in no approved plan`]),
      ];
    }),
  ];
}

/** Goodwill in money, which is booked once for an account and incident. */
function moneyFaults(rows: PackRows, approved: ReadonlySet<unknown>): readonly string[] {
  const planned = new Set(
    rows.remedy_plan_account
      .filter((row) => approved.has(row.plan_id))
      .map((row) => `${row.account_id} ${row.currency} ${row.goodwill_minor}`),
  );
  return rows.transfer
    .filter((row) => row.kind === 'goodwill' && !planned.has(`${row.account_id} ${row.asset} ${row.amount}`))
    .map((row) => `goodwill of ${row.account_id} is in no approved plan`);
}
