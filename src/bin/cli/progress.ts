import { sayDuration } from '../../core/kernel/time.ts';
import { sayCount } from '../../core/remedy/summary.ts';
import type { Progress } from '../../flow/ports.ts';
import type { Terminal } from './terminal.ts';

/** A bar on a terminal, a plain line every few seconds elsewhere, nothing with `--quiet`. `stop` clears a drawn bar. */
export interface ShownProgress extends Progress {
  stop(): void;
}

/** Often enough to see that it lives, seldom enough for a log file. */
const LINE_EVERY_MS = 3000;

export const SILENT: ShownProgress = { begin() {}, advance() {}, end() {}, stop() {} };

/** Plain lines: one every few seconds; with `verbose` also each phase and how long it took. */
export function showLines(terminal: Terminal, verbosity: 'normal' | 'verbose'): ShownProgress {
  let phase = '';
  let total: number | null = null;
  let begun = 0;
  let said = 0;
  return {
    begin(name, rows) {
      phase = name;
      total = rows;
      begun = said = performance.now();
    },
    advance(done) {
      const now = performance.now();
      if (now - said < LINE_EVERY_MS) return;
      said = now;
      terminal.err(`storno: ${sayState({ phase, done, total, elapsedMs: now - begun })}\n`);
    },
    end() {
      if (verbosity === 'verbose') terminal.err(`storno: ${phase}, ${sayDuration(performance.now() - begun)}\n`);
    },
    stop() {},
  };
}

export interface PhaseState {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly elapsedMs: number;
}

/** `reading payments: 1,200,000 of 5,000,000 (24 %), 240,000 a second, 15.8 s left`. */
export function sayState({ phase, done, total, elapsedMs }: PhaseState): string {
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const pace = `${sayCount(Math.round(rate))} a second`;
  if (total === null || total === 0) return `${phase}: ${sayCount(done)}, ${pace}`;
  const share = `${sayCount(done)} of ${sayCount(total)} (${Math.floor((100 * done) / total)} %)`;
  if (rate === 0) return `${phase}: ${share}`;
  return `${phase}: ${share}, ${pace}, ${sayDuration(((total - done) / rate) * 1000)} left`;
}

/** A bar on stderr, drawn by cli-progress, which is loaded only here: a pipe never pays for it. */
export async function showBar(): Promise<ShownProgress> {
  const { default: cliProgress } = await import('cli-progress');
  let bar: InstanceType<typeof cliProgress.SingleBar> | null = null;
  let total: number | null = null;
  let begun = 0;
  let phase = '';
  const stop = () => {
    bar?.stop();
    bar = null;
  };
  return {
    begin(name, rows) {
      stop();
      phase = name;
      total = rows;
      begun = performance.now();
      bar = new cliProgress.SingleBar({
        format: rows === null ? '{phase}  {note}' : '{phase} [{bar}] {percentage} %  {note}',
        barCompleteChar: '#',
        barIncompleteChar: '.',
        barsize: 24,
        clearOnComplete: true,
        hideCursor: true,
        linewrap: false,
        fps: 10,
        stream: process.stderr,
        gracefulExit: false,
        emptyOnZero: true,
      });
      bar.start(rows ?? 0, 0, { phase: name, note: '' });
    },
    advance(done) {
      bar?.update(Math.min(done, total ?? done), {
        note: sayPace({ phase, done, total, elapsedMs: performance.now() - begun }),
      });
    },
    end: stop,
    stop,
  };
}

function sayPace({ done, total, elapsedMs }: PhaseState): string {
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  if (total === null || rate === 0) return sayCount(done);
  return `${sayCount(Math.round(rate))}/s, ${sayDuration(((total - done) / rate) * 1000)} left`;
}
