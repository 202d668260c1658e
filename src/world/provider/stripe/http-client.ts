import * as http from 'node:http';
import * as https from 'node:https';
import type Stripe from 'stripe';
import type { Clock } from '../../../flow/ports/world.ts';

/**
 * The SDK's way to the network, in our hands, for three reasons:
 *
 * - the horizon is checked again when the socket is ready, at the last moment before the first byte is written;
 * - the SDK sends a request a second time by itself when the connection closes (ECONNRESET, EPIPE), even with
 *   `maxNetworkRetries: 0`, although that can happen after the provider took the money: failures get a code of our own;
 * - the SDK's time-out is one of idleness, ours is the whole time; and an error status without an error object would
 *   count as success there.
 */
export class CarefulHttpClient implements Stripe.HttpClient {
  readonly #clock: Clock;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor({ clock, socketsMax }: { readonly clock: Clock; readonly socketsMax: number }) {
    this.#clock = clock;
    const options = { keepAlive: true, maxSockets: socketsMax };
    this.#agents = { http: new http.Agent(options), https: new https.Agent(options) };
  }

  /** Closes idle connections. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  getClientName(): string {
    return 'storno';
  }

  async makeRequest(
    host: string,
    port: string,
    path: string,
    method: string,
    headers: Record<string, unknown>,
    requestData: string,
    protocol: string,
    timeout: number,
  ): Promise<Answer> {
    const { [HORIZON_HEADER]: horizon, ...sent } = headers;
    const isPlain = protocol === 'http';
    const request = (isPlain ? http : https).request({
      host,
      port,
      path,
      method,
      headers: sent as http.OutgoingHttpHeaders,
      agent: isPlain ? this.#agents.http : this.#agents.https,
    });
    const mayStillSend = horizon === undefined ? () => true : this.#horizonCheck(String(horizon));
    return await exchange(request, { body: requestData, timeoutMs: timeout, mayStillSend });
  }

  /** By wall clock and by steady clock: either may be wrong, the earlier one counts. */
  #horizonCheck(header: string): () => boolean {
    const [wall = 0, steady = 0] = header.split(';').map(Number);
    return () => this.#clock.now() < wall && this.#clock.monotonicMs() < steady;
  }
}

/** Carries the horizon through the SDK to this client, which takes it off. Two numbers: wall and steady clock. */
export const HORIZON_HEADER = 'Storno-Horizon';

/** No byte left. */
export class NotSent extends Error {
  readonly code = 'STORNO_NOT_SENT';
}

/** Sent, perhaps in part, and no answer that could be read. */
export class NoAnswer extends Error {
  readonly code = 'STORNO_NO_ANSWER';
}

/** Larger answers are not read: a page of a hundred objects has some 500 kB. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

function exchange(
  request: http.ClientRequest,
  { body, timeoutMs, mayStillSend }: { body: string; timeoutMs: number; mayStillSend: () => boolean },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let isWritten = false;
    const stop = (error: Error): void => {
      clearTimeout(timer);
      request.destroy();
      reject(error);
    };
    const failure = (what: string): Error => (isWritten ? new NoAnswer(what) : new NotSent(what));
    const timer = setTimeout(() => stop(failure(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.on('error', (error) => stop(failure(`connection failed: ${codeOf(error)}`)));
    request.on('response', (response) => {
      readAll(response).then(
        (text) => {
          clearTimeout(timer);
          resolve(new Answer(response, text));
        },
        (error: Error) => stop(new NoAnswer(`answer broken off: ${codeOf(error)}`)),
      );
    });
    whenReady(request, () => {
      if (!mayStillSend()) return stop(new NotSent('past the horizon'));
      isWritten = true;
      request.end(body);
    });
  });
}

/** Calls back once the socket could carry the first byte; a kept-alive one is ready at once. */
function whenReady(request: http.ClientRequest, ready: () => void): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) return ready();
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', ready);
  });
}

async function readAll(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) throw new NoAnswer('answer too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A whole answer. */
export class Answer {
  readonly #response: http.IncomingMessage;
  readonly #text: string;

  constructor(response: http.IncomingMessage, text: string) {
    this.#response = response;
    this.#text = text;
  }

  getStatusCode(): number {
    return this.#response.statusCode ?? 0;
  }

  getHeaders(): Record<string, string> {
    return this.#response.headers as Record<string, string>;
  }

  getRawResponse(): http.IncomingMessage {
    return this.#response;
  }

  toStream(): never {
    throw new NoAnswer('streams are not used here');
  }

  /** Refuses what the SDK would take for success: an error status whose body has no error object. */
  async toJSON(): Promise<unknown> {
    const status = this.getStatusCode();
    const json = parse(this.#text);
    if (json === null) throw new NoAnswer(`HTTP ${status} without JSON`);
    const isSuccess = status >= 200 && status < 300;
    if (!isSuccess && typeof json.error !== 'object') throw new NoAnswer(`HTTP ${status} without an error object`);
    return json;
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
