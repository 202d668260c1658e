import { appendFile } from 'node:fs/promises';
import { SECOND_MS } from '../../core/kernel/time.ts';
import type { SignedCheckpoint } from '../../core/remedy/proof/checkpoint.ts';
import { walkWhole } from '../../core/remedy/proof/verify-chain.ts';
import type { AuditTrail, PlacedEntry, Signer } from '../../flow/ports/audit.ts';
import { checkpointNow } from '../../flow/remedy/audit.ts';
import { systemClock } from '../../world/clock.ts';
import { openAuditLog } from '../../world/postgres/audit/log.ts';
import { readAuditTrail } from '../../world/postgres/audit/trail.ts';
import { DatabaseTrouble } from '../../world/postgres/embedded/trouble.ts';
import { readCheckpoints, writtenCheckpoint } from '../../world/proof/checkpoint-file.ts';
import { openSigner, proofTools, readPublicKey, readPublicKeyFile } from '../../world/proof/signing-key.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_CRASH, EXIT_DONE } from './exit.ts';
import { type LiveOptions, poolOf } from './live.ts';
import { withDatabase } from './open-database.ts';

export interface AuditListOptions extends LiveOptions {
  readonly incident?: string;
  readonly limit: number;
}

export interface AuditVerifyOptions extends LiveOptions {
  readonly checkpoint?: string;
  readonly publicKey?: string;
}

export interface AuditCheckpointOptions extends LiveOptions {
  readonly out?: string;
}

/** `storno audit list`: what was decided, newest first; of one incident, in order of time. */
export function runAuditList(context: Context, options: AuditListOptions): Promise<number> {
  return withTrail(context, options, async (trail) => {
    const { incident, limit } = options;
    const entries =
      incident === undefined ? await trail.list({ limit }) : (await trail.timelineOf(incident)).slice(0, limit);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ entries: entries.map(entryAsJson) })}\n`
        : entries.map((entry) => `${lineOf(entry)}\n`).join(''),
    );
    return EXIT_DONE;
  });
}

function entryAsJson({ entryId, accountId, incidentId, at, actor, action, subject, payload, position }: PlacedEntry) {
  return {
    entry_id: entryId,
    position,
    at,
    actor,
    action,
    subject,
    account_id: accountId,
    incident_id: incidentId,
    payload,
  };
}

function lineOf({ at, actor, action, subject, position }: PlacedEntry): string {
  return `${at.slice(0, 19)}Z  ${action}  ${subject}  by ${actor}  ${position === null ? 'not sealed yet' : `place ${position}`}`;
}

/** `storno audit verify`: the whole chain recomputed, against the checkpoints here and those that lie elsewhere. */
export function runAuditVerify(context: Context, options: AuditVerifyOptions): Promise<number> {
  return withTrail(context, options, async (trail) => {
    const elsewhere = options.checkpoint === undefined ? [] : await readCheckpoints(options.checkpoint);
    const tools = proofTools([await trustedKey(options)]);
    const walk = walkWhole(tools, together(await trail.checkpoints(), elsewhere));
    for await (const link of trail.links()) walk.take(link);
    walk.finish();
    const unsealed = await trail.countUnsealed();
    const { faults, faultCount, head, covered } = walk;
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ passed: faultCount === 0, position: head.position, head: head.hash, covered, unsealed, faults })}\n`
        : `${[...faults, verdictOf({ faultCount, position: head.position, covered, unsealed })].join('\n')}\n`,
    );
    return faultCount === 0 ? EXIT_DONE : EXIT_CRASH;
  });
}

interface Verdict {
  readonly faultCount: number;
  readonly position: number;
  readonly covered: number;
  readonly unsealed: number;
}

function verdictOf({ faultCount, position, covered, unsealed }: Verdict): string {
  const reach = `${position} entries, signed up to ${covered}, ${unsealed} not sealed yet`;
  return faultCount === 0 ? `The chain is whole: ${reach}.` : `The chain is NOT whole: ${faultCount} faults. ${reach}.`;
}

/** Both copies of one checkpoint are one; two that differ stay two, and one of them fails. */
function together(
  here: readonly SignedCheckpoint[],
  elsewhere: readonly SignedCheckpoint[],
): readonly SignedCheckpoint[] {
  return [...new Map([...here, ...elsewhere].map((one) => [writtenCheckpoint(one), one])).values()];
}

async function trustedKey({ publicKey }: AuditVerifyOptions) {
  if (publicKey === undefined) {
    const signer = await openSigner(process.env);
    return readPublicKey(signer.publicKey, 'the signing key');
  }
  return readPublicKeyFile(publicKey);
}

/** `storno audit checkpoint`: seals what is new, signs how far the chain reaches, and adds it to a file elsewhere. */
export function runAuditCheckpoint(context: Context, options: AuditCheckpointOptions): Promise<number> {
  return withDatabase(context, { url: null, options }, async (database) => {
    const pool = poolOf(database, { role: 'storno_worker', connectionsMax: 1 });
    const signer = await openSigner(process.env);
    await checkpointNow({ audit: openAuditLog(pool), clock: systemClock, openSigner: async () => signer });
    const last = (await readAuditTrail(pool).checkpoints()).at(-1);
    if (last === undefined) {
      return refuse(context, options, [
        { kind: 'nothing_sealed', file: null, message: 'Nothing was decided yet: there is nothing to sign.' },
      ]);
    }
    const line = `${writtenCheckpoint(last)}\n`;
    if (options.out !== undefined) await appendFile(options.out, line);
    context.terminal.out(
      options.json === true || options.out === undefined
        ? line
        : `The chain of ${last.position} entries is signed by the key ${last.keyId}; ${options.out} has one line more.\n`,
    );
    return EXIT_DONE;
  });
}

/** `storno audit key`: the public key, to be given to whoever verifies. */
export async function runAuditKey(context: Context, options: LiveOptions): Promise<number> {
  try {
    return printKey(context, options, await openSigner(process.env));
  } catch (error) {
    if (!(error instanceof DatabaseTrouble)) throw error;
    return refuse(context, options, [{ kind: 'signing_key', file: null, message: error.message }]);
  }
}

function printKey(context: Context, options: LiveOptions, { keyId, publicKey }: Signer): number {
  context.terminal.out(
    options.json === true ? `${JSON.stringify({ key_id: keyId, public_key: publicKey })}\n` : publicKey,
  );
  context.terminal.err(options.json === true ? '' : `storno: this is the key ${keyId}.\n`);
  return EXIT_DONE;
}

/** A chain of years takes minutes to read. */
const STATEMENT_MS_MAX = 30 * 60 * SECOND_MS;

function withTrail(context: Context, options: LiveOptions, work: (trail: AuditTrail) => Promise<number>) {
  return withDatabase(context, { url: null, options }, (database) =>
    work(
      readAuditTrail(
        database.openPool({ role: 'storno_auditor', connectionsMax: 2, statementMsMax: STATEMENT_MS_MAX }),
      ),
    ),
  );
}
