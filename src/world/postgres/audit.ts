import { assert } from '../../core/kernel/assert.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { Json } from '../../core/remedy/proof/canonical.ts';

/** Something that was decided or done, as it is about to be written. */
export interface NewAuditEntry {
  /** Empty where it concerns nobody's account alone. */
  readonly accountId: string;
  readonly incidentId: string | null;
  readonly at: Instant;
  /** A staff id; `operator` where a command cannot know who typed it; `storno` where nobody decided. */
  readonly actor: string;
  /** A dotted word: what it is about, then what became of it: `plan.approved`. docs/proof.md lists them. */
  readonly action: string;
  /** The id of what it is about. */
  readonly subject: string;
  /** Ids, digests, counts, and sums as text; never a name, an address or words that a person wrote. */
  readonly payload: { readonly [name: string]: Json };
}

/** A connection inside of the transaction that the entry tells of: `pg`'s clients have it. */
export interface AuditPen {
  query(text: string, values: unknown[]): Promise<unknown>;
}

const APPEND = `
insert into storno.audit_entry (account_id, incident_id, happened_at, actor, action, subject, payload)
values ($1, $2, $3::timestamptz, $4, $5, $6, $7::jsonb)`;

/**
 * Writes what was decided in the transaction that decides it: both stand or neither. Roles storno_api and storno_worker
 * may. A payload that looks like personal data is a defect: it would stay for ever.
 */
export async function appendAudit(pen: AuditPen, entry: NewAuditEntry): Promise<void> {
  const payload = JSON.stringify(entry.payload);
  assert(!payload.includes('@'), `audit entry ${entry.action} of ${entry.subject} holds an address`);
  await pen.query(APPEND, [
    entry.accountId,
    entry.incidentId,
    new Date(entry.at).toISOString(),
    entry.actor,
    entry.action,
    entry.subject,
    payload,
  ]);
}
