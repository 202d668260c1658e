import type { DataFolder } from './embedded/folder.ts';
import { locateDataFolder } from './embedded/folder.ts';
import { trouble } from './embedded/trouble.ts';

/** Which database: the one that the operator names, or one of our own in a folder. */
export type DatabaseLocation =
  | { readonly kind: 'external'; readonly url: string }
  | { readonly kind: 'embedded'; readonly folder: DataFolder };

export function locateDatabase(env: Readonly<Record<string, string | undefined>>): DatabaseLocation {
  const url = env.STORNO_DATABASE_URL;
  if (!url) return { kind: 'embedded', folder: locateDataFolder(env) };
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw trouble(
      'STORNO_DATABASE_URL is not the address of a PostgreSQL database:',
      'postgresql://USER:PASSWORD@HOST:PORT/DATABASE.',
    );
  }
  return { kind: 'external', url };
}

/** The address without what is secret in it, for messages. */
export function sayUrl(url: string): string {
  const said = new URL(url);
  if (said.password !== '') said.password = '***';
  if (said.searchParams.has('password')) said.searchParams.set('password', '***');
  return said.href;
}
