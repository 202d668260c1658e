import { toMajor } from '../../core/kernel/money.ts';
import { type Instant, sayInstant, toRfc3339 } from '../../core/kernel/time.ts';
import { severityOf } from '../../core/remedy/severity.ts';
import { sayCount } from '../../core/remedy/summary.ts';
import type { CaseFile, NewCustomer } from '../../flow/ports/casework.ts';
import type { Sources } from '../../flow/ports.ts';
import { type OpenedIncident, type OpenRefusal, openIncident } from '../../flow/remedy/open-incident.ts';
import { readGroups } from '../../flow/remedy/review-findings.ts';
import { systemClock } from '../../world/clock.ts';
import { sha256 } from '../../world/digest.ts';
import { openArchive } from '../../world/duckdb/archive.ts';
import { type ActorOptions, problem, withActor } from './actor.ts';
import { readCustomers } from './casework/customers.ts';
import { hashFiles } from './casework/files.ts';
import { groupsText, incidentText } from './casework/incident-text.ts';
import type { ReadRows } from './casework/read-csv.ts';
import { type Said, sayCaseRefused } from './casework/refusals.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse, refuseWith, showProgress } from './context.ts';
import { EXIT_CRASH, EXIT_DONE, EXIT_ROWS_REJECTED, EXIT_USAGE } from './exit.ts';
import { withOffice } from './live.ts';
import type { SourceOptions } from './sources.ts';
import { withSources } from './with-sources.ts';

export interface IncidentOpenOptions extends SourceOptions, ActorOptions {
  readonly title?: string;
  readonly provider?: string;
  readonly merchantAccount?: string;
  readonly customers?: string;
  readonly lookBackFrom?: string;
  readonly lookBackReason?: string;
}

/** `storno incident open`: scans, and freezes what was found. The same findings again are the same incident. */
export async function runIncidentOpen(context: Context, options: IncidentOpenOptions): Promise<number> {
  const lookBack = lookBackOf(options);
  if (typeof lookBack === 'string') return refuse(context, options, [problem('usage', lookBack)]);
  const customers = options.customers === undefined ? null : await readCustomers(options.customers);
  if (customers !== null && !customers.ok) return refuse(context, options, [customers.error]);
  return withSources(context, options, (sources) =>
    openFrom(context, options, { sources, lookBack, customers: customers?.value ?? null }),
  );
}

type LookBack = { readonly from: Instant; readonly reason: string } | null;

/** When loss may first have begun is a decision with a reason, never the day on which somebody noticed. */
function lookBackOf({ lookBackFrom, lookBackReason }: IncidentOpenOptions): LookBack | string {
  if (lookBackFrom === undefined && lookBackReason === undefined) return null;
  if (lookBackFrom === undefined || lookBackReason === undefined || lookBackReason.trim() === '') {
    return '--look-back-from and --look-back-reason go together: from when on, and why from then.';
  }
  const from = /^\d{4}-\d\d-\d\d(?:T.+(?:Z|[+-]\d\d:\d\d))?$/.test(lookBackFrom)
    ? Date.parse(lookBackFrom)
    : Number.NaN;
  if (Number.isNaN(from)) return `--look-back-from is a day or a time such as 2014-10-01, not ${lookBackFrom}.`;
  return { from, reason: lookBackReason };
}

interface Opening {
  readonly sources: Sources;
  readonly lookBack: LookBack;
  readonly customers: ReadRows<NewCustomer> | null;
}

function openFrom(context: Context, options: IncidentOpenOptions, opening: Opening): Promise<number> {
  return withActor(context, options, async ({ world, actor }) => {
    const archive = await openArchive({ memory: options.memory });
    const progress = await showProgress(context, options);
    try {
      const opened = await openIncident(
        { ...world, archive, progress },
        {
          sources: opening.sources,
          source: options.database === undefined ? 'files' : 'database',
          files: await hashFiles(opening.sources),
          title: options.title ?? null,
          merchant: { provider: options.provider ?? null, merchantAccount: options.merchantAccount ?? null },
          lookBack: opening.lookBack,
          actor,
        },
      );
      progress.stop();
      if (!opened.ok) return sayOpenRefused(context, options, opened.error);
      const rows = opening.customers?.rows ?? [];
      const born = rows.length === 0 ? 0 : await world.casework.putCustomers(rows, world.clock.now());
      return sayOpened(context, options, { opened: opened.value, born, customers: opening.customers });
    } finally {
      progress.stop();
      await archive.close();
    }
  });
}

function sayOpenRefused(context: Context, options: IncidentOpenOptions, refusal: OpenRefusal): number {
  if (refusal.kind === 'files_refused') return refuse(context, options, refusal.refusals);
  return refuseWith(context, options, refusedOf(refusal));
}

function refusedOf(refusal: Exclude<OpenRefusal, { kind: 'files_refused' }>): Said {
  switch (refusal.kind) {
    case 'may_not':
      return sayCaseRefused(refusal, '');
    case 'nothing_wrong':
      return { code: EXIT_CRASH, problems: [problem(refusal.kind, 'Nothing is wrong: there is no incident to open.')] };
    case 'merchant_unknown': {
      const message = 'The payments do not say who took them: name --provider and --merchant-account.';
      return { code: EXIT_USAGE, problems: [problem(refusal.kind, message)] };
    }
    case 'look_back_late': {
      const message = `--look-back-from lies after ${sayInstant(refusal.first)}, when the first affected rental ended.`;
      return { code: EXIT_USAGE, problems: [problem(refusal.kind, message)] };
    }
  }
}

