import { assert } from '../../../core/kernel/assert.ts';
import { type Instant, SECOND_MS } from '../../../core/kernel/time.ts';
import { addEndpoint } from './engine/customers.ts';
import { forgetOld, keep, recall } from './engine/idempotency.ts';
import type { Fault, SandboxProfile } from './engine/profile.ts';
import { movesMoney, route } from './engine/routes.ts';
import { type Change, type EngineState, type Rows, Tables, type Timer } from './engine/state.ts';
import { ring } from './engine/timers.ts';
import type { Json, Played, WireAnswer, WireRequest, WireResponse } from './engine/wire.ts';
import { noSuchWish, readAsked } from './engine/wish.ts';
import { type Chance, type Desk, drawDelay, keyOf, setTimer, strikes } from './engine/world.ts';

/** One delivery that is due: whoever has a network sends it, signed with every secret, and tells how it went. */
export interface WebhookSend {
  readonly sendingId: string;
  readonly url: string;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly eventId: string;
  readonly tries: number;
}

/**
 * A payment provider that speaks Stripe's wire format and goes wrong as its profile says. Deterministic and
 * synchronous: it has no clock, chance or network of its own, and all that it remembers is its state. The same engine
 * serves the demo, the tests and the simulator.
 */
export class SandboxEngine {
  #profile: SandboxProfile;
  readonly #chance: Chance;
  readonly #tables: Tables;
  /** Never goes back, whatever its callers' clocks do: a provider has its own. */
  #now: Instant;

  constructor({ profile, chance, state }: { profile: SandboxProfile; chance: Chance; state: EngineState }) {
    this.#profile = profile;
    this.#chance = chance;
    this.#tables = new Tables(state);
    this.#now = this.#tables.get('numbers', 'now') ?? 0;
    this.#arm();
  }

  /** Behaves otherwise from now on; `next` counts start anew. */
  setProfile(profile: SandboxProfile): void {
    this.#profile = profile;
    this.#arm();
  }

