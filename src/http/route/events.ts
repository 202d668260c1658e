import { Type } from 'typebox';
import { EVENT_TYPES, EventShape } from '../contract/event.ts';
import { PageQuery, pageOf } from '../contract.ts';
import { describe, problems } from '../document.ts';
import { listPage } from '../page.ts';
import type { ApiPorts } from '../ports.ts';
import type { Routes } from '../route.ts';
import { sayEvent } from '../wire.ts';

/** Events get their place when somebody asks for them, if no worker gave it before. One transaction's worth. */
const SEQUENCED_MAX = 1000;

export function addEventRoutes(ports: ApiPorts, app: Routes): void {
  app.route({
    method: 'GET',
    url: '/v1/events',
    config: { operation: 'listEvents' },
    schema: {
      ...describe(
        'listEvents',
        'Events',
        'List events in their order; the cursor of the last page goes on from the end',
      ),
      querystring: Type.Object(
        { type: Type.Optional(Type.Enum(EVENT_TYPES)), ...PageQuery },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(EventShape), ...problems('cursor_invalid') },
    },
    handler: async ({ query: { cursor, limit, type } }) => {
      await ports.office.sequenceEvents(ports.clock.now(), SEQUENCED_MAX);
      return listPage({
        listing: 'events',
        filters: { type: type ?? null },
        page: { cursor, limit },
        read: (request) => ports.office.listEvents(request),
        say: sayEvent,
      });
    },
  });
}
