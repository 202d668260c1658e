import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { StoreUnavailable } from '../flow/ports/store.ts';
import { answerLines } from './bulk.ts';
import type { Desk, Taken } from './desk.ts';
import { Refusal } from './problem.ts';

interface Input {
  readonly rental_id: string;
}

/** A desk that takes everything but what its id says otherwise, and remembers how much came at once. */
function desk() {
  const batches: number[] = [];
  const take = (input: unknown): Taken => {
    const { rental_id } = input as Input;
    if (rental_id.startsWith('bad')) {
      return { kind: 'refused', rentalId: rental_id, refusal: new Refusal('rental_differs', 'It was another.') };
    }
    return { kind: 'created', record: { rental: { rentalId: rental_id } } } as unknown as Taken;
  };
  const endRentals = async (inputs: readonly unknown[]) => {
    batches.push(inputs.length);
    if (inputs.some((input) => (input as Input).rental_id === 'down')) throw new StoreUnavailable('gone');
    return inputs.map(take);
  };
  return { batches, desk: { endRentals } as unknown as Desk };
}

async function ask(body: Readable, of = desk()): Promise<Record<string, unknown>[]> {
  let text = '';
  for await (const part of answerLines(of.desk, body)) text += part;
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('each line is answered by itself and in order, and bad ones stop nobody', async () => {
  const body = '{"rental_id":"a"}\r\n{"rental_id":\n\n{"rental_id":"bad"}\n  \n{"x":1,"x":2}\n{"rental_id":"b"}';
  const answers = await ask(Readable.from([Buffer.from(body)]));
  assert.deepEqual(
    answers.map(({ line, result, code }) => [line, result, code]),
    [
      [1, 'created', null],
      [2, 'invalid', 'body_malformed'],
      [4, 'differs', 'rental_differs'],
      [5, 'invalid', 'body_malformed'],
      [6, 'invalid', 'body_malformed'],
      [7, 'created', null],
      [undefined, undefined, undefined],
    ],
  );
  assert.deepEqual(answers.at(-1), { lines: 6, counts: { created: 2, invalid: 3, differs: 1 } });
});

test('lines come whole however the bytes are cut, in the middle of a letter too', async () => {
  const bytes = Buffer.from('{"rental_id":"à"}\n{"rental_id":"b€"}\n');
  for (let size = 1; size < 9; size += 1) {
    const parts = [];
    for (let from = 0; from < bytes.length; from += size) parts.push(bytes.subarray(from, from + size));
    const answers = await ask(Readable.from(parts));
    assert.deepEqual(
      answers.slice(0, 2).map(({ rental_id }) => rental_id),
      ['à', 'b€'],
    );
  }
});

test('a line without end is passed over, and the next one is read', async () => {
  const long = Buffer.alloc(1_000_000, 'x');
  const answers = await ask(Readable.from([long, long, Buffer.from('\n{"rental_id":"a"}\n')]));
  assert.deepEqual(
    answers.slice(0, 2).map(({ result }) => result),
    ['invalid', 'created'],
  );
});

test('where the database does not answer its lines say so, and the others go on', async () => {
  const lines = [...Array(200).keys()].map((n) => `{"rental_id":"${n === 7 ? 'down' : n}"}\n`);
  const answers = await ask(Readable.from([Buffer.from(`${lines.join('')}{"rental_id":"after"}\n`)]));
  assert.deepEqual(answers.at(-1), { lines: 201, counts: { unavailable: 200, created: 1 } });
});

test('nothing is read ahead of what is answered: memory holds one batch', async () => {
  let sent = 0;
  const body = Readable.from(
    (function* () {
      for (; sent < 100_000; sent += 1) yield Buffer.from(`{"rental_id":"${sent}"}\n`);
    })(),
    { highWaterMark: 1 },
  );
  const of = desk();
  const answers = answerLines(of.desk, body);
  await answers.next();
  await answers.next();
  assert.ok(sent < 450, `${sent} lines were read for 400 answers`);
  assert.ok(of.batches.every((size) => size <= 200));
  await answers.return(undefined);
});

test('an empty body has no lines', async () => {
  assert.deepEqual(await ask(Readable.from([])), [{ lines: 0, counts: {} }]);
});
