import type { EChartsOption } from 'echarts';
import type { Attributes } from '../../core/fact/fact.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import { ATTRIBUTE_VALUES_MAX, type AttributeBase } from '../../core/remedy/population.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { idMarkup, legible, shorten } from './markup.ts';
import { type Canvas, counted, type Picture } from './picture.ts';
import { sayShare } from './words.ts';
import { type Marked, markFindings } from './wrong.ts';

/** How many rows bear one value of an attribute, and how many of them belong to a finding. */
export interface Cell {
  /** Null for the rest: all values that no finding bears. */
  readonly value: string | null;
  readonly rows: number;
  readonly wrong: number;
}

/** One attribute, its cells by falling share, the rest last. */
export interface Line {
  readonly name: string;
  readonly fact: AttributeBase['fact'];
  readonly cells: readonly Cell[];
  /** How much the values differ from the base, in nats: 0 tells nothing. */
  readonly telling: number;
}

/** A share of fewer is chance: such cells are grey. */
const ROWS_MIN = 20;
const LINES_MAX = 8;
/** Attributes that tell nothing are shown up to here: that a suspect is none is worth knowing. */
const LINES_MIN = 4;
const LINES_IN_TABLE_VALUES_MAX = 12;
const EMPTY = '(empty)';

/** How the wrong charges spread over the attributes, the most telling first; null where the files have none. */
export function drawAttributes(scan: Scan): Picture | null {
  const marked = markFindings(scan.verdicts.findings);
  if (marked.findings.length === 0) return null;
  const lines = onePerName(
    scan.population.attributes
      .map((base) => lineOf(base, marked))
      .filter((line) => line !== null)
      .sort((one, other) => other.telling - one.telling || (one.name < other.name ? -1 : 1)),
  );
  if (lines.length === 0) return null;
  const shown = lines.slice(
    0,
    Math.max(LINES_MIN, Math.min(LINES_MAX, lines.filter(({ telling }) => telling >= TELLING_MIN).length)),
  );
  return {
    id: 'attributes',
    heading: 'Wrong charges by attribute',
    says: say(lines, shown.length, marked.noun),
    legend: [
      { look: 'heat-grey', name: `fewer than ${ROWS_MIN}` },
      { look: 'heat-0', name: 'none' },
      { look: 'heat-1', name: 'up to 1%' },
      { look: 'heat-2', name: 'to 5%' },
      { look: 'heat-3', name: 'to 20%' },
      { look: 'heat-4', name: 'to 50%' },
      { look: 'heat-5', name: 'above' },
    ],
    heightWide: shown.length * ROW_HEIGHT + 8,
    heightNarrow: shown.length * ROW_HEIGHT_NARROW + 8,
    draw: (canvas) => option(shown, canvas),
    table: tabulate(shown, lines.length, marked.noun),
  };
}

/** Payments and our books often carry the same column: the more telling of the two stands for both. */
function onePerName(lines: readonly Line[]): readonly Line[] {
  return lines.filter((line, index) => lines.findIndex(({ name }) => name === line.name) === index);
}

/** Why there is no heat map, as a sentence for its place. */
export function sayNoAttributes(scan: Scan): string {
  if (scan.population.attributes.length === 0) {
    return 'The files hold no column beyond the contract’s own. A column with the worker, the batch or the run that made each charge would show where in the system they arose.';
  }
  return 'No column of the files repeats its values often enough to compare: each is empty or different in every row.';
}

/** Identifiers (a value of its own in nearly every row) are compared within pairs by the cause, not by value here. */
function lineOf(base: AttributeBase, { findings }: Marked): Line | null {
  if (base.rows === 0 || base.nulls >= base.rows) return null;
  if (base.distinct > ATTRIBUTE_VALUES_MAX || base.distinct > base.rows / 2) return null;
  const wrong = new Map<string, number>();
  for (const finding of findings) {
    const value = bearing(finding, base);
    if (value !== undefined) wrong.set(value, (wrong.get(value) ?? 0) + 1);
  }
  if (wrong.size === 0) return null;
  const cells = [...wrong].map(([value, count]) => {
    const rows = value === EMPTY ? base.nulls : (base.values.get(value) ?? count);
    return { value, rows: Math.max(rows, count), wrong: count };
  });
  const rest = base.rows - cells.reduce((sum, { rows }) => sum + rows, 0);
  const ordered = cells.sort(
    (one, other) => rankOf(other) - rankOf(one) || other.wrong - one.wrong || (one.value < other.value ? -1 : 1),
  );
  const all: readonly Cell[] = rest > 0 ? [...ordered, { value: null, rows: rest, wrong: 0 }] : ordered;
  return { name: base.name, fact: base.fact, cells: all, telling: Math.max(0, divergence(all) - chanceOf(base, all)) };
}

