import type { Progress } from '../../flow/ports.ts';
import type { Database } from './open.ts';

/** Often enough for a smooth bar, rarely enough to cost nothing. */
const POLL_MS = 100;

/** What a phase is called and how many bytes there are to read; null if that is unknown. */
export interface Phase {
  readonly name: string;
  readonly total: number | null;
}

/** Runs one statement as a phase of its own; how far it is comes from the engine's own progress. */
export async function runWatched(database: Database, phase: Phase, sql: string, progress: Progress): Promise<void> {
  progress.begin(phase.name, phase.total, 'bytes');
  const poll = setInterval(() => {
    const { percentage } = database.connection.progress;
    if (phase.total !== null && percentage > 0)
      progress.advance(Math.floor((phase.total * Math.min(percentage, 100)) / 100));
  }, POLL_MS);
  poll.unref();
  try {
    await database.connection.run(sql);
    if (phase.total !== null) progress.advance(phase.total);
  } finally {
    clearInterval(poll);
    progress.end();
  }
}

/** Switches the engine's progress on, and its own printing of it off. */
export async function enableProgress(database: Database): Promise<void> {
  await database.connection.run('set enable_progress_bar = true');
  await database.connection.run('set enable_progress_bar_print = false');
}
