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
  let state = beginning('', null, 'rows');
  let said = 0;
  return {
    begin(phase, total, unit) {
      state = beginning(phase, total, unit);
      said = state.begunMs;
    },
    advance(done) {
      const nowMs = performance.now();
      if (nowMs - said < LINE_EVERY_MS) return;
      said = nowMs;
      terminal.err(`storno: ${sayState({ ...state, done, elapsedMs: nowMs - state.begunMs })}\n`);
    },
    end() {
      if (verbosity === 'verbose') {
        terminal.err(`storno: ${state.phase}, ${sayDuration(performance.now() - state.begunMs)}\n`);
      }
    },
    stop() {},
  };
}

interface Beginning {
  readonly phase: string;
  readonly total: number | null;
  readonly unit: 'rows' | 'bytes';
  readonly begunMs: number;
}

function beginning(phase: string, total: number | null, unit: 'rows' | 'bytes' | undefined): Beginning {
  return { phase, total, unit: unit ?? 'rows', begunMs: performance.now() };
}

/** How far a phase is, as far as words go. */
export interface PhaseState extends Omit<Beginning, 'begunMs'> {
  readonly done: number;
  readonly elapsedMs: number;
}

/** `reading cases: 1,200,000 of 5,000,000 rows (24 %), 240,000 rows/s, 15.8 s left`. */
export function sayState(state: PhaseState): string {
  const { phase, done, total, unit } = state;
  if (total === null || total === 0) return `${phase}: ${sayAmount(done, unit)}, ${sayPace(state)}`;
  const share = `${sayAmount(done, unit)} of ${sayAmount(total, unit)} (${Math.floor((100 * done) / total)}%)`;
  return `${phase}: ${share}, ${sayPace(state)}`;
}

/** `240,000 rows/s, 15.8 s left`, as much of it as is known. */
export function sayPace({ done, total, unit, elapsedMs }: PhaseState): string {
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const pace = `${sayAmount(Math.round(rate), unit)}/s`;
  if (total === null || rate === 0) return pace;
  return `${pace}, ${sayDuration(Math.max(0, (total - done) / rate) * 1000)} left`;
}

const BYTES_PER_MB = 1_000_000;

function sayAmount(amount: number, unit: 'rows' | 'bytes'): string {
  return unit === 'rows' ? `${sayCount(amount)} rows` : `${sayCount(Math.round(amount / BYTES_PER_MB))} MB`;
}

/** A bar on stderr, drawn by cli-progress, which is loaded only here: a pipe never pays for it. */
export async function showBar(): Promise<ShownProgress> {
  const { default: cliProgress } = await import('cli-progress');
  let bar: InstanceType<typeof cliProgress.SingleBar> | null = null;
  let state = beginning('', null, 'rows');
  const stop = () => {
    bar?.stop();
    bar = null;
  };
  return {
    begin(phase, total, unit) {
      stop();
      state = beginning(phase, total, unit);
      bar = new cliProgress.SingleBar({
        format: total === null ? '{phase} …' : '{phase} [{bar}] {percentage}%  {pace}',
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
      bar.start(total ?? 0, 0, { phase, pace: '' });
    },
    advance(done) {
      const pace = sayPace({ ...state, done, elapsedMs: performance.now() - state.begunMs });
      bar?.update(Math.min(done, state.total ?? done), { pace });
    },
    end: stop,
    stop,
  };
}
