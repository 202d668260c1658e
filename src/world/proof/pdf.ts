import PDFDocument from 'pdfkit';
import { parseRfc3339 } from '../../core/kernel/rfc3339.ts';
import type { Block } from '../../core/remedy/prove/pages.ts';
import { pagesOf } from '../../core/remedy/prove/pages.ts';
import type { PackSummary } from '../../core/remedy/prove/summary.ts';

/** Points of 1/72 inch: A4 with a margin that leaves lines of some 90 characters. */
const MARGIN = 56;
const BODY = 10;
const SIZES = { title: 20, heading: 13, paragraph: BODY, code: 8.5 } as const;
const ROOM_BEFORE = { title: 0, heading: 14, paragraph: 4, code: 4 } as const;
/** What a heading needs below it on its page. */
const HEADING_KEEPS = 90;
const CELL = 4;
const INK = '#1b1b1f';
const FAINT = '#5c5f66';
const RULE = '#c9ccd3';

type Document = InstanceType<typeof PDFDocument>;

/**
 * The summary as a PDF of two or three pages. The same summary makes the same bytes: the fonts are those that every
 * reader has, and the date is that of the summary.
 */
export function printSummary(summary: PackSummary): Promise<Uint8Array> {
  const made = new Date(parseRfc3339(summary.created_at) ?? 0);
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: { Title: latin(summary.title), Producer: 'Storno', Creator: 'Storno', CreationDate: made, ModDate: made },
  });
  const parts: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    document.on('data', (part: Uint8Array) => parts.push(part));
    document.on('end', () => resolve(Buffer.concat(parts)));
    document.on('error', reject);
  });
  for (const block of pagesOf(summary)) print(document, block);
  numberPages(document, summary);
  document.end();
  return done;
}

function print(document: Document, block: Block): void {
  if (block.kind === 'table') {
    printTable(document, block);
    return;
  }
  const { kind, text } = block;
  document.x = MARGIN;
  document.y += ROOM_BEFORE[kind];
  if (kind === 'heading' && document.y + HEADING_KEEPS > bottom(document)) document.addPage();
  const font = kind === 'code' ? 'Courier' : kind === 'paragraph' ? 'Helvetica' : 'Helvetica-Bold';
  document.font(font).fontSize(SIZES[kind]).fillColor(INK).text(latin(text), { lineGap: 2 });
}

function printTable(document: Document, { head, rows }: Block & { readonly kind: 'table' }): void {
  if (rows.length === 0) return;
  document.y += 6;
  const widths = widthsOf(document, [head, ...rows]);
  const figures = head.map((_, at) => rows.every((cells) => isFigure(cells[at] ?? '')));
  printRow(document, { cells: head, widths, figures, font: 'Helvetica-Bold', color: FAINT });
  for (const cells of rows) printRow(document, { cells, widths, figures, font: 'Helvetica', color: INK });
  document.x = MARGIN;
  document.y += 4;
}

interface TableRow {
  readonly cells: readonly string[];
  readonly widths: readonly number[];
  /** Which columns hold figures alone: they stand to the right, with their heads. */
  readonly figures: readonly boolean[];
  readonly font: string;
  readonly color: string;
}

function printRow(document: Document, { cells, widths, figures, font, color }: TableRow): void {
  document.font(font).fontSize(BODY - 1.5);
  const height = Math.max(
    ...cells.map((cell, at) => document.heightOfString(latin(cell), { width: (widths[at] ?? 0) - 2 * CELL })),
  );
  if (document.y + height + 2 * CELL > bottom(document)) document.addPage();
  const top = document.y;
  let left = MARGIN;
  for (const [at, cell] of cells.entries()) {
    const width = widths[at] ?? 0;
    const align = figures[at] === true ? 'right' : 'left';
    document.fillColor(color).text(latin(cell), left + CELL, top + CELL, { width: width - 2 * CELL, align });
    left += width;
  }
  document.y = top + height + 2 * CELL;
  document.moveTo(MARGIN, document.y).lineTo(left, document.y).lineWidth(0.5).strokeColor(RULE).stroke();
}

/** Columns share the page by their longest cell. */
function widthsOf(document: Document, rows: readonly (readonly string[])[]): readonly number[] {
  const columns = rows[0]?.length ?? 0;
  const needed = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((cells) => longestWord(document, cells[at] ?? '') + 2 * CELL)),
  );
  const wished = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((cells) => document.fontSize(BODY).widthOfString(latin(cells[at] ?? '')) + 2 * CELL)),
  );
  const room = document.page.width - 2 * MARGIN;
  const least = sum(needed);
  const more = sum(wished) - least;
  const share = more <= 0 ? 0 : Math.max(0, Math.min(1, (room - least) / more));
  return needed.map((width, at) => Math.min(room, width + share * ((wished[at] ?? width) - width)));
}

function longestWord(document: Document, cell: string): number {
  const words = isFigure(cell) ? [cell] : cell.split(' ');
  return Math.max(...words.map((word) => document.font('Helvetica-Bold').fontSize(BODY).widthOfString(latin(word))));
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}

function isFigure(cell: string): boolean {
  return /^(?:[A-Z]{3} )?-?\d[\d.]*$/.test(cell);
}

function bottom(document: Document): number {
  return document.page.height - MARGIN;
}

function numberPages(document: Document, { incident_id }: PackSummary): void {
  const { start, count } = document.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    document.switchToPage(page);
    // Below the margin a text would begin a page of its own.
    document.page.margins.bottom = 0;
    const place = document.page.height - MARGIN / 1.6;
    document.font('Helvetica').fontSize(8).fillColor(FAINT);
    document.text(latin(`${incident_id} · page ${page + 1} of ${count}`), MARGIN, place, { lineBreak: false });
  }
}

/** The fonts that every reader has know Latin letters alone; README.txt and summary.json have all others as well. */
function latin(text: string): string {
  return text.replace(/[^\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u20ac]/gu, '?');
}
