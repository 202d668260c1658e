import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A folder of `examples/` whose expected output is committed: how it is scanned, from the root of the repository. */
export interface Example {
  readonly folder: string;
  readonly options: readonly string[];
}

export const EXAMPLES: readonly Example[] = [
  {
    folder: 'examples/milano-2014',
    options: [
      ...['--rentals', 'examples/milano-2014/rentals.csv'],
      ...['--payments', 'examples/milano-2014/payments.csv'],
    ],
  },
  {
    folder: 'examples/own-columns',
    options: ['--map', 'examples/own-columns/map.json', '--tz', 'Europe/Berlin'],
  },
];

/** Of the five files of a scan, those that are data; the page is looked at elsewhere. */
export const EXPECTED_FILES = ['summary.json', 'findings.csv', 'refunds.csv', 'rejected.csv'] as const;

/** The text of each expected file, as a scan writes it now. */
export function scanExample({ options }: Example): ReadonlyMap<string, string> {
  const out = mkdtempSync(join(tmpdir(), 'storno-example-'));
  try {
    const command = [join(ROOT, 'src', 'bin', 'cli.ts'), 'scan', ...options, '--out', out, '--quiet'];
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0 && status !== 3) throw new Error(`storno ended with ${status}: ${stderr}`);
    return new Map(EXPECTED_FILES.map((name) => [name, readFileSync(join(out, name), 'utf8')]));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
