import { NO_REFUNDS } from '../../sim/refunds.ts';
import { DUNNING_MS, policyFor } from '../../src/bin/cli/policy.ts';
import { openRemedy } from '../../src/bin/cli/remedy-ports.ts';
import { MINUTE_MS } from '../../src/core/kernel/time.ts';
import type { LiveWorld } from '../../src/flow/live/world.ts';
import type { Clock, Log } from '../../src/flow/ports/world.ts';
import { buildApp } from '../../src/http/app.ts';
import { openDesk } from '../../src/http/desk.ts';
import { makeKey } from '../../src/http/key.ts';
import type { ApiPorts } from '../../src/http/ports.ts';
import type { problemOf } from '../../src/http/problem.ts';
import { openAlarmBell } from '../../src/world/alarm.ts';
import { ianaCalendar } from '../../src/world/calendar.ts';
import { systemClock } from '../../src/world/clock.ts';
import { sha256 } from '../../src/world/digest.ts';
import { systemEntropy } from '../../src/world/entropy.ts';
import { openLimiter } from '../../src/world/limiter.ts';
import { openLog } from '../../src/world/log.ts';
import { type Metrics, openMetrics } from '../../src/world/metrics.ts';
import { guarded } from '../../src/world/postgres/errors.ts';
import { openOffice } from '../../src/world/postgres/office.ts';
import { openPeople } from '../../src/world/postgres/people.ts';
import { openReads } from '../../src/world/postgres/reads.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { StripeWebhook } from '../../src/world/provider/stripe/webhook.ts';
import { freshDatabase } from '../postgres.ts';
import { assertDocumented, type Document } from './conformance.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
  /** What it says where it is a problem. */
  readonly problem: Partial<ReturnType<typeof problemOf>>;
}

export interface Request {
  readonly key?: string | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** `application/json` where nothing else is said; null for none. */
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Two at a time, as while one takes over from the other. */
export const STRIPE_SECRETS = ['whsec_new', 'whsec_old'];

export type Api = Awaited<ReturnType<typeof startApi>>;

/** The API as it is served, over a socket, on a database of its own. */
export async function startApi(wish: { readonly requests?: number; readonly clock?: Clock } = {}) {
  const database = await freshDatabase();
  const pool = database.pool('storno_api');
  const office = openOffice({ connections: pool, guard: guarded });
  const lines: string[] = [];
  const metrics = openMetrics(() => office.readGauges(systemClock.now()));
  const ports: ApiPorts = {
    store: openStore(pool),
    reads: openReads(pool),
    office,
    people: openPeople(pool),
    remedy: openRemedy(pool),
    clock: wish.clock ?? systemClock,
    entropy: systemEntropy,
    calendar: ianaCalendar,
    digest: sha256,
    log: openLog({ write: (line) => void lines.push(line) }),
    limiter: openLimiter({ requests: wish.requests ?? 1_000_000, windowMs: MINUTE_MS }),
    meter: metrics,
    stripe: new StripeWebhook({ secrets: STRIPE_SECRETS, accounts: { '': 'acct_main' } }),
    merchantAccounts: { stripe: ['acct_main'] },
    version: '0.0.0',
  };
  const app = await buildApp(ports, openDesk(worldOf(ports, { log: ports.log, metrics }), ports.reads));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const ask = async (method: string, path: string, request: Request) => {
    const answer = await call(url, { method, path, ...request });
    const type = answer.headers.get('content-type');
    assertDocumented(document, { method, path, status: answer.status, type, text: answer.text });
    return answer;
  };
  return {
    url,
    database,
    office,
    clock: systemClock,
    store: ports.store,
    log: lines,
    document,
    /** Asks, and checks that the answer is one that the document promises. */
    call: ask,
    key: async (
      scopes: readonly string[],
      {
        expiresAt = null,
        staffId = null,
      }: { readonly expiresAt?: number | null; readonly staffId?: string | null } = {},
    ) => {
      const made = makeKey({ name: 'test', scopes, staffId, now: systemClock.now(), expiresAt });
      await office.putKey(made.key);
      return made.text;
    },
    /** A market and an account, as everybody needs them. */
    prepare: async (key: string) => {
      const market = JSON.stringify({ time_zone: 'Europe/Rome', currency: 'EUR', vat_basis_points: 2200 });
      await call(url, { method: 'PUT', path: '/v1/markets/milano', key, body: market });
      const account = JSON.stringify({ home_market: 'milano', locale: 'it-IT', payment_method: null });
      await call(url, { method: 'PUT', path: '/v1/accounts/acc_1', key, body: account });
    },
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}

async function call(
  url: string,
  { method, path, key, body, type = 'application/json', headers = {} }: Request & { method: string; path: string },
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined || type === null ? {} : { 'content-type': type }),
      ...headers,
    },
    // As bytes: text would be given a type where none is said.
    ...(body === undefined ? {} : { body: typeof body === 'string' ? Buffer.from(body) : body }),
  });
  const text = await answer.text();
  const isJson = /[/+]json(;|$)/.test(answer.headers.get('content-type') ?? '');
  const json: unknown = isJson && text !== '' ? JSON.parse(text) : null;
  return { status: answer.status, headers: answer.headers, text, json, problem: (json ?? {}) as Answer['problem'] };
}

/** The world of the flows as the API has it: nothing is charged here. */
function worldOf(ports: ApiPorts, { log, metrics }: { readonly log: Log; readonly metrics: Metrics }): LiveWorld {
  const { store, clock, entropy, calendar, digest } = ports;
  return {
    store,
    refunds: NO_REFUNDS,
    providers: [],
    clock,
    entropy,
    calendar,
    digest,
    bell: openAlarmBell({ store, log, mail: null, countAlarm: metrics.countAlarm }),
    log,
    settings: {
      ...policyFor({ dunningMs: DUNNING_MS }),
      statementText: '',
      merchants: [],
      provider: 'stripe',
      callsMax: 4,
    },
  };
}
