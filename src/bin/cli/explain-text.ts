import { type Money, toMajor } from '../../core/kernel/money.ts';
import { type Instant, sayDuration, toRfc3339 } from '../../core/kernel/time.ts';
import type { Explanation } from '../../core/remedy/explain.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import { CLASS_WORDS, sayGrouped, toFindingRow } from '../../core/remedy/summary.ts';
import { sayRange } from './summary-text.ts';
import { type Style, WIDTH, wrap } from './terminal.ts';

export type Styling = (style: Style, text: string) => string;

/** The case for a person: what was delivered, the verdict and why, the pair as two lines, all in order of time. */
export function explainText(explanation: Explanation, style: Styling): string {
  const parts = [
    ...explanation.rentals.map(rentalText),
    ...verdictTexts(explanation, style),
    timeline(explanation, style),
  ];
  return `${parts.join('\n\n')}\n`;
}

function rentalText(rental: Explanation['rentals'][number]): string {
  const about = [
    rental.accountId === null ? 'no account' : `account ${rental.accountId}`,
    rental.vehicleId === null ? null : `vehicle ${rental.vehicleId}`,
    rental.market,
  ].filter((part) => part !== null);
  const when =
    rental.startedAt === null
      ? `ended ${sayRange(rental.endedAt, rental.endedAt)}`
      : sayRange(rental.startedAt, rental.endedAt);
  return `Rental ${rental.rentalId}: ${about.join(', ')}\n${when}; due ${sayGrouped(rental.amountDue)}`;
}

function verdictTexts({ findings, innocents, payments }: Explanation, style: Styling): readonly string[] {
  if (findings.length > 0) return findings.flatMap((finding) => findingTexts(finding, style));
  const reasons = innocents.map(({ reason }) => reason);
  if (reasons.length === 0) reasons.push(sayEven(payments));
  return [
    `${style('green', 'Not a duplicate.')}\n${reasons.map((reason) => wrap(reason, { width: WIDTH, indent: 0 })).join('\n')}`,
  ];
}

/** What is neither found nor worth a look-alike's reason: it simply comes out even. */
function sayEven(payments: Explanation['payments']): string {
  const succeeded = payments.filter(({ kind, status }) => kind === 'charge' && status === 'succeeded').length;
  if (succeeded === 0) return 'No money was taken.';
  return succeeded === 1 ? 'It was charged once.' : 'What was taken is no more than what was owed.';
}

function findingTexts(finding: Finding, style: Styling): readonly string[] {
  const due =
    finding.refundDue.amountMinor === 0n
      ? 'nothing to give back by us'
      : `${sayGrouped(finding.refundDue)} to give back${finding.grade === 'possible' ? ' if it is confirmed' : ''}`;
  const grade = finding.grade === 'proven' ? style('red', 'PROVEN') : style('yellow', finding.grade.toUpperCase());
  const verdict = `${grade}: ${CLASS_WORDS[finding.class]}, ${due}.\n${wrap(finding.reason, { width: WIDTH, indent: 0 })}`;
  const pair = drawPair(finding);
  return pair === null ? [verdict] : [verdict, pair];
}

const DRAWN_WIDTH = 34;

/** The pair as two lines over time, the kept charge above the wrong one. */
export function drawPair({ evidence: { kept, wrong } }: Finding): string | null {
  if (kept === null || wrong === null || kept.paymentId === wrong.paymentId) return null;
  const between = '-'.repeat(DRAWN_WIDTH);
  const isKeptFirst = kept.createdAt <= wrong.createdAt;
  const drawn = {
    first: `o${between}>`,
    second: `${' '.repeat(DRAWN_WIDTH + 1)}o`,
  };
  const line = (label: string, drawing: string, of: typeof kept) =>
    `  ${label.padEnd(7)}${drawing}  ${sayGrouped(of.amount)}  ${of.paymentId}`;
  const [first, second] = isKeptFirst ? [kept, wrong] : [wrong, kept];
  return [
    line('kept', isKeptFirst ? drawn.first : drawn.second, kept),
    line('again', isKeptFirst ? drawn.second : drawn.first, wrong),
    `         ${clock(first.createdAt)}, then ${sayDuration(second.createdAt - first.createdAt)} later ${clock(second.createdAt)} UTC`,
  ].join('\n');
}

interface Moment {
  readonly at: Instant;
  readonly what: string;
  readonly amount: Money | null;
  readonly status: string;
  readonly id: string;
  readonly note: string;
}

