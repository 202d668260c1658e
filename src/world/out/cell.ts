/** What a spreadsheet runs as a formula when it opens the file: OWASP "CSV Injection", with the full-width forms. */
const FORMULA_START = /^[=+\-@\t\r＝＋－＠]/u;

/** A signed decimal is a value to a spreadsheet too; guarding it would turn an amount into text. */
const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;

/**
 * Puts `'` before a text that a spreadsheet would take for a formula, so that an id such as `=HYPERLINK(…)` in an
 * export stays text. Plain decimals pass unchanged. Machines that need the raw text read `summary.json` or `--ndjson`.
 */
export function guardFormula(text: string): string {
  return FORMULA_START.test(text) && !DECIMAL.test(text) ? `'${text}` : text;
}