  /** The profile with what is left of its `next` counts, so that a part of it can be changed alone. */
  get profile(): SandboxProfile {
    const { faults, webhooks, refunds, ...rest } = this.#profile;
    const left = (name: string, fault: Fault) => ({ ...fault, next: this.#tables.get('numbers', `next:${name}`) ?? 0 });
    const leftFaults = Object.entries(faults).map(([name, fault]) => [name, left(name, fault)]);
    return {
      ...rest,
      faults: Object.fromEntries(leftFaults) as unknown as SandboxProfile['faults'],
      webhooks: {
        ...webhooks,
        first: left('webhookFirst', webhooks.first),
        twice: left('webhookTwice', webhooks.twice),
        never: left('webhookNever', webhooks.never),
        outOfOrder: left('webhookOutOfOrder', webhooks.outOfOrder),
      },
      refunds: { ...refunds, lateFailure: left('refundLateFailure', refunds.lateFailure) },
    };
  }

  /** When something is due by itself; null where nothing is planned. */
  get nextDueAt(): Instant | null {
    return this.#tables.nextDueAt;
  }

  /** Takes a request at `now`. Its effects are in the state when this returns, whatever the caller gets to hear. */
  handle(request: WireRequest, now: Instant): Played {
    this.#advance(now);
    const requestId = `req_${this.#tables.count('request', 1).toString(36).padStart(10, '0')}`;
    const key = request.method === 'POST' ? (request.headers['idempotency-key'] ?? null) : null;
    const asked = readAsked(request.headers['storno-sandbox']);
    const account = request.headers['stripe-account'] ?? '';
    const desk = this.#desk(account, { requestId, idempotencyKey: key }, asked.faults);
    if (asked.misspelt !== null) return { response: toResponse(noSuchWish(asked.misspelt)), delayMs: 0 };
    const played = this.#play(desk, request, { key, askedDelayMs: asked.delayMs });
    if (played.response === null) return played;
    return { ...played, response: withHeaders(played.response, requestId, key) };
  }

  /** What is to be sent to webhook endpoints by `now`. Each is tried again later unless `settle` says acknowledged. */
  due(now: Instant): readonly WebhookSend[] {
    this.#advance(now);
    const sends: WebhookSend[] = [];
    for (;;) {
      const key = this.#tables.takeDue('sendings', this.#now);
      if (key === null) return sends;
      const sending = this.#tables.get('sendings', key);
      if (sending !== null) sends.push(this.#open(key, sending));
    }
  }

  /** The end of one try. Not acknowledged: again later, ever more seldom, until the profile's limit. */
  settle(sendingId: string, end: 'acknowledged' | 'refused', now: Instant): void {
    const sending = this.#tables.get('sendings', sendingId);
    if (sending === null) return;
    this.#tables.remove('sendings', sendingId);
    const at = now + Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** sending.tries);
    if (end === 'acknowledged' || at - sending.firstAt > this.#profile.webhooks.retriesForMs) return;
    this.#tables.put('sendings', `${this.#tables.count('sending', 1)}`, { ...sending, at, tries: sending.tries + 1 });
  }

  /** The engine's time: that of the latest request or tick. */
  get now(): Instant {
    return this.#now;
  }

  /** Whether the account has an object of that id among payments, charges, refunds and disputes. */
  has(account: string, id: string): boolean {
    const key = keyOf(account, id);
    return (['paymentIntents', 'charges', 'refunds', 'disputes'] as const).some(
      (table) => this.#tables.get(table, key) !== null,
    );
  }

  /** Plans something to happen by itself. The object must be there. */
  plan({ account, at, what, subject }: Timer): void {
    setTimer(this.#desk(account, null, NOTHING_ASKED), what, subject, at);
  }

  /** An endpoint that hears everything, once for each address: a restart finds its own again. */
  registerEndpoint(
    { url, secrets }: { readonly url: string; readonly secrets: readonly string[] },
    now: Instant,
  ): void {
    this.#advance(now);
    const known = [...this.#tables.entries('endpoints')].find(([, row]) => row.account === '' && row.wire.url === url);
    const id = known?.[1].wire.id ?? addEndpoint(this.#desk('', null, NOTHING_ASKED), { url, events: ['*'] }).id;
    this.setSecrets('', id, secrets);
  }

  /** Adds or replaces an endpoint's secrets: two while they are exchanged. */
  setSecrets(account: string, endpointId: string, secrets: readonly string[]): void {
    this.#tables.put('secrets', keyOf(account, endpointId), { account, secrets });
  }

  /** Reads rows, for the provider's own record. */
  rows<T extends keyof Rows>(table: T): IterableIterator<[string, Rows[T]]> {
    return this.#tables.entries(table);
  }

  /** What was written since the last call, for a log. */
  takeChanges(): readonly Change[] {
    return this.#tables.takeChanges();
  }

  snapshot(): EngineState {
    return this.#tables.snapshot();
  }

  #play(
    desk: Desk,
    request: WireRequest,
    { key, askedDelayMs }: { readonly key: string | null; readonly askedDelayMs: number | null },
  ): Played {
    const { faults } = desk.profile;
    const faulty = desk.profile.faultsOn === 'everything' || movesMoney(request);
    const hit = (name: keyof typeof faults): boolean =>
      faulty ? strikes(desk, name, faults[name]) : desk.asked.has(name);
    const holdsBack = faulty && strikes(desk, 'webhookFirst', desk.profile.webhooks.first);
    const delayMs = askedDelayMs ?? delayOf(desk, { isSlow: hit('slow'), holdsBack });
    if (hit('requestLost')) return { response: null, delayMs };
    if (this.#isThrottled(desk)) return { response: errorResponse(TOO_MANY), delayMs };
    const remembered = key === null ? null : recall(desk, key, request);
    if (remembered !== null) return { response: 'ok' in remembered ? toResponse(remembered) : remembered, delayMs };
    const result = hit('errorBefore') ? BROKEN : route(desk, request);
    const response = result.ok && hit('errorAfter') ? errorResponse(BROKEN) : toResponse(result);
    if (key !== null) keep(desk, { key, request, response, isKept: result.ok || result.isKept, delayMs });
    if (result.ok && hit('unreadable')) return { response: BAD_GATEWAY, delayMs };
    return { response: hit('answerLost') ? null : response, delayMs };
  }

  #isThrottled(desk: Desk): boolean {
    if (desk.asked.has('rateLimit')) return true;
    const second = Math.floor(desk.now / SECOND_MS);
    const name = `second:${desk.account}`;
    const count = `requests:${desk.account}`;
    if (this.#tables.get('numbers', name) !== second) {
      this.#tables.put('numbers', name, second);
      this.#tables.put('numbers', count, 0);
    }
    return this.#tables.count(count, 1) > desk.profile.requestsPerSecond;
  }

  /** Lets happen what was planned until `now`, each at its own instant. */
  #advance(now: Instant): void {
    for (;;) {
      const key = this.#tables.takeDue('timers', now);
      if (key === null) break;
      const timer = this.#tables.get('timers', key);
      if (timer === null) continue;
      this.#tables.remove('timers', key);
      this.#now = Math.max(this.#now, timer.at);
      ring(this.#desk(timer.account, null, NOTHING_ASKED), timer);
    }
    this.#now = Math.max(this.#now, now);
    this.#tables.put('numbers', 'now', this.#now);
    forgetOld(this.#desk('', null, NOTHING_ASKED));
  }

  #open(key: string, sending: Rows['sendings']): WebhookSend {
    const event = this.#tables.get('events', keyOf(sending.account, sending.eventId));
    const endpoint = this.#tables.get('endpoints', sending.endpointId);
    assert(event !== null && endpoint !== null, `a sending of ${sending.eventId} without event or endpoint`);
    return {
      sendingId: key,
      url: endpoint.wire.url,
      body: JSON.stringify(event.wire),
      secrets: this.#tables.get('secrets', sending.endpointId)?.secrets ?? [],
      eventId: sending.eventId,
      tries: sending.tries,
    };
  }

  #desk(account: string, cause: Desk['cause'], asked: ReadonlySet<string>): Desk {
    return {
      tables: this.#tables,
      profile: this.#profile,
      chance: this.#chance,
      now: this.#now,
      account,
      cause,
      asked,
    };
  }

  /** Sets the counters of what goes wrong the next n times. */
  #arm(): void {
    const { faults, webhooks, refunds } = this.#profile;
    const counted = {
      ...faults,
      webhookFirst: webhooks.first,
      webhookTwice: webhooks.twice,
      webhookNever: webhooks.never,
      webhookOutOfOrder: webhooks.outOfOrder,
      refundLateFailure: refunds.lateFailure,
    };
    for (const [name, fault] of Object.entries(counted)) this.#tables.put('numbers', `next:${name}`, fault.next);
  }
}

const NOTHING_ASKED: ReadonlySet<string> = new Set();
/** Tries of a webhook: after a minute, two, four .. at most 8 h apart. */
const RETRY_MS = 60 * SECOND_MS;
const RETRY_MS_MAX = 8 * 3600 * SECOND_MS;
/** How long an answer is held back so that its webhook comes first. */
const WEBHOOK_LEAD_MS = SECOND_MS;

const BROKEN: WireAnswer & { ok: false } = {
  ok: false,
  status: 500,
  isKept: true,
  error: { type: 'api_error', message: 'An unknown error occurred.' },
};
const TOO_MANY: WireAnswer & { ok: false } = {
  ok: false,
  status: 429,
  isKept: false,
  error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests in this second.' },
};
const BAD_GATEWAY: WireResponse = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
};

function delayOf(desk: Desk, { isSlow, holdsBack }: { readonly isSlow: boolean; readonly holdsBack: boolean }): number {
  const usual = drawDelay(desk, desk.profile.latency, 'latency');
  const slow = isSlow ? drawDelay(desk, desk.profile.slowBy, 'slow answer') : 0;
  return usual + slow + (holdsBack ? WEBHOOK_LEAD_MS : 0);
}

function toResponse(result: WireAnswer): WireResponse {
  return result.ok ? { status: 200, headers: JSON_TYPE, body: result.body } : errorResponse(result);
}

function errorResponse({ status, error }: WireAnswer & { ok: false }): WireResponse {
  return { status, headers: JSON_TYPE, body: { error } satisfies Json };
}

const JSON_TYPE = { 'content-type': 'application/json' };

function withHeaders(response: WireResponse, requestId: string, key: string | null): WireResponse {
  const headers = { 'request-id': requestId, ...response.headers, ...(key === null ? {} : { 'idempotency-key': key }) };
  return { ...response, headers };
}
