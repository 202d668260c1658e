import type { EChartsOption } from 'echarts';
import { init } from 'echarts/dist/echarts.esm.min.mjs';
import { sayCount } from '../../core/remedy/summary.ts';
import { type Content, escapeText, html, type Markup, trusted } from './markup.ts';

/** What a drawing has to fit into. Widths are fixed, so that equal facts give equal bytes and text keeps its size. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
}

export interface Swatch {
  /** A class of `style.ts` that colours the swatch as the drawing does. */
  readonly look: string;
  readonly name: string;
}

export interface DataTable {
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[];
  readonly rows: readonly (readonly Content[])[];
  /** Rows that exist but are not listed, and where they are. */
  readonly more: string | null;
}

/** One chart as it stands in the report: heading, words, drawing, and the numbers it was drawn from. */
export interface Picture {
  /** Unique in the page, a plain word. */
  readonly id: string;
  readonly heading: string;
  /** What the picture shows, computed from the same numbers. */
  readonly says: readonly Content[];
  readonly legend: readonly Swatch[];
  readonly heightWide: number;
  readonly heightNarrow: number;
  readonly draw: (canvas: Canvas) => EChartsOption;
  readonly table: DataTable;
}

const WIDTH_WIDE = 860;
/** A phone of 390 px less its margins. */
const WIDTH_NARROW = 358;

/** The picture drawn twice, for page and phone: scaling one drawing would make its text too small or too large. */
export function showPicture(picture: Picture): Markup {
  const { id, heading, says, legend, heightWide, heightNarrow, draw } = picture;
  const wide = { width: WIDTH_WIDE, height: heightWide, narrow: false };
  const narrow = { width: WIDTH_NARROW, height: heightNarrow, narrow: true };
  return html`<figure class="picture" id="${id}">
<h3>${heading}</h3>
<p class="says">${says}</p>
${showLegend(legend)}
<div class="drawing wide">${drawSvg({ ...wide, title: heading, id: `${id}-wide` }, draw(wide))}</div>
<div class="drawing narrow">${drawSvg({ ...narrow, title: heading, id: `${id}-narrow` }, draw(narrow))}</div>
<details><summary>The numbers behind “${heading}”</summary>${showTable(picture.table, heading)}</details>
</figure>`;
}

function showLegend(legend: readonly Swatch[]): Markup | null {
  if (legend.length === 0) return null;
  const items = legend.map(({ look, name }) => html`<li><span class="swatch ${look}"></span>${name}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}

/** A table that scrolls inside itself where it is wider than the page, also by keyboard. */
export function showTable(table: DataTable, name: string): Markup {
  const head = table.columns.map((column) => html`<th scope="col"${numericClass(column.numeric)}>${column.name}</th>`);
  const rows = table.rows.map((row) => html`<tr>${row.map((cell, index) => showCell(table, cell, index))}</tr>\n`);
  const more = table.more === null ? null : html`<p class="more">${table.more}</p>`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${name}: table">
<table><thead><tr>${head}</tr></thead><tbody>
${rows}</tbody></table></div>${more}`;
}

function showCell(table: DataTable, cell: Content, index: number): Markup {
  if (index === 0) return html`<th scope="row"${numericClass(table.columns[0]?.numeric === true)}>${cell}</th>`;
  return html`<td${numericClass(table.columns[index]?.numeric === true)}>${cell}</td>`;
}

function numericClass(numeric: boolean): Markup | null {
  return numeric ? html` class="number"` : null;
}

/** The row of a table for a count. */
export function counted(count: number): string {
  return sayCount(count);
}

const FACE = { fontFamily: 'inherit', fontSize: 12 };

/** Nothing moves, nothing reacts: the page is read, printed and compared byte by byte. */
const STILL: EChartsOption = { animation: false, textStyle: FACE, silent: true };

function drawSvg(frame: Canvas & { readonly id: string; readonly title: string }, option: EChartsOption): Markup {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: frame.width, height: frame.height });
  try {
    chart.setOption({ ...STILL, ...option });
    return trusted(clean(chart.renderToSVGString(), frame));
  } finally {
    // Without this the process never exits and leaks some 5 MB a picture (metabase pull request 77412).
    chart.dispose();
  }
}

/**
 * Takes out what serves the live chart only (hover styles, serial numbers that differ from run to run) and puts in what
 * a reader needs: a name, and a size that follows the page.
 */
function clean(svg: string, frame: Canvas & { readonly id: string; readonly title: string }): string {
  const body = svg
    .replace(/^<svg[^>]*>\s*/, '')
    .replace(/<style[^>]*>[\s\S]*?<\/style>\s*/g, '')
    .replace(/^<rect [^>]*fill="none"><\/rect>\s*/, '')
    .replace(/ (?:class="zr[^"]*"|ecmeta_\w+="[^"]*"|pointer-events="\w+"|xml:space="preserve")/g, '')
    .replace(/<path [^>]*fill-opacity="0"[^>]*stroke-width="0"><\/path>\s*/g, '')
    .replace(/ style="([^"]*)"/g, (_, style: string) => withoutDefaults(style))
    .replace(/( id="|url\(#|href="#)zr\d+-/g, `$1${frame.id}-`);
  const title = `<title id="${frame.id}-title">${escapeText(frame.title)}</title>`;
  return `<svg role="img" aria-labelledby="${frame.id}-title" viewBox="0 0 ${frame.width} ${frame.height}">${title}\n${body}`;
}

/** The page's style says these once. */
function withoutDefaults(style: string): string {
  const rest = style.replace('font-family:inherit;', '').replace('font-size:12px;', '');
  return rest === '' ? '' : ` style="${rest}"`;
}
