import { money, sayMoney, toMajor } from '../../../core/kernel/money.ts';
import type { EvidencePayment } from '../../../core/remedy/incident.ts';
import type { PlanPreview } from '../../../flow/ports/casework.ts';
import type { Styling } from '../explain-text.ts';
import { WIDTH, wrap } from '../terminal.ts';

/** What one customer gets and why, as whoever approves must see it: the ride, both debits, the sum, minutes, letter. */
export function previewText({ account, refunds, exclusions }: PlanPreview, style: Styling): string {
  const { accountId, minutes, market, validDays, goodwillMinor, currency, letter } = account;
  const gifts = [
    ...(minutes > 0 ? [`${minutes} free minutes in ${market}, for ${validDays} days`] : []),
    ...(goodwillMinor > 0n ? [`${sayMoney(money(goodwillMinor, currency))} of goodwill, credited`] : []),
  ];
  return [
    `${style('bold', accountId)}  of ${market}\n\n`,
    ...refunds.map((refund) => refundText(refund, style)),
    `  gets      ${gifts.length === 0 ? 'nothing on top' : gifts.join(' and ')}\n`,
    `  letter    ${letter}\n`,
    ...exclusions.map(({ findingId, reason }) => `  left out  ${findingId}: ${reason}\n`),
  ].join('');
}

function refundText(refund: PlanPreview['refunds'][number], style: Styling): string {
  const { evidence, amountMinor, currency, channel, kind, reason } = refund;
  const sum = style('bold', sayMoney(money(amountMinor, currency)));
  if (kind === 'time_value') return `  interest  ${sum} over ${channel.replaceAll('_', ' ')}\n\n`;
  const { rental, kept, wrong } = evidence;
  return [
    rental === null
      ? '  rental    none\n'
      : `  rental    ${rental.rental_id}, ended ${clock(rental.ended_at)}, due ${rental.currency} ${rental.amount_due}\n`,
    kept === null ? '' : debitText('kept', kept),
    wrong === null ? '' : debitText('again', wrong),
    `  refund    ${sum} over ${channel.replaceAll('_', ' ')}\n`,
    `  why       ${wrap(reason, { width: WIDTH - 12, indent: 12 })}\n\n`,
  ].join('');
}

function debitText(label: string, payment: EvidencePayment): string {
  return `  ${label.padEnd(10)}${payment.currency} ${payment.amount}  ${clock(payment.created_at)}  ${payment.payment_id}\n`;
}

function clock(text: string): string {
  return `${text.slice(0, 16).replace('T', ' ')} UTC`;
}

export function previewJson({ account, refunds, exclusions }: PlanPreview): object {
  return {
    account_id: account.accountId,
    market: account.market,
    minutes: account.minutes,
    valid_days: account.validDays,
    goodwill: account.goodwillMinor === 0n ? null : sayMoney(money(account.goodwillMinor, account.currency)),
    letter: account.letter,
    refunds: refunds.map((refund) => ({
      liability_id: refund.liabilityId,
      finding_id: refund.findingId,
      payment_id: refund.paymentId,
      kind: refund.kind,
      channel: refund.channel,
      amount: toMajor(money(refund.amountMinor, refund.currency)),
      currency: refund.currency,
      reason: refund.reason,
      rental: refund.evidence.rental,
      kept: refund.evidence.kept,
      wrong: refund.evidence.wrong,
    })),
    excluded: exclusions.map(({ findingId, reason }) => ({ finding_id: findingId, reason })),
  };
}
