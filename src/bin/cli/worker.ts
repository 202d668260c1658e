import type { Database } from '../../world/postgres/database.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_CRASH, EXIT_DONE } from './exit.ts';
import type { LiveOptions } from './live.ts';
import { openSide, startWorker } from './live-process.ts';
import { runLoops } from './loops.ts';
import { withDatabase } from './open-database.ts';
import { openOutside } from './outside.ts';
import { readSettings, type Settings } from './settings.ts';
import { workerLoops, workOnce } from './worker-loops.ts';

export interface WorkerOptions extends LiveOptions {
  readonly concurrency: number;
  readonly once?: boolean;
  readonly allowPrivate?: boolean;
}

/** `storno worker`: charges, watches and tells, beside any number of others, until a signal ends it in good order. */
export async function runWorker(context: Context, options: WorkerOptions): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  if (problems.length > 0) return refuse(context, options, problems);
  return withDatabase(context, { url: null, options }, (database) => work(context, options, settings, database));
}

async function work(context: Context, options: WorkerOptions, settings: Settings, database: Database): Promise<number> {
  const outside = openOutside(settings, () => side.office.readGauges(side.world.clock.now()));
  const side = openSide(database, 'storno_worker', { outside, settings, callsMax: options.concurrency });
  try {
    const hands = await startWorker(side, outside, {
      reach: options.allowPrivate === true ? 'any' : 'public',
      settings,
    });
    if (options.once === true) {
      const isDone = await workOnce(hands);
      outside.log.info('worked off what was due', { state: isDone ? 'quiet' : 'more is due' });
      return EXIT_DONE;
    }
    let exitCode = EXIT_DONE;
    await new Promise<void>((end) => {
      const running = runLoops(workerLoops(hands), outside.log, (error) => {
        sayDefect(context, error);
        exitCode = EXIT_CRASH;
        end();
      });
      context.interrupts.onFirstInterrupt(() => {
        outside.log.info('worker ends', {});
        void running.stop().then(end);
      });
    });
    return exitCode;
  } finally {
    outside.close();
  }
}

/** The top of the process for what runs in loops: a defect ends it, whoever watches starts it again. */
export function sayDefect({ terminal }: Context, error: unknown): void {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`storno: stopped by a defect of Storno. Nothing is lost: start it again, and report this.\n${what}\n`);
}
