import type { FactKind } from '../../../core/fact/fact.ts';
import { CONTRACT, type ContractColumn } from '../contract.ts';
import { amountSql, choiceMapSql, columnSql, isMinor, timeSql } from './expression.ts';
import type { Shape } from './shape.ts';
import { CLOCK_WORDS, nameLikeness, plainWords } from './words.ts';

/** What stands for one contract column, how sure that is (0 to 1), and why. */
export interface SuggestedColumn {
  readonly column: string;
  readonly expression: string;
  readonly confidence: number;
  readonly why: string;
}

/** A column of the file as a candidate for one of the contract. */
interface Candidate {
  readonly column: ContractColumn;
  readonly shape: Shape;
  readonly confidence: number;
  readonly why: string;
}

/** Below this a likeness is a coincidence. */
const CONFIDENCE_MIN = 0.35;

/**
 * The best reading of a file's columns as one fact. Candidates are taken by confidence; each column of the file serves
 * once. What no column gives is filled where a constant is honest, with a confidence that says so.
 */
export function suggestColumns(fact: FactKind, shapes: readonly Shape[]): readonly SuggestedColumn[] {
  const candidates = CONTRACT[fact]
    .flatMap((column) => shapes.map((shape) => weigh(column, shape)))
    .filter(({ confidence }) => confidence >= CONFIDENCE_MIN)
    .sort((one, other) => other.confidence - one.confidence);
  const chosen = new Map<string, Candidate>();
  const taken = new Set<string>();
  for (const candidate of candidates) {
    if (chosen.has(candidate.column.name) || taken.has(candidate.shape.name)) continue;
    chosen.set(candidate.column.name, candidate);
    taken.add(candidate.shape.name);
  }
  const currency = currencyOf(fact, chosen, shapes);
  return CONTRACT[fact].flatMap((column) => {
    if (column.form.kind === 'currency') return currency === null ? [] : [currency];
    const candidate = chosen.get(column.name);
    const found = candidate === undefined ? null : express(candidate, { fact, shapes, currency, chosen });
    const filled = found ?? fill(column, { fact, chosen });
    return filled === null ? [] : [filled];
  });
}

function weigh(column: ContractColumn, shape: Shape): Candidate {
  const { score, word } = nameLikeness(shape.name, column.name);
  const fit = fitOf(column, shape);
  const confidence = fit.score === 0 ? 0 : Math.round(100 * (0.6 * score + 0.4 * fit.score)) / 100;
  const named = score > 0 ? `"${shape.name}" reads like ${word}` : `nothing in the name "${shape.name}"`;
  // Values alone decide only where hardly anything else looks like them.
  return { column, shape, confidence: score === 0 ? confidence * fit.alone : confidence, why: `${named}; ${fit.why}` };
}

interface Fit {
  /** How well the values fit, 0 where they cannot be this. */
  readonly score: number;
  /** How much the values say without a name. */
  readonly alone: number;
  readonly why: string;
}

function fitOf(column: ContractColumn, shape: Shape): Fit {
  if (shape.filled === 0) return { score: 0.2, alone: 0, why: 'the column is empty in the first rows' };
  switch (column.form.kind) {
    case 'name':
      return nameFit(column, shape);
    case 'currency':
      return {
        score: shape.currencyShare,
        alone: 2,
        why: `${percent(shape.currencyShare)} of the values are currency codes`,
      };
    case 'choice':
      return choiceFit(column, shape, column.form.choices);
    case 'time':
      return timeFit(shape);
    default:
      return amountFit(shape);
  }
}

/** An id that comes back more often than this is somebody else's: a rental's, a customer's, a place's. */
const UNIQUE_MIN = 0.6;

function nameFit(column: ContractColumn, shape: Shape): Fit {
  const isId = /^(payment|line|rental|charge)_id$/.test(column.name) && column.required;
  const isWritten = shape.time !== null && shape.time.form !== 'epoch_s' && shape.time.form !== 'epoch_ms';
  if (isWritten || (shape.amount !== null && !shape.amount.isWhole) || shape.currencyShare > 0.9) {
    return { score: 0, alone: 0, why: 'its values are times, amounts or codes' };
  }
  if (!isId) return { score: shape.variety < 1 ? 1 : 0.8, alone: 0, why: 'any text will do' };
  return {
    score: shape.variety < UNIQUE_MIN ? 0 : shape.variety ** 4,
    alone: 0.6,
    why: `${percent(shape.variety)} of the values are different`,
  };
}

function choiceFit(column: ContractColumn, shape: Shape, choices: readonly string[]): Fit {
  const { share } = choiceMapSql(shape, column.name, choices);
  return {
    score: share,
    alone: shape.values.length <= 12 ? 1.6 : 0,
    why: `${percent(share)} of the values are understood`,
  };
}

function timeFit({ time }: Shape): Fit {
  if (time === null) return { score: 0, alone: 0, why: 'its values are no times' };
  const what = time.form === 'format' ? (time.formats[0] ?? '') : time.form.replace('_', ' ');
  return {
    score: time.isDateOnly ? 0.8 * time.share : time.share,
    alone: 1,
    why: `${percent(time.share)} of the values are times (${what})`,
  };
}

function amountFit(shape: Shape): Fit {
  const { amount } = shape;
  if (amount === null || shape.time !== null) return { score: 0, alone: 0, why: 'its values are no amounts' };
  const what =
    amount.decimal === 'comma' ? 'decimal comma' : amount.decimal === 'grouped' ? 'group commas' : 'decimal point';
  const score = amount.isWhole && !isMinor(shape) ? 0.6 * amount.share : amount.share;
  return {
    score,
    alone: amount.isWhole ? 0.5 : 1.2,
    why: `${percent(amount.share)} of the values are amounts (${amount.isWhole ? 'whole numbers' : what})`,
  };
}

