import type { FastifyReply, FastifyRequest } from 'fastify';
import { MINUTE_MS } from '../core/kernel/time.ts';
import type { OperationId } from './policy.ts';
import type { ApiPorts } from './ports.ts';
import { PROBLEM_TYPE, type ProblemName, Refusal } from './problem.ts';

/** Longer than any command takes. Whoever is silent beyond it is dead, and his command may be begun again. */
const LEASE_MS = MINUTE_MS;

const KEY = /^[!-~]{1,255}$/;

/** Whether an operation is a command: `required` where its meaning does not identify it. */
export type Idempotency = 'required' | 'optional';

/** Before the body is read: a command without its key is refused whatever it says. */
export function checkCommandKey(request: FastifyRequest, idempotency: Idempotency): void {
  const key = request.headers['idempotency-key'];
  if (key === undefined) {
    if (idempotency === 'optional') return;
    throw new Refusal('idempotency_key_missing', 'Make one for each wish, and send it again with each repetition.');
  }
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new Refusal('request_invalid', 'Idempotency-Key is 1 to 255 printable characters without blanks.');
  }
}

/** Takes the command up, or answers what it was answered before. True: answered, nothing is left to do. */
export async function beginCommand(
  ports: ApiPorts,
  operation: OperationId,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const idempotencyKey = request.headers['idempotency-key'];
  if (typeof idempotencyKey !== 'string') return false;
  const now = ports.clock.now();
  const name = { keyId: request.keyId, idempotencyKey };
  const fingerprint = ports.digest(JSON.stringify([operation, request.params, request.bodyDigest]));
  const begun = await ports.office.beginCommand({ ...name, fingerprint, now, leaseUntil: now + LEASE_MS });
  switch (begun.kind) {
    case 'begun':
      request.command = name;
      return false;
    case 'running':
      throw new Refusal('command_running', 'Send it again in a second.', { headers: { 'retry-after': '1' } });
    case 'differs':
      throw new Refusal('idempotency_key_reused', 'Make a new key for a new wish.');
    case 'answered': {
      const { status, body } = begun.answer;
      reply.code(status).header('idempotent-replayed', 'true');
      await reply.type(status < 400 ? 'application/json' : PROBLEM_TYPE).send(body);
      return true;
    }
  }
}

/**
 * Keeps the answer before it is sent. What says nothing about the effect (5xx), and what says that it be asked again
 * (`state_changed`), is not kept: nothing was done, and the same wish may be fulfilled later.
 */
export async function finishCommand(
  ports: ApiPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<void> {
  const name = request.command;
  if (name === null) return;
  request.command = null;
  if (reply.statusCode >= 500 || request.problem === 'state_changed' || typeof payload !== 'string') {
    await ports.office.releaseCommand(name, ports.clock.now());
    return;
  }
  await ports.office.finishCommand(name, { status: reply.statusCode, body: payload });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The command that this request has begun. */
    command: { readonly keyId: string; readonly idempotencyKey: string } | null;
    /** As what it was refused; null while it was not. */
    problem: ProblemName | null;
  }
}
