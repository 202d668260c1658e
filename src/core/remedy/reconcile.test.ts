import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money, sayMoney } from '../kernel/money.ts';
import type { Expectation, ManualMatch, Movement } from './reconcile/shape.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';

const SEED = Number(process.env.STORNO_SEED ?? 1);
const ON = '2026-11-12';

function expected(id: string, amountMinor: bigint, more: Partial<Expectation> = {}): Expectation {
  const from = '2026-11-10';
  const to = '2026-11-16';
  const references = [id];
  return { id, kind: 'transfer', amount: money(amountMinor, 'EUR'), references, from, to, promisedOn: null, ...more };
}

function moved(id: string, amountMinor: bigint, references: readonly string[], more: Partial<Movement> = {}): Movement {
  return { id, amount: money(amountMinor, 'EUR'), references, on: ON, returnReason: null, ...more };
}

interface Case {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
  readonly manual?: readonly ManualMatch[];
  readonly asOf?: string;
}

function run({ expectations, movements, manual = [], asOf = '2026-11-20' }: Case): Reconciliation {
  return reconcile({ expectations, movements, manual, asOf });
}

/** One line for each thing found, so that tables can be read. */
function say({ groups, ambiguities, open, unexpected, refused }: Reconciliation): readonly string[] {
  return [
    ...groups.map(({ standing, by, expectationIds, movementIds, difference, returned }) => {
      const sides = `${expectationIds.join('+')}=${movementIds.join('+')}`;
      const why = returned.map(({ expectationId, reason }) => ` ${expectationId} returned ${reason}`).join('');
      const name = standing === 'matched' ? 'matched' : `${standing} ${sayMoney(difference)}`;
      return `${name} by ${by}: ${sides}${why}`;
    }),
    ...ambiguities.map(
      ({ why, expectationIds, movementIds }) => `${why}: ${expectationIds.join('+')}?${movementIds.join('+')}`,
    ),
    ...open.map(({ expectationId, isOverdue }) => `open${isOverdue ? ', overdue' : ''}: ${expectationId}`),
    ...unexpected.map((id) => `unexpected: ${id}`),
    ...refused.map(({ why }) => `refused: ${why}`),
  ];
}

function check(given: Case, lines: readonly string[]): void {
  assert.deepEqual(say(run(given)), lines);
}

test('a transfer is matched by its reference', () => {
  check({ expectations: [expected('a', -1450n)], movements: [moved('1', -1450n, ['a', 'bank'])] }, [
    'matched by reference: a=1',
  ]);
});

test('a missing cent is named, and so is one too many, in both directions', () => {
  check({ expectations: [expected('a', -1450n)], movements: [moved('1', -1449n, ['a'])] }, [
    'under EUR 0.01 by reference: a=1',
  ]);
  check({ expectations: [expected('a', -1450n)], movements: [moved('1', -1451n, ['a'])] }, [
    'over EUR -0.01 by reference: a=1',
  ]);
  check({ expectations: [expected('p', 5000n)], movements: [moved('1', 4999n, ['p'])] }, [
    'under EUR -0.01 by reference: p=1',
  ]);
});

test('one transfer that was paid twice is over by its whole amount', () => {
  const given = {
    expectations: [expected('a', -1450n)],
    movements: [moved('1', -1450n, ['a']), moved('2', -1450n, ['a'])],
  };
  check(given, ['over EUR -14.50 by reference: a=1+2']);
  assert.deepEqual(run(given).groups[0]?.allocations, [{ expectationId: 'a', movementId: '1', amountMinor: -1450n }]);
});

test('a batch of the bank is one movement for many transfers, and each has its part', () => {
  const batch = { references: ['batch'] };
  const expectations = [expected('a', -100n, batch), expected('b', -250n, batch), expected('c', -3n, batch)];
  const given = { expectations, movements: [moved('1', -353n, ['batch'])] };
  check(given, ['matched by reference: a+b+c=1']);
  assert.deepEqual(
    run(given).groups[0]?.allocations.map(({ amountMinor }) => amountMinor),
    [-100n, -250n, -3n],
  );
});

test('a cent that is missing from a batch is named, and nobody says whose it is', () => {
  const batch = { references: ['batch'] };
  const given = {
    expectations: [expected('a', -100n, batch), expected('b', -250n, batch)],
    movements: [moved('1', -349n, ['batch'])],
  };
  check(given, ['under EUR 0.01 by reference: a+b=1']);
  assert.deepEqual(run(given).groups[0]?.allocations, []);
});

