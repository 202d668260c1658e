import { Type } from 'typebox';
import type { ObligationKey } from '../../core/live/charge.ts';
import { AttemptShape, CHARGE_STATES, ChargeShape } from '../contract/charge.ts';
import { PageQuery, pageOf, refer } from '../contract.ts';
import { describe, problems } from '../document.ts';
import { listPage } from '../page.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';
import { sayAttempt, sayCharge } from '../wire.ts';

const ChargeParams = Type.Object({ charge_id: Type.String({ description: '`rental_id:purpose:occurrence`' }) });

export function addChargeRoutes(ports: ApiPorts, app: Routes): void {
  app.route({
    method: 'GET',
    url: '/v1/charges',
    config: { operation: 'listCharges' },
    schema: {
      ...describe('listCharges', 'Charges', 'List charges'),
      querystring: Type.Object(
        {
          account_id: Type.Optional(Type.String({ maxLength: 100 })),
          state: Type.Optional(Type.Enum(CHARGE_STATES)),
          ...PageQuery,
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(ChargeShape), ...problems('cursor_invalid') },
    },
    handler: ({ query: { cursor, limit, account_id, state } }) =>
      listPage({
        listing: 'charges',
        filters: { accountId: account_id ?? null, state: state ?? null },
        page: { cursor, limit },
        read: (request) => ports.reads.listIntents(request),
        say: sayCharge,
      }),
  });

  app.route({
    method: 'GET',
    url: '/v1/charges/:charge_id',
    config: { operation: 'readCharge' },
    schema: {
      ...describe('readCharge', 'Charges', 'Read a charge'),
      params: ChargeParams,
      response: { 200: refer(ChargeShape), ...problems('not_found') },
    },
    handler: async ({ params }) => sayCharge(await readIntent(ports, params.charge_id)),
  });

  app.route({
    method: 'GET',
    url: '/v1/charges/:charge_id/attempts',
    config: { operation: 'listAttempts' },
    schema: {
      ...describe('listAttempts', 'Charges', 'List the attempts of a charge, with what was seen of each'),
      params: ChargeParams,
      response: { 200: Type.Object({ data: Type.Array(refer(AttemptShape)) }), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      const { key } = await readIntent(ports, params.charge_id);
      return { data: (await ports.reads.readEvidence(key)).map(sayAttempt) };
    },
  });
}

async function readIntent(ports: ApiPorts, chargeId: string) {
  const [, rentalId = '', purpose, occurrence] = /^(.+):(rental|adjustment):([1-9]\d{0,4})$/.exec(chargeId) ?? [];
  const isIt = (key: ObligationKey) => key.purpose === purpose && key.occurrence === Number(occurrence);
  const intent =
    rentalId === '' ? undefined : (await ports.store.readIntents(rentalId)).find((found) => isIt(found.key));
  if (intent === undefined) throw new Refusal('not_found', 'There is no charge of this id.');
  return intent;
}
