import { FACT_KINDS } from '../../core/fact/fact.ts';
import { type Money, money } from '../../core/kernel/money.ts';
import { type Instant, toRfc3339 } from '../../core/kernel/time.ts';
import type { Cause } from '../../core/remedy/cause.ts';
import { FINDING_CLASSES, type Finding, type FindingClass, GRADES, type Grade } from '../../core/remedy/finding.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { CLASS_WORDS, roundScore, sayCount, sayGrouped, sumRefundDue } from '../../core/remedy/summary.ts';
import { sayVerdict } from '../../core/remedy/verdict.ts';
import { COMMAND } from './command.ts';
import { quote } from './quote.ts';
import { type Style, WIDTH, wrap } from './terminal.ts';

export interface SummaryView {
  readonly scan: Scan;
  /** The folder that now holds the five files; null where none was named. */
  readonly out: string | null;
  /** The options that name the files, as they must be typed again: `--rentals r.csv --payments p.csv`. */
  readonly sourceOptions: string;
  readonly withAssumptions: 'shown' | 'hidden';
  style(style: Style, text: string): string;
}

const LABEL_WIDTH = 9;

/** The summary on the terminal: verdict, table, window, cause, rows, what next. Plain text of at most 80 columns. */
export function summaryText(view: SummaryView): string {
  const { scan } = view;
  const parts = [
    view.style('bold', wrap(sayVerdict(scan), { width: WIDTH, indent: 0 })),
    table(view),
    [...windowLines(scan), ...causeLines(view), ...rowLines(view), ...assumptionLines(view)].join('\n'),
    nextLines(view).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** One row a class and grade that has any finding; a further line for each further currency. */
function table({ scan, style }: SummaryView): string {
  const { findings } = scan.verdicts;
  if (findings.length === 0) return '';
  const rows = FINDING_CLASSES.flatMap((name) => GRADES.flatMap((grade) => rowsOf(findings, name, grade)));
  const footnote = findings.some(({ grade }) => grade === 'possible')
    ? [style('dim', '  possible: shown, not to be paid without more evidence')]
    : [];
  return [style('dim', tableRow('finding', 'grade', 'count', 'to give back')), ...rows, ...footnote].join('\n');
}

function rowsOf(findings: readonly Finding[], name: FindingClass, grade: Grade): readonly string[] {
  const these = findings.filter((finding) => finding.class === name && finding.grade === grade);
  if (these.length === 0) return [];
  const sums = [...sumRefundDue(these)].map(([currency, of]) => sayDue(money(of[grade], currency)));
  return sums.map((sum, index) =>
    index === 0 ? tableRow(CLASS_WORDS[name], grade, sayCount(these.length), sum) : tableRow('', '', '', sum),
  );
}

function sayDue(due: Money): string {
  return due.amountMinor === 0n ? 'nothing' : sayGrouped(due);
}

function tableRow(name: string, grade: string, count: string, due: string): string {
  return `  ${name.padEnd(28)}${grade.padEnd(10)}${count.padStart(11)}${due.padStart(25)}`;
}

function windowLines(scan: Scan): readonly string[] {
  const { incident } = scan.diagnosis;
  if (incident === null) return [];
  const ended =
    incident.from === null || incident.to === null
      ? ''
      : `rentals that ended ${sayRange(incident.from, incident.to)}; `;
  const strays = incident.outside === 0 ? '' : ` (${sayCount(incident.outside)} further outside)`;
  const done = scan.verdicts.findings.some(({ paymentId }) => paymentId !== null) ? 'charged' : 'booked';
  return [labelled('When', `${ended}${done} wrongly ${sayRange(incident.chargedFrom, incident.chargedTo)}${strays}`)];
}

/** `2014-11-16 02:00 to 02:21 UTC`; the second date only where it differs. */
export function sayRange(from: Instant, to: Instant): string {
  const [fromDay, fromClock] = dayAndMinute(from);
  const [toDay, toClock] = dayAndMinute(to);
  if (fromDay !== toDay) return `${fromDay} ${fromClock} to ${toDay} ${toClock} UTC`;
  return fromClock === toClock ? `${fromDay} ${fromClock} UTC` : `${fromDay} ${fromClock} to ${toClock} UTC`;
}

function dayAndMinute(instant: Instant): readonly [day: string, clock: string] {
  const text = toRfc3339(instant);
  return [text.slice(0, 10), text.slice(11, 16)];
}

function causeLines({ scan, style }: SummaryView): readonly string[] {
  const [first, second] = scan.diagnosis.causes;
  if (first === undefined) return [];
  if (first.score < SCORE_CLEAR_MIN) return [labelled('Why', sayUnclear(scan.diagnosis.causes))];
  const lines = [labelled('Why', sayCause(first, 2), (text) => text.replace(first.name, style('bold', first.name)))];
  if (second !== undefined) lines.push(labelled('Or', sayRunnerUp(second)));
  lines.push(labelled('Prevent', first.prevention));
  return lines;
}

function sayRunnerUp(second: Cause): string {
  if (second.score >= SCORE_RIVAL_MIN) return sayCause(second, 1);
  return `Nothing else comes near; next is ${sayNamed(second)}.`;
}

/** Below this the runner-up is no rival, and its evidence would only tire. */
const SCORE_RIVAL_MIN = 0.1;

/** Below this the first cause is a guess, and a guess is not told as an answer. */
const SCORE_CLEAR_MIN = 0.3;

function sayUnclear(causes: readonly Cause[]): string {
  return `Not clear from these files. Nearest: ${causes.slice(0, 2).map(sayNamed).join('; ')}.`;
}

function sayNamed({ id, name, score }: Cause): string {
  return `${id} ${name} (score ${roundScore(score).toFixed(2)})`;
}

/** The strongest of the evidence; all of it stands in the report and in summary.json. */
function sayCause(cause: Cause, sentences: number): string {
  const strongest = cause.evidence.split(/(?<=[.!?]) (?=[A-Z0-9])/).slice(0, sentences);
  return `${sayNamed(cause)}. ${strongest.join(' ')}`;
}

function rowLines({ scan, out }: SummaryView): readonly string[] {
  const all = FACT_KINDS.map((fact) => scan.counts[fact]).filter((counts) => counts !== undefined);
  const sum = (of: 'read' | 'repeated' | 'rejected') => all.reduce((total, counts) => total + counts[of], 0);
  const parts = [`${sayCount(sum('read'))} rows read`];
  if (sum('repeated') > 0) parts.push(`${sayCount(sum('repeated'))} repeated`);
  if (sum('rejected') > 0) {
    const where = out === null ? '--out DIR lists them' : `see ${out}/rejected.csv`;
    parts.push(`${sayCount(sum('rejected'))} rejected (${where})`);
  }
  return [labelled('Rows', parts.join(', '))];
}

function assumptionLines({ scan, withAssumptions }: SummaryView): readonly string[] {
  return withAssumptions === 'hidden'
    ? []
    : scan.assumptions.map((text, i) => labelled(i === 0 ? 'Assumed' : '', text));
}

function nextLines({ scan, out, sourceOptions, style }: SummaryView): readonly string[] {
  const largest = findLargest(scan.verdicts.findings);
  const id =
    largest === null ? null : (largest.rentalId ?? largest.paymentId ?? largest.evidence.wrong?.paymentId ?? null);
  const sharper = saySharper(scan);
  return [
    style('bold', 'Next'),
    out === null
      ? step('Files and report', `${COMMAND} scan ${sourceOptions} --out DIR`)
      : step('Report', `${out}/report.html`),
    ...(out === null || scan.refunds.length === 0 ? [] : [step('Refunds', `${out}/refunds.csv`)]),
    ...(id === null ? [] : [step('Largest case', `${COMMAND} explain ${quote(id)} ${sourceOptions}`)]),
    ...(sharper === null ? [] : [step('Sharper', wrap(sharper, { width: WIDTH - STEP_INDENT, indent: STEP_INDENT }))]),
  ];
}

const STEP_INDENT = 20;

/** Commands are never wrapped: a command must survive being copied. */
function step(label: string, what: string): string {
  return `  ${label.padEnd(STEP_INDENT - 2)}${what}`;
}

/** The most that is due at the best grade; where nothing is due, the largest amount. */
export function findLargest(findings: readonly Finding[]): Finding | null {
  const weight = ({ refundDue, amount, grade }: Finding) =>
    [
      refundDue.amountMinor > 0n ? 1n : 0n,
      BigInt(GRADES.length - GRADES.indexOf(grade)),
      refundDue.amountMinor,
      amount.amountMinor,
    ] as const;
  let largest: Finding | null = null;
  for (const finding of findings) {
    if (largest === null || isHeavier(weight(finding), weight(largest))) largest = finding;
  }
  return largest;
}

function isHeavier(one: readonly bigint[], other: readonly bigint[]): boolean {
  for (const [index, weight] of one.entries()) {
    const against = other[index] ?? 0n;
    if (weight !== against) return weight > against;
  }
  return false;
}

/** The one thing that would tell more, if any. */
function saySharper(scan: Scan): string | null {
  const { layers, diagnosis, verdicts } = scan;
  const [told] = diagnosis.cannotTell;
  if (told !== undefined) return told;
  if (!layers.rentals) return 'add --rentals FILE: then every charge is held against a price.';
  if (verdicts.findings.length === 0) return null;
  if (!layers.charges) return 'add --charges FILE (your own books): then lost answers and phantoms show.';
  if (!layers.settlements) return 'add --settlements FILE: then it shows whether the bank booked twice.';
  return null;
}

function labelled(label: string, text: string, decorate: (text: string) => string = (plain) => plain): string {
  return `${label.padEnd(LABEL_WIDTH)}${decorate(wrap(text, { width: WIDTH - LABEL_WIDTH, indent: LABEL_WIDTH }))}`;
}
