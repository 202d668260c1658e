import { writeFile } from 'node:fs/promises';
import { SECOND_MS } from '../../core/kernel/time.ts';
import { type ProveError, prove } from '../../flow/remedy/prove.ts';
import { systemClock } from '../../world/clock.ts';
import { openAuditLog } from '../../world/postgres/audit/log.ts';
import { readProof } from '../../world/postgres/proof/read.ts';
import { packPress } from '../../world/proof/press.ts';
import { openSigner } from '../../world/proof/signing-key.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { type LiveOptions, poolOf } from './live.ts';
import { withDatabase } from './open-database.ts';

export interface ProveOptions extends LiveOptions {
  readonly out: string;
}

/** One snapshot of everything about an incident of years. */
const STATEMENT_MS_MAX = 10 * 60 * SECOND_MS;

/** `storno prove INCIDENT --out pack.zip`: all that shows that an incident was made right, in one signed file. */
export function runProve(context: Context, incidentId: string, options: ProveOptions): Promise<number> {
  return withDatabase(context, { url: null, options }, async (database) => {
    const sealing = poolOf(database, { role: 'storno_worker', connectionsMax: 1 });
    const reading = { role: 'storno_auditor', connectionsMax: 1, statementMsMax: STATEMENT_MS_MAX } as const;
    const world = {
      audit: openAuditLog(sealing),
      clock: systemClock,
      openSigner: () => openSigner(process.env),
      proof: readProof(database.openPool(reading)),
      press: packPress,
    };
    const proved = await prove(world, incidentId);
    if (!proved.ok) {
      const { kind } = proved.error;
      return refuse(context, options, [{ kind, file: null, message: say(proved.error, incidentId) }]);
    }
    const { bytes, summary } = proved.value;
    await writeFile(options.out, bytes);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ file: options.out, bytes: bytes.length, summary })}\n`
        : `${options.out} proves ${incidentId}: ${bytes.length} bytes, signed with the key ${summary.audit.key_id}.\n` +
            `To verify it, without this database: storno verify ${options.out}\n`,
    );
    return EXIT_DONE;
  });
}

function say(error: ProveError, incidentId: string): string {
  switch (error.kind) {
    case 'incident_unknown':
      return `There is no incident ${incidentId}: storno incident list shows all.`;
    case 'key_missing':
      return 'There is no key to sign with: name one in STORNO_SIGNING_KEY_FILE.';
    case 'personal_data':
      return `${error.file} would show a mail address or a bank account: an id in the data is one. Nothing was written.`;
  }
}
