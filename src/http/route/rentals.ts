import { Type } from 'typebox';
import { RentalShape } from '../contract/rental.ts';
import { Id, InstantText, PageQuery, pageOf, refer } from '../contract.ts';
import { describe, problems } from '../document.ts';
import { listPage } from '../page.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';
import { sayRental } from '../wire.ts';

const RentalParams = Type.Object({ rental_id: Id });

export function addRentalRoutes(ports: ApiPorts, app: Routes): void {
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
          endedFrom: instantOf(query.ended_from),
          endedTo: instantOf(query.ended_to),
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

function instantOf(text: string | undefined): number | null {
  return text === undefined ? null : Date.parse(text);
}
