import type { Said, Statement, StatementSection, StatementSentence, Written } from '../../core/remedy/statement.ts';
import { html, type Markup } from '../report/markup.ts';
import { sayAmount } from './format.ts';
import { type Locale, localeFor } from './locale.ts';
import { page } from './page.ts';
import de from './words/statement/de.json' with { type: 'json' };
import en from './words/statement/en.json' with { type: 'json' };
import italian from './words/statement/it.json' with { type: 'json' };
import { saidFrom } from './words.ts';
import { wrapText } from './wrap.ts';

const STATEMENT_LANGUAGES = ['it', 'de', 'en'] as const;

const CATALOGUES: Readonly<Record<'it' | 'de' | 'en', Readonly<Record<StatementSentence, string>>>> = {
  it: italian,
  de,
  en,
};

export interface PrintedStatement {
  /** BCP 47, as it was written. */
  readonly locale: string;
  readonly title: string;
  readonly text: string;
  /** A whole page without script. */
  readonly html: string;
}

/** Puts the statement into words. Equal statements give equal bytes. */
export function printStatement(statement: Statement): PrintedStatement {
  const locale = localeFor(statement.locale, STATEMENT_LANGUAGES);
  const say = (said: Said | Written): string =>
    'text' in said ? said.text : saidFrom(CATALOGUES[locale.language], said, locale);
  const printing: Printing = { statement, locale, say };
  return { locale: locale.tag, title: say(statement.title), text: asText(printing), html: asHtml(printing) };
}

interface Printing {
  readonly statement: Statement;
  readonly locale: Locale;
  say(said: Said | Written): string;
}

const WIDTH = 72;

function asText({ statement, locale, say }: Printing): string {
  const { title, lead, asOf, figures, sections } = statement;
  const wrapped = (text: string): string => wrapText(text, { width: WIDTH, indent: '' });
  const row = (label: Said, amount: string): string => `${say(label).padEnd(WIDTH - amount.length)}${amount}`;
  const sums = figures.sums.map(({ due, refunded, open }) =>
    [
      row(figures.due, sayAmount(due, locale)),
      row(figures.refunded, sayAmount(refunded, locale)),
      row(figures.open, sayAmount(open, locale)),
    ].join('\n'),
  );
  const parts = [
    wrapped(say(title)),
    wrapped(say(lead)),
    [underlined(say(figures.caption)), ...sums].join('\n\n'),
    ...sections.map(
      ({ heading, sentences }) => `${underlined(say(heading))}\n\n${wrapped(sentences.map(say).join(' '))}`,
    ),
    wrapped(say(asOf)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function underlined(title: string): string {
  return `${title}\n${'-'.repeat(Math.min(WIDTH, [...title].length))}`;
}

function asHtml({ statement, locale, say }: Printing): string {
  const { title, lead, asOf, sections } = statement;
  const body = html`<h1 style="margin:0 0 16px;font-size:26px;line-height:34px;font-weight:600">${say(title)}</h1>
<p style="margin:0 0 8px;font-size:18px;line-height:28px">${say(lead)}</p>
<p class="soft" style="margin:0 0 24px;color:#5e5a53;font-size:14px;line-height:21px">${say(asOf)}</p>
${figuresAsHtml({ statement, locale, say })}
${sections.map((section) => sectionAsHtml(section, say))}`;
  return page({ lang: locale.tag, title: say(title), body });
}

function figuresAsHtml({ statement: { figures }, locale, say }: Printing): Markup {
  const rows = [
    ['due', figures.due],
    ['refunded', figures.refunded],
    ['open', figures.open],
  ] as const;
  return html`<table style="width:100%;border-collapse:collapse;margin:0 0 8px">
<caption style="padding:0 0 8px;text-align:left;font-weight:600">${say(figures.caption)}</caption>
${rows.map(
  ([name, label]) =>
    html`<tr><th class="rule" scope="row" style="padding:8px 0;border-top:1px solid #dcd8cf;text-align:left;vertical-align:top;font-weight:400">${say(label)}</th><td class="rule" style="padding:8px 0 8px 12px;border-top:1px solid #dcd8cf;text-align:right;white-space:nowrap">${figures.sums.map(
      (sum, index) => html`${index === 0 ? null : html`<br>`}${sayAmount(sum[name], locale)}`,
    )}</td></tr>
`,
)}</table>`;
}

function sectionAsHtml({ heading, sentences }: StatementSection, say: Printing['say']): Markup {
  return html`<h2 style="margin:28px 0 6px;font-size:18px;line-height:26px;font-weight:600">${say(heading)}</h2>
<p style="margin:0">${sentences.map(say).join(' ')}</p>
`;
}
