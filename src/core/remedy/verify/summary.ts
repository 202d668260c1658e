import { parseRfc3339 } from '../../kernel/rfc3339.ts';
import { canonicalText, type Json } from '../proof/canonical.ts';
import { linesOf, type PackRows, README_FILE, SUMMARY_FILE, VAT_FILE } from '../proof/pack.ts';
import { TOTAL_NAMES, totalsOf } from '../proof/totals.ts';
import { readmeText } from '../prove/readme.ts';
import type { PackSummary } from '../prove/summary.ts';
import { vatLineOf } from '../prove/vat.ts';
import { summaryOf } from '../prove.ts';
import { type Check, check, type PackFile } from './check.ts';

/** That the figures which a person reads are those of the rows. */
export function checkSummary(rows: PackRows, files: ReadonlyMap<string, PackFile>): readonly Check[] {
  const said = readSummary(files.get(SUMMARY_FILE)?.text ?? '');
  if (said === null) return [check('the summary can be read', [`${SUMMARY_FILE} is no summary`], '')];
  const totals = totalsOf(rows);
  const different = [...TOTAL_NAMES, 'accounts' as const]
    .filter((name) => canonicalText([...totals[name]]) !== canonicalText([...(said.totals[name] ?? [])]))
    .map((name) => `the totals of ${name} are not those of the rows`);
  const createdAt = parseRfc3339(said.created_at) ?? 0;
  const made = summaryOf({ rows, totals }, { createdAt, keyId: said.audit.key_id });
  const isSame = canonicalText(made as unknown as Json) === canonicalText(said as unknown as Json);
  const vat = linesOf(rows.incident_finding.map((finding) => ({ ...vatLineOf(finding) })));
  const vatFaults = files.get(VAT_FILE)?.text === vat ? [] : ['some finding is treated in another way'];
  return [
    check('totals by another road equal those of the summary', different, `${TOTAL_NAMES.length + 1} lists`),
    check('the summary says what the rows say', isSame ? [] : ['it says something else'], said.incident_id),
    check('the treatment for VAT follows from each finding', vatFaults, `${rows.incident_finding.length} findings`),
    check(
      'the instructions are those of this format',
      files.get(README_FILE)?.text === readmeText(said) ? [] : ['they are others'],
      README_FILE,
    ),
  ];
}

function readSummary(text: string): PackSummary | null {
  try {
    const read = JSON.parse(text) as PackSummary | null;
    const isSummary = typeof read?.created_at === 'string' && typeof read.audit?.key_id === 'string';
    return isSummary && typeof read.totals === 'object' && read.totals !== null ? read : null;
  } catch {
    return null;
  }
}
