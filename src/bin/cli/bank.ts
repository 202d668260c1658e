import { checkStatement } from '../../core/remedy/check-statement.ts';
import { type BankFile, readBankFileAt } from '../../world/bank/read-bank-file.ts';
import { statementAsJson, statusAsJson } from './bank-rows.ts';
import { statementText, statusText } from './bank-text.ts';
import { type Context, refuse, type SpeechOptions } from './context.ts';
import { EXIT_DONE, EXIT_ROWS_REJECTED, type Problem } from './exit.ts';

interface Checked {
  readonly file: string;
  readonly content: BankFile;
}

/**
 * `storno bank check FILE...`: what bank files hold, and whether their sums agree. Answers 3 where one does not come
 * out even, 2 where one cannot be used at all; all that is wrong is said at once.
 */
export async function runBankCheck(
  context: Context,
  files: readonly string[],
  options: SpeechOptions,
): Promise<number> {
  const checked: Checked[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const read = await readBankFileAt(file);
    if (read.ok) checked.push({ file, content: read.value });
    else problems.push({ kind: read.error.kind, file, message: `${file} ${read.error.message}` });
  }
  const { terminal } = context;
  if (options.json === true) terminal.out(`${JSON.stringify({ files: checked.map(asJson) }, null, 2)}\n`);
  else for (const each of checked) terminal.out(asText(each, terminal.style));
  if (problems.length > 0) return refuse(context, options, problems);
  return checked.every(isEven) ? EXIT_DONE : EXIT_ROWS_REJECTED;
}

function isEven({ content }: Checked): boolean {
  return content.kind === 'status' || content.statements.every((statement) => checkStatement(statement).length === 0);
}

function asJson({ file, content }: Checked) {
  if (content.kind === 'status') return { file, status_report: statusAsJson(content.report) };
  return { file, statements: content.statements.map(statementAsJson) };
}

function asText({ file, content }: Checked, style: Context['terminal']['style']): string {
  const parts =
    content.kind === 'status'
      ? [statusText(content.report, style)]
      : content.statements.map((statement) => statementText(statement, style));
  return `${style('bold', file)}\n${parts.join('\n')}\n`;
}
