/** Every kind of letter in every language, as a person read and approved it: `STORNO_GOLDEN=write` writes them anew. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { composeLetter } from '../../src/core/remedy/notify.ts';
import { LANGUAGES } from '../../src/world/letter/locale.ts';
import { letterPress } from '../../src/world/letter/press.ts';
import { LETTERS } from './facts.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

for (const [name, facts] of Object.entries(LETTERS)) {
  for (const language of LANGUAGES) {
    test(`${name} in ${language} is the letter that was approved`, () => {
      const composed = composeLetter({ ...facts, locale: language });
      assert.ok(composed.ok, composed.ok ? '' : JSON.stringify(composed.error, withBigints));
      const { subject, text } = letterPress.print(composed.value);
      const letter = `${subject}\n\n${text}`;
      const path = join(GOLDEN, language, `${name}.txt`);
      if (process.env.STORNO_GOLDEN === 'write') {
        mkdirSync(join(GOLDEN, language), { recursive: true });
        writeFileSync(path, letter);
      }
      assert.equal(letter, readFileSync(path, 'utf8'));
    });
  }
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
