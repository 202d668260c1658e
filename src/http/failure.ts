import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { sayDefect } from '../flow/live/defect.ts';
import { StoreUnavailable } from '../flow/ports/store.ts';
import type { ApiPorts } from './ports.ts';
import { PROBLEM_TYPE, problemOf, Refusal } from './problem.ts';

/** The one place where what was thrown becomes an answer. What is not known here is a defect: logged, not shown. */
export function answerError(ports: ApiPorts, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  if (refusal === null) {
    ports.log.error('defect in a request', {
      request_id: request.id,
      operation: request.routeOptions.config.operation ?? 'none',
      code: String((error as { code?: unknown }).code ?? ''),
      ...sayDefect(error),
    });
  }
  const said = refusal ?? new Refusal('internal', `Nothing more is said here. The log has ${request.id}.`);
  request.problem = said.problem;
  send(reply, request.id, said);
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  send(reply, request.id, new Refusal('not_found', 'There is no such address: /openapi.json lists them.'));
}

export function answerBadUrl(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  send(reply, request.id, new Refusal('not_found', 'The address cannot be read.'));
}

/** What is no HTTP has no request and no reply: bytes on a socket. */
export function answerClientError(_error: Error, socket: Socket): void {
  if (socket.writable) socket.write('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  socket.destroy();
}

function send(reply: FastifyReply, requestId: string, refusal: Refusal): void {
  reply
    .code(refusal.status)
    .headers(refusal.headers)
    .type(PROBLEM_TYPE)
    // Past the schema of the answer: it is a problem whatever the route would have answered.
    .serializer(JSON.stringify)
    .send(problemOf(refusal, requestId));
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error instanceof StoreUnavailable) {
    return new Refusal('unavailable', 'Send the same again: whatever was done is not done twice.', {
      headers: { 'retry-after': '1' },
    });
  }
  const { validation, validationContext, code } = error as FastifyError;
  if (validation !== undefined) return invalid(validation, validationContext);
  return code === undefined ? null : ofFastify(code);
}

/** More would not help anybody to find the first. */
const FAULTS_MAX = 20;

function invalid(found: readonly { instancePath: string; message?: string }[], context: string | undefined): Refusal {
  const faults = found
    // Said once more for the object that holds the name.
    .filter(({ message }) => message !== 'must not have additional properties')
    .slice(0, FAULTS_MAX)
    .map(({ instancePath, message = '' }) => ({ pointer: instancePath, detail: WORDS[message] ?? message }));
  return new Refusal('request_invalid', `Something is wrong in the ${context ?? 'request'}.`, { faults });
}

/** Where the validator speaks of its schema instead of the request. */
const WORDS: Readonly<Record<string, string>> = { 'schema is false': 'is not known here' };

function ofFastify(code: string): Refusal | null {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal('body_too_large', 'Send many rentals as application/x-ndjson.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('media_type_unsupported', 'The Content-Type is not accepted.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new Refusal('body_malformed', 'The body is not what its headers say.');
    default:
      return null;
  }
}
