import type { KeptAnswer } from './state.ts';
import {
  invalid,
  type Played,
  type WireAnswer,
  type WireFailure,
  type WireRequest,
  type WireResponse,
} from './wire.ts';
import type { Desk } from './world.ts';

/** Stripe's bound of a key. */
const KEY_LENGTH_MAX = 255;

/** The request as the store compares it: what is done, not how it is transported. */
export function sayRequest({ method, path, form }: WireRequest): string {
  const fields = Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([method, path, fields]);
}

const storeKey = (account: string, key: string): string => `${account}/${key}`;

/** What the store says to the key: nothing (a new request), the first answer, or an error. */
export function recall(desk: Desk, key: string, request: WireRequest): WireResponse | WireAnswer | null {
  const { idempotency } = desk.profile;
  if (key.length > KEY_LENGTH_MAX) return invalid('The idempotency key is too long.', {});
  if (idempotency.key === 'ignored') return null;
  const kept = desk.tables.get('kept', storeKey(desk.account, key));
  if (kept === null || desk.now - kept.firstAt >= idempotency.keepsMs) return null;
  if (idempotency.body === 'compared' && kept.request !== sayRequest(request)) return otherRequest(key);
  if (desk.now < kept.busyUntil || idempotency.onReplay === 'conflict') return inUse(key);
  return {
    ...kept.response,
    headers: { ...kept.response.headers, 'idempotent-replayed': 'true' },
  };
}

function otherRequest(key: string): WireFailure & { ok: false } {
  const message =
    'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
    `Try using a key other than '${key}' if you meant to execute a different request.`;
  return { ok: false, status: 400, isKept: false, error: { type: 'idempotency_error', message } };
}

function inUse(key: string): WireFailure & { ok: false } {
  const message = `There is currently another in-progress request using this Idempotent Key (${key}).`;
  const error = { type: 'invalid_request_error', code: 'idempotency_key_in_use', message };
  return { ok: false, status: 409, isKept: false, error };
}

/** Keeps the answer under the key, if this provider keeps such answers. */
export function keep(
  desk: Desk,
  {
    key,
    request,
    response,
    isKept,
    delayMs,
  }: { key: string; request: WireRequest; isKept: boolean } & {
    readonly response: WireResponse;
    readonly delayMs: Played['delayMs'];
  },
): void {
  const succeeded = response.status < 300;
  if (!succeeded && (!isKept || desk.profile.idempotency.keeps === 'successes')) return;
  const kept: KeptAnswer = {
    account: desk.account,
    request: sayRequest(request),
    response,
    firstAt: desk.now,
    busyUntil: desk.now + delayMs,
  };
  desk.tables.remove('kept', storeKey(desk.account, key));
  desk.tables.put('kept', storeKey(desk.account, key), kept);
}

/** Forgets what is older than the store keeps. The oldest stand first. */
export function forgetOld(desk: Desk): void {
  for (const [key, kept] of desk.tables.entries('kept')) {
    if (desk.now - kept.firstAt < desk.profile.idempotency.keepsMs) return;
    desk.tables.remove('kept', key);
  }
}
