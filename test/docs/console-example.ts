import { spawnSync } from 'node:child_process';

/** One command of a document and what the document says that it prints. */
export interface ConsoleExample {
  /** `README.md:40`, the line of the command. */
  readonly place: string;
  readonly command: string;
  readonly expected: readonly string[];
}

/**
 * The commands of a document that are run: those in blocks that begin with ` ```console run`. A command begins with
 * `$ ` and goes on while a line ends with `\`; what follows, up to the next command, is what it prints on stdout. In
 * it, `…`
 * stands for anything within a line, and a line of `…` alone for any number of lines, none included.
 */
export function consoleExamplesOf(path: string, text: string): readonly ConsoleExample[] {
  const examples: { place: string; command: string; expected: string[] }[] = [];
  let inside = false;
  for (const [index, line] of text.split('\n').entries()) {
    const last = examples.at(-1);
    if (line.startsWith('```')) inside = line.trim() === '```console run';
    else if (!inside) continue;
    else if (line.startsWith('$ '))
      examples.push({ place: `${path}:${index + 1}`, command: line.slice(2), expected: [] });
    else if (last?.command.endsWith('\\') && last.expected.length === 0) last.command += `\n${line}`;
    else last?.expected.push(line);
  }
  return examples;
}

/** What the command prints on stdout when run by bash in `folder`, whatever its exit code. */
export function printedBy(command: string, folder: string): readonly string[] {
  return linesOf(runInBash(command, folder));
}

const RUN_MS_MAX = 120_000;

function runInBash(command: string, folder: string): string {
  const env = { ...process.env, NO_COLOR: '1' };
  const run = spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8', timeout: RUN_MS_MAX, env });
  if (run.error !== undefined) throw run.error;
  return run.stdout;
}

export function linesOf(text: string): readonly string[] {
  return text
    .replace(/\s+$/, '')
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Whether what was printed is what the document says, `…` standing for what may differ from run to run. */
export function agrees(expected: readonly string[], printed: readonly string[]): boolean {
  const pattern = linesOf(expected.join('\n'))
    .map((line) => (line === '…' ? '(?:[^\\n]*\\n)*?' : `${line.split('…').map(escaped).join('[^\\n]*')}\\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${printed.join('\n')}\n`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
