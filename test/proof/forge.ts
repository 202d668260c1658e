import assert from 'node:assert/strict';
import { canonicalText, type Json } from '../../src/core/remedy/proof/canonical.ts';
import {
  fileOf,
  linesOf,
  MANIFEST_FILE,
  manifestText,
  type PackRow,
  type PackTable,
  SIGNATURE_FILE,
} from '../../src/core/remedy/proof/pack.ts';
import { listed } from '../../src/core/remedy/prove.ts';
import { readManifest } from '../../src/core/remedy/verify/manifest.ts';
import type { Signer } from '../../src/flow/ports/audit.ts';
import { packPress } from '../../src/world/proof/press.ts';
import { bindZip, openZip } from '../../src/world/proof/zip.ts';

type Files = Map<string, Uint8Array>;

export function filesOf(bytes: Uint8Array): Files {
  const opened = openZip(bytes);
  assert.ok(opened.ok);
  return new Map(opened.value);
}

export function textIn(files: Files, name: string): string {
  return Buffer.from(files.get(name) ?? []).toString();
}

export function rowsIn(files: Files, table: PackTable): PackRow[] {
  return textIn(files, fileOf(table))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PackRow);
}

export function putRows(files: Files, table: PackTable, rows: readonly PackRow[]): void {
  files.set(fileOf(table), packPress.encode(linesOf(rows)));
}

/** Changes the first row that is asked for. */
export function editRow(files: Files, table: PackTable, at: number, change: Record<string, Json>): void {
  const rows = rowsIn(files, table);
  const row = rows[at];
  assert.ok(row !== undefined, `${table} has no row ${at}`);
  rows[at] = { ...row, ...change };
  putRows(files, table, rows);
}

export function editSummary(files: Files, change: (summary: Record<string, Json>) => Record<string, Json>): void {
  const summary = JSON.parse(textIn(files, 'summary.json')) as Record<string, Json>;
  files.set('summary.json', packPress.encode(`${canonicalText(change(summary))}\n`));
}

/** Signs what was changed as whoever has the operator's key would: only what the rows say can convict him. */
export function signAnew(files: Files, signer: Signer): Uint8Array {
  const manifest = readManifest(textIn(files, MANIFEST_FILE));
  assert.ok(manifest !== null);
  const names = [...files.keys()].filter((name) => name !== MANIFEST_FILE && name !== SIGNATURE_FILE).sort();
  const text = manifestText({
    ...manifest,
    files: names.map((name) => {
      const bytes = files.get(name) ?? new Uint8Array();
      const rows = Buffer.from(bytes).toString().split('\n').length - 1;
      return listed(name, { bytes: bytes.length, sha256: packPress.digest(bytes), rows });
    }),
  });
  files.set(MANIFEST_FILE, packPress.encode(text));
  files.set(SIGNATURE_FILE, packPress.encode(`${signer.sign(text)}\n`));
  return bindZip(files);
}
