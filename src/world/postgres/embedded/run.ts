import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { makeCluster, makeFolder, runProgram } from './cluster.ts';
import { type Engine, installEngine, removeOtherEngines } from './engine.ts';
import type { DataFolder } from './folder.ts';
import { type Launch, launch } from './launch.ts';
import { keepPasswords, type Passwords, SUPERUSER } from './passwords.ts';
import { clearLeftover, type Postmaster, readHolder, readPostmaster } from './postmaster-file.ts';
import { probe } from './probe.ts';
import { chooseServerUser, type ServerUser } from './server-user.ts';
import { trouble } from './trouble.ts';

/** A folder with everything that its server needs to run. */
export interface Embedded {
  readonly folder: DataFolder;
  readonly engine: Engine;
  readonly user: ServerUser | null;
  readonly passwords: Passwords;
}

/** A recovery after a crash reads what was written since the last checkpoint: minutes at worst. */
const START_MS_MAX = 300_000;
/** A killed server's number is taken until its parent notices, its memory until its children have left: seconds. */
const LEFTOVER_MS_MAX = 10_000;
const POLL_MS = 25;

/** Engine, passwords, cluster: made where they are not there yet. */
export async function prepareEmbedded(folder: DataFolder): Promise<Embedded> {
  const user = await chooseServerUser(folder);
  await makeFolder(folder, user);
  const engine = await installEngine(folder);
  const passwords = await keepPasswords(folder);
  await makeCluster(folder, { engine, user, passwords });
  return { folder, engine, user, passwords };
}

/**
 * Answers how to reach the server, and starts it if nobody has. No lock of our own: PostgreSQL allows one server a
 * folder, so of several processes that start one, one succeeds, and all others find his. What looks like another server
 * may be the remains of a killed one; they are cleared or go away, and the start is tried again until they have.
 */
export async function ensureRunning(embedded: Embedded): Promise<ClientConfig> {
  const begun = performance.now();
  let launched: Launch | null = null;
  let failedSince: number | null = null;
  while (performance.now() - begun < START_MS_MAX) {
    const address = await findServer(embedded);
    if (address !== null) {
      if (launched?.exitCode() === null) await removeOtherEngines(embedded.folder, embedded.engine);
      return address;
    }
    if (launched === null && !(await isServed(embedded))) {
      await clearLeftover(embedded.folder);
      launched = await launch(embedded.folder, embedded);
    }
    if (launched?.exitCode() != null) {
      failedSince ??= performance.now();
      if (performance.now() - failedSince > LEFTOVER_MS_MAX) throw await startFailed(embedded, launched);
      if (!isLeftover(await launched.said())) throw await startFailed(embedded, launched);
      launched = null;
    }
    await sleep(POLL_MS);
  }
  throw trouble(`The database server in ${embedded.folder.path} did not answer within ${START_MS_MAX / 1000} s.`);
}

/** How to reach the server as its superuser, null where none answers. */
export async function findServer({ folder, passwords }: Embedded): Promise<ClientConfig | null> {
  const postmaster = await readPostmaster(folder);
  if (postmaster === null || !postmaster.isReady) return null;
  const config: ClientConfig = {
    ...addressOf(postmaster),
    user: SUPERUSER,
    password: passwords[SUPERUSER],
    database: 'postgres',
  };
  const answer = await probe(config, folder);
  if (answer === 'refused' && (await readHolder(folder, postmaster.pid)) === 'server') {
    throw trouble(
      `The database server in ${folder.path} does not take the password that ${folder.passwords} holds for it.`,
      'Put the right file back, from the same backup as the data.',
    );
  }
  return answer === 'ready' ? config : null;
}

function addressOf({ socketFolder, address, port }: Postmaster): Pick<ClientConfig, 'host' | 'port'> {
  return { host: socketFolder === '' ? address : socketFolder, port };
}

/**
 * Whether the last server ended without taking its file away, as none does that was told to stop. Asked where its
 * processes said that they were told to: they say the same when only the first of them was killed.
 */
export async function wasKilled({ folder }: Embedded): Promise<boolean> {
  const postmaster = await readPostmaster(folder);
  return postmaster !== null && (await readHolder(folder, postmaster.pid)) !== 'server';
}

/** Whether somebody's server is on its way up or down, so that ours would be refused. */
async function isServed({ folder }: Embedded): Promise<boolean> {
  const postmaster = await readPostmaster(folder);
  return postmaster !== null && (await readHolder(folder, postmaster.pid)) === 'server';
}

/** The three ways in which the server says that another one, or the rest of one, is in its way. */
function isLeftover(said: string): boolean {
  return (
    said.includes('lock file "postmaster.pid" already exists') ||
    said.includes('pre-existing shared memory block') ||
    /could not bind|could not create (?:any TCP\/IP|any Unix-domain) sockets?|Address already in use/.test(said) ||
    /lock file ".*\.lock" already exists/.test(said)
  );
}

async function startFailed({ folder }: Embedded, launched: Launch): Promise<Error> {
  const said = await launched.said();
  return trouble(
    `The database server in ${folder.path} did not start. It said:\n${said || '(nothing)'}\n(${folder.log})`,
  );
}

/** Fast shutdown: connections are closed, everything is written, nothing needs recovery at the next start. */
export async function stopServer({ engine, user, folder }: Embedded): Promise<void> {
  const args = ['stop', '--pgdata', folder.cluster, '--mode', 'fast', '--timeout', '60', '--silent'];
  await runProgram(engine.pgCtl, args, { user, cwd: folder.cluster });
}
