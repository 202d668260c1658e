import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { FACT_KINDS, type FactKind } from '../../core/fact/fact.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Sources } from '../../flow/ports.ts';
import type { Problem } from './exit.ts';
import { quote } from './quote.ts';

/** The options that say where the facts lie and how much memory may be used: the same for `scan` and `explain`. */
export interface SourceOptions extends Partial<Record<FactKind, readonly string[]>> {
  readonly map?: string;
  readonly tz?: string;
  /** The live database in place of files: its address, or true for the one that the environment names. */
  readonly database?: string | true;
  readonly memory: string;
}

/** A map is a page of expressions; more is a mistake (a data file given as the map). */
const MAP_LENGTH_MAX = 1_000_000;

export function addSourceOptions(command: Command): Command {
  return command
    .option('--rentals <files...>', 'what was delivered, and its price')
    .option('--payments <files...>', 'what the provider did (needed, unless the map names it)')
    .option('--charges <files...>', 'what our own books say')
    .option('--settlements <files...>', 'what the bank or acquirer booked')
    .option('--map <file>', 'how to read files of another form: see `storno map --help`')
    .option('--database [url]', 'read the live database instead of files')
    .option('--tz <zone>', 'zone of times that carry none, e.g. Europe/Rome')
    .option('--memory <size>', 'memory that the engine may use, such as 500MB', memorySize, '1GB');
}

/** As DuckDB spells sizes. */
function memorySize(text: string): string {
  if (/^\d+(?:\.\d+)? ?[KMGT]i?B$/i.test(text)) return text;
  throw new InvalidArgumentError('It must be a number and a unit, such as 500MB or 2GB.');
}

/** Reads the map, and hands everything else on as it was typed: the archive checks the files. */
export async function readSources(options: SourceOptions): Promise<Result<Sources, Problem>> {
  const files: Partial<Record<FactKind, readonly string[]>> = {};
  for (const fact of FACT_KINDS) {
    const paths = options[fact];
    if (paths !== undefined) files[fact] = paths;
  }
  const timeZone = options.tz ?? null;
  if (options.map === undefined) return ok({ files, map: null, timeZone });
  const text = await readMap(options.map);
  return text.ok ? ok({ files, map: { path: options.map, text: text.value }, timeZone }) : text;
}

async function readMap(path: string): Promise<Result<string, Problem>> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length <= MAP_LENGTH_MAX) return ok(text);
    return fail({ kind: 'map_invalid', file: path, message: `${path} is too long for a map. Is it a file of data?` });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    return fail({ kind: 'map_invalid', file: path, message: `The map ${path} ${why}. Check the path after --map.` });
  }
}

/** The options again as they would be typed, for the commands that the summary proposes. */
export function sourceOptionsText(options: SourceOptions): string {
  const parts = FACT_KINDS.flatMap((fact) => {
    const paths = options[fact];
    return paths === undefined ? [] : [`--${fact} ${paths.map(quote).join(' ')}`];
  });
  if (options.database !== undefined) parts.push(options.database === true ? '--database' : '--database URL');
  if (options.map !== undefined) parts.push(`--map ${quote(options.map)}`);
  if (options.tz !== undefined) parts.push(`--tz ${quote(options.tz)}`);
  return parts.join(' ');
}
