import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { Idempotency } from './command.ts';
import type { OperationId } from './policy.ts';

/** Where routes are added: Fastify, whose handlers get the types of the schemas. */
export type Routes = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  /** What each route says of itself, beside its shapes. Without an operation it is not served. */
  interface FastifyContextConfig {
    operation?: OperationId;
    /** Content types of its body; without: it has none. */
    accepts?: readonly string[];
    /** Without: the operation changes nothing, or is the same however often it is asked. */
    idempotency?: Idempotency;
  }
}
