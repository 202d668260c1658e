import { EXIT_USAGE, type Problem, problemsAsJson, problemsAsText } from './exit.ts';
import type { Interrupts } from './interrupt.ts';
import { type ShownProgress, SILENT, showBar, showLines } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
}

export interface SpeechOptions {
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Says what the user can put right, in the form that the other output has. Answers the exit code. */
export function refuse(context: Context, options: SpeechOptions, problems: readonly Problem[]): number {
  return refuseWith(context, options, { code: EXIT_USAGE, problems });
}

/** The same with another exit code than that of usage. */
export function refuseWith(
  { terminal }: Context,
  options: SpeechOptions,
  { code, problems }: { readonly code: number; readonly problems: readonly Problem[] },
): number {
  const asJson = options.json === true || options.ndjson === true;
  terminal.err(asJson ? problemsAsJson(problems, code) : problemsAsText(problems));
  return code;
}

/** A bar on a terminal, plain lines elsewhere and with `--verbose`, nothing with `--quiet`. */
export async function showProgress({ terminal, interrupts }: Context, options: SpeechOptions): Promise<ShownProgress> {
  if (options.quiet === true) return SILENT;
  if (options.verbose === true) return showLines(terminal, 'verbose');
  if (!terminal.isInteractive) return showLines(terminal, 'normal');
  const bar = await showBar();
  interrupts.onInterrupt(bar.stop);
  return bar;
}
