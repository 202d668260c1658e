import type { FastifyReply, FastifyRequest } from 'fastify';
import { MINUTE_MS, SECOND_MS } from '../core/kernel/time.ts';
import { isOpenedBy, parseKey } from './key.ts';
import type { Access, Scope } from './policy.ts';
import type { Allowance, ApiPorts } from './ports.ts';
import { Refusal } from './problem.ts';

/** `last_used_at` is for people who tidy up keys: it need not be written with each request. */
const TOUCH_AFTER_MS = MINUTE_MS;

/**
 * Who asks, how often, and may he? Checks in this order, before the body is read: 401, 429, 403. The same for every
 * operation, by the policy alone.
 */
export async function passGate(
  ports: ApiPorts,
  access: Access,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (access.kind === 'open') return;
  const key = await holderOf(ports, request, reply);
  sayAllowance(reply, await takeOne(ports, key.keyId, reply));
  if (!key.scopes.includes(access.scope)) throw missing(access.scope);
  request.keyId = key.keyId;
  request.staffId = key.staffId;
}

async function holderOf(ports: ApiPorts, request: FastifyRequest, reply: FastifyReply) {
  const text = bearerOf(request);
  if (text === null) {
    throw new Refusal('key_missing', 'Send Authorization: Bearer sk_storno_…', { headers: CHALLENGE });
  }
  const parsed = parseKey(text);
  const now = ports.clock.now();
  const key = parsed === null ? null : await ports.office.readKey(parsed.keyId);
  if (parsed === null || key === null || !isOpenedBy(key, parsed.secret, now)) {
    // Guessing is slowed down by address: there is no key to count under.
    await takeOne(ports, `failed:${request.ip}`, reply);
    throw new Refusal('key_invalid', 'It is unknown, expired or revoked: storno key list shows those that are valid.', {
      headers: CHALLENGE,
    });
  }
  if (key.lastUsedAt === null || now - key.lastUsedAt > TOUCH_AFTER_MS) await ports.office.touchKey(key.keyId, now);
  return key;
}

const CHALLENGE = { 'www-authenticate': 'Bearer' };

function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer ([!-~]{1,200})$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

async function takeOne(ports: ApiPorts, name: string, reply: FastifyReply): Promise<Allowance> {
  const allowance = await ports.limiter.take(name);
  if (allowance.isAllowed) return allowance;
  sayAllowance(reply, allowance);
  const seconds = secondsOf(allowance.resetMs);
  throw new Refusal('rate_limited', `Ask again in ${seconds} s.`, { headers: { 'retry-after': String(seconds) } });
}

/** draft-ietf-httpapi-ratelimit-headers-10: the policy and what is left of it. */
function sayAllowance(reply: FastifyReply, { limit, remaining, windowMs, resetMs }: Allowance): void {
  reply.header('ratelimit-policy', `"key";q=${limit};w=${secondsOf(windowMs)}`);
  reply.header('ratelimit', `"key";r=${Math.max(remaining, 0)};t=${secondsOf(resetMs)}`);
}

function secondsOf(ms: number): number {
  return Math.ceil(ms / SECOND_MS);
}

function missing(scope: Scope): Refusal {
  return new Refusal('scope_missing', `It needs the scope ${scope}.`);
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; empty at open operations. */
    keyId: string;
  }
}
