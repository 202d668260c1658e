import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { RentalEnding, RentalVoiding } from '../../flow/ports/store.ts';
import { money } from '../kernel/money.ts';
import type { Transfer } from '../ledger/transfer.ts';
import { captureEntry, writeOffEntry } from './charge/entries.ts';
import type { ChargeIntent, IntentState } from './charge.ts';
import type { RentalRecord } from './ended-rental.ts';
import { type PostedRental, type PricedRental, postRental } from './post-rental.ts';
import { type PostedVoid, postVoid, type VoidAnswer } from './post-void.ts';
import { vatWithin } from './price.ts';

const RUNS = { seed: Number(process.env.STORNO_SEED ?? 1), numRuns: 3000 };
const POSTING = { now: 2000, provider: 'stripe' };

function priced(minor: bigint, parts: { readonly currency?: string; readonly rentalId?: string } = {}): PricedRental {
  const amount = money(minor, parts.currency ?? 'EUR');
  return {
    rental: {
      rentalId: parts.rentalId ?? 'rnt_1',
      accountId: 'acc_1',
      vehicleId: null,
      market: 'milano',
      startedAt: 0,
      endedAt: 1000,
      distanceMeters: null,
      pricing: { kind: 'stated', amountDue: amount },
    },
    price: {
      amount,
      vat: vatWithin(amount, { vatBasisPoints: 2200 }),
      billedMinutes: 1,
      lotUses: minor % 2n === 1n ? [{ lotId: 'lot_1', minutes: 3 }] : [],
      lines: [{ kind: 'stated', text: 'As stated', amountMinor: minor }],
    },
    planDigest: null,
  };
}

/** A rental as the store would keep it. */
interface Kept {
  record: RentalRecord;
  readonly intents: ChargeIntent[];
  readonly transfers: Transfer[];
}

function keep(minor: bigint): Kept {
  const posted: PostedRental = postRental(priced(minor), POSTING);
  return {
    record: posted.record,
    intents: posted.intent === null ? [] : [posted.intent],
    transfers: [...posted.transfers],
  };
}

function ask(kept: Kept, minor: bigint | null): VoidAnswer {
  const next = minor === null ? null : priced(minor);
  return postVoid({ record: kept.record, intents: kept.intents, reason: 'wrong end', next }, POSTING);
}

function write(kept: Kept, voiding: PostedVoid): void {
  for (const { key } of voiding.intents) setState(kept, 'voided', (intent) => intent.key === key);
  kept.transfers.push(...voiding.transfers, ...(voiding.next?.transfers ?? []));
  kept.record = voiding.next?.record ?? { ...kept.record, voidedAt: voiding.voidedAt };
  if (voiding.next?.intent) kept.intents.push(voiding.next.intent);
}

function correct(kept: Kept, minor: bigint | null): PostedVoid {
  const answer = ask(kept, minor);
  assert.ok(answer.kind === 'voiding', inspect(answer));
  write(kept, answer.voiding);
  return answer.voiding;
}

function setState(kept: Kept, state: IntentState, which: (intent: ChargeIntent) => boolean): void {
  for (const [index, intent] of kept.intents.entries()) if (which(intent)) kept.intents[index] = { ...intent, state };
}

const isDue = ({ state }: ChargeIntent) => state === 'due';

function capture(kept: Kept): void {
  for (const intent of kept.intents.filter(isDue)) {
    const providerRef = `ch_${intent.key.purpose}_${intent.key.occurrence}`;
    const base = { provider: 'stripe', merchantAccount: 'acct_1', providerRef, capturedAt: 1500, isSurplus: false };
    kept.transfers.push(captureEntry({ key: intent.key, amount: intent.amount, ...base }));
  }
  setState(kept, 'succeeded', isDue);
}

function writeOff(kept: Kept): void {
  for (const intent of kept.intents.filter(isDue)) kept.transfers.push(writeOffEntry(intent, 1500));
  setState(kept, 'uncollected', isDue);
}

/** Debit minus credit. */
function balance({ transfers }: Kept, line: Transfer['debit']): bigint {
  return transfers.reduce(
    (sum, { debit, credit, amount }) => sum + (debit === line ? amount : 0n) - (credit === line ? amount : 0n),
    0n,
  );
}

