import type { Payment } from '../../core/fact/payment.ts';
import { firstOf } from '../../core/kernel/first-of.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import { CLASS_WORDS, sayCount, sayGrouped } from '../../core/remedy/summary.ts';
import { html, idMarkup, type Markup } from './markup.ts';
import { sayGap, sayMomentToSecond, sayNumber } from './words.ts';
import { gapOf } from './wrong.ts';

/** As many as a person reads; the rest is in findings.csv. */
const CASES_MAX = 20;

/** The largest cases of each currency, sure ones before merely possible ones. */
export function showCases(findings: readonly Finding[]): Markup {
  if (findings.length === 0) return html`<p>There is no case to show.</p>`;
  const shown = chooseCases(findings);
  const more =
    findings.length > shown.length
      ? html`<p class="more">${sayCount(findings.length - shown.length)} more are in findings.csv, each with its reason.</p>`
      : html`<p class="more">The same ${sayNumber(findings.length, 'case')} with layers and ids: findings.csv.</p>`;
  return html`<table class="cases" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">customer and rental</th><th role="columnheader" scope="col">charges</th><th role="columnheader" scope="col" class="number">due</th></tr></thead><tbody role="rowgroup">
${shown.map(showCase)}</tbody></table>${more}`;
}

function chooseCases(findings: readonly Finding[]): readonly Finding[] {
  const byCurrency = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { currency } = finding.amount;
    const same = byCurrency.get(currency);
    if (same === undefined) byCurrency.set(currency, [finding]);
    else same.push(finding);
  }
  const each = Math.max(1, Math.floor(CASES_MAX / byCurrency.size));
  const currencies = [...byCurrency].sort(([one], [other]) => (one < other ? -1 : 1));
  return currencies.flatMap(([, same]) => firstOf(same, each, compareCases));
}

function compareCases(one: Finding, other: Finding): number {
  return (
    Number(one.grade === 'possible') - Number(other.grade === 'possible') ||
    compareAmounts(other.refundDue.amountMinor, one.refundDue.amountMinor) ||
    compareAmounts(other.amount.amountMinor, one.amount.amountMinor) ||
    (one.findingId < other.findingId ? -1 : 1)
  );
}

function compareAmounts(one: bigint, other: bigint): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The roles are said outright, because on a phone the style lays a row out as a block. */
function showCase(finding: Finding): Markup {
  const { rental, wrong, kept } = finding.evidence;
  const gap = gapOf(finding);
  return html`<tr role="row">
<th role="rowheader" scope="row">${finding.accountId === null ? 'unknown customer' : idMarkup(finding.accountId)}
<span class="sub">${finding.rentalId === null ? 'no rental' : idMarkup(finding.rentalId)}${rental === null ? null : html`<br>ended ${sayMomentToSecond(rental.endedAt)}<br>price ${sayGrouped(rental.amountDue)}`}</span></th>
<td role="cell">${kept === null ? null : showLeg(kept, 'kept')}${wrong === null ? null : showLeg(wrong, wrongWord(finding))}
<span class="sub">${gap === null || kept === null ? null : `${sayGap(gap)} apart · `}${finding.reason}</span></td>
<td role="cell" class="number">${sayGrouped(finding.refundDue)}<span class="sub"><span class="swatch ${finding.grade}"></span>${finding.grade}<br>${CLASS_WORDS[finding.class]}</span></td>
</tr>
`;
}

function wrongWord({ paymentId }: Finding): string {
  return paymentId === null ? 'concerned' : 'give back';
}

function showLeg(payment: Payment, word: string): Markup {
  return html`<span class="leg"><span class="leg-word">${word}</span> <span class="leg-what">${sayGrouped(payment.amount)} <span class="at">${sayMomentToSecond(payment.createdAt)}</span> ${idMarkup(payment.paymentId)}</span></span>`;
}
