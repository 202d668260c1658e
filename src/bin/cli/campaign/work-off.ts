import { hostname } from 'node:os';
import { MINUTE_MS, SECOND_MS } from '../../../core/kernel/time.ts';
import { type Progress, progressOf } from '../../../core/remedy/progress.ts';
import type { CampaignDesk } from '../../../flow/remedy/campaign.ts';
import type { CampaignWorld } from '../../../flow/remedy/campaign-world.ts';
import { carryOut, type Filled } from '../../../flow/remedy/carry-out.ts';
import { watchRefunds } from '../../../flow/remedy/watch-refunds.ts';
import type { Database } from '../../../world/postgres/database.ts';
import { COMMAND } from '../command.ts';
import { type Context, refuse, refuseWith } from '../context.ts';
import { EXIT_CRASH, EXIT_DONE, EXIT_PARTLY, EXIT_PROVIDER, EXIT_SIGINT } from '../exit.ts';
import { openSide } from '../live-process.ts';
import { type Loop, runLoops } from '../loops.ts';
import { openOutside } from '../outside.ts';
import { readSettings } from '../settings.ts';
import { sayDefect } from '../worker.ts';
import type { RunOptions } from './options.ts';
import { progressJson, progressLine } from './progress-text.ts';

/** As in worker-loops.ts. */
const LEASE_MS = 3 * MINUTE_MS;
const LOOK_MS = SECOND_MS;
const ROUNDS_AT_ONCE = 3;

interface Task {
  readonly database: Database;
  readonly desk: CampaignDesk;
  readonly planId: string;
}

/** Works as a worker does, for refunds only, until the campaign ends, pauses or halts, or somebody presses Ctrl-C. */
export async function workOff(context: Context, options: RunOptions, task: Task): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  if (problems.length > 0) return refuse(context, options, problems);
  const outside = openOutside(settings, () => side.office.readGauges(side.world.clock.now()));
  const side = openSide(task.database, 'storno_worker', { outside, settings, callsMax: options.concurrency });
  try {
    const world: CampaignWorld = { ...side.world, refunds: side.refunds };
    if (!(await canReach(world, task))) {
      const message = `The provider cannot be reached, or no access is set (STORNO_STRIPE_KEY): nothing was sent. ${again(task)}`;
      return refuseWith(context, options, {
        code: EXIT_PROVIDER,
        problems: [{ kind: 'provider_unreachable', file: null, message }],
      });
    }
    return await workUntilOver(context, options, task, world);
  } finally {
    outside.close();
  }
}

/** Reads one charge of the plan: where that fails, nothing would be sent either. */
async function canReach(world: CampaignWorld, { desk, planId }: Task): Promise<boolean> {
  const [first] = await desk.office.listPlanned(planId, null, 1);
  if (first === undefined || first.channel !== 'original_payment') return true;
  const provider = world.providers.find(({ name }) => name === first.provider);
  const { merchantAccount, paymentId: chargeRef } = first;
  return (
    provider !== undefined && (await provider.readCharge({ merchantAccount, chargeRef, disputes: 'flagged' })) !== null
  );
}

async function workUntilOver(context: Context, options: RunOptions, task: Task, world: CampaignWorld): Promise<number> {
  let exitCode: number | null = null;
  const round = { worker: `${hostname()}:${process.pid}:run`, leaseMs: LEASE_MS };
  const filled: Filled = new Set();
  const sending = Array.from(
    { length: ROUNDS_AT_ONCE },
    (_, at): Loop => ({
      name: `campaign ${at + 1}`,
      restMs: SECOND_MS / 2,
      runOnce: () => carryOut(world, { ...round, filled }),
    }),
  );
  const watching: Loop = { name: 'refunds', restMs: SECOND_MS, runOnce: () => watchRefunds(world, round) };
  const running = runLoops([...sending, watching], world.log, (error) => {
    sayDefect(context, error);
    exitCode = EXIT_CRASH;
  });
  context.interrupts.onFirstInterrupt(() => {
    exitCode ??= EXIT_SIGINT;
  });
  let said = '';
  while (exitCode === null) {
    const progress = await readProgress(task);
    const line = progressLine(progress);
    if (line !== said && options.quiet !== true && options.json !== true) context.terminal.err(`${line}\n`);
    said = line;
    exitCode = await codeOf(context, task, progress);
    if (exitCode === null) await world.clock.sleep(LOOK_MS);
  }
  await running.stop();
  const progress = await readProgress(task);
  if (options.json === true) context.terminal.out(`${JSON.stringify(progressJson(progress))}\n`);
  if (exitCode === EXIT_SIGINT) {
    context.terminal.err(`storno: nothing more is sent from here; other workers go on. ${again(task)}\n`);
  }
  return exitCode;
}

function again({ planId }: Task): string {
  return `Go on with: ${COMMAND} run ${planId}`;
}

/** Null while it runs. */
async function codeOf({ terminal }: Context, { desk, planId }: Task, progress: Progress): Promise<number | null> {
  const campaign = await desk.office.readCampaign(planId);
  if (campaign === null || campaign.state === 'running') return null;
  const { state, reason } = campaign;
  if (state === 'done') return progress.failed + progress.notOwed === 0 ? EXIT_DONE : EXIT_PARTLY;
  terminal.err(`storno: the campaign of plan ${planId} is ${state}: ${reason}\n`);
  return state === 'halted' ? EXIT_CRASH : EXIT_PARTLY;
}

export async function readProgress({ desk, planId }: Pick<Task, 'desk' | 'planId'>): Promise<Progress> {
  const now = desk.clock.now();
  const plan = await desk.office.readPlan(planId);
  const { counts, recent, lastSuccessAt } = await desk.office.countCampaign(planId, now);
  return progressOf(counts, { planned: plan?.refunds ?? 0, recent, lastSuccessAt, now });
}