function asked(kept: Kept): readonly (readonly [string, bigint, string])[] {
  return kept.intents.map(({ key, amount, state }) => [`${key.purpose}:${key.occurrence}`, amount.amountMinor, state]);
}

describe('a rental that is posted', () => {
  test('is owed, earned net, taxed, and to be taken once', () => {
    const posted = postRental(priced(1220n), POSTING);
    assert.deepEqual(
      posted.transfers.map(({ kind, sourceRef, debit, credit, amount }) => [kind, sourceRef, debit, credit, amount]),
      [
        ['rental_ended', 'rnt_1:1', 'account_receivable', 'house_revenue', 1000n],
        ['rental_vat', 'rnt_1:1', 'account_receivable', 'house_vat', 220n],
      ],
    );
    assert.deepEqual(posted.intent?.key, { accountId: 'acc_1', rentalId: 'rnt_1', purpose: 'rental', occurrence: 1 });
    assert.equal(posted.intent?.state, 'due');
    assert.deepEqual(posted.intent?.amount, money(1220n, 'EUR'));
  });

  test('for nothing is never charged and moves no money', () => {
    const posted = postRental(priced(0n), POSTING);
    assert.equal(posted.intent, null);
    assert.deepEqual(posted.transfers, []);
    assert.equal(posted.events.length, 1);
  });

  test('is what the store takes', () => {
    const ending: RentalEnding = postRental(priced(5n), POSTING);
    const answer = ask(keep(5n), 7n);
    assert.ok(answer.kind === 'voiding');
    const voiding: RentalVoiding = answer.voiding;
    assert.equal(ending.record.rental.rentalId, voiding.rentalId);
  });
});

describe('a rental that is taken back', () => {
  test('before anything was taken: its intent is voided and nothing is owed', () => {
    const kept = keep(1221n);
    const voiding = correct(kept, null);
    assert.deepEqual(asked(kept), [['rental:1', 1221n, 'voided']]);
    assert.equal(balance(kept, 'account_receivable'), 0n);
    assert.deepEqual(voiding.restored, [{ lotId: 'lot_1', minutes: 3 }]);
    assert.deepEqual(
      voiding.transfers.map(({ kind, corrects }) => [kind, corrects]),
      [
        ['rental_voided', 'rental_ended:rnt_1:1'],
        ['rental_vat_voided', 'rental_vat:rnt_1:1'],
        ['minutes_restored', 'minutes_used:rnt_1:1:lot_1'],
      ],
    );
    assert.deepEqual(ask(kept, null), { kind: 'already_void' });
  });

  test('before anything was taken, and said anew: a further occurrence', () => {
    const kept = keep(1000n);
    correct(kept, 700n);
    assert.deepEqual(asked(kept), [
      ['rental:1', 1000n, 'voided'],
      ['rental:2', 700n, 'due'],
    ]);
    assert.equal(kept.record.revision, 2);
    assert.equal(balance(kept, 'account_receivable'), 700n);
  });

  test('after it was taken: the money is owed back', () => {
    const kept = keep(1000n);
    capture(kept);
    correct(kept, null);
    assert.equal(balance(kept, 'account_payable'), -1000n);
    assert.equal(balance(kept, 'account_receivable'), 0n);
    assert.deepEqual(asked(kept), [['rental:1', 1000n, 'succeeded']]);
  });

  test('after it was taken, and dearer: the difference is an adjustment', () => {
    const kept = keep(1000n);
    capture(kept);
    correct(kept, 1300n);
    assert.deepEqual(asked(kept)[1], ['adjustment:1', 300n, 'due']);
    correct(kept, 1200n);
    assert.deepEqual(asked(kept).slice(1), [
      ['adjustment:1', 300n, 'voided'],
      ['adjustment:2', 200n, 'due'],
    ]);
    assert.equal(balance(kept, 'account_payable'), 0n);
  });

  test('after it was taken, and cheaper: the difference is owed back, nothing is asked for', () => {
    const kept = keep(1000n);
    capture(kept);
    const voiding = correct(kept, 600n);
    assert.equal(voiding.next?.intent, null);
    assert.equal(balance(kept, 'account_payable'), -400n);
    assert.equal(balance(kept, 'account_receivable'), 0n);
  });

  test('after it was written off: that is taken back first, and the same debt is not asked for again', () => {
    const kept = keep(1000n);
    writeOff(kept);
    const voiding = correct(kept, 600n);
    assert.equal(balance(kept, 'house_written_off'), 600n);
    assert.equal(balance(kept, 'account_payable'), 0n);
    const entry = voiding.transfers.find(({ kind }) => kind === 'written_off_voided');
    assert.equal(entry?.corrects, 'written_off:rnt_1:rental:1');
    correct(kept, 900n);
    assert.deepEqual(asked(kept)[1], ['adjustment:1', 300n, 'due']);
  });

  test('waits while an attempt may take money, and for a person where one must look', () => {
    for (const state of ['in_flight', 'parked'] as const) {
      const kept = keep(1000n);
      setState(kept, state, isDue);
      const key = { accountId: 'acc_1', rentalId: 'rnt_1', purpose: 'rental', occurrence: 1 };
      assert.deepEqual(ask(kept, 700n), { kind: state, key });
    }
  });

  test('is never corrected into another rental or currency', () => {
    const { record, intents } = keep(1000n);
    const answer = (next: PricedRental) => postVoid({ record, intents, reason: 'x', next }, POSTING);
    assert.deepEqual(answer(priced(1n, { rentalId: 'rnt_2' })), { kind: 'differs', field: 'rental_id' });
    assert.deepEqual(answer(priced(1n, { currency: 'CHF' })), { kind: 'differs', field: 'currency' });
    const { rental, ...rest } = priced(1n);
    const elsewhere = { ...rest, rental: { ...rental, accountId: 'acc_2' } };
    assert.deepEqual(answer(elsewhere), { kind: 'differs', field: 'account_id' });
  });
});