/** By share, but what is too few to judge comes after what is enough. */
function rankOf({ rows, wrong }: Cell): number {
  return (rows >= ROWS_MIN ? 1 : 0) + wrong / Math.max(1, rows);
}

/** The value that the fact of a finding bears; undefined where the finding has no such fact. */
function bearing({ evidence }: Finding, { fact, name }: AttributeBase): string | undefined {
  switch (fact) {
    case 'rentals':
      return evidence.rental === null ? undefined : read(evidence.rental.attributes, name, evidence.rental.market);
    case 'payments':
      return evidence.wrong === null ? undefined : read(evidence.wrong.attributes, name, evidence.wrong.provider);
    case 'charges': {
      const booked =
        evidence.books.find(({ paymentId }) => paymentId !== null && paymentId === evidence.wrong?.paymentId) ??
        evidence.books.at(-1);
      return booked === undefined ? undefined : read(booked.attributes, name, booked.provider);
    }
    case 'settlements': {
      const line = evidence.bank.at(-1);
      return line === undefined ? undefined : read(line.attributes, name, name === 'file' ? line.file : null);
    }
  }
}

/** The contract's own `provider`, `market` and `file` count as attributes too, by these names. */
function read(attributes: Attributes, name: string, own: string | null): string {
  const value =
    name === 'provider' || name === 'market' || name === 'file' ? (own ?? attributes[name]) : attributes[name];
  return value === undefined || value === '' ? EMPTY : value;
}

/** Kullback-Leibler divergence of the wrong rows' values from all rows' values; merged rests only make it smaller. */
function divergence(cells: readonly Cell[]): number {
  const rows = cells.reduce((sum, cell) => sum + cell.rows, 0);
  const wrong = cells.reduce((sum, cell) => sum + cell.wrong, 0);
  return cells.reduce((sum, cell) => {
    if (cell.wrong === 0) return sum;
    const share = cell.wrong / wrong;
    return sum + share * Math.log(share / (cell.rows / rows));
  }, 0);
}

/**
 * The divergence that chance alone gives: few wrong rows over many values always look uneven. First-order bias of the
 * plug-in estimate, (values - 1) / (2 · sample); G. A. Miller, "Note on the bias of information estimates", 1955.
 */
function chanceOf({ distinct }: AttributeBase, cells: readonly Cell[]): number {
  const wrong = cells.reduce((sum, cell) => sum + cell.wrong, 0);
  return (Math.max(distinct, cells.length) - 1) / (2 * wrong);
}

/** Below this no value is noticeably more often wrong than the others. */
const TELLING_MIN = 0.05;

function say(lines: readonly Line[], shown: number, noun: string): Picture['says'] {
  const telling = lines.filter((line) => line.telling >= TELLING_MIN).slice(0, 2);
  const [first, second] = telling;
  const size = ` Each cell is one value: the share of its rows that belong to a ${noun}, and how many rows bear it.`;
  const left = lines.length > shown ? ` Shown are the ${shown} most telling of ${lines.length} attributes.` : '';
  if (first === undefined) {
    return [`No attribute stands out: the ${noun}s are spread over all values about as all rows are.${size}${left}`];
  }
  return [
    'Most telling is ',
    ...sayLine(first),
    second === undefined ? '.' : '; next comes ',
    ...(second === undefined ? [] : [...sayLine(second), '.']),
    `${size}${left}`,
  ];
}

/** The cell that holds most of the wrong rows, against all others of its attribute. */
function sayLine(line: Line): Picture['says'] {
  const all = line.cells.reduce((sum, cell) => sum + cell.wrong, 0);
  const [top] = [...line.cells].sort((one, other) => other.wrong - one.wrong);
  if (top === undefined) return [];
  const rows = line.cells.reduce((sum, cell) => sum + cell.rows, 0);
  const elsewhere = rows === top.rows ? '' : ` against ${sayShare(all - top.wrong, rows - top.rows)} elsewhere`;
  return [
    idMarkup(line.name),
    ': ',
    idMarkup(top.value ?? EMPTY),
    ` has ${counted(top.wrong)} of the ${counted(all)}, ${sayShare(top.wrong, top.rows)} of its rows${elsewhere}`,
  ];
}

