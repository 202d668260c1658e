import {
  addressFor,
  type DatabaseStatus,
  ROLES,
  readStatus,
  roleNamed,
  startToStay,
  stopAnyway,
  stopIfUnused,
} from '../../world/postgres/administer.ts';
import type { DataFolder } from '../../world/postgres/embedded/folder.ts';
import { DatabaseTrouble, trouble } from '../../world/postgres/embedded/trouble.ts';
import { type DatabaseLocation, locateDatabase, sayUrl } from '../../world/postgres/locate.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_DONE } from './exit.ts';

export interface StopOptions extends SpeechOptions {
  readonly force?: boolean;
}

export interface UrlOptions extends SpeechOptions {
  readonly role: string;
}

/** What bars the way is said in words, like every other thing that the user can put right. */
export async function refuseTrouble(
  context: Context,
  options: SpeechOptions,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseTrouble)) throw error;
    return refuse(context, options, [{ kind: 'database', file: null, message: error.message }]);
  }
}

export function runDatabaseStart(context: Context, options: SpeechOptions): Promise<number> {
  return refuseTrouble(context, options, async () => {
    await startToStay(ownFolder());
    return sayStatus(context, options);
  });
}

export function runDatabaseStop(context: Context, options: StopOptions): Promise<number> {
  return refuseTrouble(context, options, async () => {
    const stop = options.force === true ? stopAnyway : stopIfUnused;
    const { kind, users } = await stop(ownFolder());
    if (kind === 'in_use') {
      throw trouble(
        `The database server is in use by ${[...new Set(users)].join(', ')}.`,
        'Stop them first, or run: storno database stop --force',
      );
    }
    const words = kind === 'stopped' ? 'The database server has stopped.' : 'The database server was not running.';
    context.terminal.out(options.json === true ? `${JSON.stringify({ state: kind })}\n` : `  ${words}\n`);
    return EXIT_DONE;
  });
}

export function runDatabaseStatus(context: Context, options: SpeechOptions): Promise<number> {
  return refuseTrouble(context, options, () => sayStatus(context, options));
}

/** Prints the address alone, so that `psql "$(storno database url)"` works. It holds a password. */
export function runDatabaseUrl(context: Context, options: UrlOptions): Promise<number> {
  return refuseTrouble(context, options, async () => {
    const role = roleNamed(options.role);
    if (role === null) throw trouble(`There is no role ${options.role}.`, `There are ${ROLES.join(', ')}.`);
    const url = await addressFor(locateDatabase(process.env), role);
    context.terminal.out(options.json === true ? `${JSON.stringify({ url })}\n` : `${url}\n`);
    return EXIT_DONE;
  });
}

function ownFolder(): DataFolder {
  const location = locateDatabase(process.env);
  if (location.kind === 'embedded') return location.folder;
  throw trouble(
    'STORNO_DATABASE_URL names a server of your own, which Storno neither starts nor stops.',
    'Leave it empty to use the one that Storno brings.',
  );
}

async function sayStatus({ terminal }: Context, options: SpeechOptions): Promise<number> {
  const location = locateDatabase(process.env);
  const status = await readStatus(location);
  terminal.out(options.json === true ? `${asJson(status, location)}\n` : asText(status, location));
  return EXIT_DONE;
}

function asJson(status: DatabaseStatus, location: DatabaseLocation): string {
  const { bytes, ...rest } = status;
  return JSON.stringify({ ...rest, bytes: bytes === null ? null : Number(bytes), place: placeOf(location) });
}

function placeOf(location: DatabaseLocation): string {
  return location.kind === 'external' ? sayUrl(location.url) : location.folder.path;
}

const STATE_WORDS: Readonly<Record<DatabaseStatus['state'], string>> = {
  running: 'runs',
  stopped: 'does not run; it starts by itself when it is needed',
  none: 'is not made yet; the first command that needs it makes it',
};

function asText(status: DatabaseStatus, location: DatabaseLocation): string {
  const lines: [string, string][] = [
    ['Database', `${STATE_WORDS[status.state]}${status.pid === null ? '' : ` (process ${status.pid})`}`],
    [location.kind === 'external' ? 'Address' : 'Folder', placeOf(location)],
  ];
  if (status.version !== null) lines.push(['PostgreSQL', status.version]);
  if (status.bytes !== null) lines.push(['Size', sayBytes(status.bytes)]);
  if (status.schema !== null) lines.push(['Schema', saySchema(status.schema)]);
  if (status.users.length > 0) lines.push(['In use by', [...new Set(status.users)].join(', ')]);
  if (status.kind === 'embedded' && status.state === 'running') {
    lines.push(['Stops', status.stays ? 'with: storno database stop' : 'when its last user leaves']);
  }
  return lines.map(([name, value]) => `  ${name.padEnd(12)}${value}\n`).join('');
}

function saySchema({ applied, pending }: NonNullable<DatabaseStatus['schema']>): string {
  if (pending === 0) return `${applied}, up to date`;
  return `${applied}, ${pending} to come; run: storno migrate`;
}

const MEGABYTE = 1_000_000n;

function sayBytes(bytes: bigint): string {
  return `${bytes / MEGABYTE} MB`;
}
