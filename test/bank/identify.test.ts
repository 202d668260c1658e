/** The same money in several files is taken once; two equal bookings are two; what could be either is ambiguous. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BankStatement } from '../../src/core/fact/bank.ts';
import { type KnownEntry, takeStatement } from '../../src/core/remedy/identify-entries.ts';
import { type BankFile, readBankFile, readBankFileAt } from '../../src/world/bank/read-bank-file.ts';
import { bytesOf, camt, type MadeEntry, type MadeStatement } from './camt.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);
const SAMPLES = join(import.meta.dirname, '../../../shared/data/iso20022/samples');

function statementsOf(read: { ok: boolean; value?: BankFile }): readonly BankStatement[] {
  assert.ok(read.ok && read.value?.kind === 'statements');
  return read.value.statements;
}

async function made(statement: MadeStatement): Promise<BankStatement> {
  const [one] = statementsOf(await readBankFile(bytesOf(camt(statement))));
  assert.ok(one);
  return one;
}

/** What each statement in turn brings: the kinds of its entries. */
async function check(statements: readonly MadeStatement[], expected: readonly string[]): Promise<void> {
  let known: readonly KnownEntry[] = [];
  const found: string[] = [];
  for (const statement of statements) {
    const taken = takeStatement(known, await made(statement));
    known = taken.known;
    found.push(
      taken.identified
        .map(({ standing }) => (standing.kind === 'known' && standing.addsDetails ? 'known+details' : standing.kind))
        .join(' '),
    );
  }
  assert.deepEqual(found, expected);
  assert.equal(new Set(known.map(({ key }) => key)).size, known.length);
}

const a: MadeEntry = { amount: '1.00', side: 'DBIT', bankRef: 'A', details: [{ amount: '1.00', endToEndId: 'ea' }] };
const b: MadeEntry = { amount: '2.00', side: 'CRDT', bankRef: 'B' };
const bare: MadeEntry = { amount: '5.00', side: 'DBIT', text: 'fee' };

test('a file taken again changes nothing', async () => {
  const statement = { entries: [a, b, bare, bare] };
  await check([statement, statement, statement], ['new new new new', ...Array(2).fill('known known known known')]);
});

test('camt.052, then camt.053, then camt.054 of the same money are one money', async () => {
  const whole = { kind: '053', opening: '10.00', closing: '6.00', entries: [a, b, bare] } as const;
  await check(
    [
      { kind: '052', id: 'R1', entries: [a, bare] },
      whole,
      { kind: '054', id: 'N1', entries: [a] },
      { ...whole, id: 'S2' },
    ],
    ['new new', 'known new known', 'known', 'known known known'],
  );
});

test('a booking that moves to the next day keeps its identity by the reference of the bank', async () => {
  await check(
    [
      { kind: '052', entries: [a] },
      { kind: '054', id: 'N', on: '2026-11-11', entries: [a] },
    ],
    ['new', 'known'],
  );
});

test('a reference that is used again next year is another booking', async () => {
  for (const kind of ['053', '054'] as const) {
    await check(
      [
        { kind, entries: [a] },
        { kind, id: 'S2', on: '2027-11-10', entries: [a] },
      ],
      ['new', 'new'],
    );
  }
});

test('two equal bookings of one statement are two, and stay two', async () => {
  const partial = { kind: '052', id: 'R1', entries: [bare] } as const;
  await check([partial, { entries: [bare, bare] }, { entries: [bare, bare] }], ['new', 'known new', 'known known']);
});

test('two reports of one day without names may be one booking or two: ambiguous, until the statement decides', async () => {
  await check(
    [
      { kind: '052', id: 'R1', entries: [bare] },
      { kind: '052', id: 'R2', entries: [bare] },
      { kind: '053', id: 'S1', entries: [bare, bare] },
    ],
    ['new', 'ambiguous', 'known new'],
  );
});

test('a payment in two reports of one day may have been executed twice: ambiguous, until the statement decides', async () => {
  const paid: MadeEntry = { amount: '1.00', side: 'DBIT', details: [{ amount: '1.00', endToEndId: 'ea' }] };
  await check(
    [
      { kind: '052', id: 'R1', entries: [paid] },
      { kind: '052', id: 'R2', entries: [paid] },
      { kind: '053', id: 'S1', entries: [paid] },
    ],
    ['new', 'ambiguous', 'known'],
  );
});

test('statements of two days never share a booking', async () => {
  const day = (id: string, on: string) => ({ id, on, entries: [{ ...bare, on: '2026-11-10' }] });
  await check([day('S1', '2026-11-10'), day('S2', '2026-11-11')], ['new', 'new']);
});

test('a second statement of one day that begins where the first ended holds other bookings', async () => {
  await check(
    [
      { id: 'S1', sequence: '1', opening: '10.00', closing: '5.00', entries: [bare] },
      { id: 'S2', sequence: '2', opening: '5.00', closing: '0.00', entries: [bare] },
      { id: 'S1-again', sequence: '3', opening: '10.00', closing: '5.00', entries: [bare] },
    ],
    ['new', 'new', 'known'],
  );
});

