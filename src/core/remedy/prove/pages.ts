import { exponentOf } from '../../kernel/currency.ts';
import { sayMoney } from '../../kernel/money.ts';
import { parseRfc3339 } from '../../kernel/rfc3339.ts';
import { sayInstant } from '../../kernel/time.ts';
import type { Json } from '../proof/canonical.ts';
import type { TotalRow } from '../proof/totals.ts';
import type { PackSummary, SummaryPlan } from './summary.ts';

/** What stands on the pages of the summary, one thing after the other. */
export type Block =
  | { readonly kind: 'title' | 'heading' | 'paragraph' | 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** The summary in words: what happened, what was paid, who decided, and how to verify it. */
export function pagesOf(summary: PackSummary): readonly Block[] {
  return [
    { kind: 'title', text: summary.title },
    {
      kind: 'paragraph',
      text: `Evidence of incident ${summary.incident_id}, made ${said(summary.created_at)}. ${closing(summary)}`,
    },
    { kind: 'heading', text: 'What happened' },
    { kind: 'paragraph', text: happened(summary) },
    ...(summary.cause === null
      ? []
      : [
          {
            kind: 'paragraph',
            text: `Most likely cause: ${summary.cause.name} (${summary.cause.id}). ${summary.cause.evidence}`,
          } as const,
        ]),
    findingsTable(summary),
    { kind: 'heading', text: 'What was paid' },
    ...moneyTables(summary),
    { kind: 'paragraph', text: given(summary) },
    { kind: 'heading', text: 'Who decided' },
    decisionsTable(summary),
    ...summary.plans.map((plan): Block => ({ kind: 'paragraph', text: sayPlan(plan) })),
    { kind: 'heading', text: 'What was done, in order of time' },
    timelineTable(summary),
    { kind: 'paragraph', text: shownOf(summary) },
    { kind: 'heading', text: 'Invoices and VAT' },
    { kind: 'paragraph', text: vat(summary) },
    { kind: 'heading', text: 'How to verify this' },
    {
      kind: 'paragraph',
      text:
        'Every figure here follows from the rows in this pack, and every file is named with its SHA-256 in a manifest ' +
        `that is signed with the key ${summary.audit.key_id}. The audit log stands in a chain of hashes, signed up to ` +
        `place ${summary.audit.position}. One command recomputes all of it, needs no database, and finds any changed byte:`,
    },
    { kind: 'code', text: 'storno verify pack.zip --public-key operator.pem --checkpoint kept-elsewhere.ndjson' },
    { kind: 'paragraph', text: 'README.txt says how to do it by hand. The digest of the frozen scope is:' },
    { kind: 'code', text: summary.scope_digest },
  ];
}

function closing({ closed_at }: PackSummary): string {
  return closed_at === null ? 'The incident is not closed.' : `The incident was closed ${said(closed_at)}.`;
}

function happened({ totals, charged_from, charged_to, affected_from, affected_to }: PackSummary): string {
  const findings = total(totals.findings, 'count');
  const accounts = total(totals.accounts, 'affected');
  const when =
    charged_from === null || charged_to === null
      ? ''
      : ` The wrong charges were made from ${said(charged_from)} to ${said(charged_to)}.`;
  const rentals =
    affected_from === null || affected_to === null
      ? ''
      : ` The rentals had ended from ${said(affected_from)} to ${said(affected_to)}.`;
  return `${counted(findings, 'wrong charge', 'wrong charges')} of ${counted(accounts, 'account', 'accounts')} were found.${when}${rentals}`;
}

function findingsTable({ totals }: PackSummary): Block {
  return {
    kind: 'table',
    head: ['What was found', 'Grade', 'Findings', 'Taken', 'To be given back'],
    rows: totals.findings.map((row) => [
      words(row.class),
      String(row.grade),
      String(row.count),
      amount(row, 'amount_minor'),
      amount(row, 'refund_due_minor'),
    ]),
  };
}

function moneyTables({ totals }: PackSummary): readonly Block[] {
  const owed: Block = {
    kind: 'table',
    head: ['Owed', 'Liabilities', 'Sum', 'Paid back', 'Came back elsewhere', 'Cannot be paid', 'Open'],
    rows: totals.liabilities.map((row) => [
      row.kind === 'principal' ? 'Wrongly taken' : 'Interest',
      String(row.count),
      amount(row, 'owed_minor'),
      sayMoneyOf(row, paid(row)),
      amount(row, 'elsewhere_minor'),
      amount(row, 'unpayable_minor'),
      sayMoneyOf(
        row,
        minorOf(row.owed_minor) - paid(row) - minorOf(row.elsewhere_minor) - minorOf(row.unpayable_minor),
      ),
    ]),
  };
  const refunds: Block = {
    kind: 'table',
    head: ['Refunds over', 'State', 'Number', 'Sum'],
    rows: totals.refunds.map((row) => [
      words(row.channel),
      words(row.state),
      String(row.count),
      amount(row, 'amount_minor'),
    ]),
  };
  return totals.refunds.length === 0 ? [owed] : [owed, refunds];
}

function paid(row: TotalRow): bigint {
  return minorOf(row.refunded_minor) + minorOf(row.transferred_minor) + minorOf(row.credited_minor);
}

function given({ totals }: PackSummary): string {
  const lots = totals.lots
    .map(
      (row) => `${row.minutes} free minutes in ${row.market} to ${counted(Number(row.count), 'account', 'accounts')}`,
    )
    .join(', ');
  const sent = totals.letters.filter((row) => row.state === 'sent');
  const silent = total(totals.accounts, 'silent');
  const minutes = lots === '' ? 'No free minutes were given.' : `On top of it were given: ${lots}.`;
  return (
    `${minutes} ${counted(total(sent, 'count'), 'letter was', 'letters were')} sent. ` +
    `${counted(total(totals.complaints, 'count'), 'complaint', 'complaints')} had come in; ` +
    `${counted(silent, 'account', 'accounts')} that were charged wrongly never complained.`
  );
}

function decisionsTable({ plans }: PackSummary): Block {
  return {
    kind: 'table',
    head: ['Plan', 'Planned by', 'Decision', 'By', 'When'],
    rows: plans.map((plan) => [
      plan.plan_id,
      plan.planned_by,
      plan.decision ?? 'none yet',
      plan.decided_by ?? '',
      plan.decided_at === null ? '' : said(plan.decided_at),
    ]),
  };
}

function timelineTable({ timeline }: PackSummary): Block {
  return {
    kind: 'table',
    head: ['When', 'What', 'About', 'By'],
    rows: timeline.map(({ at, action, subject, actor }) => [
      said(at),
      words(action.replaceAll('.', ' ')),
      subject,
      actor,
    ]),
  };
}

function shownOf({ timeline, audit }: PackSummary): string {
  return timeline.length === audit.entries
    ? `These are all ${audit.entries} entries of the audit log about this incident.`
    : `These are the first and the last of ${audit.entries} entries; rows/audit_entry.ndjson has all.`;
}

function sayPlan({ plan_id, refunds, accounts, sums, samples, digest }: SummaryPlan): string {
  const money = Object.entries(typeof sums === 'object' && sums !== null ? sums : {})
    .map(([currency, sum]) => sayMoneyOf({ currency }, minorOf(sum)))
    .join(' and ');
  return (
    `${plan_id}: ${counted(refunds, 'refund', 'refunds')} of ${money === '' ? 'nothing' : money} for ` +
    `${counted(accounts, 'account', 'accounts')}; whoever approved had to open ${counted(samples, 'sample', 'samples')}. ` +
    `Digest ${digest}.`
  );
}

const TREATMENTS: Readonly<Record<string, string>> = {
  credit_note: 'need a credit note, since they were invoiced twice or with a wrong amount',
  none: 'need none, since they were collected twice and invoiced once',
  undecided: 'must be looked at, since our books were not part of the search',
};

function vat(summary: PackSummary): string {
  const treated = summary.vat.map(({ treatment, findings }) => `${findings} ${TREATMENTS[treatment] ?? treatment}`);
  return treated.length === 0
    ? 'Nothing was found that concerns an invoice.'
    : `Of the findings, ${treated.join('; ')}. vat.ndjson names the reason for each.`;
}

function said(time: string): string {
  const at = parseRfc3339(time);
  return at === null ? time : sayInstant(at);
}

function words(value: Json | undefined): string {
  return String(value ?? '').replaceAll('_', ' ');
}

function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

function total(rows: readonly TotalRow[], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
}

function minorOf(value: Json | undefined): bigint {
  return /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : 0n;
}

function amount(row: TotalRow, column: string): string {
  return sayMoneyOf(row, minorOf(row[column]));
}

/** A currency that we do not know shows its minor units. */
function sayMoneyOf(row: TotalRow, amountMinor: bigint): string {
  const currency = String(row.currency);
  return exponentOf(currency) === null ? `${currency} ${amountMinor}` : sayMoney({ amountMinor, currency });
}
