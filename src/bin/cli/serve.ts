import type { AddressInfo } from 'node:net';
import { MINUTE_MS } from '../../core/kernel/time.ts';
import { buildApp } from '../../http/app.ts';
import { openDesk } from '../../http/desk.ts';
import { systemClock } from '../../world/clock.ts';
import { openLimiter } from '../../world/limiter.ts';
import type { Database } from '../../world/postgres/database.ts';
import { rememberKeys, rememberPlaces } from '../../world/remember.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_CRASH, EXIT_DONE, EXIT_USAGE } from './exit.ts';
import type { LiveOptions } from './live.ts';
import { openSide, type Side, startWorker } from './live-process.ts';
import { type RunningLoops, runLoops } from './loops.ts';
import { withDatabase } from './open-database.ts';
import { type Outside, openOutside } from './outside.ts';
import { readSettings, type Settings } from './settings.ts';
import { sayDefect } from './worker.ts';
import { workerLoops } from './worker-loops.ts';

export interface ServeOptions extends LiveOptions {
  readonly host: string;
  readonly port: number;
  /** A minute, for each key. */
  readonly requests: number;
  readonly concurrency: number;
  readonly withWorker?: boolean;
  readonly allowPrivate?: boolean;
  readonly version: string;
}

/** `storno serve`: the API, with `--with-worker` the work as well, until a signal ends it in good order. */
export async function runServe(context: Context, options: ServeOptions): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  if (problems.length > 0) return refuse(context, options, problems);
  return withDatabase(context, { url: null, options }, (database) => serve(context, options, settings, database));
}

async function serve(context: Context, options: ServeOptions, settings: Settings, database: Database): Promise<number> {
  const outside = openOutside(settings, () => side.office.readGauges(side.world.clock.now()));
  const parts = { outside, settings, callsMax: options.concurrency };
  const side = remembering(openSide(database, 'storno_api', parts));
  const app = await openApp(side, outside, options);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    context.terminal.err(`storno: cannot listen on ${options.host}:${options.port} (${code}): use another --port.\n`);
    outside.close();
    return EXIT_USAGE;
  }
  welcome(context, options, (app.server.address() as AddressInfo).port);
  const exitCode = await untilEnd(context, outside, async (onDefect) => {
    if (options.withWorker !== true) return null;
    const working = openSide(database, 'storno_worker', parts);
    const hands = await startWorker(working, outside, {
      reach: options.allowPrivate === true ? 'any' : 'public',
      settings,
    });
    return runLoops(workerLoops(hands), outside.log, onDefect);
  });
  await app.close();
  outside.close();
  return exitCode;
}

/** Keys, markets and plans are asked for by every request. */
function remembering(side: Side): Side {
  const store = rememberPlaces(side.world.store, systemClock);
  return { ...side, office: rememberKeys(side.office, systemClock), world: { ...side.world, store } };
}

function openApp(
  { world, office, reads, people, remedy }: Side,
  outside: Outside,
  { requests, version }: ServeOptions,
) {
  const merchantAccounts = Object.fromEntries(
    outside.merchants.map(({ provider, merchantAccount }) => [provider, [merchantAccount]]),
  );
  const { store, clock, entropy, calendar, digest, log } = world;
  return buildApp(
    {
      store,
      reads,
      office,
      people,
      remedy,
      clock,
      entropy,
      calendar,
      digest,
      log,
      limiter: openLimiter({ requests, windowMs: MINUTE_MS }),
      meter: outside.metrics,
      stripe: outside.stripeWebhook,
      merchantAccounts,
      version,
    },
    openDesk(world, reads),
  );
}

/** Answers requests and works until the first signal or a defect; then finishes what was begun. */
function untilEnd(
  context: Context,
  outside: Outside,
  start: (onDefect: (error: unknown) => void) => Promise<RunningLoops | null>,
): Promise<number> {
  return new Promise<number>((end) => {
    const onDefect = (error: unknown) => {
      sayDefect(context, error);
      end(EXIT_CRASH);
    };
    const starting = start(onDefect).catch((error: unknown) => {
      onDefect(error);
      return null;
    });
    context.interrupts.onFirstInterrupt(() => {
      outside.log.info('serve ends', {});
      void starting.then((running) => running?.stop()).then(() => end(EXIT_DONE));
    });
  });
}

/** What somebody needs who has never used it: where it is, how to get a key, what to say first. */
function welcome({ terminal }: Context, options: ServeOptions, port: number): void {
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${host}:${port}`;
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ url, pid: process.pid })}\n`);
    return;
  }
  terminal.out(`Storno serves ${url}${options.withWorker === true ? ', and works' : ''}. Ctrl-C ends it.

  export STORNO=${url}
  export KEY=$(${COMMAND} key create --name trial --scopes all)
  curl -s $STORNO/v1/rentals -H "Authorization: Bearer $KEY" --json '{"rental_id":"rnt_7","account_id":"acc_1",
    "market":"milano","started_at":"2026-11-10T18:00:00Z","ended_at":"2026-11-10T18:42:10Z",
    "amount_due":{"amount":1218,"currency":"EUR"}}'

The market and the account come first: docs/api.md has all ten lines. Everything is in ${url}/openapi.json
`);
}
