import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { exists } from './embedded/engine.ts';
import type { DataFolder } from './embedded/folder.ts';
import type { Passwords } from './embedded/passwords.ts';
import { openPresence, type Presence } from './embedded/presence.ts';
import { type Embedded, ensureRunning, prepareEmbedded, stopServer } from './embedded/run.ts';

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
 * and holds it. Several processes share one. If it is killed, whoever holds it starts it again.
 */
export async function openEmbedded(folder: DataFolder): Promise<EmbeddedServer> {
  const embedded = await prepareEmbedded(folder);
  const held = await holdServer(embedded);
  return { server: held.server, passwords: embedded.passwords, close: held.close };
}

async function holdServer(embedded: Embedded): Promise<{ readonly server: ClientConfig; close(): Promise<void> }> {
  let open = true;
  let presence = await arrive(embedded);
  const server = presence.server;
  const watch = async (): Promise<void> => {
    while (open) {
      await presence.lost;
      if (open) presence = await arriveAgain(embedded, presence);
    }
  };
  const watching = watch();
  return {
    server,
    close: async () => {
      open = false;
      await leave(embedded, presence);
      await watching;
    },
  };
}

/** A server that is just being stopped by its last user answers once more and is gone: come again. */
async function arrive(embedded: Embedded): Promise<Presence> {
  for (;;) {
    const presence = await openPresence(await ensureRunning(embedded));
    if (presence !== null) return presence;
    await sleep(AGAIN_MS);
  }
}

/** Failing is no end: the disk may have been full. Whoever uses the database meanwhile hears that it is unavailable. */
async function arriveAgain(embedded: Embedded, before: Presence): Promise<Presence> {
  try {
    return await arrive(embedded);
  } catch {
    await sleep(AGAIN_MS);
    return before;
  }
}

async function leave(embedded: Embedded, presence: Presence): Promise<void> {
  const isLast = await presence.leave();
  if (isLast && !(await exists(embedded.folder.keep))) await stopServer(embedded);
  await presence.end();
}
