import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Instant } from '../../core/kernel/time.ts';
import {
  MANIFEST_FILE,
  type ManifestFile,
  manifestText,
  PDF_FILE,
  SIGNATURE_FILE,
} from '../../core/remedy/proof/pack.ts';
import { addressIn } from '../../core/remedy/prove/redact.ts';
import type { PackSummary } from '../../core/remedy/prove/summary.ts';
import { type Evidence, listed, manifestOf, packTexts, summaryOf } from '../../core/remedy/prove.ts';
import type { Signer } from '../ports/audit.ts';
import type { PackPress, ProofStore } from '../ports/proof.ts';
import { type AuditWorld, checkpointNow } from './audit.ts';

export interface ProveWorld extends AuditWorld {
  readonly proof: ProofStore;
  readonly press: PackPress;
}

export type ProveError =
  | { readonly kind: 'incident_unknown' }
  | { readonly kind: 'key_missing' }
  /** A file would show an address of a person; what, so that it can be looked for. */
  | { readonly kind: 'personal_data'; readonly file: string };

export interface Pack {
  readonly bytes: Uint8Array;
  readonly summary: PackSummary;
}

/**
 * Makes the evidence pack of an incident: seals and signs what was decided, then reads everything in one snapshot. The
 * same database at the same instant makes the same bytes.
 */
export async function prove(world: ProveWorld, incidentId: string): Promise<Result<Pack, ProveError>> {
  const signer = await world.openSigner();
  if (signer === null) return fail({ kind: 'key_missing' });
  await checkpointNow(world);
  const evidence = await world.proof.readEvidence(incidentId);
  if (evidence === null) return fail({ kind: 'incident_unknown' });
  return bindPack(world.press, { evidence, signer, createdAt: world.clock.now() });
}

interface Content {
  readonly evidence: Evidence;
  readonly signer: Signer;
  readonly createdAt: Instant;
}

async function bindPack(press: PackPress, { evidence, signer, createdAt }: Content): Promise<Result<Pack, ProveError>> {
  const { keyId, publicKey } = signer;
  const summary = summaryOf(evidence, { createdAt, keyId });
  if (summary === null) return fail({ kind: 'incident_unknown' });
  const texts = packTexts(evidence, { summary, publicKey });
  const shown = [...texts].find(([, text]) => addressIn(text));
  if (shown !== undefined) return fail({ kind: 'personal_data', file: shown[0] });
  const files = new Map<string, Uint8Array>([...texts].map(([name, text]) => [name, press.encode(text)]));
  files.set(PDF_FILE, await press.printSummary(summary));
  const manifest = manifestText(manifestOf(summary, keyId, listOf(press, { files, texts })));
  files.set(MANIFEST_FILE, press.encode(manifest));
  files.set(SIGNATURE_FILE, press.encode(`${signer.sign(manifest)}\n`));
  return ok({ bytes: press.bind(files), summary });
}

function listOf(
  press: PackPress,
  { files, texts }: { readonly files: ReadonlyMap<string, Uint8Array>; readonly texts: ReadonlyMap<string, string> },
): readonly ManifestFile[] {
  return [...files.keys()].sort().map((name) => {
    const bytes = files.get(name) ?? new Uint8Array();
    const rows = (texts.get(name) ?? '').split('\n').length - 1;
    return listed(name, { bytes: bytes.length, sha256: press.digest(bytes), rows });
  });
}
