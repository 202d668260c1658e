/** Nobody nests deeper on purpose, and every parser after us recurses. */
const DEPTH_MAX = 16;

/** Names that mean something to JavaScript itself. */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;

export type JsonRead = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/**
 * JSON that means the same to every program: UTF-8, no name twice, no number that a double does not hold, no name that
 * JavaScript reads for itself, no text that PostgreSQL would refuse or change, `DEPTH_MAX` deep at most.
 */
export function readJson(bytes: Uint8Array): JsonRead {
  const text = decode(bytes);
  if (text === null) return { ok: false, detail: 'The body is not UTF-8.' };
  return readJsonText(text);
}

export function readJsonText(text: string): JsonRead {
  const detail = oddityOf(text);
  if (detail !== null) return { ok: false, detail };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, detail: 'The body is not JSON.' };
  }
}

export function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What is wrong with it beyond grammar, which `JSON.parse` checks. Walks the text once, without recursion. */
function oddityOf(text: string): string | null {
  const names: Set<string>[] = [];
  let index = 0;
  while (index < text.length) {
    const sign = text[index] as string;
    if (sign === '"') {
      const token = match(STRING, text, index);
      if (token === null) return 'The body is not JSON.';
      index += token.length;
      const oddity = oddityOfText(token) ?? (isName(text, index) ? oddityOfName(token, names.at(-1)) : null);
      if (oddity !== null) return oddity;
      continue;
    }
    if (sign === '{' || sign === '[') {
      if (names.push(new Set()) > DEPTH_MAX) return `The body is nested deeper than ${DEPTH_MAX}.`;
    } else if (sign === '}' || sign === ']') names.pop();
    else if (sign === '-' || (sign >= '0' && sign <= '9')) {
      const token = match(NUMBER, text, index);
      if (token === null) return 'The body is not JSON.';
      if (!isExact(token)) return `The number ${token.slice(0, 40)} is not exact in JSON.`;
      index += token.length;
      continue;
    }
    index += 1;
  }
  return null;
}

function match(pattern: RegExp, text: string, index: number): string | null {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? null;
}

/**
 * U+0000, which no text of PostgreSQL holds, and half of a surrogate pair, which turns into U+FFFD on its way. Both can
 * only be written as an escape.
 */
function oddityOfText(token: string): string | null {
  if (!token.includes('\\u')) return null;
  const text = unescaped(token);
  if (text === null) return 'The body is not JSON.';
  if (text.includes('\0')) return 'A text holds U+0000, which cannot be kept.';
  return text.isWellFormed() ? null : 'A text holds half of a surrogate pair, which is no character.';
}

function isName(text: string, index: number): boolean {
  let next = index;
  while (text[next] === ' ' || text[next] === '\t' || text[next] === '\n' || text[next] === '\r') next += 1;
  return text[next] === ':';
}

function oddityOfName(token: string, names: Set<string> | undefined): string | null {
  const name = unescaped(token);
  if (name === null || names === undefined) return 'The body is not JSON.';
  if (FORBIDDEN_NAMES.has(name)) return `The name ${name} is not allowed.`;
  if (names.has(name)) return `The name ${name.slice(0, 40)} stands twice in one object.`;
  names.add(name);
  return null;
}

function unescaped(token: string): string | null {
  try {
    return JSON.parse(token) as string;
  } catch {
    return null;
  }
}

function isExact(token: string): boolean {
  const value = Number(token);
  return /[.eE]/.test(token)
    ? Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER
    : Number.isSafeInteger(value);
}
