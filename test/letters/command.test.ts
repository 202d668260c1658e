/** `storno letter`, as a user starts it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

const ROOT = join(import.meta.dirname, '../..');
const FACTS = join(ROOT, 'examples/letters/refund-sent.json');
const FIGURES = join(ROOT, 'examples/letters/statement.json');

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function storno(parameters: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(ROOT, 'src/bin/cli.ts'), 'letter', ...parameters],
      { env: { ...process.env, STORNO_SMTP_URL: '', STORNO_MAIL_FROM: '', ...env } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

test('a letter is shown as text, page and whole message, in the language that was asked for', async () => {
  const text = await storno(['preview', '--facts', FACTS, '--lang', 'de-AT']);
  assert.match(text.out, /^Doppelt abgebucht: Wir haben Ihnen €\u00a014,50 erstattet\n\nGuten Tag Giulia Ferrari\n/);
  const page = await storno(['preview', '--facts', FACTS, '--html']);
  assert.match(page.out, /^<!doctype html>\n<html lang="it">/);
  const message = await PostalMime.parse((await storno(['preview', '--facts', FACTS, '--eml'])).out);
  assert.equal(message.subject, 'Doppio addebito: Le abbiamo rimborsato 14,50\u00a0€');
  assert.deepEqual([text.code, page.code], [0, 0]);
});

test('a statement is shown as text and page', async () => {
  assert.match((await storno(['statement', '--facts', FIGURES, '--lang', 'de'])).out, /10\.–13\. November 2014/);
  assert.match((await storno(['statement', '--facts', FIGURES, '--html'])).out, /<html lang="it">/);
});

test('facts that contradict each other, or are none, are refused with the reason', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-letter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'facts.json');
  const write = (change: (facts: Record<string, unknown>) => unknown): void =>
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(FACTS, 'utf8')))));
  write((facts) => ({ ...facts, interest: { amount: 1, currency: 'EUR' } }));
  const contradicted = await storno(['preview', '--facts', file]);
  assert.equal(contradicted.code, 2);
  assert.match(contradicted.err, /The refund EUR 14\.50 is not what was too much, EUR 14\.51\./);
  write((facts) => ({ ...facts, operator: {} }));
  const incomplete = await storno(['preview', '--facts', file, '--json']);
  assert.equal(JSON.parse(incomplete.err).error.problems[0].kind, 'field');
  writeFileSync(file, 'Dear customer');
  assert.match((await storno(['preview', '--facts', file])).err, /is no JSON/);
  assert.match((await storno(['preview', '--facts', join(folder, 'gone.json')])).err, /cannot be read \(ENOENT\)/);
});

test('a letter is sent to oneself over the server of the settings, and its refusal is told', async (t) => {
  const subjects: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _, done) =>
      done(address.startsWith('me@') ? null : Object.assign(new Error('5.1.1 Nobody'), { responseCode: 550 })),
    onData: async (stream, _, done) => {
      subjects.push((await PostalMime.parse(Buffer.concat(await stream.toArray()))).subject ?? '');
      done();
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = listening.address();
  assert.ok(typeof address === 'object' && address !== null);
  const env = { STORNO_SMTP_URL: `smtp://127.0.0.1:${address.port}`, STORNO_MAIL_FROM: 'letters@pendolo.example' };
  const sent = await storno(['try', '--facts', FACTS, '--lang', 'fr', '--to', 'me@pendolo.example'], env);
  assert.deepEqual([sent.code, subjects], [0, ['Double débit\u00a0: nous vous avons remboursé 14,50\u00a0€']]);
  const refused = await storno(['try', '--facts', FACTS, '--to', 'you@pendolo.example'], env);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /not taken \(refused final\): 550 5\.1\.1 Nobody/);
  assert.match((await storno(['try', '--facts', FACTS, '--to', 'me@pendolo.example'])).err, /STORNO_SMTP_URL/);
});

test('a message that reports no trouble says so', async () => {
  const { code, out } = await storno(['bounce', FACTS]);
  assert.deepEqual([code, out], [0, `${FACTS} reports no trouble with a letter.\n`]);
});
