/** Names, cities and ids come from databases that anybody may have filled: none of them may become anything else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import type { LetterFacts } from '../../src/core/remedy/notify/facts.ts';
import { composeLetter } from '../../src/core/remedy/notify.ts';
import type { LetterToPost, PrintedLetter } from '../../src/flow/ports/letter.ts';
import { sealLetter } from '../../src/world/letter/envelope.ts';
import { addressFault, oneLine } from '../../src/world/letter/header.ts';
import { LANGUAGES } from '../../src/world/letter/locale.ts';
import { letterPress } from '../../src/world/letter/press.ts';
import { SENT, TWICE } from './facts.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 100 };

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' style='display:none",
  '{amount} {0} {n, plural, other {x}}',
  "it's '{quoted}'",
  '<b>Herr</b> & Frau',
  'a\r\nBcc: victim@evil.example\r\n\r\nbody',
  'a\nSubject: other',
  '\u202etxet desrever',
  '\u0000\u0007',
  '$& $1 $`',
];

function printed(text: string, locale = 'it'): PrintedLetter {
  assert.ok(TWICE.ride);
  const facts: LetterFacts = {
    ...SENT,
    locale,
    customer: { name: text },
    operator: { name: text, contact: text, accountUrl: text },
    rentals: [{ ...TWICE, ride: { ...TWICE.ride, rentalId: text, market: text, vehicle: text } }],
    refunds: SENT.refunds.map((refund) => ({ ...refund, bankReference: text })),
    minutes: { ...SENT.minutes, market: text },
  };
  const composed = composeLetter(facts);
  assert.ok(composed.ok);
  return letterPress.print(composed.value);
}

function tagsOf(html: string): readonly string[] {
  return [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
}

test('a page has the same tags whatever the values hold, in every language', () => {
  for (const language of LANGUAGES) {
    const honest = tagsOf(printed('Milano', language).html);
    for (const text of HOSTILE) assert.deepEqual(tagsOf(printed(text, language).html), honest, text);
  }
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }), (text) => {
      const tags = tagsOf(printed(text).html).map((tag) => tag.replaceAll('<br>', ''));
      assert.deepEqual(new Set(tags), new Set(tagsOf(printed('Milano').html).map((tag) => tag.replaceAll('<br>', ''))));
    }),
    RUNS,
  );
});

test('a page loads nothing, runs nothing and links nowhere', () => {
  const { html } = printed('Milano');
  assert.doesNotMatch(html, /<(?:img|script|link|a|iframe|form|video|object|base|meta http)\b/i);
  assert.doesNotMatch(html, /\b(?:src|href|action|background)\s*=|url\(|@import|https?:/i);
});

test('a line break in a name, a city or an id adds no line to our words', () => {
  const [broken, straight] = [printed('a\r\nBcc: b\n\nc'), printed('a Bcc: b c')];
  assert.deepEqual(broken, straight);
});

test('values are no patterns and no messages: what stands in a name is what is shown', () => {
  const { text } = printed("{amount} it's $& $1");
  assert.ok(text.includes("Gentile {amount} it's $& $1,"));
});

const LETTER: LetterToPost = {
  letterId: 'ltr_1',
  to: { address: 'giulia@posta.example', name: 'Giulia' },
  locale: 'it',
  subject: 'Doppio addebito: Le abbiamo rimborsato 14,50 €',
  text: 'Buongiorno\n',
  html: '<p>Buongiorno</p>',
};
const SENDER = { name: 'Pendolo', address: 'letters@pendolo.example', replyTo: 'people@pendolo.example' };

async function headersOf(letter: LetterToPost, name: string): Promise<ReadonlyMap<string, string>> {
  const { headers } = await PostalMime.parse(await sealLetter(letter, { ...SENDER, name }));
  assert.equal(new Set(headers.map(({ key }) => key)).size, headers.length, 'a header stands twice');
  return new Map(headers.map(({ key, value }) => [key, value]));
}

test('no name and no subject becomes a header, an address or a second recipient', async () => {
  const honest = [...(await headersOf(LETTER, 'Pendolo')).keys()];
  for (const text of [...HOSTILE, 'A, victim@evil.example', 'A <victim@evil.example>', 'a: b; c@evil.example']) {
    const headers = await headersOf({ ...LETTER, subject: text, to: { ...LETTER.to, name: text } }, text);
    assert.deepEqual([...headers.keys()], honest, text);
    const { to, from, subject, bcc, cc } = await PostalMime.parse(
      await sealLetter({ ...LETTER, subject: text, to: { ...LETTER.to, name: text } }, { ...SENDER, name: text }),
    );
    assert.deepEqual(
      to?.map(({ address }) => address),
      ['giulia@posta.example'],
      text,
    );
    assert.equal(from?.address, 'letters@pendolo.example');
    assert.deepEqual([cc, bcc], [undefined, undefined]);
    for (const said of [subject, to?.[0]?.name, from?.name]) assert.doesNotMatch(said ?? '', /[\p{Cc}\u202a-\u202e]/u);
  }
});

test('a letter says that a machine wrote it, in which language, and never that one can unsubscribe', async () => {
  const headers = await headersOf(LETTER, 'Pendolo');
  assert.equal(headers.get('auto-submitted'), 'auto-generated');
  assert.equal(headers.get('content-language'), 'it');
  assert.equal(headers.get('message-id'), '<ltr_1@pendolo.example>');
  assert.equal(headers.get('reply-to'), 'people@pendolo.example');
  assert.ok(!headers.has('list-unsubscribe'));
});

test('the parts come out as they went in, the page as the better one', async () => {
  const letter = { ...LETTER, ...printed('Città di Castello – Straße') };
  const read = await PostalMime.parse(await sealLetter(letter, SENDER));
  assert.equal(read.text?.replaceAll('\r\n', '\n').trim(), letter.text.trim());
  assert.equal(read.html?.replaceAll('\r\n', '\n').trim(), letter.html.trim());
  assert.equal(read.subject, letter.subject);
  assert.deepEqual(read.attachments, []);
});

test('one mailbox is an address, anything else is not', () => {
  for (const good of ['a@b.example', 'a.b+c@b.co.example', "o'neill@b.example", 'grüße@straße.example']) {
    assert.equal(addressFault(good), null, good);
  }
  const bad = [
    '',
    'a',
    '@b.example',
    'a@b',
    'a@b.example, c@d.example',
    'A <a@b.example>',
    '"a b"@c.example',
    'a@b.example\r\nRCPT TO:<x@y.z>',
    'a@@b.example',
    'a(b)@c.example',
    `${'a'.repeat(65)}@b.example`,
    'a@[127.0.0.1]',
    'a\u0000@b.example',
  ];
  for (const address of bad) assert.notEqual(addressFault(address), null, address);
});

test('a header has one line and an end', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const line = oneLine(text);
      assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029]/u);
      assert.ok([...line].length <= 250);
    }),
    RUNS,
  );
});
