import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../../src/bin/cli/settings.ts';
import { DAY_MS } from '../../src/core/kernel/time.ts';

test('nothing set is a good setting: nothing is charged, nothing is mailed', () => {
  const { settings, problems } = readSettings({});
  assert.deepEqual(problems, []);
  assert.deepEqual([settings.stripe, settings.mail, settings.statementText], [null, null, '']);
  assert.deepEqual(settings.dunningMs, [DAY_MS, 3 * DAY_MS, 7 * DAY_MS]);
});

test('two secrets, an address of its own, and days of dunning are read', () => {
  const { settings, problems } = readSettings({
    STORNO_STRIPE_KEY: 'sk_test_1',
    STORNO_STRIPE_ACCOUNT: 'acct_1',
    STORNO_STRIPE_URL: 'http://127.0.0.1:4010',
    STORNO_STRIPE_WEBHOOK_SECRETS: ' whsec_a, whsec_b ',
    STORNO_DUNNING: '1d,14d',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(settings.stripe?.webhookSecrets, ['whsec_a', 'whsec_b']);
  assert.deepEqual(settings.dunningMs, [DAY_MS, 14 * DAY_MS]);
});

test('all that is wrong is said at once, by the name of its variable, and no secret with it', () => {
  const { problems } = readSettings({
    STORNO_STRIPE_KEY: 'sk_live_secret',
    STORNO_STRIPE_URL: 'not an address',
    STORNO_STRIPE_WEBHOOK_SECRETS: 'whsec_1,whsec_2,whsec_3',
    STORNO_SMTP_URL: 'mail.example.com',
    STORNO_DUNNING: '0d,x',
    STORNO_STATEMENT_TEXT: 'twenty-three characters',
  });
  const text = problems.map(({ message }) => message).join('\n');
  for (const name of ['ACCOUNT', 'URL', 'WEBHOOK_SECRETS']) assert.match(text, new RegExp(`STORNO_STRIPE_${name}: `));
  for (const name of ['SMTP_URL', 'MAIL_FROM', 'ALARM_TO', 'DUNNING', 'STATEMENT_TEXT']) {
    assert.match(text, new RegExp(`STORNO_${name}: `));
  }
  assert.doesNotMatch(text, /sk_live_secret|whsec_1/);
});
