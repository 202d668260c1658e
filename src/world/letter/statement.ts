import { subtract } from '../../core/kernel/money.ts';
import type { LocalTime } from '../../core/remedy/notify/facts.ts';
import { say } from '../../core/remedy/notify/say.ts';
import type { Said, Statement, StatementSection, StatementSentence, Written } from '../../core/remedy/statement.ts';
import {
  type PrintedStatement,
  STATEMENT_LANGUAGES,
  type StatementPage,
  type StatementPress,
} from '../../flow/ports/statement.ts';
import { html, type Markup, trusted } from '../report/markup.ts';
import { sayAmount } from './format.ts';
import { type Locale, localeFor } from './locale.ts';
import { page } from './page.ts';
import de from './words/statement/de.json' with { type: 'json' };
import en from './words/statement/en.json' with { type: 'json' };
import italian from './words/statement/it.json' with { type: 'json' };
import { saidFrom } from './words.ts';
import { wrapText } from './wrap.ts';

const CATALOGUES: Readonly<Record<'it' | 'de' | 'en', Readonly<Record<StatementSentence, string>>>> = {
  it: italian,
  de,
  en,
};

export interface PrintedPage extends PrintedStatement {
  /** A whole page without script. */
  readonly html: string;
}

/** Puts the statement into words. Equal statements give equal bytes. */
export function printStatement(statement: Statement): PrintedPage {
  const locale = localeFor(statement.locale, STATEMENT_LANGUAGES);
  const say = (said: Said | Written): string =>
    'text' in said ? said.text : saidFrom(CATALOGUES[locale.language], said, locale);
  const printing: Printing = { statement, locale, say };
  const [title, fragment] = [say(statement.title), asHtml(printing)];
  const html = page({ lang: locale.tag, title, body: fragment });
  return { locale: locale.tag, title, text: asText(printing), fragment: fragment.markup, html };
}

/** What everybody may read: how things stand now, then each statement with its time, newest first. */
export function printPage({ locale: tag, revisions, live, zone }: StatementPage): string {
  const locale = localeFor(tag, STATEMENT_LANGUAGES);
  const words = CATALOGUES[locale.language];
  const say = (said: Said | Written): string => ('text' in said ? said.text : saidFrom(words, said, locale));
  const at = (id: 'as_of' | 'published', time: LocalTime): string => say(saying(id, time, zone));
  const figures = {
    caption: saying('figures.caption'),
    due: saying('figures.due'),
    refunded: saying('figures.refunded'),
    open: saying('figures.open'),
    sums: live.sums.map(({ due, refunded }) => ({ due, refunded, open: subtract(due, refunded) })),
  };
  const body = html`<section style="margin:0 0 32px">${figuresAsHtml({ figures, locale, say })}
<p class="soft" style="margin:0;color:#5e5a53;font-size:14px;line-height:21px">${at('as_of', live.asOf)}</p></section>
${revisions.map(
  ({ fragment, published }) => html`<article style="margin:0 0 48px">
<p class="soft" style="margin:0 0 8px;color:#5e5a53;font-size:14px;line-height:21px">${at('published', published)}</p>
${trusted(fragment)}
</article>
`,
)}`;
  return page({ lang: locale.tag, title: revisions[0]?.title ?? '', body });
}

function saying(id: StatementSentence, time?: LocalTime, zone?: string): Said {
  return say(id, time === undefined || zone === undefined ? {} : { time: { kind: 'time', time, zone } });
}

export const statementPress: StatementPress = { print: printStatement, printPage };

type FiguresPrinting = Pick<Printing, 'locale' | 'say'> & Pick<Statement, 'figures'>;

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

function asHtml({ statement, locale, say }: Printing): Markup {
  const { title, lead, asOf, sections } = statement;
  return html`<h1 style="margin:0 0 16px;font-size:26px;line-height:34px;font-weight:600">${say(title)}</h1>
<p style="margin:0 0 8px;font-size:18px;line-height:28px">${say(lead)}</p>
<p class="soft" style="margin:0 0 24px;color:#5e5a53;font-size:14px;line-height:21px">${say(asOf)}</p>
${figuresAsHtml({ figures: statement.figures, locale, say })}
${sections.map((section) => sectionAsHtml(section, say))}`;
}

function figuresAsHtml({ figures, locale, say }: FiguresPrinting): Markup {
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
