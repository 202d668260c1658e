import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What kill-at.ts is told. */
export interface KillAt {
  /** Of all boundaries, or of those that are called `on`; 0 counts only. */
  readonly at: number;
  readonly on: string | null;
  readonly signal: NodeJS.Signals;
}

/** A point between two effects of a process. */
export interface Boundary {
  readonly at: number;
  readonly label: string;
}

/** What kill-at.ts tells: where the process was killed, or all that it passed on its way to the end. */
export interface Trace {
  readonly fatal?: Boundary;
  readonly boundaries?: readonly Boundary[];
}

/** A process of the program. */
export interface Started {
  readonly process: ChildProcess;
  readonly words: readonly string[];
  readonly ended: Promise<End>;
  readonly out: () => string;
  readonly err: () => string;
  readonly isOver: () => boolean;
  readonly trace: () => Trace;
  /** Resolves once it has said it on stderr, or has ended. */
  said(pattern: RegExp): Promise<void>;
}

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'src/bin/cli.ts');
const preload = (name: string) => ['--import', join(import.meta.dirname, name)];

/** What a process says is kept from its end backwards: a worker says more than anybody reads. */
const SAID_LENGTH_MAX = 200_000;

export function startProgram(
  words: readonly string[],
  { env, kill, trace }: { readonly env: NodeJS.ProcessEnv; readonly kill: KillAt | null; readonly trace: string },
): Started {
  const preloads = [...preload('with-parent.ts'), ...(kill === null ? [] : preload('kill-at.ts'))];
  const child = spawn(process.execPath, [...preloads, CLI, ...words], {
    cwd: ROOT,
    env: kill === null ? env : { ...env, ...killEnvironment(kill), KILL_TRACE: trace },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  let isOver = false;
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    out = (out + chunk).slice(-SAID_LENGTH_MAX);
  });
  child.stderr.on('data', (chunk) => {
    err = (err + chunk).slice(-SAID_LENGTH_MAX);
    for (const listen of [...listeners]) listen();
  });
  const ended = new Promise<End>((resolve) => {
    child.once('close', (code, signal) => {
      isOver = true;
      for (const listen of [...listeners]) listen();
      resolve({ code, signal });
    });
  });
  const said = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      const listen = () => {
        if (!isOver && !pattern.test(err)) return;
        listeners.delete(listen);
        resolve();
      };
      listeners.add(listen);
      listen();
    });
  return {
    process: child,
    words,
    ended,
    out: () => out,
    err: () => err,
    isOver: () => isOver,
    trace: () => readTrace(trace),
    said,
  };
}

function killEnvironment({ at, on, signal }: KillAt): NodeJS.ProcessEnv {
  return { KILL_AT: String(at), KILL_SIGNAL: signal, ...(on === null ? {} : { KILL_ON: on }) };
}

export function kill9({ process }: Started): void {
  process.kill('SIGKILL');
}

/** Whatever is still there goes, a frozen one too. */
export async function stopAll(started: Iterable<Started>): Promise<void> {
  const all = [...started];
  for (const one of all) kill9(one);
  await Promise.all(all.map((one) => one.ended));
}

/** Empty while there is none. */
function readTrace(path: string): Trace {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Trace;
  } catch {
    return {};
  }
}
