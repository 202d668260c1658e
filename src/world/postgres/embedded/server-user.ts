import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataFolder } from './folder.ts';
import { codeOf, trouble } from './trouble.ts';

/** As whom the server runs, where that is not whoever runs us. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/**
 * PostgreSQL refuses to run as root, since whoever breaks into it would own the machine. Root starts it as the user
 * whose cluster it is, a new one as `postgres`, or `nobody` where there is no such user. Null: as ourselves.
 */
export async function chooseServerUser(folder: DataFolder): Promise<ServerUser | null> {
  const uid = process.getuid?.();
  if (uid === undefined) return null;
  const owner = await ownerOf(folder.cluster);
  if (uid !== 0) {
    if (owner === null || owner.uid === uid) return null;
    throw trouble(
      `The data folder ${folder.path} belongs to user ${await nameOf(owner.uid)}.`,
      'Run Storno as that user or as root, or choose another folder with STORNO_DATA_DIR.',
    );
  }
  if (owner !== null && owner.uid !== 0) return { ...owner, name: await nameOf(owner.uid) };
  return newServerUser();
}

async function ownerOf(path: string): Promise<{ readonly uid: number; readonly gid: number } | null> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (codeOf(error) === 'EACCES') {
      throw trouble(`${path} cannot be read.`, 'Choose another folder with STORNO_DATA_DIR.');
    }
    throw error;
  }
}

async function newServerUser(): Promise<ServerUser> {
  const users = await readUsers();
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody');
  if (user !== undefined) return user;
  throw trouble(
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as.',
    'Run Storno as an ordinary user, or set STORNO_DATABASE_URL.',
  );
}

async function nameOf(uid: number): Promise<string> {
  return (await readUsers()).find((user) => user.uid === uid)?.name ?? String(uid);
}

async function readUsers(): Promise<readonly ServerUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** Says which folder above bars the way: the server would only say that it cannot find its files. */
export async function checkWay(path: string, user: ServerUser): Promise<void> {
  for (let step = dirname(path); ; step = dirname(step)) {
    if (!mayEnter(await stat(step), user)) {
      throw trouble(
        `User ${user.name}, as whom the server runs since PostgreSQL refuses root, may not enter ${step}.`,
        'Choose another folder with STORNO_DATA_DIR, for example /var/lib/storno.',
      );
    }
    if (step === dirname(step)) return;
  }
}

function mayEnter(
  folder: { readonly uid: number; readonly gid: number; readonly mode: number },
  user: ServerUser,
): boolean {
  if (folder.uid === user.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === user.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}