test('a batch that holds only some of its transfers leaves the others open, if it can be only these', () => {
  const batch = { references: ['batch'] };
  const movements = [moved('1', -350n, ['batch'])];
  const expectations = [expected('a', -100n, batch), expected('b', -250n, batch), expected('c', -7n, batch)];
  check({ expectations, movements }, ['matched by reference: a+b=1', 'open, overdue: c']);
  const alike = [...expectations, expected('d', -100n, batch)];
  check({ expectations: alike, movements }, ['several_fit: a+b+c+d?1']);
});

test('a return names its transfer and the reason, and the transfer has not arrived', () => {
  const given = {
    expectations: [expected('a', -1450n, { promisedOn: '2026-11-13' }), expected('b', -100n)],
    movements: [
      moved('1', -1450n, ['a']),
      moved('2', -100n, ['b']),
      moved('3', 1450n, ['a'], { returnReason: 'AC04', on: '2026-11-14' }),
    ],
  };
  check(given, ['matched by reference: a=1+3 a returned AC04', 'matched by reference: b=2']);
  assert.deepEqual(run(given).promises, [
    { expectationId: 'a', promisedOn: '2026-11-13', arrivedOn: null, standing: 'missed' },
  ]);
});

test('a return out of a batch is told apart by its own reference', () => {
  const more = (own: string) => ({ references: [own, 'batch'] });
  const expectations = [expected('a', -100n, more('a')), expected('b', -100n, more('b'))];
  const movements = [moved('1', -200n, ['batch']), moved('2', 100n, ['b', 'batch'], { returnReason: 'AC01' })];
  check({ expectations, movements }, ['matched by reference: a+b=1+2 b returned AC01']);
});

test('a return of less than was sent, or a second one, is a person’s to decide', () => {
  const expectations = [expected('a', -1450n)];
  const sent = moved('1', -1450n, ['a']);
  const back = (id: string, minor: bigint) => moved(id, minor, ['a'], { returnReason: 'AC04' });
  check({ expectations, movements: [sent, back('2', 1200n)] }, ['several_fit: a?1+2']);
  check({ expectations, movements: [sent, back('2', 1450n), back('3', 1450n)] }, ['several_fit: a?1+2+3']);
});

test('what shares more references belongs together before what shares fewer', () => {
  const more = (own: string) => ({ references: [own, 'batch'] });
  const expectations = [expected('a', -100n, more('a')), expected('b', -100n, more('b'))];
  for (const references of [
    ['b', 'batch'],
    ['batch', 'b'],
  ]) {
    check({ expectations, movements: [moved('1', -100n, references)] }, [
      'matched by reference: b=1',
      'open, overdue: a',
    ]);
  }
});

test('two payments under one name are not taken for a neighbour of twice the amount', () => {
  const more = (own: string) => ({ references: [own, 'batch'] });
  const expectations = [expected('a', -100n, more('a')), expected('b', -200n, more('b'))];
  const movements = [moved('1', -100n, ['a', 'batch']), moved('2', -100n, ['a', 'batch'])];
  check({ expectations, movements }, ['over EUR -1.00 by reference: a=1+2', 'open, overdue: b']);
});

test('a payment that names a batch whose parts are paid is unexpected, whatever else has its amount', () => {
  const more = (own: string) => ({ references: [own, 'batch'] });
  const expectations = [expected('a', -100n, more('a')), expected('b', -100n, more('b')), expected('c', -50n)];
  const movements = [moved('1', -100n, ['a']), moved('2', -100n, ['b']), moved('3', -50n, ['batch'])];
  check({ expectations, movements }, [
    'matched by reference: a=1',
    'matched by reference: b=2',
    'open, overdue: c',
    'unexpected: 3',
  ]);
});

test('an id that is used again after a year is another payment', () => {
  const last = { from: '2025-11-10', to: '2025-11-16' };
  check({ expectations: [expected('a', -100n, last)], movements: [moved('1', -100n, ['a'])] }, [
    'open, overdue: a',
    'unexpected: 1',
  ]);
});

test('another currency is another matter', () => {
  const movement = moved('1', 0n, ['a'], { amount: money(-100n, 'CHF') });
  check({ expectations: [expected('a', -100n)], movements: [movement] }, ['open, overdue: a', 'unexpected: 1']);
});

test('without reference the amount decides, within the days', () => {
  const bare = { references: [] };
  check({ expectations: [expected('a', -100n, bare)], movements: [moved('1', -100n, [])] }, ['matched by amount: a=1']);
  check({ expectations: [expected('a', -100n, bare)], movements: [moved('1', -100n, [], { on: '2026-11-17' })] }, [
    'open, overdue: a',
    'unexpected: 1',
  ]);
});

