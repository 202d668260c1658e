import { EXIT_SIGINT, EXIT_SIGTERM } from './exit.ts';

/** What must be undone when the user stops the program. */
export interface Interrupts {
  /** Registers an undoing; call the answer when it is no longer needed. Undone in reverse order. */
  onInterrupt(undo: () => void | Promise<void>): () => void;
}

/** An undoing that hangs must not keep the user waiting. */
const UNDO_MS_MAX = 2000;

/**
 * Ctrl-C and SIGTERM undo and end with 130 and 143. A second signal while undoing is ignored, because a terminal and a
 * parent process may both send it; the undoing is bounded in time.
 */
export function watchInterrupts(say: (message: string) => void): Interrupts {
  const undoings = new Set<() => void | Promise<void>>();
  let isUndoing = false;
  const stop = async (code: number): Promise<void> => {
    if (isUndoing) return;
    isUndoing = true;
    setTimeout(() => process.exit(code), UNDO_MS_MAX).unref();
    for (const undo of [...undoings].reverse()) {
      try {
        await undo();
      } catch (error) {
        say(`storno: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    say('storno: interrupted; no half-written file is left.\n');
    process.exit(code);
  };
  process.on('SIGINT', () => void stop(EXIT_SIGINT));
  process.on('SIGTERM', () => void stop(EXIT_SIGTERM));
  return {
    onInterrupt(undo) {
      undoings.add(undo);
      return () => void undoings.delete(undo);
    },
  };
}
