import { posix } from 'node:path';
import { placeOf, type Rule, type Source } from './source.ts';

const LINK = /(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)/g;

/** What exists besides text files (pictures, folders) is asked of `exists`; a heading must be there for its anchor. */
export function linksResolve(exists: (path: string) => boolean): Rule {
  return (sources) => {
    const documents = new Map(sources.filter((source) => source.path.endsWith('.md')).map((one) => [one.path, one]));
    return [...documents.values()].flatMap((document) =>
      linksOf(document)
        .filter(({ target }) => !/^[a-z]+:/.test(target))
        .filter(({ target }) => !resolves(document, target, documents, exists))
        .map(({ target, index }) => `${placeOf(document, index)} points to ${target}, which is not there`),
    );
  };
}

const PATH = /`((?:src|core|flow|world|bin|test|scripts|bench|docs|examples|sql)\/[\w./-]*)`/g;

/** Files and folders that a document names in code type are there, with or without the leading `src/`. */
export function pathsExist(exists: (path: string) => boolean): Rule {
  return (sources) =>
    sources
      .filter((source) => source.path.endsWith('.md'))
      .flatMap((document) =>
        [...document.text.matchAll(PATH)]
          .map((match) => ({ path: match[1] ?? '', index: match.index }))
          .filter(({ path }) => !exists(path) && !exists(`src/${path}`))
          .map(({ path, index }) => `${placeOf(document, index)} names ${path}, which is not there`),
      );
}

function linksOf(document: Source): readonly { readonly target: string; readonly index: number }[] {
  return [...withoutCode(document.text).matchAll(LINK)].map((match) => ({
    target: match[1] ?? match[2] ?? '',
    index: match.index,
  }));
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, (block) => block.replace(/[^\n]/g, ' '));
}

function resolves(
  document: Source,
  target: string,
  documents: ReadonlyMap<string, Source>,
  exists: (path: string) => boolean,
): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? document.path : posix.normalize(posix.join(posix.dirname(document.path), file));
  if (!documents.has(path) && !exists(path)) return false;
  const there = documents.get(path);
  return anchor === undefined || there === undefined || anchorsOf(there).has(anchor);
}

/** Anchors as GitHub makes them from headings. */
function anchorsOf(document: Source): ReadonlySet<string> {
  const headings = [...document.text.matchAll(/^#{1,6}\s+(.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}
