import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FACT_KINDS } from '../../core/fact/fact.ts';
import type { Sources } from '../../flow/ports.ts';
import { exportFacts } from '../../world/postgres/facts.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { withDatabase } from './open-database.ts';
import { readSources, type SourceOptions } from './sources.ts';

/** Reading all facts of an operator may take a while; it locks nothing. */
const STATEMENT_MS_MAX = 60 * 60_000;

/**
 * Hands the facts to the work: the user's files, or with `--database` those of the live database, read in one snapshot
 * into a private folder that goes when the work is done. The same engine judges both.
 */
export async function withSources(
  context: Context,
  options: SourceOptions & SpeechOptions,
  work: (sources: Sources) => Promise<number>,
): Promise<number> {
  if (options.database === undefined) {
    const sources = await readSources(options);
    return sources.ok ? work(sources.value) : refuse(context, options, [sources.error]);
  }
  const named = [...FACT_KINDS, 'map' as const].filter((option) => options[option] !== undefined);
  if (named.length > 0) {
    const message = `--database reads all facts from the database: leave out --${named.join(', --')}.`;
    return refuse(context, options, [{ kind: 'usage', file: null, message }]);
  }
  const url = options.database === true ? null : options.database;
  const folder = mkdtempSync(join(tmpdir(), 'storno-facts-'));
  const discard = () => rmSync(folder, { recursive: true, force: true });
  context.interrupts.onInterrupt(discard);
  try {
    return await withDatabase(context, { url, options }, async (database) => {
      const inner = join(folder, 'live database');
      mkdirSync(inner);
      const pool = database.openPool({
        role: 'storno_auditor',
        connectionsMax: 1,
        statementMsMax: STATEMENT_MS_MAX,
      });
      const client = await pool.connect();
      try {
        return await work({ files: await exportFacts(client, inner), map: null, timeZone: null });
      } finally {
        client.release();
      }
    });
  } finally {
    discard();
  }
}
