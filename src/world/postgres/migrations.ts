import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { assert } from '../../core/kernel/assert.ts';

/** One file of `sql/`. */
export interface Migration {
  readonly number: number;
  /** `0001_house.sql` */
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
  /** Says in its first line that a program of before cannot run beside it. */
  readonly isBreaking: boolean;
}

/** `sql/` beside `src/` and beside `dist/`. */
const FOLDER = new URL('../../../sql/', import.meta.url);
const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
const BREAKING = '--! breaking-change';

/** All migrations of this program in order: numbers from 1 without a gap. */
export async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => NAME.test(name)).sort();
  return Promise.all(names.map(readMigration));
}

async function readMigration(name: string, index: number): Promise<Migration> {
  // A checkout with Windows line ends is the same migration.
  const text = (await readFile(new URL(name, FOLDER), 'utf8')).replaceAll('\r\n', '\n');
  const number = Number(NAME.exec(name)?.[1]);
  assert(number === index + 1, `sql/${name} follows number ${index}`);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { number, name, text, sha256, isBreaking: text.startsWith(BREAKING) };
}