test('two alike and two payments are both paid; two alike and one payment are ambiguous', () => {
  const expectations = [expected('a', -100n), expected('b', -100n)];
  check({ expectations, movements: [moved('1', -100n, []), moved('2', -100n, [])] }, ['matched by amount: a+b=1+2']);
  check({ expectations, movements: [moved('1', -100n, [])] }, ['several_fit: a+b?1']);
  check({ expectations: [expected('a', -100n)], movements: [moved('1', -100n, []), moved('2', -100n, [])] }, [
    'several_fit: a?1+2',
  ]);
});

test('a second payment under a reference is not taken for another of the same amount', () => {
  const expectations = [expected('a', -100n), expected('b', -100n, { references: [] })];
  check({ expectations, movements: [moved('1', -100n, ['a']), moved('2', -100n, ['a'])] }, [
    'over EUR -1.00 by reference: a=1+2',
    'open, overdue: b',
  ]);
});

test('a sum is found where only one choice makes it', () => {
  const bare = { references: [] };
  const expectations = [expected('a', -300n, bare), expected('b', -500n, bare), expected('c', -700n, bare)];
  check({ expectations, movements: [moved('1', -1000n, [])] }, ['matched by sum: a+c=1', 'open, overdue: b']);
  check({ expectations, movements: [moved('1', -800n, []), moved('2', -700n, [])] }, [
    'matched by sum: a+b=1',
    'matched by amount: c=2',
  ]);
  const more = [...expectations, expected('d', -300n, bare)];
  check({ expectations: more, movements: [moved('1', -1000n, [])] }, ['several_fit: a+c+d?1', 'open, overdue: b']);
});

test('a greedy search would miss it', () => {
  const bare = { references: [] };
  const expectations = [600n, 500n, 400n].map((minor, at) => expected('abc'.charAt(at), minor, bare));
  check({ expectations, movements: [moved('1', 900n, [])] }, ['matched by sum: b+c=1', 'open, overdue: a']);
});

test('a person may decide, with name and reason, before anything else', () => {
  const decision = { person: 'op-1', reason: 'bank dropped the reference' };
  const manual = [{ expectationIds: ['a'], movementIds: ['2'], ...decision }];
  const given = {
    expectations: [expected('a', -100n), expected('b', -100n)],
    movements: [moved('1', -100n, []), moved('2', -100n, [])],
    manual,
  };
  check(given, ['matched by hand: a=2', 'matched by amount: b=1']);
  assert.deepEqual(run(given).groups[0]?.decision, decision);
});

test('decisions that no longer fit are refused by name', () => {
  const by = { person: 'op-1', reason: 'x' };
  const expectations = [expected('a', -100n), expected('b', -100n)];
  const chf = moved('3', 0n, [], { amount: money(-100n, 'CHF') });
  const manual = [
    { expectationIds: ['a'], movementIds: ['1'], ...by },
    { expectationIds: ['b'], movementIds: ['1'], ...by },
    { expectationIds: ['z'], movementIds: ['2'], ...by },
    { expectationIds: ['b'], movementIds: ['3'], ...by },
    { expectationIds: [], movementIds: ['2'], ...by },
  ];
  const { refused } = run({ expectations, movements: [moved('1', -100n, []), moved('2', -100n, []), chf], manual });
  assert.deepEqual(
    refused.map(({ why }) => why),
    ['already_matched', 'unknown_id', 'several_currencies', 'empty'],
  );
});

test('a promise is kept on its day, missed a day later, pending until then, unknown where it is ambiguous', () => {
  const promisedOn = ON;
  const standings = (given: Case) => run(given).promises.map(({ standing }) => standing);
  const one = [expected('a', -100n, { promisedOn })];
  assert.deepEqual(standings({ expectations: one, movements: [moved('1', -100n, ['a'])] }), ['kept']);
  const late = [moved('1', -100n, ['a'], { on: '2026-11-13' })];
  assert.deepEqual(standings({ expectations: one, movements: late }), ['missed']);
  assert.deepEqual(standings({ expectations: one, movements: [], asOf: ON }), ['pending']);
  assert.deepEqual(standings({ expectations: one, movements: [], asOf: '2026-11-13' }), ['missed']);
  assert.deepEqual(standings({ expectations: one, movements: [moved('1', -99n, ['a'])], asOf: ON }), ['pending']);
  const two = [...one, expected('b', -100n, { promisedOn })];
  assert.deepEqual(standings({ expectations: two, movements: [moved('1', -100n, [])] }), ['unknown', 'unknown']);
});

