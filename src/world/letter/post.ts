import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { SECOND_MS } from '../../core/kernel/time.ts';
import type { LetterPost, PostOutcome } from '../../flow/ports/letter.ts';
import { type Sender, sealLetter } from './envelope.ts';
import { addressFault, messageIdOf, oneLine } from './header.ts';

export interface PostSettings {
  /** `smtp://host:port`, or with TLS from the first byte `smtps://user:password@host:port`. */
  readonly smtpUrl: string;
  readonly sender: Sender;
  readonly waits: PostWaits;
}

/** How long each step may take, in milliseconds. */
export interface PostWaits {
  /** Until the server has greeted. */
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly answerMs: number;
}

/**
 * A server that has not greeted after ten seconds is not there. It may look at a letter before it takes it: RFC 5321
 * §4.5.3.2.6 grants ten minutes, no sane server needs one.
 */
export const POST_WAITS: PostWaits = { connectMs: 10 * SECOND_MS, answerMs: 60 * SECOND_MS };

/**
 * Posts over SMTP, one connection a letter: a pool would put a letter back into its own queue when a connection breaks,
 * and that is a repetition which nobody decided.
 */
export function openLetterPost({ smtpUrl, sender, waits }: PostSettings): LetterPost {
  return {
    async post(letter) {
      const messageId = messageIdOf(letter.letterId, sender.address);
      const fault = addressFault(letter.to.address);
      if (fault !== null) return { kind: 'refused_final', code: null, words: fault, messageId };
      const parcel = wrapped(await sealLetter(letter, sender));
      const course: Course = { answers: [] };
      // Within one object: what stands in a second one would be defaults of the message, and no wait would ever end.
      const transport = createTransport({
        url: withoutPool(smtpUrl),
        connectionTimeout: waits.connectMs,
        greetingTimeout: waits.connectMs,
        socketTimeout: waits.answerMs,
        disableFileAccess: true,
        disableUrlAccess: true,
        transactionLog: true,
        logger: listener(course),
      } as object);
      try {
        const { response } = await transport.sendMail({
          envelope: { from: sender.address, to: [letter.to.address] },
          raw: parcel.stream,
        });
        return { kind: 'accepted', code: codeIn(response), words: oneLine(response), messageId };
      } catch (error) {
        const mayBeTaken = parcel.wasGivenWhole() && !isProvenUngiven(course);
        return { ...outcomeOf(error as SmtpError, mayBeTaken), messageId };
      }
    },
  };
}

function withoutPool(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  url.searchParams.delete('pool');
  return url.toString();
}

/** What the server answered so far, in its own words. */
interface Course {
  readonly answers: string[];
}

/** Nothing of a letter goes out before the server has answered 354 to DATA, however much of it was read into memory. */
function isProvenUngiven({ answers }: Course): boolean {
  return answers.length > 0 && !answers.some((answer) => answer.startsWith('354'));
}

function listener({ answers }: Course): Readonly<Record<string, (entry: unknown, words: unknown) => void>> {
  const hear = (entry: unknown, words: unknown) => {
    if ((entry as { readonly tnx?: unknown }).tnx === 'server') answers.push(String(words));
  };
  return { trace: hear, debug: hear, info: hear, warn: hear, error: hear, fatal: hear };
}

/** A letter on its way out, which notices when all of it was given to the connection. */
interface Parcel {
  readonly stream: Readable;
  wasGivenWhole(): boolean;
}

/** Small pieces, so that a long letter is not counted as given while most of it still lies in our own memory. */
const PIECE_BYTES = 4096;

function wrapped(message: Buffer): Parcel {
  let offset = 0;
  let isWhole = false;
  const stream = new Readable({
    read() {
      isWhole = offset >= message.length;
      this.push(isWhole ? null : message.subarray(offset, offset + PIECE_BYTES));
      offset += PIECE_BYTES;
    },
  });
  return { stream, wasGivenWhole: () => isWhole };
}

/** What nodemailer adds to its errors. */
interface SmtpError extends Error {
  readonly responseCode?: number;
  readonly response?: string;
  /** `CONN`, `AUTH …`, `MAIL FROM`, `RCPT TO`, `DATA`. */
  readonly command?: string;
}

/** 5xx to these speaks of this letter or its reader; to all others, of us and our settings. */
const ABOUT_THE_LETTER: ReadonlySet<string> = new Set(['RCPT TO', 'DATA']);

function outcomeOf(error: SmtpError, mayBeTaken: boolean): Omit<PostOutcome, 'messageId'> {
  const words = oneLine(error.response ?? error.message);
  const code = error.responseCode ?? null;
  if (code === null) return { kind: mayBeTaken ? 'unknown' : 'refused_for_now', code, words };
  const isFinal = code >= 500 && ABOUT_THE_LETTER.has(error.command ?? '');
  return { kind: isFinal ? 'refused_final' : 'refused_for_now', code, words };
}

function codeIn(response: string): number | null {
  const code = /^\d{3}/.exec(response)?.[0];
  return code === undefined ? null : Number(code);
}
