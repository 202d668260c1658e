import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What one process cost. */
export interface Cost {
  readonly seconds: number;
  /** Processor time of all threads; null where the system does not tell. */
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly output: string;
}

/** Often enough not to miss the last steps of a process that ends. */
const POLL_MS = 20;
/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Runs a process to its end. Throws where it ends otherwise than expected, with what it said. */
export function measure(command: string, args: readonly string[], exitCodes: readonly number[]): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    let usage: Usage = { cpuSeconds: null, peakBytes: null };
    const poll = setInterval(() => {
      usage = usageOf(child.pid) ?? usage;
    }, POLL_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      const seconds = (performance.now() - begin) / 1000;
      if (code !== null && exitCodes.includes(code)) resolve({ seconds, ...usage, output });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${errors}${output}`));
    });
  });
}

type Usage = Pick<Cost, 'cpuSeconds' | 'peakBytes'>;

/** Peak of resident memory and processor time so far, from `/proc`; null elsewhere than on Linux. */
function usageOf(pid: number | undefined): Usage | null {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
    if (peak === undefined || user === undefined || system === undefined) return null;
    return { cpuSeconds: (Number(user) + Number(system)) / TICKS_PER_SECOND, peakBytes: Number(peak) * 1024 };
  } catch {
    return null;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return (low + high) / 2;
}