const ROW_HEIGHT = 50;
const ROW_HEIGHT_NARROW = 66;
const CELLS_WIDE = 6;
const CELLS_NARROW = 3;

/** The first cells, and behind them one for everything else. */
function fold(cells: readonly Cell[], cellsMax: number): readonly Cell[] {
  if (cells.length <= cellsMax) return cells;
  const rest = cells.slice(cellsMax - 1);
  const sum = (pick: (cell: Cell) => number) => rest.reduce((total, cell) => total + pick(cell), 0);
  return [
    ...cells.slice(0, cellsMax - 1),
    { value: null, rows: sum((cell) => cell.rows), wrong: sum((cell) => cell.wrong) },
  ];
}

function option(lines: readonly Line[], { width, narrow }: Canvas): EChartsOption {
  const cellsMax = narrow ? CELLS_NARROW : CELLS_WIDE;
  const left = narrow ? 0 : 128;
  const rowHeight = narrow ? ROW_HEIGHT_NARROW : ROW_HEIGHT;
  const cellWidth = (width - left) / cellsMax;
  const titleHeight = narrow ? 20 : 0;
  const boxes = lines.flatMap((line, row) => [
    {
      type: 'text' as const,
      x: 0,
      y: row * rowHeight + (narrow ? 14 : rowHeight / 2),
      style: {
        text: shorten(legible(line.name), narrow ? 40 : 17),
        fill: 'var(--ink)',
        font: '12px inherit',
        fontFamily: 'inherit',
        fontSize: 12,
        verticalAlign: 'middle' as const,
      },
    },
    ...fold(line.cells, cellsMax).map((cell, column) =>
      box(cell, {
        x: left + column * cellWidth,
        y: row * rowHeight + titleHeight + 2,
        width: cellWidth - 3,
        height: rowHeight - titleHeight - 5,
      }),
    ),
  ]);
  return { graphic: { elements: boxes } };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function box(cell: Cell, { x, y, width, height }: Box) {
  const heat = heatOf(cell);
  const lengthMax = Math.floor((width - 12) / 6.6);
  const line = (text: string, dy: number) => ({
    type: 'text' as const,
    x: 7,
    y: dy,
    style: { text, fill: `var(--${heat}-ink)`, fontFamily: 'inherit', fontSize: 11, verticalAlign: 'middle' as const },
  });
  return {
    type: 'group' as const,
    x,
    y,
    children: [
      { type: 'rect' as const, shape: { x: 0, y: 0, width, height, r: 2 }, style: { fill: `var(--${heat})` } },
      line(shorten(legible(cell.value ?? 'all others'), lengthMax), height * 0.3),
      line(`${sayShare(cell.wrong, cell.rows)} of ${counted(cell.rows)}`, height * 0.7),
    ],
  };
}

/** Steps with fixed bounds, so that a colour means the same share in every report. */
function heatOf({ rows, wrong }: Cell): string {
  if (rows < ROWS_MIN) return 'heat-grey';
  const share = wrong / rows;
  if (share === 0) return 'heat-0';
  const step = [0.01, 0.05, 0.2, 0.5].findIndex((bound) => share <= bound);
  return `heat-${step === -1 ? 5 : step + 1}`;
}

function tabulate(lines: readonly Line[], all: number, noun: string): Picture['table'] {
  const rows = lines.flatMap((line) =>
    fold(line.cells, LINES_IN_TABLE_VALUES_MAX).map((cell) => [
      idMarkup(line.name),
      line.fact,
      cell.value === null ? 'all others' : idMarkup(cell.value),
      counted(cell.rows),
      counted(cell.wrong),
      sayShare(cell.wrong, cell.rows),
    ]),
  );
  return {
    columns: [
      { name: 'attribute', numeric: false },
      { name: 'of', numeric: false },
      { name: 'value', numeric: false },
      { name: 'rows', numeric: true },
      { name: `in a ${noun}`, numeric: true },
      { name: 'share', numeric: true },
    ],
    rows,
    more: all > lines.length ? `${counted(all - lines.length)} less telling attributes are not listed.` : null,
  };
}
