import { money } from '../../core/kernel/money.ts';
import { FINDING_CLASSES, type Finding, type FindingClass, GRADES, type Grade } from '../../core/remedy/finding.ts';
import { CLASS_WORDS, sayGrouped } from '../../core/remedy/summary.ts';
import { type Content, html, type Markup } from './markup.ts';
import { counted } from './picture.ts';

interface Entry {
  readonly count: number;
  readonly dueMinor: bigint;
}

type Row = Readonly<Record<Grade, Entry>>;

const NONE: Entry = { count: 0, dueMinor: 0n };

/** How many findings of each class and grade, and what is due for them: one block a currency. */
export function showMatrix(findings: readonly Finding[]): Markup | null {
  const blocks = countByCurrency(findings);
  if (blocks.size === 0) return null;
  const bodies = [...blocks].map(([currency, rows]) => showBlock(currency, rows, blocks.size > 1));
  return html`<table class="matrix"><caption>Findings by class and grade, with what is due for them</caption>
<thead><tr><th scope="col">class</th>${GRADES.map((grade) => html`<th scope="col" class="number"><span class="swatch ${grade}"></span>${grade}</th>`)}</tr></thead>
${bodies}</table>`;
}

function countByCurrency(findings: readonly Finding[]): ReadonlyMap<string, ReadonlyMap<FindingClass, Row>> {
  const blocks = new Map<string, Map<FindingClass, Record<Grade, Entry>>>();
  for (const { class: of, grade, refundDue } of findings) {
    const rows = blocks.get(refundDue.currency) ?? new Map<FindingClass, Record<Grade, Entry>>();
    blocks.set(refundDue.currency, rows);
    const row = rows.get(of) ?? { proven: NONE, probable: NONE, possible: NONE };
    rows.set(of, row);
    row[grade] = { count: row[grade].count + 1, dueMinor: row[grade].dueMinor + refundDue.amountMinor };
  }
  return new Map([...blocks].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function showBlock(currency: string, rows: ReadonlyMap<FindingClass, Row>, several: boolean): Markup {
  const listed = FINDING_CLASSES.map((of) => [of, rows.get(of)] as const);
  const lines = listed.map(([of, row]) => (row === undefined ? null : showRow(currency, CLASS_WORDS[of], row)));
  const heading = several ? html`<tr><th scope="rowgroup" colspan="4" class="group">${currency}</th></tr>\n` : null;
  const total =
    rows.size > 1 ? html`<tr class="total">${showCells(currency, 'all', sumRows([...rows.values()]))}</tr>` : null;
  return html`<tbody>${heading}${lines}${total}</tbody>\n`;
}

function showRow(currency: string, name: string, row: Row): Markup {
  return html`<tr>${showCells(currency, name, row)}</tr>\n`;
}

function showCells(currency: string, name: string, row: Row): Content {
  const cells = GRADES.map((grade) => {
    const { count, dueMinor } = row[grade];
    if (count === 0) return html`<td class="number none">–</td>`;
    return html`<td class="number">${counted(count)}<span class="due">${dueMinor === 0n ? 'nothing due' : sayGrouped(money(dueMinor, currency))}</span></td>`;
  });
  return html`<th scope="row">${name}</th>${cells}`;
}

function sumRows(rows: readonly Row[]): Row {
  const sum = (grade: Grade): Entry =>
    rows.reduce(
      (total, row) => ({ count: total.count + row[grade].count, dueMinor: total.dueMinor + row[grade].dueMinor }),
      NONE,
    );
  return { proven: sum('proven'), probable: sum('probable'), possible: sum('possible') };
}
