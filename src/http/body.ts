import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readJson } from './json.ts';
import { Refusal } from './problem.ts';

/** A rental has some hundred bytes, a plan some thousand: what is larger is a mistake or an attack. */
export const BODY_BYTES_MAX = 256 * 1024;

export const JSON_TYPE = 'application/json';
export const NDJSON_TYPE = 'application/x-ndjson';

const WITH_CHARSET = /; ?charset="?utf-8"?$/i;

/**
 * The type of a body, exactly. Whatever is not said letter by letter is refused: odd spellings of a known type were a
 * way round the validation of Fastify four times (CVE-2025-32442, CVE-2026-25223, CVE-2026-33806, GHSA-573f-x89g-hqp9).
 */
export function bodyTypeOf(request: FastifyRequest): string | null {
  const header = request.headers['content-type'];
  if (header === undefined) return null;
  return header.replace(WITH_CHARSET, '').toLowerCase();
}

export function hasBody(request: FastifyRequest): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Before the body is read: may this operation have one, and of this type? */
export function checkBodyType(request: FastifyRequest, accepted: readonly string[]): void {
  if (request.headers['content-encoding'] !== undefined) {
    throw new Refusal('media_type_unsupported', 'Send the body without Content-Encoding.');
  }
  if (!hasBody(request)) {
    if (accepted.length === 0) return;
    throw new Refusal('body_malformed', `Send a body of the type ${accepted.join(' or ')}.`);
  }
  if (accepted.length === 0) throw new Refusal('media_type_unsupported', 'Send no body here.');
  const type = bodyTypeOf(request);
  if (type === null || !accepted.includes(type)) {
    throw new Refusal('media_type_unsupported', `Say Content-Type: ${accepted.join(' or ')}.`);
  }
}

/** Our own parsers in place of Fastify's: strict JSON, and lines as a stream. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(JSON_TYPE, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const read = readJson(body);
    if (!read.ok) throw new Refusal('body_malformed', read.detail);
    request.bodyDigest = createHash('sha256').update(body).digest('hex');
    return read.value;
  });
  // Nothing is read here: the route takes line by line, as fast as it writes them down.
  app.addContentTypeParser(NDJSON_TYPE, (_request, payload, done) => done(null, payload));
}

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the bytes of a JSON body; empty where there is none. */
    bodyDigest: string;
  }
}
