import { Type } from 'typebox';
import { JSON_TYPE } from '../body.ts';
import { AccountRequest, AccountShape, BalanceShape, PersonRequest } from '../contract/account.ts';
import { Id, refer } from '../contract.ts';
import { describe, problems } from '../document.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';
import { sayAccount, sayBalance } from '../wire.ts';

export const AccountParams = Type.Object({ account_id: Id });

export function addAccountRoutes(ports: ApiPorts, app: Routes): void {
  app.route({
    method: 'PUT',
    url: '/v1/accounts/:account_id',
    config: { operation: 'putAccount', accepts: [JSON_TYPE] },
    schema: {
      ...describe('putAccount', 'Accounts', 'Make an account known, or change it; what it was is kept'),
      params: AccountParams,
      body: refer(AccountRequest),
      response: { 200: refer(AccountShape), 201: refer(AccountShape), ...problems('refused') },
    },
    handler: async ({ params, body }, reply) => {
      const method = body.payment_method;
      if (method !== null) checkMerchant(ports, method);
      const account = {
        accountId: params.account_id,
        homeMarket: body.home_market,
        locale: body.locale,
        paymentMethod:
          method === null
            ? null
            : {
                provider: method.provider,
                merchantAccount: method.merchant_account,
                customerRef: method.customer_ref,
                methodRef: method.method_ref,
              },
      };
      const result = await ports.store.putAccount(account, ports.clock.now());
      return reply.code(result === 'created' ? 201 : 200).send(sayAccount(account));
    },
  });

  app.route({
    method: 'PUT',
    url: '/v1/accounts/:account_id/person',
    config: { operation: 'putPerson', accepts: [JSON_TYPE] },
    schema: {
      ...describe('putPerson', 'Accounts', 'Say how the customer is reached: name and mail, for letters'),
      params: AccountParams,
      body: refer(PersonRequest),
      response: { 204: Type.Null({ description: 'Written down.' }), ...problems('not_found') },
    },
    handler: async ({ params, body }, reply) => {
      const { accountId } = await readAccount(ports, params.account_id);
      await ports.people.putPerson({ accountId, ...body }, ports.clock.now());
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/accounts/:account_id',
    config: { operation: 'readAccount' },
    schema: {
      ...describe('readAccount', 'Accounts', 'Read an account'),
      params: AccountParams,
      response: { 200: refer(AccountShape), ...problems('not_found') },
    },
    handler: async ({ params }) => sayAccount(await readAccount(ports, params.account_id)),
  });

  app.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/balances',
    config: { operation: 'listBalances' },
    schema: {
      ...describe('listBalances', 'Accounts', 'List what the books say of an account'),
      params: AccountParams,
      response: { 200: Type.Object({ data: Type.Array(refer(BalanceShape)) }), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      await readAccount(ports, params.account_id);
      return { data: (await ports.reads.readBalances(params.account_id)).map(sayBalance) };
    },
  });
}

export async function readAccount(ports: ApiPorts, accountId: string) {
  const account = await ports.store.readAccount(accountId);
  if (account === null) throw new Refusal('not_found', 'There is no account of this id.');
  return account;
}

function checkMerchant(
  { merchantAccounts }: ApiPorts,
  method: { readonly provider: string; readonly merchant_account: string },
): void {
  const known = new Map(Object.entries(merchantAccounts)).get(method.provider);
  if (known === undefined) {
    throw new Refusal('refused', `No access to the provider ${method.provider} is configured.`, {
      code: 'provider_unknown',
      faults: [{ pointer: '/payment_method/provider', detail: 'is not configured' }],
    });
  }
  if (known.includes(method.merchant_account)) return;
  throw new Refusal('refused', 'No access to this merchant account is configured.', {
    code: 'merchant_account_unknown',
    faults: [{ pointer: '/payment_method/merchant_account', detail: 'is not configured' }],
  });
}