const anyPrice = fc.bigInt({ min: 0n, max: 50n });
const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('correct' as const), minor: anyPrice }),
  fc.record({ kind: fc.constantFrom('capture' as const, 'writeOff' as const) }),
);

function holdingPrice({ record }: Kept): bigint {
  return record.voidedAt === null ? record.price.amount.amountMinor : 0n;
}

function checkBooks(kept: Kept): void {
  const price = holdingPrice(kept);
  const due = kept.intents.filter(isDue).reduce((sum, { amount }) => sum + amount.amountMinor, 0n);
  const taken = balance(kept, 'house_clearing');
  const writtenOff = balance(kept, 'house_written_off');
  const net = balance(kept, 'account_receivable') + balance(kept, 'account_payable');
  assert.equal(net, price - taken - writtenOff, 'what is owed either way is the price beyond what came in');
  assert.equal(balance(kept, 'account_receivable'), due, 'what is receivable is what is asked for');
  assert.equal(-balance(kept, 'house_revenue') - balance(kept, 'house_vat'), price, 'earned and taxed is the price');
  assert.ok(balance(kept, 'account_payable') <= 0n);
  assert.ok(writtenOff >= 0n);
  const minutes = balance(kept, 'account_minutes');
  assert.equal(minutes, price % 2n === 1n ? 3n : 0n, 'minutes are out as the holding revision drew them');
  const names = kept.transfers.map(({ kind, sourceRef }) => `${kind}:${sourceRef}`);
  assert.equal(new Set(names).size, names.length, 'nothing is booked twice');
  for (const { corrects } of kept.transfers) assert.ok(corrects === null || names.includes(corrects), `${corrects}`);
  const holding = kept.intents.filter(({ key, state }) => key.purpose === 'rental' && state !== 'voided');
  assert.ok(holding.length <= 1);
  const isAsked = kept.intents.some(({ state }) => state !== 'voided');
  assert.ok(price === 0n || isAsked, 'what costs something is asked for, or was');
}

test('whatever happens in whatever order, the books say what the price that holds and the money say', () => {
  fc.assert(
    fc.property(anyPrice, fc.array(anyStep, { maxLength: 12 }), fc.boolean(), (first, steps, isVoided) => {
      const kept = keep(first);
      checkBooks(kept);
      for (const step of steps) {
        if (step.kind === 'correct') correct(kept, step.minor);
        else if (step.kind === 'capture') capture(kept);
        else writeOff(kept);
        checkBooks(kept);
      }
      if (isVoided) correct(kept, null);
      checkBooks(kept);
    }),
    RUNS,
  );
});
