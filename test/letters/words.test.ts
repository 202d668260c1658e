/** The catalogues: one set of sentences, one set of values, the words of the glossary, one manner of address. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { IntlMessageFormat } from 'intl-messageformat';
import { composeLetter } from '../../src/core/remedy/notify.ts';
import { LETTERS } from './facts.ts';

const FOLDER = join(import.meta.dirname, '../../src/world/letter/words');

type Catalogue = Readonly<Record<string, string>>;

function read(folder: string): Readonly<Record<string, Catalogue>> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    files.map((name) => [name.replace('.json', ''), JSON.parse(readFileSync(join(folder, name), 'utf8')) as Catalogue]),
  );
}

const LETTER_WORDS = read(FOLDER);
const STATEMENT_WORDS = read(join(FOLDER, 'statement'));

/** Names of the values that a message takes, in every branch. */
function valuesOf(message: string): readonly string[] {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value, options } = node as { type?: unknown; value?: unknown; options?: object };
    // 0 is plain text, 7 the `#` of a plural; everything else names its value.
    if (typeof type === 'number' && type !== 0 && type !== 7 && typeof value === 'string') names.add(value);
    if (options !== undefined) for (const option of Object.values(options)) (option.value as unknown[]).forEach(visit);
  };
  new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst().forEach(visit);
  return [...names].sort();
}

for (const [what, catalogues] of Object.entries({ letters: LETTER_WORDS, statement: STATEMENT_WORDS })) {
  test(`every language of the ${what} has the same sentences, in the same order, with the same values`, () => {
    const english = catalogues.en ?? {};
    for (const [language, catalogue] of Object.entries(catalogues)) {
      assert.deepEqual(Object.keys(catalogue), Object.keys(english), language);
      for (const [id, message] of Object.entries(catalogue)) {
        assert.deepEqual(valuesOf(message), valuesOf(english[id] ?? ''), `${id} in ${language}`);
      }
    }
  });
}

test('five languages write letters, three write the statement', () => {
  assert.deepEqual(Object.keys(LETTER_WORDS).sort(), ['de', 'en', 'es', 'fr', 'it']);
  assert.deepEqual(Object.keys(STATEMENT_WORDS).sort(), ['de', 'en', 'it']);
});

test('no sentence lies in the catalogue that no letter says', () => {
  const said = new Set<string>();
  const reasons = ['card_closed', 'account_closed', 'window_over', 'not_possible'] as const;
  const failed = LETTERS['refund-failed'];
  assert.ok(failed?.kind === 'refund_failed_choose');
  const sent = LETTERS['refund-sent'];
  assert.ok(sent?.kind === 'refund_sent');
  const [rental] = sent.rentals;
  const [refund] = sent.refunds;
  assert.ok(rental !== undefined && refund !== undefined);
  const many = Array.from({ length: 21 }, () => rental);
  const debit = LETTERS['refund-sent-parts'];
  assert.ok(debit?.kind === 'refund_sent');
  const unexplained = debit.rentals.filter(({ ride }) => ride === null);
  const further = [
    ...reasons.map((reason) => ({ ...failed, failed: { ...failed.failed, reason } })),
    { ...sent, rentals: many, refunds: many.map(() => refund) },
    { ...sent, rentals: unexplained, refunds: [{ ...refund, amount: { amountMinor: 870n, currency: 'EUR' } }] },
  ];
  for (const facts of [...Object.values(LETTERS), ...further]) {
    const letter = composeLetter(facts);
    assert.ok(letter.ok, letter.ok ? '' : letter.error.kind);
    JSON.stringify(letter.value, (key, value) => {
      if (key === 'id') said.add(value);
      return typeof value === 'bigint' ? String(value) : value;
    });
  }
  const sentences = Object.keys(LETTER_WORDS.en ?? {}).filter((id) => !id.startsWith('label.'));
  assert.deepEqual(
    sentences.filter((id) => !said.has(id)),
    [],
  );
});

/** Words of the glossary that each language uses, and words that would be another one for the same thing. */
const GLOSSARY: Readonly<Record<string, { readonly says: readonly RegExp[]; readonly never: readonly RegExp[] }>> = {
  en: {
    says: [/\brental/, /\brefund/i, /\bfree minute/, /charged you twice/],
    never: [/\bbooking/i, /\breimburse/i, /may appear|might have|possibl/i, /\bunfortunately\b/i],
  },
  it: {
    says: [/\bnoleggi/, /rimbors/, /minut[oi] gratuit/, /addebitato due volte/],
    never: [/\bcorsa\b|\bcorse\b/, /potrebbe|sembrerebbe/, /(?<!\p{L})(?:tuo|tua|tuoi|tue|ti|tu|hai|puoi)(?!\p{L})/iu],
  },
  de: {
    says: [/\bMiete/, /[Ee]rstatt/, /Freiminute/, /doppelt abgebucht/],
    never: [
      /\bBuchungen?\b/,
      /Rückerstattung/,
      /könnte|möglicherweise/,
      /(?<!\p{L})(?:du|dein|deine|dich|dir)(?!\p{L})/iu,
    ],
  },
  es: {
    says: [/\balquiler/, /[Rr]eembols/, /minutos? gratuitos?/, /cobrado dos veces/],
    never: [/\breserva/, /podría/, /(?<!\p{L})(?:tu|tus|tú|te|tienes|puedes)(?!\p{L})/iu],
  },
  fr: {
    says: [/\blocation/, /[Rr]embours/, /minutes? gratuites?/, /débité deux fois/],
    never: [/\bréservation/, /pourrait/, /(?<!\p{L})(?:tu|ton|ta|tes|toi)(?!\p{L})/iu],
  },
};

for (const [language, { says, never }] of Object.entries(GLOSSARY)) {
  test(`the words of ${language} are those of the glossary, formal and plain`, () => {
    const all = [LETTER_WORDS, STATEMENT_WORDS]
      .flatMap((catalogues) => Object.values(catalogues[language] ?? {}))
      .join('\n')
      // Names of values are not words of the language.
      .replace(/\{\w+(?:, plural,)?|\b(?:one|many|other|=\d) \{/g, '');
    for (const word of says) assert.match(all, word);
    for (const word of never) assert.doesNotMatch(all, word);
  });
}

test('French punctuation never begins a line: the blank before it does not break', () => {
  for (const [id, message] of Object.entries(LETTER_WORDS.fr ?? {})) assert.doesNotMatch(message, / [;:!?]/, id);
});

test('no message has a straight quote, which ICU would read as a mark, a double blank or markup', () => {
  for (const catalogues of [LETTER_WORDS, STATEMENT_WORDS]) {
    for (const [language, catalogue] of Object.entries(catalogues)) {
      for (const [id, message] of Object.entries(catalogue)) {
        assert.doesNotMatch(message, /['"<>]| {2}|^\s|\s$/, `${id} in ${language}`);
      }
    }
  }
});
