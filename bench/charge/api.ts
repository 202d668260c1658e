import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toRfc3339 } from '../../src/core/kernel/time.ts';
import type { RentalEnding } from '../../src/flow/ports/store.ts';
import { makeKey } from '../../src/http/key.ts';
import type { BenchServer } from './server.ts';

/** `storno serve` as a process of its own on the same database, and the rentals said to it over HTTP. */
export interface BenchApi {
  /** A caller with a connection of his own; answers once the rental is created. */
  openCaller(): Promise<Caller>;
  close(): Promise<void>;
}

export interface Caller {
  say(ending: RentalEnding): Promise<void>;
  close(): void;
}

const CLI = fileURLToPath(new URL('../../src/bin/cli.ts', import.meta.url));
/** No caller of the bench runs into the limit of its key. */
const REQUESTS_MAX = '10000000';

export async function openApi({ query, url }: BenchServer): Promise<BenchApi> {
  const { text, key } = makeKey({
    name: 'bench',
    scopes: ['rentals:write'],
    staffId: null,
    now: Date.now(),
    expiresAt: null,
  });
  await query(`insert into storno.api_key (key_id, secret_digest, name, scopes, recorded_at)
    values ('${key.keyId}', '${key.secretDigest}', 'bench', array['rentals:write'], now())`);
  await query(`insert into storno.market (market, time_zone, currency, vat_basis_points, recorded_at)
    values ('milano', 'Europe/Rome', 'EUR', 2200, now())`);
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--requests', REQUESTS_MAX, '--json'], {
    env: { ...process.env, STORNO_DATABASE_URL: url },
    // Its log is written, as in production, and thrown away.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const address = await addressOf(child);
  return {
    openCaller: () => openCaller(address, text),
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function addressOf(child: ChildProcess): Promise<URL> {
  const { stdout } = child;
  if (stdout === null) throw new Error('serve has no stdout');
  for await (const line of createInterface({ input: stdout }))
    return new URL((JSON.parse(line) as { url: string }).url);
  throw new Error('storno serve has not started');
}

/**
 * As thin as a client can be, so that the server is measured: it shares the two processors with it. One request at a
 * time over one connection that stays.
 */
async function openCaller({ hostname, port }: URL, key: string): Promise<Caller> {
  const socket = new Socket();
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).connect(Number(port), hostname, resolve);
  });
  socket.setNoDelay(true);
  const head = [
    'POST /v1/rentals HTTP/1.1',
    `Host: ${hostname}`,
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    '',
  ].join('\r\n');
  let received = '';
  let settle: (error: Error | null) => void = () => undefined;
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    const answer = wholeAnswer(received);
    if (answer === null) return;
    received = '';
    settle(answer === 201 ? null : new Error(`a rental was answered with ${answer}`));
  });
  socket.on('error', (error) => settle(error));
  return {
    say: (ending) =>
      new Promise((resolve, reject) => {
        settle = (error) => (error === null ? resolve() : reject(error));
        const body = bodyOf(ending);
        socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }),
    close: () => void socket.destroy(),
  };
}

/** The status, once all of the answer is there. */
function wholeAnswer(text: string): number | null {
  const end = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (end < 0 || length === undefined || text.length < end + 4 + Number(length)) return null;
  return Number(text.slice(9, 12));
}

function bodyOf({ record: { rental, price } }: RentalEnding): string {
  return JSON.stringify({
    rental_id: rental.rentalId,
    account_id: rental.accountId,
    vehicle_id: rental.vehicleId,
    market: rental.market,
    started_at: toRfc3339(rental.startedAt),
    ended_at: toRfc3339(rental.endedAt),
    amount_due: { amount: Number(price.amount.amountMinor), currency: price.amount.currency },
  });
}
