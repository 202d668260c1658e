import { codeOf, codeOnly, isCode, isTest, placeOf, type Rule, type Source, withoutStrings } from './source.ts';

export const LINE_LENGTH_MAX = 120;

/** What no formatter can break may be longer: a sentence in a string, a regular expression, a URL, a table. */
export const linesAreShort: Rule = (sources) =>
  sources
    .filter((source) => isCode(source.path) || /\.(md|sh|sql|css)$/.test(source.path) || source.path === '.ci/run')
    .flatMap((source) =>
      breakable(source)
        .split('\n')
        .map((line, index) => [line, index + 1] as const)
        .filter(([line]) => [...line].length > LINE_LENGTH_MAX && !/https?:\/\//.test(line))
        .map(([line, number]) => `${source.path}:${number} has ${[...line].length} characters`),
    );

function breakable(source: Source): string {
  if (isCode(source.path)) return withoutStrings(source.text);
  if (source.path.endsWith('.md')) return source.text.replace(/^```[\s\S]*?^```|^\s*\|.*|\]\([^)]*\)/gm, linesOnly);
  return source.text;
}

function linesOnly(text: string): string {
  return text.replace(/[^\n]/g, '');
}

/** Words that promise work for later, or print past the output that was asked for. */
export const nothingIsLeftOver: Rule = (sources) =>
  codeOf(sources)
    .filter((source) => !source.path.startsWith('test/tidy'))
    .flatMap((source) => [
      ...found(source, source.text, /\b(?:TODO|FIXME|HACK)\b/g),
      ...found(source, source.text, /@ts-(?:ignore|nocheck|expect-error)(?![^\n]*\S{3,})/g),
      ...found(source, codeOnly(source.text), /\bconsole\s*\.|\bdebugger\b/g),
      ...(isTest(source.path) ? found(source, codeOnly(source.text), /\b(?:it|test|describe)\.only\b/g) : []),
    ]);

function found(source: Source, text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => `${placeOf(source, match.index)} has ${match[0]}`);
}

/**
 * A file that only passes others on hides where things live and draws loops. A door (`cause.ts` beside `cause/`) may
 * pass on, by name, what lies in its own house.
 */
export const thereAreNoBarrels: Rule = (sources) =>
  codeOf(sources).flatMap((source) => [
    ...(/(?:^|\/)index\.tsx?$/.test(source.path) ? [`${source.path} is an index file`] : []),
    ...[...source.text.matchAll(/^export\s+(?:type\s+)?(\*|\{[^}]*\})\s*from\s*'([^']*)'/gm)]
      .filter(([, names, from = '']) => names === '*' || !from.startsWith(`./${nameOf(source.path)}/`))
      .map((match) => `${placeOf(source, match.index)} passes on what another file has`),
  ]);

function nameOf(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\..*$/, '');
}

const VAGUE = new Set(['util', 'utils', 'common', 'helper', 'helpers', 'misc', 'shared', 'lib', 'index', 'manager']);
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.d)?\.[a-z]+$/;

/** Files are kebab-case and named after the one thing inside; the folders of the code too. */
export const filesAreNamedWell: Rule = (sources) =>
  sources
    .map((source) => source.path)
    .filter((path) => /^(?:src|test|bench|sim|scripts|docs)\//.test(path))
    .flatMap((path) => {
      const parts = path.split('/');
      const name = parts.at(-1) ?? '';
      const folders = parts.slice(0, -1);
      return [
        ...(name === 'README.md' || KEBAB.test(name) ? [] : [`${path} is not kebab-case`]),
        ...[...folders, name.replace(/\..*$/, '')]
          .filter((part) => VAGUE.has(part))
          .map((part) => `${path} is named ${part}, which says nothing`),
      ];
    });
