import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { page } from '../../../world/letter/page.ts';
import { type Content, html } from '../../../world/report/markup.ts';
import type { House } from './house.ts';

export interface Told {
  readonly heading: string;
  readonly sentences: readonly string[];
}

/** One letter of each kind and language, and a page from which everything is one click away. */
export async function writeLook(house: House, acts: readonly Told[]): Promise<string> {
  const folder = join(house.folder, 'letters');
  mkdirSync(folder);
  const { rows } = await house.pool('storno_support').query<{ name: string; subject: string; html_body: string }>(
    `select distinct on (l.kind, left(l.locale, 2)) l.kind || '.' || left(l.locale, 2) as name, c.subject, c.html_body
    from storno.letter as l
    join storno_pii.letter_copy as c on c.account_id = l.account_id and c.letter_id = l.letter_id
    order by l.kind, left(l.locale, 2), l.letter_id`,
  );
  for (const { name, html_body } of rows) writeFileSync(join(folder, `${name}.html`), html_body);
  const letters = rows.map(({ name, subject }) => link(`letters/${name}.html`, subject));
  const path = join(house.folder, 'index.html');
  writeFileSync(path, page({ lang: 'en', title: 'Milan, November 2014', body: bodyOf(acts, letters) }));
  return path;
}

function bodyOf(acts: readonly Told[], letters: readonly Content[]): Content {
  return html`<h1 style="font-size:24px">Charged twice, and made right</h1>
<p>Milan, November 2014, as it was played on this machine.</p>
<ul><li>${link('report/report.html', 'The report: since when, how many, how much, why')}</li>
<li>${link('bank/transfers.pain.001.xml', 'What went to the bank')}</li>
<li>${link('pack.zip', 'The evidence, signed')}; in it summary.pdf</li></ul>
<h2 style="font-size:18px">Letters</h2>
<ul>${letters.map((letter) => html`<li>${letter}</li>`)}</ul>
${acts.map(({ heading, sentences }) => html`<h2 style="font-size:18px">${heading}</h2>${sentences.map((one) => html`<p>${one}</p>`)}`)}`;
}

function link(href: string, text: string): Content {
  return html`<a href="${href}" style="color:inherit">${text}</a>`;
}
