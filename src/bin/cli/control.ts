import { resumeCharging, stopCharging } from '../../flow/live/stop-charging.ts';
import type { LiveStore } from '../../flow/ports/store.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import type { LiveOptions } from './live.ts';
import { openSide, type Side } from './live-process.ts';
import { withDatabase } from './open-database.ts';
import { openOutside } from './outside.ts';
import { readSettings } from './settings.ts';

export interface ControlOptions extends LiveOptions {
  readonly reason: string;
  readonly by: string;
}

/** Stops or resumes charging for every worker of this database, from their next claim on. */
export async function runControlSet(
  context: Context,
  charging: 'running' | 'stopped',
  options: ControlOptions,
): Promise<number> {
  const { reason, by } = options;
  return withSide(context, options, async ({ world }) => {
    if (charging === 'stopped') await stopCharging(world, { reason, by });
    else if ((await resumeCharging(world, { reason, by })).kind === 'needs_a_person') {
      return refuse(context, options, [
        { kind: 'needs_a_person', file: null, message: `${by} may not resume: say who decides, and why.` },
      ]);
    }
    return showControl(context, options, world.store);
  });
}

export async function runControlShow(context: Context, options: LiveOptions): Promise<number> {
  return withSide(context, options, ({ world }) => showControl(context, options, world.store));
}

async function showControl({ terminal }: Context, options: LiveOptions, store: LiveStore): Promise<number> {
  const { charging, reason, by } = await store.readControl();
  terminal.out(
    options.json === true
      ? `${JSON.stringify({ charging, reason, by })}\n`
      : `Charging is ${charging}: ${reason} (${by}).\n`,
  );
  return EXIT_DONE;
}

/** As the API: with its alarms, which are mailed where that is set. */
function withSide(context: Context, options: LiveOptions, work: (side: Side) => Promise<number>): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  if (problems.length > 0) return Promise.resolve(refuse(context, options, problems));
  return withDatabase(context, { url: null, options }, async (database) => {
    const outside = openOutside(settings, () => side.office.readGauges(side.world.clock.now()));
    const side = openSide(database, 'storno_api', { outside, settings, callsMax: 1 });
    try {
      return await work(side);
    } finally {
      outside.close();
    }
  });
}
