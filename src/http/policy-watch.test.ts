import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { watchPolicy } from './policy-watch.ts';

const handler = async () => 'ok';

test('a route without an operation, or with one of no policy, stops the start', () => {
  for (const config of [undefined, {}, { operation: 'readEverything' }, { operation: 'toString' }]) {
    const app = fastify();
    watchPolicy(app);
    const add = () =>
      app.route({ method: 'GET', url: '/v1/all', handler, ...(config === undefined ? {} : { config }) } as never);
    assert.throws(add, /GET \/v1\/all has no policy/);
  }
});

test('a route with a policy is served, and is seen', () => {
  const app = fastify();
  const seen = watchPolicy(app);
  app.route({ method: 'GET', url: '/healthz', config: { operation: 'readHealth' }, handler });
  assert.deepEqual([...seen], ['readHealth']);
});
