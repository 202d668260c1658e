import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One text file of the repository, its path relative to the root and with `/`. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export type Rule = (sources: readonly Source[]) => readonly string[];

/** Folders of the root that are not ours or are made. */
const SKIPPED = new Set(['.git', 'node_modules', 'dist', 'out']);
const READ = /\.(ts|tsx|md|json|sql|css|sh)$|^(storno|run|LICENSE)$/;

/** Every text file below `root`. Example data and generated output are not code and are left out by their endings. */
export function readSources(root: string): readonly Source[] {
  return pathsBelow(root, '').map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function pathsBelow(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(path) ? [] : pathsBelow(root, path);
    return READ.test(entry.name) ? [path] : [];
  });
}

export function isCode(path: string): boolean {
  return /\.tsx?$/.test(path);
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}

export function codeOf(sources: readonly Source[]): readonly Source[] {
  return sources.filter((source) => isCode(source.path));
}

/** Where a module is asked for: static, re-exported, for its type only, or dynamic. */
const IMPORTS = [
  /^\s*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
];

/** Every module that the file names, type imports included: a path of the repository, or a package as it is written. */
export function importsOf(source: Source): readonly string[] {
  const text = withoutComments(source.text);
  const asked = IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  return [...new Set(asked)].map((name) =>
    name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(source.path), name)) : name,
  );
}

const TOKENS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[=(,:;!&|?{}[\n]\s*|return\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

/** The text with comments blanked; strings stay, because module names are strings. */
export function withoutComments(text: string): string {
  return text.replace(TOKENS, (token) => (/^\/[/*]/.test(token) ? blank(token) : token));
}

/** The text with strings and regular expressions cut out, line breaks inside them kept: what a formatter can break. */
export function withoutStrings(text: string): string {
  return text.replace(TOKENS, (token) => (/^\/[/*]/.test(token) ? token : token.replace(/[^\n]/g, '')));
}

/** The text with comments, strings and regular expressions blanked; what stands inside `${…}` of a template stays. */
export function codeOnly(text: string): string {
  return text.replace(TOKENS, (token) => (token.startsWith('`') ? keepInserted(token) : blank(token)));
}

function keepInserted(template: string): string {
  let kept = '';
  let end = 0;
  for (const match of template.matchAll(/\$\{[^}]*\}/g)) {
    kept += blank(template.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return kept + blank(template.slice(end));
}

function blank(token: string): string {
  return token.replace(/[^\n]/g, ' ');
}

/** `path:line` of the character at `index`. */
export function placeOf(source: Source, index: number): string {
  return `${source.path}:${source.text.slice(0, index).split('\n').length}`;
}
