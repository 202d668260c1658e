import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOGUE } from './catalogue.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/causes.md'), 'utf8');

test('the page for people tells the same causes, in order, with the same names and prevention', () => {
  const sections = PAGE.split(/^### /m).slice(1);
  const told = sections.map((section) => {
    const [id = '', name = ''] = section.slice(0, section.indexOf('\n')).split(' · ');
    const prevention = /\*\*Prevention:\*\* ([\s\S]*?)(?:\n\n|$)/.exec(section)?.[1]?.replaceAll('\n', ' ') ?? '';
    return { id, name, prevention };
  });
  assert.deepEqual(told, CATALOGUE);
});

test('there are 26 causes', () => {
  assert.deepEqual(
    CATALOGUE.map(({ id }) => id),
    Array.from({ length: 26 }, (_, index) => `C${String(index + 1).padStart(2, '0')}`),
  );
});
