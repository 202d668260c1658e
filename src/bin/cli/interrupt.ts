import { EXIT_SIGINT, EXIT_SIGTERM } from './exit.ts';

/** What must be undone when the user stops the program. */
export interface Interrupts {
  /** Registers an undoing. It must be synchronous and must not fail when there is nothing left to undo. */
  onInterrupt(undo: () => void): void;
}

/**
 * Ctrl-C and SIGTERM undo, in reverse order, and end with 130 and 143 within the same turn. The engine is not closed:
 * that would wait for the statement that runs, for ever; its folder is removed as the process exits.
 */
export function watchInterrupts(say: (message: string) => void): Interrupts {
  const undoings: (() => void)[] = [];
  const stop = (code: number): never => {
    for (const undo of undoings.reverse()) undo();
    say('storno: interrupted; no half-written file is left.\n');
    process.exit(code);
  };
  process.on('SIGINT', () => stop(EXIT_SIGINT));
  process.on('SIGTERM', () => stop(EXIT_SIGTERM));
  return { onInterrupt: (undo) => void undoings.push(undo) };
}
