import { readLength } from './methods.ts';
import { HONEST } from './profile.ts';
import { invalid, type WireAnswer } from './wire.ts';

/** What a request may ask for in its header. */
const WISHES: ReadonlySet<string> = new Set([
  ...Object.keys(HONEST.faults),
  'rateLimit',
  'webhookFirst',
  'webhookTwice',
  'webhookNever',
  'webhookOutOfOrder',
  'refundLateFailure',
  'dispute',
]);

export function noSuchWish(word: string): WireAnswer {
  return invalid(`Storno-Sandbox: '${word}' is nothing that the sandbox knows; docs/sandbox.md lists the words.`, {});
}

interface Asked {
  readonly faults: ReadonlySet<string>;
  readonly delayMs: number | null;
  /** A word that is no wish; null where all are. */
  readonly misspelt: string | null;
}

/** `Storno-Sandbox: answer-lost, delay=3s`: what this one request is to meet. */
export function readAsked(header: string | undefined): Asked {
  const faults = new Set<string>();
  let delayMs: number | null = null;
  let misspelt: string | null = null;
  for (const word of (header ?? '').split(',').map((part) => part.trim())) {
    const name = word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const lengthMs = word.startsWith('delay=') ? readLength(word.slice('delay='.length)) : null;
    if (lengthMs !== null) delayMs = lengthMs;
    else if (WISHES.has(name)) faults.add(name);
    else if (word !== '') misspelt = word;
  }
  return { faults, delayMs, misspelt };
}
