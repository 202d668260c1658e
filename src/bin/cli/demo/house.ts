import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SECOND_MS } from '../../../core/kernel/time.ts';
import type { LiveWorld } from '../../../flow/live/world.ts';
import { openAlarmBell } from '../../../world/alarm.ts';
import { ianaCalendar } from '../../../world/calendar.ts';
import { sha256 } from '../../../world/digest.ts';
import { systemEntropy } from '../../../world/entropy.ts';
import { openLog } from '../../../world/log.ts';
import { openRefunds } from '../../../world/postgres/campaign.ts';
import { type Database, openDatabase } from '../../../world/postgres/database.ts';
import { dataFolder } from '../../../world/postgres/embedded/folder.ts';
import { readLiveFacts } from '../../../world/postgres/live-facts.ts';
import type { LoginRole } from '../../../world/postgres/roles.ts';
import { openStore } from '../../../world/postgres/store.ts';
import { HONEST } from '../../../world/provider/sandbox/engine/profile.ts';
import { type SandboxServer, startSandbox } from '../../../world/provider/sandbox/server.ts';
import { StripeSdk } from '../../../world/provider/stripe/sdk.ts';
import { StripeProvider } from '../../../world/provider/stripe.ts';
import { DUNNING_MS, policyFor } from '../policy.ts';
import type { TravelClock } from './travel.ts';

export const MERCHANT = { provider: 'stripe', merchantAccount: 'acct_demo' } as const;

/** Everything of the demonstration but its people: a database, a provider, a worker's world, all at one clock. */
export interface House {
  readonly folder: string;
  readonly clock: TravelClock;
  readonly database: Database;
  readonly sandbox: SandboxServer;
  readonly provider: StripeProvider;
  /** The live half, as the API and as a worker see it. */
  readonly api: LiveWorld;
  readonly worker: LiveWorld;
  readonly facts: ReturnType<typeof readLiveFacts>;
  pool(role: LoginRole): ReturnType<Database['openPool']>;
  close(): Promise<void>;
}

const MARKER = 'made-by-storno-demo';
const CALLS_AT_ONCE = 16;
const CONNECTIONS_MAX = 8;
const STATEMENT_MS_MAX = 60 * SECOND_MS;

/**
 * Where the database keeps itself. PostgreSQL refuses root and runs as another user, who may not enter root's home:
 * then it lies where everybody may go, under a name that belongs to the folder.
 */
export function dataPlace(folder: string): string {
  if (process.getuid?.() !== 0) return join(folder, 'data');
  return join(tmpdir(), `storno-demo-${sha256(resolve(folder)).slice(0, NAME_LENGTH)}`);
}

const NAME_LENGTH = 12;

/** A folder that an earlier demonstration made begins anew; any other that is there is left alone: null. */
export function clearFolder(folder: string): string | null {
  if (existsSync(folder)) {
    if (!existsSync(join(folder, MARKER))) return null;
    rmSync(folder, { recursive: true, force: true });
    rmSync(dataPlace(folder), { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARKER), 'storno demo removes this folder when it begins again.\n');
  return folder;
}

export async function openHouse(folder: string, clock: TravelClock): Promise<House> {
  const database = await openDatabase({ kind: 'embedded', folder: dataFolder(dataPlace(folder)) }, () => undefined);
  const sandbox = await startSandbox({
    clock,
    host: '127.0.0.1',
    port: 0,
    profile: { ...HONEST, webhooks: { ...HONEST.webhooks, never: { perMille: 1000, next: 0 } } },
    folder: join(folder, 'provider'),
    seed: 1,
    webhook: null,
  });
  const sdk = new StripeSdk(
    {
      baseUrl: sandbox.url,
      accounts: { [MERCHANT.merchantAccount]: { secretKey: 'sk_test_demo', connectedAccount: null } },
      timeoutMs: 30 * SECOND_MS,
      socketsMax: CALLS_AT_ONCE,
    },
    clock,
  );
  const provider = new StripeProvider({ calls: sdk, clock });
  const pool = (role: LoginRole) =>
    database.openPool({ role, connectionsMax: CONNECTIONS_MAX, statementMsMax: STATEMENT_MS_MAX });
  const [apiPool, workerPool] = [pool('storno_api'), pool('storno_worker')];
  const log = openLog({ write: (line) => writeFileSync(join(folder, 'storno.log'), line, { flag: 'a' }) });
  const worldOf = (connections: typeof apiPool): LiveWorld => {
    const store = openStore(connections);
    return {
      store,
      refunds: openRefunds(connections),
      providers: [provider],
      clock,
      entropy: systemEntropy,
      calendar: ianaCalendar,
      digest: sha256,
      bell: openAlarmBell({ store, log, mail: null, countAlarm: () => undefined }),
      log,
      settings: {
        ...policyFor({ dunningMs: DUNNING_MS }),
        statementText: 'STORNO DEMO',
        merchants: [MERCHANT],
        provider: MERCHANT.provider,
        callsMax: CALLS_AT_ONCE,
      },
    };
  };
  return {
    folder,
    clock,
    database,
    sandbox,
    provider,
    api: worldOf(apiPool),
    worker: worldOf(workerPool),
    facts: readLiveFacts(workerPool),
    pool,
    close: async () => {
      sdk.close();
      await sandbox.close();
      await database.close();
    },
  };
}
