import type { Block, Letter, RidesBlock, Sentence } from '../../core/remedy/notify/letter.ts';
import { sayAmount } from './format.ts';
import type { Locale } from './locale.ts';
import { type PrintedLine, printRental } from './rides.ts';
import { sayIn } from './words.ts';
import { wrapText } from './wrap.ts';

/** What mail programs show without breaking, with room for two levels of quoting. */
const WIDTH = 72;
const INDENT = '  ';

/** The text part: complete by itself, for those who see no page. Lines end with `\n`. */
export function letterAsText({ blocks }: Letter, locale: Locale): string {
  return `${blocks.map((block) => blockAsText(block, locale)).join('\n\n')}\n`;
}

function blockAsText(block: Block, locale: Locale): string {
  const say = sayIn(locale);
  switch (block.kind) {
    case 'greeting':
    case 'lead':
    case 'paragraph':
    case 'closing':
      return paragraph(block.sentences, say);
    case 'note':
      return `-- \n${block.sentences.map((sentence) => wrapText(say(sentence), { width: WIDTH, indent: '' })).join('\n')}`;
    case 'points':
      return [
        wrapText(say(block.intro), { width: WIDTH, indent: '' }),
        ...block.points.map((point) => `- ${wrapText(point.map(say).join(' '), { width: WIDTH - 2, indent: INDENT })}`),
      ].join('\n');
    case 'rides':
      return ridesAsText(block, locale);
  }
}

function paragraph(sentences: readonly Sentence[], say: (sentence: Sentence) => string): string {
  const text = sentences.map(say).join(' ');
  return text
    .split('\n')
    .map((line) => wrapText(line, { width: WIDTH, indent: '' }))
    .join('\n');
}

function ridesAsText({ title, rentals, more, sums }: RidesBlock, locale: Locale): string {
  const say = sayIn(locale);
  const tables = rentals.map((rental) => {
    const { title: when, details, lines } = printRental(rental, locale);
    return [
      wrapText(when, { width: WIDTH, indent: '' }),
      ...(details.length === 0 ? [] : [wrapText(details.join(' · '), { width: WIDTH, indent: '' })]),
      ...lines.map(lineAsText),
    ].join('\n');
  });
  return [
    underlined(say(title)),
    ...tables,
    ...(more === null ? [] : [wrapText(say(more), { width: WIDTH, indent: '' })]),
    sums.map(({ label, amount }) => row(say(label), sayAmount(amount, locale))).join('\n'),
  ].join('\n\n');
}

function lineAsText({ label, reference, amount, remark }: PrintedLine): string {
  const first = row(`${INDENT}${label}`, amount);
  const second = remark === '' && reference === '' ? [] : [row(`${INDENT}${reference}`, remark)];
  return [first, ...second].join('\n');
}

/** Left and right on one line where both fit, else below each other; the right one always ends in the last column. */
function row(left: string, right: string): string {
  const gap = WIDTH - lengthOf(left) - lengthOf(right);
  return gap >= 2 ? `${left}${' '.repeat(gap)}${right}`.trimEnd() : `${left}\n${right.padStart(WIDTH)}`;
}

function underlined(title: string): string {
  return `${title}\n${'-'.repeat(Math.min(WIDTH, lengthOf(title)))}`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
