/** Exit codes of every command, as README and `--help` promise them. 10 wins over 3: money owed is more urgent news. */
export const EXIT_DONE = 0;
export const EXIT_CRASH = 1;
export const EXIT_USAGE = 2;
export const EXIT_ROWS_REJECTED = 3;
/** Some of it was done; what was not is said. */
export const EXIT_PARTLY = 3;
/** What was planned is not what stands any more: plan again. */
export const EXIT_STALE = 4;
/** A confirmation or an approval is missing. */
export const EXIT_NOT_APPROVED = 5;
/** The payment provider could not be reached: nothing was sent. */
export const EXIT_PROVIDER = 6;
export const EXIT_FINDINGS = 10;
/** 128 and the number of the signal, as shells count: SIGINT is 2, SIGTERM 15. */
export const EXIT_SIGINT = 130;
export const EXIT_SIGTERM = 143;

/** Something that the user can put right. `file` is null where no file is at fault. */
export interface Problem {
  readonly kind: string;
  readonly file: string | null;
  /** What, where and what to do: complete sentences. */
  readonly message: string;
}

/** The object that `--json` and `--ndjson` put on stderr in place of words. */
export function problemsAsJson(problems: readonly Problem[], exitCode: number): string {
  return `${JSON.stringify({ error: { exit_code: exitCode, problems } })}\n`;
}

export function problemsAsText(problems: readonly Problem[]): string {
  return problems.map(({ message }) => `storno: ${message}\n`).join('');
}