/** Small worlds in which much collides: few amounts, few references, few days. */
const day = fc.integer({ min: 10, max: 16 }).map((date) => `2026-11-${date}`);
const amount = fc.constantFrom(-300n, -200n, -100n, 100n, 200n, 300n, -1n);
const references = fc.uniqueArray(fc.constantFrom('r1', 'r2', 'r3', 'r4'), { maxLength: 2 });
const world = fc.record({
  expectations: fc.array(fc.record({ amount, references, promisedOn: fc.option(day) }), { maxLength: 7 }),
  movements: fc.array(fc.record({ amount, references, on: day }), { maxLength: 7 }),
  seed: fc.nat(),
});

function made({ expectations, movements }: Omit<typeof world extends fc.Arbitrary<infer W> ? W : never, 'seed'>): Case {
  return {
    expectations: expectations.map(({ amount: minor, ...more }, at) => expected(`e${at}`, minor, more)),
    movements: movements.map(({ amount: minor, on, references: named }, at) => moved(`m${at}`, minor, named, { on })),
  };
}

test('allocations never exceed either side, and everything is accounted for once', () => {
  fc.assert(
    fc.property(world, (given) => {
      const { expectations, movements } = made(given);
      const found = run({ expectations, movements });
      const allocations = found.groups.flatMap((group) => group.allocations);
      for (const movement of movements) {
        const own = allocations.filter(({ movementId }) => movementId === movement.id);
        within(own, movement.amount.amountMinor);
      }
      for (const expectation of expectations) {
        const own = allocations.filter(
          ({ expectationId, amountMinor }) =>
            expectationId === expectation.id && amountMinor > 0n === expectation.amount.amountMinor > 0n,
        );
        within(own, expectation.amount.amountMinor);
      }
      const placed = [...found.groups, ...found.ambiguities];
      once(expectations, [...placed.flatMap((each) => each.expectationIds), ...found.open.map((o) => o.expectationId)]);
      once(movements, [...placed.flatMap((each) => each.movementIds), ...found.unexpected]);
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

function within(own: readonly { readonly amountMinor: bigint }[], whole: bigint): void {
  const sum = own.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  assert.ok(own.every(({ amountMinor }) => amountMinor > 0n === whole > 0n));
  assert.ok(whole > 0n ? sum <= whole : sum >= whole, `${sum} of ${whole}`);
}

function once(sides: readonly { readonly id: string }[], ids: readonly string[]): void {
  assert.deepEqual([...ids].sort(), sides.map(({ id }) => id).sort());
}

test('the order of the input changes nothing, and importing twice changes nothing', () => {
  fc.assert(
    fc.property(world, (given) => {
      const { expectations, movements } = made(given);
      const found = run({ expectations, movements });
      assert.deepEqual(run({ expectations: expectations.toReversed(), movements: movements.toReversed() }), found);
      assert.deepEqual(run({ expectations, movements: [...movements, ...movements] }), found);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('a cent that is taken from a matched payment is named wherever it was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: 2n, max: 5000n }), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      (sums, pick) => {
        const expectations = sums.map((minor, at) => expected(`e${at}`, -minor));
        const movements = sums.map((minor, at) => moved(`m${at}`, -minor, [`e${at}`]));
        const at = pick % sums.length;
        const short = movements.map((movement, index) =>
          index === at ? { ...movement, amount: money(movement.amount.amountMinor + 1n, 'EUR') } : movement,
        );
        const found = run({ expectations, movements: short }).groups.filter(({ standing }) => standing !== 'matched');
        assert.deepEqual(
          found.map(({ standing, difference, expectationIds }) => [standing, difference.amountMinor, expectationIds]),
          [['under', 1n, [`e${at}`]]],
        );
      },
    ),
    { seed: SEED },
  );
});

test('twenty thousand transfers of one file are matched in seconds', () => {
  const count = 20_000;
  const expectations = Array.from({ length: count }, (_, at) =>
    expected(`e${at}`, -BigInt(100 + (at % 900)), { promisedOn: ON, references: [`e${at}`, 'file'] }),
  );
  const movements = expectations.map(({ id, amount: { amountMinor } }, at) =>
    moved(`m${at}`, amountMinor, [id, 'file']),
  );
  const started = process.cpuUsage();
  const { groups } = run({ expectations, movements });
  const { user, system } = process.cpuUsage(started);
  assert.equal(groups.filter(({ standing }) => standing === 'matched').length, count);
  assert.ok((user + system) / 1e6 < 5, `took ${(user + system) / 1e6} s of processor time`);
});
