import { EXIT_SIGINT, EXIT_SIGTERM } from './exit.ts';

/** What must be undone, or ended in good order, when the user stops the program. */
export interface Interrupts {
  /** Registers an undoing. It must be synchronous and must not fail when there is nothing left to undo. */
  onInterrupt(undo: () => void): void;
  /**
   * For what serves until it is stopped: the first signal begins its end, which may take its time and sets the exit
   * code by itself; a second signal stops at once.
   */
  onFirstInterrupt(end: () => void): void;
}

/**
 * Ctrl-C and SIGTERM undo, in reverse order, and end with 130 and 143 within the same turn. The engine is not closed:
 * that would wait for the statement that runs, for ever; its folder is removed as the process exits.
 */
export function watchInterrupts(say: (message: string) => void): Interrupts {
  const undoings: (() => void)[] = [];
  let end: (() => void) | null = null;
  const stop = (code: number): void => {
    if (end !== null) {
      const begin = end;
      end = null;
      begin();
      return;
    }
    for (const undo of undoings.reverse()) undo();
    say('storno: interrupted; no half-written file is left.\n');
    process.exit(code);
  };
  process.on('SIGINT', () => stop(EXIT_SIGINT));
  process.on('SIGTERM', () => stop(EXIT_SIGTERM));
  return {
    onInterrupt: (undo) => void undoings.push(undo),
    onFirstInterrupt: (begin) => {
      end = begin;
    },
  };
}
