import { type Instant, toRfc3339 } from '../kernel/time.ts';
import { canonicalText, type Json } from './proof/canonical.ts';
import {
  fileOf,
  KEY_FILE,
  linesOf,
  type Manifest,
  type ManifestFile,
  PACK_FORMAT,
  PACK_TABLE_NAMES,
  type PackRow,
  type PackRows,
  README_FILE,
  SUMMARY_FILE,
  VAT_FILE,
} from './proof/pack.ts';
import { text as textOf, textOrNull } from './proof/read-rows.ts';
import type { Totals } from './proof/totals.ts';
import { readmeText } from './prove/readme.ts';
import type { PackSummary, SummaryPlan } from './prove/summary.ts';
import { type VatLine, vatLineOf } from './prove/vat.ts';

/** Everything that shows that an incident was made right, as the database holds it at one instant. */
export interface Evidence {
  readonly rows: PackRows;
  /** Computed by the database, not from the rows. */
  readonly totals: Totals;
}

export interface SummaryParts {
  readonly createdAt: Instant;
  readonly keyId: string;
}

export function summaryOf({ rows, totals }: Evidence, { createdAt, keyId }: SummaryParts): PackSummary | null {
  const [incident] = rows.incident;
  if (incident === undefined) return null;
  const positions = rows.audit_checkpoint.map(({ position }) => Number(position));
  return {
    format: PACK_FORMAT,
    incident_id: textOf(incident, 'incident_id'),
    title: textOf(incident, 'title'),
    created_at: toRfc3339(createdAt),
    affected_from: textOrNull(incident, 'affected_from'),
    affected_to: textOrNull(incident, 'affected_to'),
    charged_from: textOrNull(incident, 'charged_from'),
    charged_to: textOrNull(incident, 'charged_to'),
    cause: causeOf(incident.diagnosis ?? null),
    scope_digest: textOf(incident, 'scope_digest'),
    plans: plansOf(rows),
    totals,
    vat: vatTotals(rows.incident_finding.map(vatLineOf)),
    closed_at: rows.incident_closure[0] === undefined ? null : textOf(rows.incident_closure[0], 'closed_at'),
    timeline: timelineOf(rows.audit_entry),
    audit: { entries: rows.audit_entry.length, position: Math.max(0, ...positions), key_id: keyId },
  };
}

/** As much as two pages show, from either end. */
const EVENTS_SHOWN = 20;

function timelineOf(entries: readonly PackRow[]): PackSummary['timeline'] {
  const key = (row: PackRow) => `${row.happened_at} ${String(row.entry_id).padStart(16, '0')}`;
  const all = entries
    .toSorted((one, other) => (key(one) < key(other) ? -1 : 1))
    .map((row) => ({
      at: textOf(row, 'happened_at'),
      actor: textOf(row, 'actor'),
      action: textOf(row, 'action'),
      subject: textOf(row, 'subject'),
    }));
  return all.length <= 2 * EVENTS_SHOWN ? all : [...all.slice(0, EVENTS_SHOWN), ...all.slice(-EVENTS_SHOWN)];
}

function causeOf(diagnosis: Json): PackSummary['cause'] {
  const causes = isRecord(diagnosis) ? diagnosis.causes : null;
  const first = Array.isArray(causes) ? (causes[0] ?? null) : null;
  if (!isRecord(first)) return null;
  return { id: String(first.id ?? ''), name: String(first.name ?? ''), evidence: String(first.evidence ?? '') };
}

function isRecord(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plansOf(rows: PackRows): readonly SummaryPlan[] {
  return rows.remedy_plan
    .toSorted((one, other) => (textOf(one, 'planned_at') < textOf(other, 'planned_at') ? -1 : 1))
    .map((plan) => {
      const planId = textOf(plan, 'plan_id');
      const decided = rows.plan_decision.find((one) => one.plan_id === planId) ?? null;
      return {
        plan_id: planId,
        digest: textOf(plan, 'digest'),
        planned_by: textOf(plan, 'planned_by'),
        decision: decided === null ? null : textOf(decided, 'decision'),
        decided_by: decided === null ? null : textOf(decided, 'decided_by'),
        decided_at: decided === null ? null : textOf(decided, 'decided_at'),
        accounts: Number(plan.accounts),
        refunds: Number(plan.refunds),
        sums: plan.sums ?? null,
        minutes: plan.minutes ?? null,
        samples: Number(plan.samples),
      };
    });
}

export function vatTotals(lines: readonly VatLine[]): PackSummary['vat'] {
  const counts = new Map<string, number>();
  for (const { treatment } of lines) counts.set(treatment, (counts.get(treatment) ?? 0) + 1);
  return [...counts].sort().map(([treatment, findings]) => ({ treatment, findings }));
}

/** The files of a pack that are text, by name, without the manifest; the PDF is made from the summary. */
export function packTexts(
  evidence: Evidence,
  { summary, publicKey }: { readonly summary: PackSummary; readonly publicKey: string },
): ReadonlyMap<string, string> {
  const { rows } = evidence;
  const vat = rows.incident_finding.map((finding): PackRow => ({ ...vatLineOf(finding) }));
  return new Map([
    ...PACK_TABLE_NAMES.map((table): readonly [string, string] => [fileOf(table), linesOf(rows[table])]),
    [VAT_FILE, linesOf(vat)],
    [SUMMARY_FILE, `${canonicalText(summary as unknown as Json)}\n`],
    [README_FILE, readmeText(summary)],
    [KEY_FILE, publicKey],
  ]);
}

/** What the manifest says of a file. */
export function listed(
  name: string,
  content: { readonly bytes: number; readonly sha256: string; readonly rows: number },
) {
  const rows = name.endsWith('.ndjson') ? content.rows : null;
  return { name, rows, bytes: content.bytes, sha256: content.sha256 };
}

export function manifestOf(summary: PackSummary, keyId: string, files: readonly ManifestFile[]): Manifest {
  return { format: PACK_FORMAT, incidentId: summary.incident_id, createdAt: summary.created_at, keyId, files };
}
