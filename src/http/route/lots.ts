import { Type } from 'typebox';
import { JSON_TYPE } from '../body.ts';
import { LotRequest, LotShape } from '../contract/account.ts';
import { refer } from '../contract.ts';
import type { Desk } from '../desk.ts';
import { describe, problems } from '../document.ts';
import { instantOf } from '../instant.ts';
import type { ApiPorts } from '../ports.ts';
import type { Routes } from '../route.ts';
import { sayLot } from '../wire.ts';
import { AccountParams, readAccount } from './accounts.ts';

export function addLotRoutes(ports: ApiPorts, desk: Desk, app: Routes): void {
  app.route({
    method: 'POST',
    url: '/v1/accounts/:account_id/lots',
    config: { operation: 'grantLot', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('grantLot', 'Accounts', 'Give free minutes; once for an incident'),
      params: AccountParams,
      body: refer(LotRequest),
      response: {
        200: refer(LotShape),
        201: refer(LotShape),
        ...problems('not_found', 'refused', 'idempotency_key_missing', 'command_running', 'idempotency_key_reused'),
      },
    },
    handler: async ({ params, body, keyId, headers }, reply) => {
      await readAccount(ports, params.account_id);
      const command = JSON.stringify([keyId, headers['idempotency-key']]);
      const { result, lot } = await desk.grantLot({
        accountId: params.account_id,
        lotId: `lot_${ports.digest(command).slice(0, 32)}`,
        market: body.market,
        minutes: body.minutes,
        lastDay: body.last_day,
        validFrom: body.valid_from === undefined ? null : instantOf(body.valid_from),
        source: body.source,
        incidentId: body.incident_id ?? null,
      });
      return reply.code(result === 'created' ? 201 : 200).send(sayLot(lot));
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/lots',
    config: { operation: 'listLots' },
    schema: {
      ...describe('listLots', 'Accounts', 'List the free minutes of an account, used up ones too'),
      params: AccountParams,
      response: { 200: Type.Object({ data: Type.Array(refer(LotShape)) }), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      await readAccount(ports, params.account_id);
      return { data: (await ports.reads.listLots(params.account_id)).map(sayLot) };
    },
  });
}
