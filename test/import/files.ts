import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FACT_KINDS, type FactKind } from '../../src/core/fact/fact.ts';
import type { RejectedRow } from '../../src/core/remedy/import.ts';
import type { Refusal, Sources } from '../../src/flow/ports.ts';
import { CONTRACT, viewColumn } from '../../src/world/duckdb/contract.ts';
import { type Declared, declareFacts } from '../../src/world/duckdb/declare.ts';
import { type Database, MEMORY_LIMIT, openDatabase, queryRows, quoteName } from '../../src/world/duckdb/open.ts';
import { rejectedRows } from '../../src/world/duckdb/rejected.ts';
import { countUnreadable, readSettled } from '../../src/world/duckdb/settle.ts';

/** A folder for the files of one test. */
export interface Folder {
  readonly path: string;
  /** Writes a file and answers its path. */
  write(name: string, content: string | Uint8Array): string;
}

export async function withFolder(use: (folder: Folder) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'storno-test-'));
  try {
    await use({
      path,
      write(name, content) {
        writeFileSync(join(path, name), content);
        return join(path, name);
      },
    });
  } finally {
    rmSync(path, { recursive: true });
  }
}

export async function withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ memoryLimit: MEMORY_LIMIT, threads: 2, spillFolder: null });
  try {
    return await use(database);
  } finally {
    database.close();
  }
}

export type Given = Partial<Record<FactKind, readonly string[]>>;

export interface Extras {
  readonly map?: { readonly path: string; readonly text: string };
  readonly timeZone?: string;
}

export function sourcesOf(files: Given, extras: Extras = {}): Sources {
  return { files, map: extras.map ?? null, timeZone: extras.timeZone ?? null };
}

export type Row = Readonly<Record<string, unknown>>;

export interface ReadFact {
  /** Usable rows, only the columns that hold something. */
  readonly used: readonly Row[];
  readonly rejected: readonly RejectedRow[];
  /** Records of the files: used and rejected, without derived rows. */
  readonly read: number;
  readonly attributes: readonly string[];
}

export interface ReadFiles {
  readonly facts: Partial<Record<FactKind, ReadFact>>;
  readonly notes: readonly string[];
}

export async function refusalsOf(files: Given, extras: Extras = {}): Promise<readonly Refusal[]> {
  return withDatabase(async (database) => {
    const declared = await declareFacts(database, sourcesOf(files, extras));
    return declared.ok ? [] : declared.error;
  });
}

/** Reads files as a scan does: declare, settle, then every row and every rejected record. */
export async function readFiles(files: Given, extras: Extras = {}): Promise<ReadFiles> {
  return withDatabase(async (database) => {
    const declared = await declareFacts(database, sourcesOf(files, extras));
    assert.ok(declared.ok, declared.ok ? '' : declared.error.map(({ message }) => message).join('\n'));
    const facts: Partial<Record<FactKind, ReadFact>> = {};
    for (const fact of FACT_KINDS) {
      if (declared.value.readings.has(fact)) facts[fact] = await readFact(database, declared.value, fact);
    }
    return { facts, notes: declared.value.notes };
  });
}

async function readFact(database: Database, declared: Declared, fact: FactKind): Promise<ReadFact> {
  const view = `${fact}_row`;
  const counts = await readSettled(database, declared, () =>
    queryRows(database, `SELECT source, count(*), count(*) FILTER (reject <> 0) FROM ${view} GROUP BY source`),
  );
  const described = declared.facts.find((each) => each.fact === fact);
  assert.ok(described);
  const coded = described.sources.map((_, source) => Number(counts.find((row) => Number(row[0]) === source)?.[2] ?? 0));
  const names = [...CONTRACT[fact].map(viewColumn), ...described.attributes.map((name) => `@${name}`)];
  const rows = await queryRows(database, `SELECT ${names.map(quoteName).join(', ')} FROM ${view} WHERE reject = 0`);
  const rejected: RejectedRow[] = [];
  const parts = { coded: new Map([[fact, coded]]), refused: new Map() };
  for await (const row of rejectedRows(database, declared, parts)) rejected.push(row);
  const derived = described.sources.map(({ derived: isDerived }) => isDerived);
  const delivered = counts.reduce((sum, [source, count]) => sum + (derived[Number(source)] ? 0 : Number(count)), 0);
  const unreadable = countUnreadable(declared, fact).reduce((sum, count) => sum + count, 0);
  return {
    used: rows.map((row) =>
      Object.fromEntries(names.flatMap((name, index) => (row[index] === null ? [] : [[name, row[index]]]))),
    ),
    rejected,
    read: delivered + unreadable,
    attributes: described.attributes,
  };
}

/** The line, column and reason of each rejected row, in order. */
export function sayRejected(rows: readonly RejectedRow[]): readonly string[] {
  return rows.map(({ line, column, reason }) => `${line} ${column}: ${reason}`);
}

export const PAYMENT_HEADER = 'payment_id,kind,status,amount,currency,created_at';

/** A CSV of payments: each row is `id` and what differs from a plain charge. */
export function paymentsCsv(rows: readonly string[], header: string = PAYMENT_HEADER): string {
  return `${[header, ...rows].join('\n')}\n`;
}

export function plainPayment(id: string): string {
  return `${id},charge,succeeded,14.50,EUR,2014-11-16T02:00:00Z`;
}
