import { FACT_KINDS } from '../../core/fact/fact.ts';
import type { FindingClass, Grade } from '../../core/remedy/finding.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { CLASS_WORDS } from '../../core/remedy/summary.ts';
import { html, type Markup } from './markup.ts';
import { counted, showTable } from './picture.ts';
import { listed, sayNumber } from './words.ts';

/** What became of every row: the sums are shown so that they can be checked. */
export function showRows(scan: Scan): Markup {
  const given = FACT_KINDS.filter((fact) => scan.counts[fact] !== undefined);
  const rows = given.map((fact) => {
    const counts = scan.counts[fact] ?? { read: 0, used: 0, repeated: 0, rejected: 0 };
    return [fact, counted(counts.read), counted(counts.used), counted(counts.repeated), counted(counts.rejected)];
  });
  const rejected = given.reduce((sum, fact) => sum + (scan.counts[fact]?.rejected ?? 0), 0);
  const says =
    rejected === 0
      ? 'Every row that was read was used, or was the same record seen again.'
      : `${sayNumber(rejected, 'row')} could not be used; rejected.csv names each with file, line, column and reason.`;
  return html`<p>${says} Read = used + repeated + rejected.</p>
${showTable({ columns: ['fact', 'read', 'used', 'repeated', 'rejected'].map((name, index) => ({ name, numeric: index > 0 })), rows, more: null }, 'Rows')}`;
}

export function showAssumptions(scan: Scan): Markup {
  if (scan.assumptions.length === 0) return html`<p>Nothing had to be taken for granted.</p>`;
  return html`<ul>${scan.assumptions.map((assumption) => html`<li>${assumption}</li>\n`)}</ul>`;
}

const CLASSES_EXPLAINED: Readonly<Record<FindingClass, string>> = {
  double_charge: 'one rental and purpose, taken more than once. We give back what is above the price.',
  duplicate_record:
    'one vehicle cannot be driven twice at once: one drive stands in the rentals under two ids, and both were charged.',
  overcharge: 'one charge, but of more than the price: a wrong unit, tariff, duration or tax.',
  charge_without_rental: 'money was taken and no rental explains it.',
  phantom: 'doubled in our own books only. The customer paid once; nobody is owed money.',
  acquirer_duplicate: 'we took it once, the bank or acquirer booked it twice. They repay; we inform.',
  missing_twin:
    'taken, but never booked by the bank, beside a file that was replayed: the other half of the same mistake.',
};

const GRADES_EXPLAINED: Readonly<Record<Grade, string>> = {
  proven: 'the same rental and purpose, or the same key. May be paid without a person looking.',
  probable: 'no reference, but customer, amount and order leave one reading. Paid after review.',
  possible: 'looks alike, nothing more. Shown, not owed, never paid by default.',
};

/** How to read the report: classes, grades, layers, in plain words. */
export function showReading(): Markup {
  const classes = Object.entries(CLASSES_EXPLAINED) as [FindingClass, string][];
  const grades = Object.entries(GRADES_EXPLAINED) as [Grade, string][];
  return html`<p>The rental is the unit of truth. For each rental and purpose, what was <em>owed</em> (the price) is compared with what was <em>taken</em> (charges less refunds and chargebacks). Only what was taken beyond what was owed is called wrong, whatever a pair of charges looks like: a declined first try, a split payment, a refund that was charged again, or two rides of one price come out even and are not listed.</p>
<h3>Grades</h3><dl class="terms">${grades.map(([grade, text]) => html`<div><dt><span class="swatch ${grade}"></span>${grade}</dt><dd>${text}</dd></div>\n`)}</dl>
<h3>Classes</h3><dl class="terms">${classes.map(([of, text]) => html`<div><dt>${CLASS_WORDS[of]}</dt><dd>${text}</dd></div>\n`)}</dl>
<h3>Layers</h3><p>Where the files are given, each case counts how often it stands in our books, at the provider and at the bank: 2, 2, 2 is our own double; 1, 2, 2 a charge whose answer was lost; 2, 1, 1 a phantom; 1, 1, 2 the acquirer’s doing.</p>
<h3>Files beside this one</h3><p>summary.json holds the figures, findings.csv every case with its reason, refunds.csv one row per customer, currency and grade, rejected.csv the rows that could not be used. All times are UTC.</p>`;
}

/** `payments.csv and rentals.csv`, for the masthead; long lists are cut. */
export function listFiles(files: readonly string[]): string {
  const shown = files.slice(0, FILES_MAX);
  return listed(files.length > shown.length ? [...shown, `${counted(files.length - shown.length)} more`] : shown);
}

const FILES_MAX = 12;
