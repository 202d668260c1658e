import { randomBytes } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { LOGIN_ROLES, type LoginRole } from '../roles.ts';
import type { DataFolder } from './folder.ts';
import { codeOf, trouble } from './trouble.ts';

/** The cluster's superuser has the name that PostgreSQL's own tools expect. */
export const SUPERUSER = 'postgres';

export type Passwords = Readonly<Record<LoginRole | typeof SUPERUSER, string>>;

/** As many random bits as SCRAM's hash has. */
const PASSWORD_BYTES = 32;

/** Reads the passwords, or makes them: whoever is first, all others read his. */
export async function keepPasswords(folder: DataFolder): Promise<Passwords> {
  const known = await readPasswords(folder);
  if (known !== null) return known;
  const staging = `${folder.passwords}.${process.pid}`;
  const file = await open(staging, 'w', 0o600);
  await file.writeFile(`${JSON.stringify(makePasswords(), null, 2)}\n`);
  await file.sync();
  await file.close();
  await link(staging, folder.passwords).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await unlink(staging);
  const written = await readPasswords(folder);
  if (written === null) throw trouble(`${folder.passwords} vanished.`);
  return written;
}

async function readPasswords(folder: DataFolder): Promise<Passwords | null> {
  try {
    return JSON.parse(await readFile(folder.passwords, 'utf8')) as Passwords;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (codeOf(error) === 'EACCES') {
      throw trouble(
        `${folder.passwords} may be read by its owner alone.`,
        'Run Storno as that user or as root, or choose another folder with STORNO_DATA_DIR.',
      );
    }
    throw error;
  }
}

function makePasswords(): Passwords {
  const make = () => randomBytes(PASSWORD_BYTES).toString('base64url');
  return Object.fromEntries([SUPERUSER, ...LOGIN_ROLES].map((role) => [role, make()])) as Passwords;
}
