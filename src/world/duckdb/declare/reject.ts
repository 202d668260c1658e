import type { FactKind } from '../../../core/fact/fact.ts';
import { exponentOf } from '../../../core/kernel/currency.ts';
import { CONTRACT, type ContractColumn, isAmount, viewColumn } from '../contract.ts';
import { quoteName } from '../open.ts';
import { DECIMAL } from './normal.ts';
import { faultsOf, type Reading, type ViewSettings, waypoint } from './reading.ts';

/** What can be wrong with one value. */
const PROBLEMS = [
  'missing',
  'unknown',
  'malformed',
  'negative',
  'too_precise',
  'too_large',
  'time',
  'zone',
  'gap',
] as const;
type Problem = (typeof PROBLEMS)[number];

/** Codes below are problems of contract columns (index × problems + problem + 1), from here on faults of files. */
export const FAULT_CODE_FIRST = 200;

function codeOf(columnIndex: number, problem: Problem): number {
  return columnIndex * PROBLEMS.length + PROBLEMS.indexOf(problem) + 1;
}

/**
 * The steps that judge a row: whether it is sound (a few null tests), what was in the columns of one that is not (`d`),
 * and then, in the order of the contract's columns but the currency before the amount, the code of the first thing that
 * is wrong. Sound rows carry NULLs through the last two.
 */
export function rejectSteps(reading: Reading, settings: ViewSettings): readonly (readonly string[])[] {
  const columns = CONTRACT[reading.fact];
  const sound = columns.flatMap((column) => soundTests(column, reading));
  const kept = columns
    .filter(({ name }) => reading.columns.has(name))
    .map(
      (column) =>
        `CASE WHEN NOT "x.sound" THEN trim(${waypoint(column, 'x')}::VARCHAR) END AS ${waypoint(column, 'd')}`,
    );
  const indexed = columns.map((column, index) => ({ column, index }));
  const ordered = [...indexed].sort((one, other) => rank(one.column) - rank(other.column));
  const branches = ordered.flatMap(({ column, index }) =>
    problemTests(column, reading, settings).map(([problem, test]) => `WHEN ${test} THEN ${codeOf(index, problem)}`),
  );
  const code = `CASE WHEN "x.sound" THEN 0 WHEN "x.fault" <> 0 THEN "x.fault" ${branches.join(' ')} ELSE 0 END`;
  return [
    [`(${['"x.fault" = 0', ...sound].join(' AND ')}) IS TRUE AS "x.sound"`],
    kept,
    [`(${code})::UTINYINT AS reject`],
  ];
}

/** An amount cannot be judged before its currency is known. */
function rank(column: ContractColumn): number {
  return isAmount(column) ? 1 : 0;
}

function isRequired(column: ContractColumn, reading: Reading): boolean {
  return column.required && !reading.lacks.has(column.name);
}

function soundTests(column: ContractColumn, reading: Reading): readonly string[] {
  const value = quoteName(viewColumn(column));
  if (column.form.kind === 'choice') return [`${value} IS NOT NULL`];
  if (column.form.kind === 'currency') return ['"y.exponent" IS NOT NULL'];
  if (column.form.kind === 'positive') return [`${value} >= 0`];
  if (isRequired(column, reading)) return [`${value} IS NOT NULL`];
  if (column.form.kind === 'time' && reading.columns.has(column.name)) {
    return [`(${value} IS NOT NULL OR ${waypoint(column, 'x')} IS NULL)`];
  }
  return [];
}

type ProblemTest = readonly [problem: Problem, test: string];

function problemTests(column: ContractColumn, reading: Reading, settings: ViewSettings): readonly ProblemTest[] {
  const value = quoteName(viewColumn(column));
  const expression = reading.columns.get(column.name);
  if (expression === undefined) return isRequired(column, reading) ? [['missing', `${value} IS NULL`]] : [];
  const missing: readonly ProblemTest[] = isRequired(column, reading) ? [['missing', isBlank(column)]] : [];
  switch (column.form.kind) {
    case 'name':
      return isRequired(column, reading) ? [['missing', `${value} IS NULL`]] : [];
    case 'choice':
      return [...missing, ['unknown', `${value} IS NULL`]];
    case 'currency':
      return [...missing, ['unknown', '"y.exponent" IS NULL']];
    case 'time':
      return [
        ...missing,
        ...timeTests(column, expression.zone !== null || settings.timeZone !== null ? 'gap' : 'zone'),
      ];
    default:
      return [...missing, ...amountTests(column)];
  }
}

/** True for a row that is not sound and says nothing in that column. */
function isBlank(column: ContractColumn): string {
  return `coalesce(${waypoint(column, 'd')}, '') = ''`;
}

