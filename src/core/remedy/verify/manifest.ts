import { canonicalText, type Json } from '../proof/canonical.ts';
import {
  KEY_FILE,
  LISTED_FILES,
  MANIFEST_FILE,
  type Manifest,
  type ManifestFile,
  manifestText,
  PACK_FORMAT,
  SIGNATURE_FILE,
} from '../proof/pack.ts';
import { type Check, check, type PackFile, type Verifying } from './check.ts';

/** The manifest, its signature, and that every file is what it says: no more, no less, no other byte. */
export function checkManifest({ files, tools }: Verifying): readonly Check[] {
  const text = files.get(MANIFEST_FILE)?.text ?? '';
  const manifest = readManifest(text);
  if (manifest === null) {
    return [check('the manifest can be read', [`${MANIFEST_FILE} is no manifest of format ${PACK_FORMAT}`], '')];
  }
  const { keyId } = manifest;
  const line = files.get(SIGNATURE_FILE)?.text ?? '';
  const isSigned = line.endsWith('\n') && tools.verify({ keyId, text, signature: line.slice(0, -1) });
  return [
    check('the manifest can be read', [], `incident ${manifest.incidentId}, made ${manifest.createdAt}`),
    check(
      'the manifest is signed by a trusted key',
      isSigned ? [] : [`${SIGNATURE_FILE} is no signature of the manifest by a trusted key ${keyId}`],
      `key ${keyId}`,
    ),
    check('every file is what the manifest says', fileFaults(manifest, files), `${manifest.files.length} files`),
  ];
}

/** Null unless the text is the very one that this manifest is written as. */
export function readManifest(text: string): Manifest | null {
  const read = parsed(text);
  if (!isRecord(read) || !Array.isArray(read.files)) return null;
  const { format, incident_id, created_at, key_id } = read;
  if (format !== PACK_FORMAT || typeof incident_id !== 'string') return null;
  if (typeof created_at !== 'string' || typeof key_id !== 'string') return null;
  const files = (read.files as readonly Json[]).map(readFile);
  const known = files.filter((file) => file !== null);
  if (known.length !== files.length) return null;
  const manifest = { format, incidentId: incident_id, createdAt: created_at, keyId: key_id, files: known };
  return manifestText(manifest) === text ? manifest : null;
}

function readFile(file: Json): ManifestFile | null {
  if (!isRecord(file)) return null;
  const { name, rows = null, bytes, sha256 } = file;
  if (typeof name !== 'string' || typeof bytes !== 'number' || typeof sha256 !== 'string') return null;
  if (rows !== null && typeof rows !== 'number') return null;
  return { name, rows, bytes, sha256 };
}

function fileFaults(manifest: Manifest, files: ReadonlyMap<string, PackFile>): readonly string[] {
  const listed = manifest.files.map(({ name }) => name);
  const expected = [...LISTED_FILES].sort();
  const faults =
    canonicalText(listed) === canonicalText(expected) ? [] : ['the manifest does not list the files of a pack'];
  const foreign = [...files.keys()].filter((name) => !isKnown(name, listed)).map((name) => `${name} is not listed`);
  return [...faults, ...foreign, ...manifest.files.flatMap((file) => faultsOf(file, files.get(file.name)))];
}

function isKnown(name: string, listed: readonly string[]): boolean {
  return name === MANIFEST_FILE || name === SIGNATURE_FILE || listed.includes(name);
}

function faultsOf(said: ManifestFile, found: PackFile | undefined): readonly string[] {
  if (found === undefined) return [`${said.name} is missing`];
  if (found.bytes !== said.bytes || found.sha256 !== said.sha256)
    return [`${said.name} is not the file that was signed`];
  const isRows = said.name.endsWith('.ndjson');
  const rows = isRows ? (found.text ?? '').split('\n').length - 1 : null;
  return rows === said.rows ? [] : [`${said.name} has ${rows} rows, ${said.rows} are listed`];
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The public key that a pack brings along: a word of whoever made it. */
export function keyOf(files: ReadonlyMap<string, PackFile>): string | null {
  return files.get(KEY_FILE)?.text ?? null;
}
