import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpenedBy, makeKey, parseKey } from './key.ts';

const NOW = Date.UTC(2026, 10, 10);
const WISH = { name: 'app', scopes: ['control'], staffId: null, now: NOW, expiresAt: null };

test('a key opens with its own text, and what is kept does not show it', () => {
  const { text, key } = makeKey(WISH);
  const parsed = parseKey(text);
  assert.equal(parsed?.keyId, key.keyId);
  assert.ok(isOpenedBy(key, parsed?.secret ?? '', NOW));
  assert.ok(!JSON.stringify(key).includes(parsed?.secret ?? 'none'));
  assert.equal(Buffer.from(parsed?.secret ?? '', 'base64url').length, 32);
});

test('another secret, an expired key and a revoked key open nothing', () => {
  const { text, key } = makeKey({ ...WISH, expiresAt: NOW + 1 });
  const secret = parseKey(text)?.secret ?? '';
  assert.ok(isOpenedBy(key, secret, NOW));
  assert.ok(!isOpenedBy(key, secret, NOW + 1));
  assert.ok(!isOpenedBy({ ...key, revokedAt: NOW }, secret, NOW));
  assert.ok(!isOpenedBy(key, parseKey(makeKey(WISH).text)?.secret ?? '', NOW));
});

test('what is no key is not looked for', () => {
  const { text } = makeKey(WISH);
  for (const wrong of ['', 'sk_storno_', text.slice(1), `${text}A`, text.replace('storno', 'live'), `${text}\n`]) {
    assert.equal(parseKey(wrong), null, wrong);
  }
});