/** `ofClock` is what is wrong with a time that could be read, but only as a wall clock's. */
function timeTests(column: ContractColumn, ofClock: 'gap' | 'zone'): readonly ProblemTest[] {
  const unread = `${quoteName(viewColumn(column))} IS NULL AND NOT ${isBlank(column)}`;
  const isClock = `${waypoint(column, 'i')} IS NULL AND ${waypoint(column, 'w')} IS NOT NULL`;
  return [
    [ofClock, `${unread} AND ${isClock}`],
    ['time', unread],
  ];
}

function amountTests(column: ContractColumn): readonly ProblemTest[] {
  const [value, text] = [quoteName(viewColumn(column)), waypoint(column, 's')];
  const fraction = `rtrim(regexp_extract(${text}, '[.]([0-9]+)', 1), '0')`;
  const tests: ProblemTest[] = [
    ['malformed', `${value} IS NULL AND NOT coalesce(regexp_full_match(${text}, '${DECIMAL}'), false)`],
    ['too_precise', `${value} IS NULL AND length(${fraction}) > "y.exponent"`],
    ['too_large', `${value} IS NULL`],
  ];
  return column.form.kind === 'positive' ? [...tests, ['negative', `${value} < 0`]] : tests;
}

/** What a rejected row says about itself, from its code. */
export interface Wrong {
  readonly column: string;
  readonly reason: string;
}

export interface WrongValue {
  readonly reading: Reading;
  readonly value: string;
  /** Upper case, or empty where the row has none. */
  readonly currency: string;
  readonly timeZone: string | null;
}

/** SQL of the value at fault, for a code. */
export function wrongValueSql(reading: Reading): string {
  const branches = CONTRACT[reading.fact].flatMap((column, index) => {
    if (!reading.columns.has(column.name)) return [];
    const [first, last] = [codeOf(index, 'missing'), codeOf(index, 'gap')];
    return [`WHEN reject BETWEEN ${first} AND ${last} THEN ${waypoint(column, 'x')}::VARCHAR`];
  });
  return `CASE WHEN reject >= ${FAULT_CODE_FIRST} THEN "x.fault_value" ${branches.join(' ')} END`;
}

/** Says what a code means, as a complete sentence without the full stop. */
export function sayWrong(code: number, what: WrongValue): Wrong {
  if (code >= FAULT_CODE_FIRST) {
    const fault = faultsOf(what.reading)[code - FAULT_CODE_FIRST];
    return { column: fault?.column ?? '', reason: (fault?.reason ?? 'unreadable').replace('{value}', what.value) };
  }
  const column = CONTRACT[what.reading.fact][Math.floor((code - 1) / PROBLEMS.length)];
  const problem = PROBLEMS[(code - 1) % PROBLEMS.length];
  if (column === undefined || problem === undefined) return { column: '', reason: 'unreadable' };
  return { column: column.name, reason: sayProblem(problem, column, what) };
}

function sayProblem(problem: Problem, column: ContractColumn, what: WrongValue): string {
  const { value, currency } = what;
  switch (problem) {
    case 'missing':
      return sayMissing(column, what.reading);
    case 'unknown':
      return column.form.kind === 'choice'
        ? `${column.name} must be one of ${column.form.choices.join(', ')}`
        : `${value} is not a currency of ISO 4217`;
    case 'malformed':
      return `${column.name} is not a decimal number such as 1234.50 (no group marks, a point before the decimals)`;
    case 'negative':
      return column.name === 'amount' && what.reading.fact === 'payments'
        ? 'amount must not be negative: a refund is a row of its own, with kind refund and a positive amount'
        : `${column.name} must not be negative`;
    case 'too_precise':
      return `${currency} has ${exponentOf(currency) ?? 0} decimals; nothing is rounded here`;
    case 'too_large':
      return `${column.name} is beyond what can be held (9223372036854775807 minor units)`;
    case 'time':
      return `${column.name} is not a time of the calendar between 1970 and 2199 in RFC 3339, such as 2014-11-16T02:00:00Z`;
    case 'zone':
      return `${column.name} carries no zone, unlike others in this file; add Z or an offset, or give --tz`;
    case 'gap':
      return sayGap(column, what);
  }
}

function sayMissing(column: ContractColumn, reading: Reading): string {
  const mapped = reading.columns.get(column.name)?.mapped ?? null;
  if (mapped === null) return `${column.name} is missing`;
  return `${column.name} is missing: the map's expression ${mapped} gives nothing here`;
}

function sayGap(column: ContractColumn, { reading, timeZone }: WrongValue): string {
  if (reading.columns.get(column.name)?.zone !== null) {
    return `${column.name} does not exist in the zone that stands beside it, or that zone is unknown`;
  }
  return `${column.name} does not exist in ${timeZone ?? 'that zone'}: clocks were put forward over it, or it is out of bounds`;
}

/** The contract's columns that a file of this fact must have. */
export function requiredColumns(fact: FactKind): readonly string[] {
  return CONTRACT[fact].filter((column) => column.required).map(({ name }) => name);
}
