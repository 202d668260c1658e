import type { Pool } from 'pg';
import type { LiveStore, RentalEnding } from '../../src/flow/ports/store.ts';
import { withBatching } from '../../src/world/postgres/store/batching.ts';
import { endOnePlain, PLAIN } from '../../src/world/postgres/store/plain-ending.ts';
import { scalarsOf } from '../../src/world/postgres/store/sql.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { type EndingParts, ending, NOW, started, succeeded } from '../../test/store/samples.ts';
import type { BenchApi, Caller } from './api.ts';
import { type BenchServer, CLIENTS } from './server.ts';

/** One way to charge, driven for some seconds; answers how many rentals came through, and in what time. */
export interface Line {
  readonly name: string;
  readonly title: string;
  run(seconds: number): Promise<Rate>;
}

export interface Rate {
  readonly count: number;
  readonly seconds: number;
  /** Of single calls, where a call is one rental. */
  readonly latenciesMs: readonly number[];
}

export const ACCOUNTS = 100_000;
export const BULK_ROWS = 100;
const BULK_CONNECTIONS = 4;
export const CALLERS = 256;
export const API_CALLERS = 32;
const BATCH_ROWS_MAX = 1000;
const CHARGE_ROWS = 100;

/** So many that none is drawn twice. */
const RENTAL_NUMBERS = 10 ** 15;

let said = 0;

/** A new rental of some account. Multiplying by a prime walks over all accounts without chance. */
function nextEnding(): RentalEnding {
  said += 1;
  const parts: EndingParts = {
    accountId: `acc_${(said * 7919) % ACCOUNTS}`,
    rentalId: `rnt_${said}`,
    amountMinor: BigInt(100 + (said % 8900)),
    uses: [],
    at: NOW + said,
  };
  return ending(parts);
}

export async function linesOf(server: BenchServer, api: BenchApi): Promise<readonly Line[]> {
  const direct = openStore(server.pool('storno_api', CLIENTS));
  const callers = await Promise.all(Array.from({ length: API_CALLERS }, () => api.openCaller()));
  const bulkPool = server.pool('storno_api', BULK_CONNECTIONS);
  const batched = withBatching(openStore(bulkPool), bulkPool, {
    connectionsMax: BULK_CONNECTIONS,
    rowsMax: BATCH_ROWS_MAX,
  });
  const bulk = openStore(bulkPool);
  const workerPool: Pool = server.pool('storno_worker', BULK_CONNECTIONS);
  return [
    { name: 'P1', title: 'one round trip, 8 connections', run: (s) => drive(s, CLIENTS, () => postOne(direct)) },
    { name: 'P2', title: 'the same statement by pgbench, 8 connections', run: (s) => postByPgbench(server, s) },
    {
      name: 'P4',
      title: '100 a transaction, 4 connections',
      run: (s) => drive(s, BULK_CONNECTIONS, () => postMany(bulk)),
    },
    { name: 'P5', title: '256 callers, coalesced', run: (s) => drive(s, CALLERS, () => postOne(batched)) },
    {
      name: 'direct',
      title: '32 callers, 8 connections, one round trip',
      run: (s) => drive(s, API_CALLERS, () => postOne(direct)),
    },
    {
      name: 'coalesced',
      title: '32 callers, coalesced',
      run: (s) => drive(s, API_CALLERS, () => postOne(batched)),
    },
    {
      name: 'H1',
      title: 'POST /v1/rentals, 32 callers',
      run: (s) => drive(s, API_CALLERS, (at) => sayOne(callers[at])),
    },
    {
      name: 'charged',
      title: 'said, claimed, sent, captured, booked; 100 at a time',
      run: (s) => drive(s, BULK_CONNECTIONS, () => chargeMany(bulk, openStore(workerPool))),
    },
  ];
}

/** `callers` loops, each with one call under way, until the time is over. */
async function drive(seconds: number, callers: number, call: (caller: number) => Promise<number>): Promise<Rate> {
  const latenciesMs: number[] = [];
  let count = 0;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  async function loop(caller: number): Promise<void> {
    for (let now = performance.now(); now < end; now = performance.now()) {
      const done = await call(caller);
      count += done;
      latenciesMs.push(performance.now() - now);
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return { count, seconds: (performance.now() - begin) / 1000, latenciesMs };
}

async function postOne(store: LiveStore): Promise<number> {
  const answer = await store.endRental(nextEnding());
  if (answer.kind !== 'created') throw new Error(`a rental was ${answer.kind}`);
  return 1;
}

async function sayOne(caller: Caller | undefined): Promise<number> {
  if (caller === undefined) throw new Error('there are fewer callers than loops');
  await caller.say(nextEnding());
  return 1;
}

/** The server's limit: the same statement without our process. */
async function postByPgbench(server: BenchServer, seconds: number): Promise<Rate> {
  const { script, variables } = scriptOfOne();
  const begin = performance.now();
  const count = await server.runScript(script, variables, seconds);
  said += count;
  return { count, seconds: (performance.now() - begin) / 1000, latenciesMs: [] };
}

/** What is a parameter in ours is one here, unless it is null. Account and rental are made anew each time. */
function scriptOfOne(): { readonly script: string; readonly variables: readonly string[] } {
  const plain = nextEnding();
  said -= 1;
  const texts = scalarsOf(PLAIN, plain).map((value) => (value === null ? null : String(value)));
  const placeOf = (text: string | null, at: number) => {
    if (at === 0) return "('acc_' || :account)";
    if (at === 1) return "('p2_' || :rental)";
    if (text === null) return 'null';
    return `:v${at}`;
  };
  const places = texts.map(placeOf);
  const sql = endOnePlain(plain)
    .text.replace(/\$(\d+)/g, (_, place) => places[Number(place) - 1] ?? '')
    .replace(/\s+/g, ' ');
  return {
    script: `\\set account random(0, ${ACCOUNTS - 1})\n\\set rental random(1, ${RENTAL_NUMBERS})\n${sql};\n`,
    variables: texts.flatMap((text, at) => (text === null ? [] : [`v${at}=${text}`])),
  };
}

async function postMany(store: LiveStore): Promise<number> {
  const answers = await store.endRentals(Array.from({ length: BULK_ROWS }, nextEnding));
  if (answers.some(({ kind }) => kind !== 'created')) throw new Error('a rental was not created');
  return answers.length;
}

let claims = 0;

/**
 * The whole way of a charge: rentals are said, due ones are claimed, their attempts are written down, a provider that
 * answers at once takes the money, the captures are booked. The claim takes what waits longest, whoever has said it.
 */
async function chargeMany(api: LiveStore, worker: LiveStore): Promise<number> {
  await postMany(api);
  claims += 1;
  const now = NOW + said + 1;
  const claimed = await worker.claim({ worker: `w${claims}`, now, leaseUntil: now + 600_000, limit: CHARGE_ROWS });
  const starts = claimed.map((found) => started(found, now));
  demandApplied(await worker.applyAll(starts));
  const ends = claimed.map((found, at) => {
    const attempt = starts[at]?.attempt;
    const intent = { ...found.intent, state: 'in_flight', version: found.intent.version + 1 } as const;
    return succeeded({ ...found, intent, attempts: attempt ? [attempt] : [] }, `ch_${found.intent.key.rentalId}`, now);
  });
  demandApplied(await worker.applyAll(ends));
  return ends.length;
}

function demandApplied(outcomes: readonly string[]): void {
  if (outcomes.some((outcome) => outcome !== 'applied')) throw new Error('a change was stale');
}

export function rentalsSaid(): number {
  return said;
}
