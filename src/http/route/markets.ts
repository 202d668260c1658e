import { Type } from 'typebox';
import { JSON_TYPE } from '../body.ts';
import { MarketRequest, MarketShape, PlanAnswer, PlanRequest } from '../contract/market.ts';
import { refer } from '../contract.ts';
import type { Desk } from '../desk.ts';
import { describe, problems } from '../document.ts';
import { instantOf } from '../instant.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';
import { sayMarket } from '../wire.ts';

const MarketParams = Type.Object({ market: Type.String({ minLength: 1, maxLength: 100 }) });

export function addMarketRoutes(ports: ApiPorts, desk: Desk, app: Routes): void {
  app.route({
    method: 'PUT',
    url: '/v1/markets/:market',
    config: { operation: 'putMarket', accepts: [JSON_TYPE] },
    schema: {
      ...describe('putMarket', 'Markets', 'Make a market known, or change it'),
      params: MarketParams,
      body: refer(MarketRequest),
      response: { 200: refer(MarketShape), 201: refer(MarketShape), ...problems('refused') },
    },
    handler: async ({ params, body }, reply) => {
      if (ports.calendar.localDay(ports.clock.now(), body.time_zone) === null) {
        throw new Refusal('refused', 'The time zone is not known: use a name of IANA, such as Europe/Rome.', {
          code: 'time_zone_unknown',
        });
      }
      const market = {
        market: params.market,
        timeZone: body.time_zone,
        currency: body.currency,
        vatBasisPoints: body.vat_basis_points,
      };
      const result = await ports.store.putMarket(market);
      return reply.code(result === 'created' ? 201 : 200).send(sayMarket(market));
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/markets/:market',
    config: { operation: 'readMarket' },
    schema: {
      ...describe('readMarket', 'Markets', 'Read a market'),
      params: MarketParams,
      response: { 200: refer(MarketShape), ...problems('not_found') },
    },
    handler: async ({ params }) => sayMarket(await readMarket(ports, params.market)),
  });

  app.route({
    method: 'POST',
    url: '/v1/markets/:market/plans',
    config: { operation: 'putPlan', accepts: [JSON_TYPE] },
    schema: {
      ...describe(
        'putPlan',
        'Markets',
        'Add a pricing plan that holds from an instant on; a plan is never changed, another one follows it',
      ),
      params: MarketParams,
      body: refer(PlanRequest),
      response: { 200: refer(PlanAnswer), 201: refer(PlanAnswer), ...problems('not_found', 'refused') },
    },
    handler: async ({ params, body }, reply) => {
      await readMarket(ports, params.market);
      const put = await desk.putPlan({ market: params.market, plan: body.plan, validFrom: instantOf(body.valid_from) });
      return reply.code(put.result === 'created' ? 201 : 200).send({
        result: put.result,
        plan_id: put.planId,
        digest: put.digest,
        valid_from: body.valid_from,
      });
    },
  });
}

async function readMarket(ports: ApiPorts, name: string) {
  const market = await ports.store.readMarket(name);
  if (market === null) throw new Refusal('not_found', 'There is no market of this name.');
  return market;
}
