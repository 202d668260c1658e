import { sayDuration, sayInstant } from '../../../core/kernel/time.ts';
import type { Incident } from '../../../core/remedy/incident.ts';
import type { Severity } from '../../../core/remedy/severity.ts';
import { CLASS_WORDS, sayCount, sayGrouped } from '../../../core/remedy/summary.ts';
import type { CaseFile, StoredPlan } from '../../../flow/ports/casework.ts';
import type { FindingGroup } from '../../../flow/remedy/review-findings.ts';
import type { Styling } from '../explain-text.ts';
import { WIDTH, wrap } from '../terminal.ts';

interface Shown {
  readonly incident: Incident;
  readonly file: CaseFile;
  readonly severity: Severity;
  readonly plans: readonly StoredPlan[];
}

const INDENT = 12;

/** How many, how much, how long, how long to fix; then what is still to be done. */
export function incidentText({ incident, file, severity, plans }: Shown, style: Styling): string {
  const { closed, sample, preventions } = file;
  const looked = sample.filter(({ verdict }) => verdict !== null).length;
  const affected = sample.filter(({ verdict }) => verdict === 'affected').length;
  const row = (name: string, value: string) =>
    `  ${name.padEnd(INDENT - 2)}${wrap(value, { width: WIDTH - INDENT, indent: INDENT })}\n`;
  return [
    `${style('bold', incident.incidentId)}  ${incident.title}\n`,
    row('state', closed === null ? 'open' : `closed by ${closed.by}, ${sayInstant(closed.at)}`),
    row('how many', `${sayCount(severity.findings)} findings on ${sayCount(severity.accounts)} accounts`),
    row('how much', severity.due.length === 0 ? 'nothing' : severity.due.map(sayGrouped).join(', ')),
    row('how long', durationText(incident, severity)),
    row('to fix', severity.fixedAfterMs === null ? 'not closed yet' : sayDuration(severity.fixedAfterMs)),
    row('searched', `from ${sayInstant(incident.lookBackFrom)} on. ${incident.lookBackReason}`),
    row('scope', incident.scopeDigest),
    row(
      'voices',
      `${sayCount(file.complaints)} complaints; ${sayCount(file.silent)} affected customers never complained`,
    ),
    row(
      'outside',
      sample.length === 0 ? 'nothing to look at' : `${looked} of ${sample.length} looked at, ${affected} affected`,
    ),
    ...preventions.map(({ measure, owner, test, state }) =>
      row('prevent', `${measure} Owner: ${owner || 'nobody'}. Test: ${test || 'none'}. ${state}.`),
    ),
    ...plans.map(({ planId, decision }) => row('plan', `${planId} ${decision?.decision ?? 'undecided'}`)),
  ].join('');
}

function durationText({ chargedFrom, chargedTo }: Incident, { lastedMs, unnoticedMs }: Severity): string {
  if (chargedFrom === null || chargedTo === null || lastedMs === null || unnoticedMs === null)
    return 'no time is known';
  const span = `${sayDuration(lastedMs)}, ${sayInstant(chargedFrom)} to ${sayInstant(chargedTo)}`;
  return `${span}; opened ${sayDuration(unnoticedMs)} after the first`;
}

/** Findings of equal evidence in one line, with an example: what a person reviews. */
export function groupsText(groups: readonly FindingGroup[], style: Styling): string {
  if (groups.length === 0) return '';
  const lines = groups.map(({ name, findings }) => {
    const [first] = findings;
    if (first === undefined) return '';
    const accepted = findings.filter(({ review }) => review === 'accepted').length;
    const rejected = findings.filter(({ review }) => review === 'rejected').length;
    const reviewed = accepted + rejected === 0 ? '' : `, ${accepted} accepted, ${rejected} rejected`;
    const head = `  ${style('bold', name)}  ${sayCount(findings.length)} × ${CLASS_WORDS[first.class]}, ${first.grade}${reviewed}`;
    const example = wrap(`${first.findingId}: ${first.reason}`, { width: WIDTH - INDENT, indent: INDENT });
    return `${head}\n${' '.repeat(INDENT)}${example}\n`;
  });
  return `\nFindings by evidence\n${lines.join('')}`;
}
