import type { Readable } from 'node:stream';
import type { Static } from 'typebox';
import { StoreUnavailable } from '../flow/ports/store.ts';
import type { BulkLine } from './contract/rental.ts';
import type { Desk, Taken } from './desk.ts';
import { decode, readJsonText } from './json.ts';

type Line = Static<typeof BulkLine>;

/** A rental has some hundred bytes; a line without end must not fill the memory. */
const LINE_BYTES_MAX = 16 * 1024;

/** Written down together, each by itself: large enough for the database, small enough to answer soon. */
const BATCH = 200;

const NEWLINE = 0x0a;

/**
 * Many rentals, one a line: each is answered by itself, in order, and bad ones stop nobody. Memory holds one batch;
 * whoever sends faster than the database writes is made to wait. The last line counts.
 */
export async function* answerLines(desk: Desk, body: Readable): AsyncGenerator<string> {
  const counts: Record<string, number> = {};
  let batch: Sent[] = [];
  const settle = async () => {
    const answers = await takeBatch(desk, batch);
    batch = [];
    for (const { result } of answers) counts[result] = (counts[result] ?? 0) + 1;
    return answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');
  };
  for await (const sent of linesOf(body)) {
    batch.push(sent);
    if (batch.length === BATCH) yield await settle();
  }
  if (batch.length > 0) yield await settle();
  yield `${JSON.stringify({ lines: Object.values(counts).reduce((sum, count) => sum + count, 0), counts })}\n`;
}

/** One line, with what it says or why it says nothing. */
type Sent =
  | { readonly line: number; readonly input: unknown; readonly fault: null }
  | { readonly line: number; readonly fault: string };

async function takeBatch(desk: Desk, batch: readonly Sent[]): Promise<readonly Line[]> {
  const good = batch.filter((sent) => sent.fault === null);
  const taken = await takeAll(
    desk,
    good.map(({ input }) => input),
  );
  const byLine = new Map(good.map(({ line }, index) => [line, taken[index]]));
  return batch.map((sent) =>
    sent.fault === null
      ? lineOf(sent.line, byLine.get(sent.line) ?? null)
      : { line: sent.line, rental_id: null, result: 'invalid', code: 'body_malformed', detail: sent.fault },
  );
}

/** Null where the database did not answer: these may be sent again, nothing is done twice. */
async function takeAll(desk: Desk, inputs: readonly unknown[]): Promise<readonly (Taken | null)[]> {
  try {
    return await desk.endRentals(inputs);
  } catch (error) {
    if (error instanceof StoreUnavailable) return inputs.map(() => null);
    throw error;
  }
}

function lineOf(line: number, taken: Taken | null): Line {
  if (taken === null) {
    return { line, rental_id: null, result: 'unavailable', code: 'unavailable', detail: 'Send this line again.' };
  }
  if (taken.kind !== 'refused') {
    return { line, rental_id: taken.record.rental.rentalId, result: taken.kind, code: null, detail: null };
  }
  const { rentalId, refusal } = taken;
  const faults = refusal.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
  const result = refusal.status === 409 ? 'differs' : refusal.status === 400 ? 'invalid' : 'refused';
  return { line, rental_id: rentalId, result, code: refusal.code, detail: [refusal.message, ...faults].join(' ') };
}

async function* linesOf(body: Readable): AsyncGenerator<Sent> {
  let line = 0;
  for await (const bytes of splitLines(body)) {
    line += 1;
    if (bytes === null) yield { line, fault: `The line is longer than ${LINE_BYTES_MAX} bytes.` };
    else if (bytes.length > 0) yield read(line, bytes);
  }
}

function read(line: number, bytes: Uint8Array): Sent {
  const text = decode(bytes);
  if (text === null) return { line, fault: 'The line is not UTF-8.' };
  if (text.trim() === '') return { line, fault: 'The line is blank.' };
  const json = readJsonText(text);
  return json.ok ? { line, input: json.value, fault: null } : { line, fault: json.detail.replace('body', 'line') };
}

/** Lines as bytes, an empty array for an empty one, null for one that is too long: its rest is passed over unread. */
async function* splitLines(body: Readable): AsyncGenerator<Uint8Array | null> {
  let rest: Buffer[] = [];
  let length = 0;
  const take = () => {
    const line = length > LINE_BYTES_MAX ? null : withoutReturn(Buffer.concat(rest));
    rest = [];
    length = 0;
    return line;
  };
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= LINE_BYTES_MAX) rest.push(part);
    else rest = [];
  };
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, to));
      from = to + 1;
      yield take();
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) yield take();
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}
