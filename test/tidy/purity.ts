import { codeOf, codeOnly, isTest, placeOf, type Rule, type Source } from './source.ts';

/**
 * What the compiler lets pass in core although it is not a function of the input: the ES library itself holds a clock,
 * chance, promises, and words that depend on the machine's language.
 */
const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\basync\b/g, 'async'],
  [/\bawait\b/g, 'await'],
  [/\bPromise\b/g, 'Promise'],
  [/\bDate\b/g, 'Date'],
  [/\bMath\s*\.\s*random\b/g, 'Math.random'],
  [/\bglobalThis\b/g, 'globalThis'],
  [/\bIntl\b/g, 'Intl'],
  [/\.\s*toLocale\w+/g, 'toLocale…'],
  [/\.\s*localeCompare\b/g, 'localeCompare'],
  [/\bimport\s*[(.]/g, 'import()'],
  [/\beval\b|\bnew\s+Function\b/g, 'eval'],
];

export const coreIsPure: Rule = (sources) =>
  codeOf(sources)
    .filter((source) => source.path.startsWith('src/core/') && !isTest(source.path))
    .flatMap(impuritiesOf);

function impuritiesOf(source: Source): readonly string[] {
  const code = codeOnly(source.text);
  return IMPURE.flatMap(([pattern, name]) =>
    [...code.matchAll(pattern)].map((match) => `${placeOf(source, match.index)} uses ${name} in core`),
  );
}
