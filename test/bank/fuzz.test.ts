/**
 * Files changed at random, in their structure rather than their bytes: a changed byte dies in the tokenizer and tests
 * nothing (reference: fuzzing of bank files). STORNO_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkStatement } from '../../src/core/remedy/check-statement.ts';
import { readBankFile } from '../../src/world/bank/read-bank-file.ts';
import { bytesOf, camt } from './camt.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);
const RUNS = 3000;

const BASES = (['02', '04', '08'] as const).flatMap((version) =>
  (['052', '053', '054'] as const).map((kind) =>
    camt({
      kind,
      version,
      opening: '100.00',
      closing: '81.50',
      entries: [
        {
          amount: '1.50',
          side: 'CRDT',
          bankRef: 'R1',
          details: [{ amount: '1.50', endToEndId: 'E1', reason: 'AC04' }],
        },
        {
          amount: '20.00',
          side: 'DBIT',
          batchCount: 2,
          details: [{ amount: '12.00' }, { amount: '8.00', remittance: 'x' }],
        },
      ],
    }),
  ),
);

/** `<Tag …>text` or `</Tag>`: what is moved, dropped and doubled. */
const pieces = (text: string) => text.match(/<[^>]+>[^<]*/g) ?? [];

const place = fc.nat();
const change = fc.oneof(
  fc.record({ kind: fc.constantFrom('drop' as const, 'double' as const), at: place }),
  fc.record({ kind: fc.constantFrom('move' as const, 'overlap' as const), at: place, to: place }),
  fc.record({
    kind: fc.constant('text' as const),
    at: place,
    text: fc.constantFrom('', '0', '-1', '1e5', '99999999999999999999', '0.001', '__proto__', '\u0000', '&#0;', '€'),
  }),
);

type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

/** Elements go and come whole, so that most files stay well-formed; only `overlap` cuts through them. */
function changed(text: string, wish: Change): string {
  const list = [...pieces(text)];
  const [from, end] = elementAt(list, wish.at);
  const element = list.slice(from, end);
  if (wish.kind === 'text') list[from] = (list[from] ?? '').replace(/>[^<]*$/, `>${wish.text}`);
  if (wish.kind === 'drop') list.splice(from, element.length);
  if (wish.kind === 'double') list.splice(end, 0, ...element);
  if (wish.kind === 'move') list.splice(elementAt(list, wish.to)[0], 0, ...element);
  if (wish.kind === 'overlap') list.splice(wish.to % list.length, 1);
  return list.join('');
}

/** From the first opening tag at or behind the place to behind its end; never the root. */
function elementAt(list: readonly string[], at: number): readonly [from: number, end: number] {
  const opens = list.flatMap((piece, index) => (index > 2 && /^<[A-Za-z]/.test(piece) ? [index] : []));
  const from = opens[at % Math.max(opens.length, 1)] ?? list.length;
  const name = /^<([A-Za-z]+)/.exec(list[from] ?? '')?.[1];
  let depth = 0;
  for (let index = from; index < list.length; index += 1) {
    const piece = list[index] ?? '';
    if (new RegExp(`^<${name}\\b`).test(piece)) depth += 1;
    if (piece.startsWith(`</${name}>`)) depth -= 1;
    if (depth === 0) return [from, index + 1];
  }
  return [from, from];
}

test('whatever is done to a file, it is read or refused with a sentence', async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...BASES),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (base, wishes) => {
        const read = await readBankFile(bytesOf(wishes.reduce(changed, base)));
        const end = read.ok ? 'read' : read.error.kind;
        ends.set(end, (ends.get(end) ?? 0) + 1);
        if (!read.ok) assert.match(read.error.message, /^[a-z].+\.$/s);
        if (read.ok && read.value.kind === 'statements') read.value.statements.forEach(checkStatement);
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
  const meaningful = (ends.get('read') ?? 0) + (ends.get('content') ?? 0);
  assert.ok(meaningful >= 0.3 * RUNS, `only ${meaningful} of ${RUNS} came past the tokenizer: ${[...ends].join(' ')}`);
});

test('whatever the bytes are, the reader answers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const read = await readBankFile(bytes);
      assert.equal(read.ok, false);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
