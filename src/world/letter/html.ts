import type { Block, Letter, RidesBlock, Sentence, Sum } from '../../core/remedy/notify/letter.ts';
import { html, type Markup } from '../report/markup.ts';
import { sayAmount } from './format.ts';
import type { Locale } from './locale.ts';
import { page } from './page.ts';
import { type PrintedLine, printRental } from './rides.ts';
import { sayIn } from './words.ts';

/** The page part. Every value is escaped where it enters, addresses are text: a letter trains nobody to click. */
export function letterAsHtml(
  { blocks }: Letter,
  { locale, subject }: { readonly locale: Locale; readonly subject: string },
): string {
  return page({ lang: locale.tag, title: subject, body: blocks.map((block) => blockAsHtml(block, locale)) });
}

function blockAsHtml(block: Block, locale: Locale): Markup {
  const say = sayIn(locale);
  switch (block.kind) {
    case 'greeting':
    case 'paragraph':
      return html`<p style="margin:0 0 16px">${joined(block.sentences, say)}</p>`;
    case 'lead':
      return leadAsHtml(block.sentences.map(say));
    case 'points':
      return html`<p style="margin:0 0 8px">${say(block.intro)}</p>
<ul style="margin:0 0 16px;padding:0 0 0 20px">${block.points.map(
        (point) => html`<li style="margin:0 0 8px">${inLines(point.map(say).join('\n'))}</li>`,
      )}</ul>`;
    case 'rides':
      return ridesAsHtml(block, locale);
    case 'closing':
      return html`<p style="margin:24px 0 0">${inLines(joined(block.sentences, say))}</p>`;
    case 'note':
      return html`<p class="soft rule" style="margin:24px 0 0;padding:16px 0 0;border-top:1px solid #dcd8cf;color:#5e5a53;font-size:14px;line-height:21px">${joined(block.sentences, say)}</p>`;
  }
}

/** The first sentence says it all, and is seen first. */
function leadAsHtml([first = '', ...others]: readonly string[]): Markup {
  return html`<h1 style="margin:0 0 12px;font-size:21px;line-height:29px;font-weight:600">${first}</h1>
${others.length === 0 ? null : html`<p style="margin:0 0 24px">${others.join(' ')}</p>`}`;
}

function joined(sentences: readonly Sentence[], say: (sentence: Sentence) => string): string {
  return sentences.map(say).join(' ');
}

function inLines(text: string): readonly (Markup | string)[] {
  return text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [html`<br>`, line]));
}

const CELL = 'padding:8px 0;vertical-align:top;border-top:1px solid #dcd8cf';
const NUMBER = 'text-align:right;white-space:nowrap;padding-left:12px';
const SUB = 'color:#5e5a53;font-size:14px;line-height:20px';

/** Rentals after the first are set apart from what stands above them. */
const TOP = { first: 'padding:12px 0 8px', further: 'padding:28px 0 8px;border-top:1px solid #dcd8cf' };

/** One table for all rentals: two columns, which fit the narrowest telephone. */
function ridesAsHtml({ title, rentals, more, sums }: RidesBlock, locale: Locale): Markup {
  const say = sayIn(locale);
  return html`<h2 style="margin:0 0 4px;font-size:16px;line-height:24px;font-weight:600">${say(title)}</h2>
<table style="width:100%;border-collapse:collapse;margin:0 0 24px;font-size:16px;line-height:24px">
${rentals.map((rental, index) => {
  const { title: when, details, lines } = printRental(rental, locale);
  return html`<tbody>
<tr><th class="rule" scope="rowgroup" colspan="2" style="${TOP[index === 0 ? 'first' : 'further']};text-align:left;font-weight:400">${when}${
    details.length === 0 ? null : html`<br><span class="soft" style="${SUB}">${details.join(' · ')}</span>`
  }</th></tr>
${lines.map(lineAsHtml)}
</tbody>`;
})}
${more === null ? null : html`<tbody><tr><td class="soft rule" colspan="2" style="${CELL};${SUB}">${say(more)}</td></tr></tbody>`}
<tfoot>${sums.slice(0, -1).map((sum) => sumAsHtml(sum, { rule: 'rule', top: '1px solid #dcd8cf', weight: 400 }))}
${sums.slice(-1).map((sum) => sumAsHtml(sum, { rule: 'strong', top: '2px solid #1d1c1a', weight: 600 }))}</tfoot>
</table>`;

  /** The last sum is what the customer receives, and is seen. */
  function sumAsHtml({ label, amount }: Sum, { rule, top, weight }: SumLook): Markup {
    const style = `padding:10px 0;vertical-align:top;border-top:${top};font-weight:${weight}`;
    return html`<tr><th class="${rule}" scope="row" style="${style};text-align:left">${say(label)}</th><td class="${rule}" style="${style};${NUMBER}">${sayAmount(amount, locale)}</td></tr>`;
  }
}

interface SumLook {
  readonly rule: 'rule' | 'strong';
  readonly top: string;
  readonly weight: 400 | 600;
}

function lineAsHtml({ label, reference, amount, remark, isWrong }: PrintedLine): Markup {
  const remarkStyle = isWrong ? 'color:#a5321d;font-size:14px;line-height:20px;font-weight:600' : SUB;
  return html`<tr><th class="rule" scope="row" style="${CELL};text-align:left;font-weight:400">${label}${
    reference === '' ? null : html`<br><span class="soft" style="${SUB}">${reference}</span>`
  }</th><td class="rule" style="${CELL};${NUMBER}">${amount}${
    remark === ''
      ? null
      : html`<br><span class="${isWrong ? 'wrong' : 'soft'}" style="${remarkStyle};white-space:normal">${remark}</span>`
  }</td></tr>
`;
}
