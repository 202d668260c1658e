import type { Pool, PoolClient } from 'pg';
import type { Json } from '../../../core/remedy/proof/canonical.ts';
import { PACK_TABLE_NAMES, type PackRow, type PackRows, type PackTable } from '../../../core/remedy/proof/pack.ts';
import { inOrder, TOTAL_NAMES, TOTALS, type TotalRow, type Totals } from '../../../core/remedy/proof/totals.ts';
import { withoutAddresses } from '../../../core/remedy/prove/redact.ts';
import type { Evidence } from '../../../core/remedy/prove.ts';
import type { ProofStore } from '../../../flow/ports/proof.ts';
import { guarded } from '../errors.ts';
import { SELECT_ACCOUNTS, selectRows, selectTotals } from './sources.ts';

/** Reads with the rights of an auditor, who sees no personal data. */
export function readProof(pool: Pool): ProofStore {
  return {
    readEvidence: (incidentId) =>
      guarded(async () => {
        const client = await pool.connect();
        try {
          await client.query('begin transaction isolation level repeatable read, read only');
          return await readEvidence(client, incidentId);
        } finally {
          await client.query('rollback').catch(() => undefined);
          client.release();
        }
      }),
  };
}

async function readEvidence(client: PoolClient, incidentId: string): Promise<Evidence | null> {
  const rows: Partial<Record<PackTable, readonly PackRow[]>> = {};
  for (const table of PACK_TABLE_NAMES) {
    const found = await client.query<Record<string, Json>>(selectRows(table), [incidentId]);
    if (table === 'incident' && found.rows.length === 0) return null;
    rows[table] = found.rows.map((row) => redacted(table, row));
  }
  return { rows: rows as PackRows, totals: await readTotals(client, incidentId) };
}

async function readTotals(client: PoolClient, incidentId: string): Promise<Totals> {
  const totals: Record<string, readonly TotalRow[]> = {};
  for (const name of TOTAL_NAMES) {
    totals[name] = inOrder((await client.query<Record<string, Json>>(selectTotals(TOTALS[name]), [incidentId])).rows);
  }
  totals.accounts = (await client.query<Record<string, Json>>(SELECT_ACCOUNTS, [incidentId])).rows;
  return totals as unknown as Totals;
}

/** Words that people and providers wrote. What stands under a digest is written by the program and left as it is. */
const WORDS: Partial<Readonly<Record<PackTable, readonly string[]>>> = {
  incident: ['title', 'look_back_reason', 'scope_query', 'diagnosis'],
  finding_review: ['reason'],
  assumption: ['text', 'evidence'],
  outside_sample: ['evidence'],
  outside_look: ['note'],
  prevention: ['measure', 'test'],
  incident_closure: ['remains'],
  plan_decision: ['reason'],
  campaign: ['reason'],
  refund: ['reason'],
  refund_evidence: ['code', 'detail'],
  bank_match: ['reason'],
};

function redacted(table: PackTable, row: PackRow): PackRow {
  const words = WORDS[table];
  if (words === undefined) return row;
  return { ...row, ...Object.fromEntries(words.map((name) => [name, redactedValue(row[name] ?? null)])) };
}

function redactedValue(value: Json): Json {
  if (typeof value === 'string') return withoutAddresses(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(redactedValue);
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, redactedValue(inside)]));
}
