import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP } from 'node:net';
import { SECOND_MS } from '../../core/kernel/time.ts';
import { AddressRefused, isPublic, lookUpPublic } from './guard.ts';

export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Posted =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly error: string };

/** Which addresses may be spoken to. `any` is for one's own machines and for tests. */
export type Reach = 'public' | 'any';

/** Standard Webhooks 1.0 names 15 to 30 s as what a sender should wait; we hold a worker's place meanwhile. */
const WAIT_MS_MAX = 10 * SECOND_MS;

/** What an endpoint answers is not read for its sense. */
const ANSWER_BYTES_MAX = 4096;

/** One POST. Follows no redirect, believes no answer, waits a bounded time, reads a bounded length. Never throws. */
export function post(message: Message, reach: Reach): Promise<Posted> {
  const url = new URL(message.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (reach === 'public' && isIP(host) !== 0 && !isPublic(host)) {
    return Promise.resolve({ kind: 'failed', error: `${host} is not public` });
  }
  return new Promise((settle) => {
    const request = (url.protocol === 'https:' ? requestTls : requestPlain)(
      url,
      {
        method: 'POST',
        headers: { ...message.headers, 'content-length': Buffer.byteLength(message.body), connection: 'close' },
        signal: AbortSignal.timeout(WAIT_MS_MAX),
        ...(reach === 'public' ? { lookup: lookUpPublic } : {}),
      },
      (response) => {
        let bytes = 0;
        const answered = () => settle({ kind: 'answered', status: response.statusCode ?? 0 });
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= ANSWER_BYTES_MAX) return;
          answered();
          response.destroy();
        });
        response.on('end', answered);
        response.on('error', (error) => settle({ kind: 'failed', error: nameOf(error) }));
      },
    );
    request.on('error', (error) => settle({ kind: 'failed', error: nameOf(error) }));
    request.end(message.body);
  });
}

/** A word for the delivery log; never the answer's own text. */
function nameOf(error: Error): string {
  if (error instanceof AddressRefused) return error.message;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `no answer within ${WAIT_MS_MAX / 1000} s`;
  return String((error as NodeJS.ErrnoException).code ?? error.name);
}
