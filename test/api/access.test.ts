import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { POLICY, SCOPES } from '../../src/http/policy.ts';
import { atEnd } from '../postgres.ts';
import { type Api, startApi } from './harness.ts';

let api: Api;

before(async () => {
  api = await startApi();
});

atEnd(() => api.close());

/** Every operation of the document, with a request that reaches its handler or fails only behind the gate. */
function operations() {
  const { paths } = api.document;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operationId: operation.operationId as keyof typeof POLICY,
      method: method.toUpperCase(),
      path: path.replace(/\{[^}]+\}/g, 'whe_1'),
      body: operation.requestBody === undefined ? undefined : '{}',
    })),
  );
}

test('the document and the policy name the same operations', () => {
  assert.deepEqual(
    operations()
      .map(({ operationId }) => operationId)
      .sort(),
    Object.keys(POLICY).sort(),
  );
});

test('every operation opens to its own scope, and to no other: each pair is tried', async () => {
  const keys = new Map<string, string>();
  for (const scope of SCOPES) keys.set(scope, await api.key([scope]));
  const leaks: string[] = [];
  let tried = 0;
  for (const { operationId, method, path, body } of operations()) {
    const access = POLICY[operationId];
    if (access.kind === 'open') continue;
    for (const [scope, key] of keys) {
      const { status } = await api.call(method, path, { key, body });
      tried += 1;
      const isRefused = status === 401 || status === 403;
      if (isRefused === (scope === access.scope) || status >= 500)
        leaks.push(`${operationId} with ${scope}: ${status}`);
    }
  }
  assert.deepEqual(leaks, []);
  assert.ok(tried >= 29 * SCOPES.length, `only ${tried} pairs`);
});

test('no operation with a scope answers without a key, with a wrong, an expired or a revoked one', async () => {
  const expired = await api.key(['control'], { expiresAt: api.clock.now() });
  const revoked = await api.key([...SCOPES]);
  await api.office.revokeKey(`key_${revoked.split('_')[2]}`, api.clock.now());
  const wrongs = [undefined, 'nonsense', `${revoked.slice(0, -1)}A`, expired, revoked, ''];
  for (const { operationId, method, path, body } of operations()) {
    if (POLICY[operationId].kind === 'open') continue;
    for (const key of wrongs) {
      const { status, headers } = await api.call(method, path, { key, body });
      assert.equal(status, 401, `${operationId} with ${key}`);
      assert.equal(headers.get('www-authenticate'), 'Bearer');
    }
  }
});

test('a method that no operation has is not found, with a key and without', async () => {
  const key = await api.key([...SCOPES]);
  for (const method of ['DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PUT']) {
    assert.equal((await api.call(method, '/v1/rentals', { key })).status, 404, method);
  }
});

test('a key is counted, hears what is left, and is refused beyond it; another goes on', async () => {
  const small = await startApi({ requests: 3 });
  try {
    const key = await small.key(['control']);
    const left: (string | null)[] = [];
    for (let n = 0; n < 3; n += 1) {
      left.push((await small.call('GET', '/v1/control', { key })).headers.get('ratelimit'));
    }
    assert.deepEqual(
      left.map((text) => text?.split(';')[1]),
      ['r=2', 'r=1', 'r=0'],
    );
    const refused = await small.call('GET', '/v1/control', { key });
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal((await small.call('GET', '/v1/control', { key: await small.key(['control']) })).status, 200);
  } finally {
    await small.close();
  }
});
