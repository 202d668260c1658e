import { Readable } from 'node:stream';
import { type Static, Type } from 'typebox';
import { assert } from '../../core/kernel/assert.ts';
import { JSON_TYPE, NDJSON_TYPE } from '../body.ts';
import { answerLines } from '../bulk.ts';
import {
  BulkLine,
  CorrectionRequest,
  EndedRentalShape,
  RentalAnswer,
  RentalShape,
  VoidRequest,
} from '../contract/rental.ts';
import { Id, InstantText, PageQuery, pageOf, refer } from '../contract.ts';
import type { Desk } from '../desk.ts';
import { describe, problems } from '../document.ts';
import { instantOrNull } from '../instant.ts';
import { listPage } from '../page.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';
import { sayRental } from '../wire.ts';

const RentalParams = Type.Object({ rental_id: Id });

export function addRentalRoutes(ports: ApiPorts, desk: Desk, app: Routes): void {
  addEndRoute(desk, app);
  addChangeRoutes(desk, app);
  addReadRoutes(ports, app);
}

function addEndRoute(desk: Desk, app: Routes): void {
  app.route({
    method: 'POST',
    url: '/v1/rentals',
    config: { operation: 'endRentals', accepts: [JSON_TYPE, NDJSON_TYPE], idempotency: 'optional' },
    schema: {
      ...describe('endRentals', 'Rentals', 'Say that a rental has ended, or many'),
      body: {
        content: {
          [JSON_TYPE]: { schema: refer(EndedRentalShape) },
          [NDJSON_TYPE]: { schema: Type.Any({ description: 'One rental a line; the answer has one line for each.' }) },
        },
      },
      response: {
        200: {
          description: 'It is known, and was the same; or, of many, one line for each and a last one that counts.',
          content: {
            [JSON_TYPE]: { schema: refer(RentalAnswer) },
            [NDJSON_TYPE]: { schema: refer(BulkLine) },
          },
        },
        201: refer(RentalAnswer),
        ...problems('rental_differs', 'account_differs', 'refused', 'command_running', 'idempotency_key_reused'),
      },
    },
    handler: async (request, reply) => {
      if (request.body instanceof Readable) {
        const lines = Readable.from(answerLines(desk, request.body));
        // The types know of one answer for a status; a stream goes out as it is.
        return reply
          .code(200)
          .type(NDJSON_TYPE)
          .send(lines as unknown as Static<typeof RentalAnswer>);
      }
      const [taken] = await desk.endRentals([request.body]);
      assert(taken !== undefined, 'one rental has one answer');
      if (taken.kind === 'refused') throw taken.refusal;
      return reply
        .code(taken.kind === 'created' ? 201 : 200)
        .type(JSON_TYPE)
        .send({ result: taken.kind, rental: sayRental(taken.record) });
    },
  });
}

function addChangeRoutes(desk: Desk, app: Routes): void {
  app.route({
    method: 'POST',
    url: '/v1/rentals/:rental_id/void',
    config: { operation: 'voidRental', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('voidRental', 'Rentals', 'Take a rental back: it is not owed, minutes return to their lots'),
      params: RentalParams,
      body: refer(VoidRequest),
      response: { 200: refer(RentalShape), ...problems(...CHANGE_PROBLEMS) },
    },
    handler: async ({ params, body }) =>
      sayRental(await desk.voidRental({ rentalId: params.rental_id, reason: body.reason })),
  });

  app.route({
    method: 'POST',
    url: '/v1/rentals/:rental_id/corrections',
    config: { operation: 'correctRental', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('correctRental', 'Rentals', 'Say what a rental should have been: a further revision holds'),
      params: RentalParams,
      body: refer(CorrectionRequest),
      response: { 201: refer(RentalShape), ...problems(...CHANGE_PROBLEMS, 'rental_differs') },
    },
    handler: async ({ params, body }, reply) => {
      const { reason, rental } = body;
      return reply.code(201).send(sayRental(await desk.correctRental({ rentalId: params.rental_id, reason, rental })));
    },
  });
}

const CHANGE_PROBLEMS = [
  'not_found',
  'rental_void',
  'state_changed',
  'refused',
  'idempotency_key_missing',
  'command_running',
  'idempotency_key_reused',
] as const;

function addReadRoutes(ports: ApiPorts, app: Routes): void {
  app.route({
    method: 'GET',
    url: '/v1/rentals',
    config: { operation: 'listRentals' },
    schema: {
      ...describe('listRentals', 'Rentals', 'List rentals'),
      querystring: Type.Object(
        {
          account_id: Type.Optional(Type.String({ maxLength: 100 })),
          market: Type.Optional(Type.String({ maxLength: 100 })),
          ended_from: Type.Optional(InstantText),
          ended_to: Type.Optional(InstantText),
          ...PageQuery,
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(RentalShape), ...problems('cursor_invalid') },
    },
    handler: ({ query }) =>
      listPage({
        listing: 'rentals',
        filters: {
          accountId: query.account_id ?? null,
          market: query.market ?? null,
          endedFrom: instantOrNull(query.ended_from),
          endedTo: instantOrNull(query.ended_to),
        },
        page: { cursor: query.cursor, limit: query.limit },
        read: (request) => ports.reads.listRentals(request),
        say: sayRental,
      }),
  });

  app.route({
    method: 'GET',
    url: '/v1/rentals/:rental_id',
    config: { operation: 'readRental' },
    schema: {
      ...describe('readRental', 'Rentals', 'Read a rental: its newest revision'),
      params: RentalParams,
      response: { 200: refer(RentalShape), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      const record = await ports.store.readRental(params.rental_id);
      if (record === null) throw new Refusal('not_found', 'There is no rental of this id.');
      return sayRental(record);
    },
  });
}
