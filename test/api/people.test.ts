import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, startApi } from './harness.ts';

let api: Api;
let key: string;
before(async () => {
  api = await startApi();
  key = await api.key(['accounts:write', 'accounts:read', 'markets:write']);
  await api.prepare(key);
});
after(() => api.close());

const put = (accountId: string, person: unknown) =>
  api.call('PUT', `/v1/accounts/${accountId}/person`, { key, body: JSON.stringify(person) });

test('how a customer is reached is written down apart from the books, and the last word holds', async () => {
  assert.equal((await put('acc_1', { name: 'Giulia Ferri', mail: 'giulia@example.com' })).status, 204);
  assert.equal((await put('acc_1', { name: 'Giulia Ferri', mail: 'ferri@example.com' })).status, 204);
  const { rows } = await api.database.admin.query('select account_id, name, mail from storno_pii.person');
  assert.deepEqual(rows, [{ account_id: 'acc_1', name: 'Giulia Ferri', mail: 'ferri@example.com' }]);
  const read = await api.call('GET', '/v1/accounts/acc_1', { key });
  assert.doesNotMatch(read.text, /Giulia|ferri/);
});

test('an account that is not known has no person', async () => {
  assert.equal((await put('acc_none', { name: null, mail: null })).status, 404);
});

test('what could become a header or a second recipient is no name and no address', async () => {
  for (const mail of [
    'a@b.example,c@d.example',
    'a b@c.example',
    'a@b.example\nBcc: c@d.example',
    'nobody',
    '<a@b.c>',
  ]) {
    assert.equal((await put('acc_1', { name: null, mail })).status, 400, mail);
  }
  assert.equal((await put('acc_1', { name: 'Giulia\r\nBcc: c@d.example', mail: null })).status, 400);
});
