import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { exists } from './embedded/engine.ts';
import type { DataFolder } from './embedded/folder.ts';
import type { Passwords } from './embedded/passwords.ts';
import { openPresence, type Presence } from './embedded/presence.ts';
import { type Embedded, ensureRunning, findServer, prepareEmbedded, stopServer, wasKilled } from './embedded/run.ts';

/** A hold on the server of a data folder: it runs while somebody has one. */
export interface EmbeddedServer {
  /** How to reach it as its superuser. */
  readonly server: ClientConfig;
  readonly passwords: Passwords;
  /** Lets go. Whoever is last stops the server, unless it was started to stay. */
  close(): Promise<void>;
}

/** Before a server that has vanished is looked for again. */
const AGAIN_MS = 200;

/**
 * PostgreSQL with nothing to set up: makes the folder's server where there is none, starts it where it does not run,
 * and holds it. Several processes share one. If it is killed, whoever holds it starts it again; if it is told to stop,
 * nobody does, and whoever is left finds it again when somebody has started it.
 */
export async function openEmbedded(folder: DataFolder): Promise<EmbeddedServer> {
  const embedded = await prepareEmbedded(folder);
  const hold: Hold = { embedded, presence: await arrive(embedded), isOpen: true, comingBack: null };
  const watching = watch(hold);
  return {
    server: hold.presence.server,
    passwords: embedded.passwords,
    close: async () => {
      hold.isOpen = false;
      // Whoever is just coming back has to be there before he can leave.
      await hold.comingBack;
      await leave(hold);
      await watching;
    },
  };
}

interface Hold {
  readonly embedded: Embedded;
  presence: Presence;
  isOpen: boolean;
  comingBack: Promise<void> | null;
}

/** A server that is just being stopped by its last user answers once more and is gone: come again. */
async function arrive(embedded: Embedded): Promise<Presence> {
  for (;;) {
    const presence = await openPresence(await ensureRunning(embedded));
    if (presence !== null) return presence;
    await sleep(AGAIN_MS);
  }
}

async function watch(hold: Hold): Promise<void> {
  while (hold.isOpen) {
    const reason = await hold.presence.lost;
    if (!hold.isOpen) return;
    hold.comingBack = comeBack(hold, reason);
    await hold.comingBack;
  }
}

async function comeBack(hold: Hold, reason: 'stopped' | 'broken'): Promise<void> {
  const found = reason === 'broken' ? await restart(hold) : await waitForStart(hold);
  if (found !== null) hold.presence = found;
}

/** Failing is no end: the disk may have been full. Whoever uses the database meanwhile hears that it is unavailable. */
async function restart({ embedded }: Hold): Promise<Presence | null> {
  try {
    return await arrive(embedded);
  } catch {
    await sleep(AGAIN_MS);
    return null;
  }
}

async function waitForStart(hold: Hold): Promise<Presence | null> {
  while (hold.isOpen) {
    if (await wasKilled(hold.embedded)) return restart(hold);
    const server = await findServer(hold.embedded);
    const presence = server === null ? null : await openPresence(server);
    if (presence !== null) return presence;
    await sleep(AGAIN_MS);
  }
  return null;
}

async function leave({ embedded, presence }: Hold): Promise<void> {
  const isLast = await presence.leave();
  if (isLast && !(await exists(embedded.folder.keep))) await stopServer(embedded);
  await presence.end();
}