function timeline(explanation: Explanation, style: Styling): string {
  const moments = [...rentalMoments(explanation), ...paymentMoments(explanation), ...bookMoments(explanation)];
  moments.sort((one, other) => one.at - other.at);
  const amountWidth = Math.max(6, ...moments.map(({ amount }) => (amount === null ? 0 : sayGrouped(amount).length)));
  const row = (at: string, what: string, amount: string, status: string, id: string) =>
    `  ${at.padEnd(21)}${what.padEnd(14)}${amount.padStart(amountWidth)}  ${status.padEnd(11)}${id}`.trimEnd();
  return [
    style('dim', row('time (UTC)', 'what', 'amount', 'status', 'id')),
    ...moments.map(({ at, what, amount, status, id, note }) =>
      row(clock(at), what, amount === null ? '' : sayGrouped(amount), status, note === '' ? id : `${id}  ${note}`),
    ),
  ].join('\n');
}

function rentalMoments({ rentals }: Explanation): Moment[] {
  return rentals.map(({ endedAt, amountDue, rentalId }) => ({
    at: endedAt,
    what: 'rental ended',
    amount: amountDue,
    status: 'due',
    id: rentalId,
    note: '',
  }));
}

function paymentMoments({ payments, findings }: Explanation): Moment[] {
  const paired = findings.filter(({ paymentId }) => paymentId !== null);
  const giveBack = new Set(paired.map(({ paymentId }) => paymentId));
  const kept = new Set(paired.map(({ keptPaymentId }) => keptPaymentId));
  return payments.map((payment) => ({
    at: payment.createdAt,
    what:
      payment.purpose === 'rental' || payment.kind !== 'charge'
        ? payment.kind.replace('chargeback_', 'cb. ')
        : payment.purpose,
    amount: payment.amount,
    status: payment.status,
    id: payment.paymentId,
    note: giveBack.has(payment.paymentId) ? '<- give back' : kept.has(payment.paymentId) ? '(kept)' : '',
  }));
}

function bookMoments({ charges, settlements }: Explanation): Moment[] {
  return [
    ...charges.map(({ createdAt, amount, status, chargeId }) => ({
      at: createdAt,
      what: 'our books',
      amount,
      status,
      id: chargeId,
      note: '',
    })),
    ...settlements.map(({ bookedAt, amount, lineId, paymentId }) => ({
      at: bookedAt,
      what: 'bank line',
      amount,
      status: 'booked',
      id: `${lineId} for ${paymentId}`,
      note: '',
    })),
  ];
}

function clock(instant: Instant): string {
  return toRfc3339(instant).slice(0, 19).replace('T', ' ');
}

/** The same as one object: names as in the files, times RFC 3339, amounts as decimals. */
export function explainObject({
  id,
  rentals,
  payments,
  charges,
  settlements,
  findings,
  innocents,
}: Explanation): object {
  return {
    id,
    findings: findings.map(toFindingRow),
    not_a_duplicate: innocents.map(({ lookAlike, reason, rentalId, paymentIds }) => ({
      look_alike: lookAlike,
      reason,
      rental_id: rentalId,
      payment_ids: paymentIds,
    })),
    rentals: rentals.map((rental) => ({
      rental_id: rental.rentalId,
      account_id: rental.accountId,
      vehicle_id: rental.vehicleId,
      market: rental.market,
      started_at: rental.startedAt === null ? null : toRfc3339(rental.startedAt),
      ended_at: toRfc3339(rental.endedAt),
      amount_due: toMajor(rental.amountDue),
      currency: rental.amountDue.currency,
      attributes: rental.attributes,
    })),
    payments: payments.map((payment) => ({
      payment_id: payment.paymentId,
      kind: payment.kind,
      parent_payment_id: payment.parentPaymentId,
      account_id: payment.accountId,
      rental_id: payment.rentalId,
      charge_id: payment.chargeId,
      status: payment.status,
      amount: toMajor(payment.amount),
      currency: payment.amount.currency,
      created_at: toRfc3339(payment.createdAt),
      purpose: payment.purpose,
      provider: payment.provider,
      idempotency_key: payment.idempotencyKey,
      attributes: payment.attributes,
    })),
    charges: charges.map((charge) => ({
      charge_id: charge.chargeId,
      account_id: charge.accountId,
      rental_id: charge.rentalId,
      purpose: charge.purpose,
      status: charge.status,
      amount: toMajor(charge.amount),
      currency: charge.amount.currency,
      created_at: toRfc3339(charge.createdAt),
      provider: charge.provider,
      payment_id: charge.paymentId,
      idempotency_key: charge.idempotencyKey,
      attributes: charge.attributes,
    })),
    settlements: settlements.map((line) => ({
      line_id: line.lineId,
      payment_id: line.paymentId,
      amount: toMajor(line.amount),
      currency: line.amount.currency,
      booked_at: toRfc3339(line.bookedAt),
      file: line.file,
      attributes: line.attributes,
    })),
  };
}