interface Done {
  readonly opened: OpenedIncident;
  readonly born: number;
  readonly customers: ReadRows<NewCustomer> | null;
}

function sayOpened({ terminal }: Context, options: IncidentOpenOptions, { opened, born, customers }: Done): number {
  const { incident, kind, sample } = opened;
  const refused = customers?.refused ?? [];
  if (options.json === true) {
    const body = {
      result: kind,
      incident_id: incident.incidentId,
      scope_digest: incident.scopeDigest,
      findings: incident.findings,
      accounts: incident.accounts,
      outside_sample: sample,
      customers_added: born,
      customers_refused: refused,
    };
    terminal.out(`${JSON.stringify(body)}\n`);
  } else {
    for (const { line, reason } of refused) terminal.err(`storno: ${options.customers} line ${line}: ${reason}.\n`);
    const id = terminal.style('bold', incident.incidentId);
    terminal.out(
      [
        `${id}  ${kind === 'created' ? 'is open' : 'is open since before: the same findings, nothing has changed'}\n`,
        `  ${sayCount(incident.findings)} findings on ${sayCount(incident.accounts)} accounts, frozen as ${incident.scopeDigest.slice(0, 16)}\n`,
        `  ${sample} rentals outside the scope to look at; ${sayCount(born)} customers added\n`,
        `\nNext\n  ${COMMAND} incident show ${incident.incidentId}\n  ${COMMAND} plan create ${incident.incidentId}\n`,
      ].join(''),
    );
  }
  return refused.length > 0 ? EXIT_ROWS_REJECTED : EXIT_DONE;
}

export function runIncidentList(context: Context, options: ActorOptions): Promise<number> {
  return withOffice(context, options, async (_office, casework) => {
    const listed = await casework.listIncidents();
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ incidents: listed.map(({ incident, closedAt }) => ({ incident_id: incident.incidentId, title: incident.title, opened_at: toRfc3339(incident.openedAt), closed_at: closedAt === null ? null : toRfc3339(closedAt), findings: incident.findings, accounts: incident.accounts })) })}\n`
        : listed
            .map(({ incident, closedAt }) => {
              const state = closedAt === null ? 'open  ' : 'closed';
              return `${incident.incidentId}  ${state}  ${sayCount(incident.findings)} findings  ${incident.title}\n`;
            })
            .join(''),
    );
    return EXIT_DONE;
  });
}

export function runIncidentShow(context: Context, incidentId: string, options: ActorOptions): Promise<number> {
  return withOffice(context, options, async (_office, casework) => {
    const incident = await casework.readIncident(incidentId);
    if (incident === null)
      return refuseWith(context, options, sayCaseRefused({ kind: 'incident_unknown' }, incidentId));
    const file = await casework.readCaseFile(incidentId);
    const groups = await readGroups({ casework, clock: systemClock, digest: sha256 }, incidentId);
    const plans = await casework.listPlans(incidentId);
    const findings = groups.flatMap((group) => group.findings);
    const severity = severityOf(incident, findings, file.closed?.at ?? null);
    if (options.json === true) {
      const body = {
        incident_id: incidentId,
        title: incident.title,
        source: incident.source,
        scope_digest: incident.scopeDigest,
        look_back_from: toRfc3339(incident.lookBackFrom),
        look_back_reason: incident.lookBackReason,
        scope: incident.scopeQuery,
        diagnosis: incident.diagnosis,
        severity: {
          findings: severity.findings,
          accounts: severity.accounts,
          due: Object.fromEntries(severity.due.map((sum) => [sum.currency, toMajor(sum)])),
          lasted_ms: severity.lastedMs,
          unnoticed_ms: severity.unnoticedMs,
          fixed_after_ms: severity.fixedAfterMs,
        },
        groups: groups.map(({ name, findings: of }) => ({
          name,
          class: of[0]?.class,
          grade: of[0]?.grade,
          findings: of.length,
          accepted: of.filter(({ review }) => review === 'accepted').length,
          rejected: of.filter(({ review }) => review === 'rejected').length,
        })),
        ...fileJson(file),
        plans: plans.map(({ planId, decision }) => ({ plan_id: planId, decision: decision?.decision ?? null })),
      };
      context.terminal.out(`${JSON.stringify(body)}\n`);
    } else {
      const { style } = context.terminal;
      context.terminal.out(incidentText({ incident, file, severity, plans }, style) + groupsText(groups, style));
    }
    return EXIT_DONE;
  });
}

function fileJson(file: CaseFile): object {
  return {
    complaints: file.complaints,
    silent_victims: file.silent,
    outside_sample: file.sample.map((one) => ({
      account_id: one.accountId,
      rental_id: one.rentalId,
      stratum: one.stratum,
      verdict: one.verdict,
    })),
    assumptions: file.assumptions,
    preventions: file.preventions,
    victim_lists: file.victimLists.map(({ listId, sentBy, sha256: digest }) => ({
      list_id: listId,
      sent_by: sentBy,
      sha256: digest,
    })),
    closed:
      file.closed === null ? null : { by: file.closed.by, at: toRfc3339(file.closed.at), remains: file.closed.remains },
  };
}
