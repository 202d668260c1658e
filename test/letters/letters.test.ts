/** Every kind of letter in every language, as a person read and approved it: `STORNO_GOLDEN=write` writes them anew. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { composeLetter } from '../../src/core/remedy/notify.ts';
import { composeStatement } from '../../src/core/remedy/statement.ts';
import { LANGUAGES } from '../../src/world/letter/locale.ts';
import { letterPress } from '../../src/world/letter/press.ts';
import { readStatementFacts } from '../../src/world/letter/read-facts.ts';
import { printStatement } from '../../src/world/letter/statement.ts';
import { LETTERS } from './facts.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

for (const [name, facts] of Object.entries(LETTERS)) {
  for (const language of LANGUAGES) {
    test(`${name} in ${language} is the letter that was approved`, () => {
      const composed = composeLetter({ ...facts, locale: language });
      assert.ok(composed.ok, composed.ok ? '' : JSON.stringify(composed.error, withBigints));
      const { subject, text } = letterPress.print(composed.value);
      const letter = `${subject}\n\n${text}`;
      compareWithApproved(letter, { language, name });
    });
  }
}

const FIGURES: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../examples/letters/statement.json'), 'utf8'),
);

for (const language of ['it', 'de', 'en']) {
  test(`the statement in ${language} is the one that was approved`, () => {
    const facts = readStatementFacts({ ...(FIGURES as object), locale: language });
    assert.ok(facts.ok);
    const composed = composeStatement(facts.value);
    assert.ok(composed.ok);
    compareWithApproved(printStatement(composed.value).text, { language, name: 'statement' });
  });
}

function compareWithApproved(text: string, { language, name }: { readonly language: string; readonly name: string }) {
  const path = join(GOLDEN, language, `${name}.txt`);
  if (process.env.STORNO_GOLDEN === 'write') {
    mkdirSync(join(GOLDEN, language), { recursive: true });
    writeFileSync(path, text);
  }
  assert.equal(text, readFileSync(path, 'utf8'));
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
