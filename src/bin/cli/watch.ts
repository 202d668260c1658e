import { sayMoney } from '../../core/kernel/money.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import { sayCount, toFindingRow } from '../../core/remedy/summary.ts';
import { detectEverything } from '../../flow/live/detect-touched.ts';
import { readLiveFacts } from '../../world/postgres/live-facts.ts';
import { COMMAND } from './command.ts';
import type { Context, SpeechOptions } from './context.ts';
import { EXIT_DONE, EXIT_FINDINGS } from './exit.ts';
import { withDatabase } from './open-database.ts';
import type { Style } from './terminal.ts';

export interface WatchOptions extends SpeechOptions {
  readonly database?: string;
  readonly failOnFindings?: boolean;
}

/** A look at all history of an operator takes a while; it locks nothing. */
const STATEMENT_MS_MAX = 30 * 60_000;
/** More lines than a screen holds are a matter for the report. */
const SHOWN_MAX = 20;

/**
 * `storno watch`: looks over all history of the live database once, by the rules that a worker applies to every change.
 * Causes, window and report are the matter of `storno scan --database`.
 */
export function runWatch(context: Context, options: WatchOptions): Promise<number> {
  return withDatabase(context, { url: options.database ?? null, options }, async (database) => {
    const pool = database.openPool({ role: 'storno_auditor', connectionsMax: 1, statementMsMax: STATEMENT_MS_MAX });
    const findings = await detectEverything(readLiveFacts(pool));
    const { terminal } = context;
    terminal.out(
      options.json === true
        ? `${JSON.stringify(findings.map(toFindingRow), null, 2)}\n`
        : watchText(findings, terminal.style),
    );
    const isProven = findings.some(({ grade }) => grade === 'proven');
    return options.failOnFindings === true && isProven ? EXIT_FINDINGS : EXIT_DONE;
  });
}

function watchText(findings: readonly Finding[], style: (style: Style, text: string) => string): string {
  if (findings.length === 0) return 'No wrong charge found: every account of the live database comes out even.\n';
  const shown = findings.slice(0, SHOWN_MAX);
  const rest = findings.length - shown.length;
  return [
    style('bold', `${sayCount(findings.length)} wrong ${findings.length === 1 ? 'charge' : 'charges'} found.`),
    ...shown.map(({ grade, accountId, refundDue, reason }) => {
      return `  ${grade.padEnd(9)} ${(accountId ?? '–').padEnd(16)} ${sayMoney(refundDue).padStart(12)}  ${reason}`;
    }),
    ...(rest > 0 ? [`  … and ${sayCount(rest)} more.`] : []),
    '',
    style('bold', 'Next'),
    `  ${COMMAND} scan --database --out report    the cause, the window, all cases`,
    '',
  ].join('\n');
}