const parts = [100, 250, 3].map((cents, at): MadeEntry => {
  const amount = (cents / 100).toFixed(2);
  return { amount, side: 'DBIT', details: [{ amount, endToEndId: `e${at}` }] };
});
const sum: MadeEntry = { amount: '3.53', side: 'DBIT', batchCount: 3 };

test('a changed setting for batches brings no money twice, in either direction', async () => {
  const single = { entries: [...parts, a] };
  const batch = { id: 'S1', entries: [sum, a] };
  await check([single, batch], ['new new new new', 'resplit known']);
  await check([batch, single], ['new new', 'resplit resplit resplit known']);
});

test('a sum without any mark of a batch may be chance: ambiguous', async () => {
  const plain = { amount: '3.53', side: 'DBIT' } as const;
  await check([{ entries: parts }, { entries: [plain] }], ['new new new', 'ambiguous']);
});

test('details that come after their sum are added to it', async () => {
  const details = [100, 250, 3].map((cents, at) => ({ amount: (cents / 100).toFixed(2), endToEndId: `e${at}` }));
  const named = { ...sum, bankRef: 'BATCH' };
  await check(
    [{ entries: [named] }, { kind: '054', id: 'N', entries: [{ ...named, details }] }],
    ['new', 'known+details'],
  );
});

test('the same amount on the same day, told in other words by another kind of statement, is ambiguous', async () => {
  await check(
    [
      { kind: '052', entries: [bare] },
      { kind: '053', entries: [{ ...bare, text: 'charges' }] },
    ],
    ['new', 'ambiguous'],
  );
});

test('the same amount in other words in two reports of one kind is another booking', async () => {
  const other = { ...bare, text: 'charges' };
  await check(
    [
      { kind: '052', id: 'R1', entries: [bare] },
      { kind: '052', id: 'R2', entries: [other] },
    ],
    ['new', 'new'],
  );
});

test('a statement sent again under another number, of a day that changed nothing, is the same', async () => {
  const day = { opening: '10.00', closing: '10.00', entries: [bare, { ...bare, side: 'CRDT' as const }] };
  await check(
    [
      { ...day, id: 'S1', sequence: '1' },
      { ...day, id: 'S2', sequence: '2' },
    ],
    ['new new', 'known known'],
  );
});

test('other references are other payments, whatever the amount', async () => {
  const other = { ...a, bankRef: 'C', details: [{ amount: '1.00', endToEndId: 'ec' }] };
  await check([{ kind: '052', entries: [a] }, { entries: [a, other] }], ['new', 'known new']);
});

test('what is pending is not taken, and is new once it is booked', async () => {
  await check([{ kind: '052', entries: [{ ...a, status: 'PDNG' }] }, { entries: [a] }], ['not_booked', 'new']);
});

test('another account is another matter', async () => {
  await check([{ entries: [a] }, { account: 'IT60X0542811101000000123456', entries: [a] }], ['new', 'new']);
});

test('published files that tell of the same two bookings bring two', async (t) => {
  if (!existsSync(SAMPLES)) return t.skip(`${SAMPLES} is not here`);
  const files = ['postfinance-camt.052.v4-intraday-2019-04-24.xml', 'postfinance-camt.054.v4-debit-2019-04-24.xml'];
  let known: readonly KnownEntry[] = [];
  for (const file of [...files, ...files]) {
    for (const statement of statementsOf(await readBankFileAt(join(SAMPLES, file)))) {
      known = takeStatement(known, statement).known;
    }
  }
  assert.equal(known.length, 2);
});

const entry = fc.record({
  amount: fc.constantFrom('1.00', '2.00', '3.00'),
  side: fc.constantFrom('CRDT' as const, 'DBIT' as const),
  bankRef: fc.constantFrom('A', 'B', undefined),
  text: fc.constantFrom('x', 'y'),
});

test('whatever a statement holds, taking it again brings nothing, in any order of its entries', async () => {
  const kind = fc.constantFrom('052' as const, '053' as const, '054' as const);
  const entries = fc.array(entry, { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(kind, entries, fc.boolean(), async (of, list, isTurned) => {
      const wanted = list.map(({ bankRef, ...rest }) => (bankRef === undefined ? rest : { ...rest, bankRef }));
      const first = takeStatement([], await made({ kind: of, entries: wanted }));
      const again = await made({ kind: of, entries: isTurned ? wanted.toReversed() : wanted });
      assert.equal(first.known.length, list.length);
      const second = takeStatement(first.known, again);
      assert.deepEqual(second.known, first.known);
      assert.ok(second.identified.every(({ standing }) => standing.kind === 'known'));
    }),
    { seed: SEED, numRuns: 300 },
  );
});