/** Whole numbers may be euros or cents: a factor of a hundred that a person must settle. */
const WHOLE_CONFIDENCE = 0.45;

interface Context {
  readonly fact: FactKind;
  readonly shapes: readonly Shape[];
  readonly currency: SuggestedColumn | null;
  readonly chosen: ReadonlyMap<string, Candidate>;
}

function express({ column, shape, confidence, why }: Candidate, context: Context): SuggestedColumn | null {
  const say = (expression: string, reason = why) => ({
    column: column.name,
    expression,
    confidence: Math.min(confidence, 1),
    why: reason,
  });
  switch (column.form.kind) {
    case 'choice': {
      const { sql, unknown } = choiceMapSql(shape, column.name, column.form.choices);
      return say(sql, unknown.length === 0 ? why : `${why}; not understood: ${unknown.slice(0, 5).join(', ')}`);
    }
    case 'time': {
      const clock = shape.time?.isDateOnly === true ? findClock(shape, context.shapes) : null;
      const sql = timeSql(shape, clock);
      return sql === null ? null : say(sql, clock === null ? why : `${why}; the time of day is in "${clock.name}"`);
    }
    case 'positive':
    case 'signed': {
      const sql = amountSql(shape, context.currency?.expression ?? "'EUR'");
      if (sql === null) return null;
      const isTurned =
        column.form.kind === 'positive' && context.fact === 'payments' && shape.amount?.hasNegative === true;
      const turned = isTurned
        ? say(`ltrim((${sql})::VARCHAR, '-')`, `${why}; the sign says what kind it is`)
        : say(sql);
      if (shape.amount?.isWhole !== true || isMinor(shape)) return turned;
      const minor = `from_minor(${columnSql(shape.name)}, ${context.currency?.expression ?? "'EUR'"})`;
      return { ...turned, confidence: WHOLE_CONFIDENCE, why: `${turned.why}; if they count cents, use ${minor}` };
    }
    default:
      return say(columnSql(shape.name));
  }
}

/** The column with the time of day that belongs to a date: next to it, or the only one. */
function findClock(date: Shape, shapes: readonly Shape[]): Shape | null {
  const clocks = shapes.filter(
    ({ clockShare, name }) =>
      clockShare > 0.8 &&
      plainWords(name)
        .split(' ')
        .some((word) => CLOCK_WORDS.includes(word)),
  );
  const next = shapes[shapes.indexOf(date) + 1];
  return clocks.find((clock) => clock === next) ?? (clocks.length === 1 ? (clocks[0] ?? null) : null);
}

function currencyOf(
  fact: FactKind,
  chosen: ReadonlyMap<string, Candidate>,
  shapes: readonly Shape[],
): SuggestedColumn | null {
  const candidate = chosen.get('currency');
  if (candidate !== undefined && candidate.shape.currencyShare > 0.5) {
    return {
      column: 'currency',
      expression: columnSql(candidate.shape.name),
      confidence: Math.min(candidate.confidence, 1),
      why: candidate.why,
    };
  }
  const amount = chosen.get(fact === 'rentals' ? 'amount_due' : 'amount');
  const inValues = amount?.shape.amount?.currency ?? null;
  if (inValues !== null)
    return constant('currency', inValues, { confidence: 0.85, why: 'it stands beside the amounts' });
  const inHeader = shapes.map(({ name }) => /\b(EUR|USD|GBP|CHF)\b|([€$£])/.exec(name)).find((match) => match !== null);
  const code =
    inHeader?.[1] ?? (inHeader?.[2] === undefined ? null : { '€': 'EUR', $: 'USD', '£': 'GBP' }[inHeader[2]]) ?? null;
  if (code !== null) return constant('currency', code, { confidence: 0.8, why: 'it stands in a header' });
  return constant('currency', 'EUR', { confidence: 0.2, why: 'a guess: no column says which currency' });
}

function constant(
  column: string,
  value: string,
  { confidence, why }: { readonly confidence: number; readonly why: string },
): SuggestedColumn {
  return { column, expression: `'${value}'`, confidence, why };
}

interface Filling {
  readonly fact: FactKind;
  readonly chosen: ReadonlyMap<string, Candidate>;
}

/** What may stand where no column does; null where nothing honest can. */
function fill(column: ContractColumn, { fact, chosen }: Filling): SuggestedColumn | null {
  if (column.name === 'kind') return fillKind(chosen.get('amount')?.shape);
  if (column.name === 'status')
    return constant('status', 'succeeded', { confidence: 0.4, why: 'no column says what failed' });
  if (column.name === 'account_id' && fact === 'rentals') {
    return { column: 'account_id', expression: 'NULL', confidence: 0.3, why: 'no column names the customer' };
  }
  return null;
}

function fillKind(amount: Shape | undefined): SuggestedColumn {
  const sql = amount === undefined ? null : amountSql(amount, "'EUR'");
  if (sql === null || amount?.amount?.hasNegative !== true) {
    return constant('kind', 'charge', { confidence: 0.4, why: 'no column tells refunds apart' });
  }
  return {
    column: 'kind',
    expression: `CASE WHEN starts_with((${sql})::VARCHAR, '-') THEN 'refund' ELSE 'charge' END`,
    confidence: 0.6,
    why: 'negative amounts are taken for refunds',
  };
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
