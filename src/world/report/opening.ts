import { type Money, money } from '../../core/kernel/money.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import { countAccountsAffected, sayGrouped, sumRefundDue } from '../../core/remedy/summary.ts';
import { sayVerdict } from '../../core/remedy/verdict.ts';
import { html, type Markup } from './markup.ts';
import { counted } from './picture.ts';
import { listed, sayNumber, sayShare, sayWithin } from './words.ts';
import { isTaken, markFindings } from './wrong.ts';

/**
 * The verdict with its window, as one sentence. The window stands in front only where every wrong charge that the
 * sentence counts lies inside it; otherwise it is said apart, with the number that lies outside.
 */
export function sayHeadline(scan: Scan): string {
  const verdict = sayVerdict(scan);
  const { incident } = scan.diagnosis;
  if (incident === null || incident.outside > 0 || incident.from === null || incident.to === null) return verdict;
  // "Between …, 1,912 rentals were charged twice" is a sentence; "between …, we owe nobody" would be a wrong one.
  if (!/^\d/.test(verdict)) return verdict;
  return `${capitalise(sayWithin({ from: incident.from, to: incident.to }))}, ${verdict}`;
}

/** What the headline leaves out: when the charges were made, what lies outside, what else was found. */
export function sayLede(scan: Scan): readonly string[] {
  return [...sayWindow(scan), ...sayBeside(scan), ...sayScope(scan)];
}

function sayWindow(scan: Scan): readonly string[] {
  const { incident } = scan.diagnosis;
  if (incident === null) return [];
  const charged = sayWithin({ from: incident.chargedFrom, to: incident.chargedTo });
  const ended =
    incident.from === null || incident.to === null
      ? ''
      : ` for rentals that ended ${sayWithin({ from: incident.from, to: incident.to })}`;
  if (incident.outside > 0) {
    return [
      `${sayNumber(incident.inside, 'case')} belong together: made ${charged}${ended}; ${counted(incident.outside)} more lie outside that window.`,
    ];
  }
  const { amongCharges } = markFindings(scan.verdicts.findings);
  return [amongCharges ? `The wrong charges were made ${charged}.` : `It was booked twice ${charged}.`];
}

/** Findings of other classes and grades than the headline counts, so that none is passed over. */
function sayBeside(scan: Scan): readonly string[] {
  const { findings } = scan.verdicts;
  const sure = findings.filter(({ grade }) => grade !== 'possible');
  const owed = sure.filter(({ refundDue }) => refundDue.amountMinor > 0n);
  const possible = findings.filter(({ grade }) => grade === 'possible');
  const sentences: string[] = [];
  if (owed.length > 0) {
    const phantoms = sure.filter((finding) => finding.class === 'phantom').length;
    const acquirer = sure.filter((finding) => finding.class === 'acquirer_duplicate').length;
    if (phantoms > 0)
      sentences.push(
        `${sayNumber(phantoms, 'charge')} more ${phantoms === 1 ? 'stands' : 'stand'} twice in our books only: to be corrected there, not refunded.`,
      );
    if (acquirer > 0)
      sentences.push(
        `${sayNumber(acquirer, 'payment')} more ${acquirer === 1 ? 'was' : 'were'} booked twice by bank or acquirer, who repay.`,
      );
    if (possible.length > 0) {
      const sums = [...sumRefundDue(possible)]
        .map(([currency, { possible: sum }]) => money(sum, currency))
        .filter(({ amountMinor }) => amountMinor > 0n);
      const worth = sums.length === 0 ? '' : `, ${listed(sums.map(sayGrouped))} in all`;
      sentences.push(
        `${sayNumber(possible.length, 'further case')} only ${possible.length === 1 ? 'looks' : 'look'} alike${worth}: shown, not owed.`,
      );
    }
  }
  return sentences;
}

/** What was compared with what: nothing found is a statement about these files only. */
function sayScope(scan: Scan): readonly string[] {
  const missing = [
    ...(scan.layers.rentals ? [] : ['rentals']),
    ...(scan.layers.charges ? [] : ['charges']),
    ...(scan.layers.settlements ? [] : ['settlements']),
  ];
  const covered = scan.coverage.paymentsCreated;
  const span = covered === null ? '' : `The payments run ${sayWithin(covered)}.`;
  const blind = missing.length === 0 ? '' : `Not given, and therefore not judged: ${listed(missing)}.`;
  return [span, blind].filter((sentence) => sentence !== '');
}

interface Figure {
  readonly name: string;
  readonly values: readonly string[];
  readonly note: string;
}

/** The four numbers to remember. Sums stand beside each other by currency, never added. */
export function showFigures(scan: Scan): Markup {
  const figures = listFigures(scan).map(
    ({ name, values, note }) =>
      html`<div><dt>${name}</dt><dd>${values.map((value) => html`<span class="figure">${value}</span>`)}<span class="note">${note}</span></dd></div>\n`,
  );
  return html`<dl class="figures">${figures}</dl>`;
}

function listFigures(scan: Scan): readonly Figure[] {
  const { findings } = scan.verdicts;
  const sure = findings.filter(({ grade }) => grade !== 'possible');
  const taken = sure.filter(isTaken);
  const sums = [...sumRefundDue(findings)];
  return [
    { name: 'To give back, proven', ...sayOwed(sums.map(([currency, { proven }]) => money(proven, currency))) },
    { name: 'Probable, to be reviewed', ...sayOwed(sums.map(([currency, { probable }]) => money(probable, currency))) },
    {
      name: 'Customers affected',
      values: [counted(countAccountsAffected(findings))],
      note: sayWorst(taken, countAccountsAffected(findings)),
    },
    countWrong(scan, taken.length),
  ];
}

/** Where the provider took nothing wrongly, what is doubled in books or bank is counted instead. */
function countWrong(scan: Scan, taken: number): Figure {
  const marked = markFindings(scan.verdicts.findings);
  const { chargesSucceeded } = scan.population;
  if (taken === 0 && marked.findings.length > 0) {
    const name = capitalise(`${marked.noun}s`);
    return { name, values: [counted(marked.findings.length)], note: 'nothing of it is owed by us as it stands' };
  }
  const share = sayShare(Math.min(taken, chargesSucceeded), chargesSucceeded);
  return {
    name: 'Wrong charges',
    values: [counted(taken)],
    note: `${share} of ${sayNumber(chargesSucceeded, 'charge')}`,
  };
}

function sayOwed(sums: readonly Money[]): Pick<Figure, 'values' | 'note'> {
  const owed = sums.filter(({ amountMinor }) => amountMinor > 0n);
  if (owed.length === 0) return { values: ['nothing'], note: '' };
  return { values: owed.map(sayGrouped), note: owed.length === 1 ? '' : 'currencies are never added up' };
}

/** How often the customer was hit who was hit most. */
function sayWorst(taken: readonly Finding[], affected: number): string {
  const hits = new Map<string, number>();
  for (const { accountId } of taken) {
    if (accountId !== null) hits.set(accountId, (hits.get(accountId) ?? 0) + 1);
  }
  const most = [...hits.values()].reduce((one, other) => Math.max(one, other), 0);
  // Customers whom only the bank charged twice have no charge of ours to count.
  if (most === 0 || hits.size !== affected) return '';
  return most === 1 ? 'each once' : `at most ${counted(most)} times each`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
