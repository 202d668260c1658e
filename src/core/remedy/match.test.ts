import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history } from '../../../test/history.ts';
import { check } from '../../../test/verdict-table.ts';
import { adjudicate } from './adjudicate.ts';

const TWICE = 'proven double_charge p2 keep p1 due 14.50 of a for r1';

check([
  {
    title: 'a payment finds its rental through the charge it names',
    facts: `rental r1 14.50 12T10:30
      book c1 14.50 12T10:31 rental=r1
      charge p1 14.50 12T10:31 book=c1
      charge p2 14.50 12T10:33 book=c1`,
    findings: [TWICE],
  },
  {
    title: 'a payment finds its rental through the charge that names it',
    facts: `rental r1 14.50 12T10:30
      book c1 14.50 12T10:31 rental=r1 payment=p1
      book c2 14.50 12T10:33 rental=r1 payment=p2
      charge p1 14.50 12T10:31 account=-
      charge p2 14.50 12T10:33 account=-`,
    findings: [TWICE],
  },
  {
    title: 'a payment finds its rental through the key of our charge',
    facts: `rental r1 14.50 12T10:30
      book c1 14.50 12T10:31 rental=r1 key=k1
      charge p1 14.50 12T10:31 key=k1
      charge p2 14.50 12T10:33 key=k1`,
    findings: [TWICE],
  },
  {
    title: 'the rental a payment names itself goes before all others',
    facts: `rental r1 14.50 12T10:30
      rental r2 14.50 12T10:30
      book c1 14.50 12T10:31 rental=r1 payment=p1 key=k1
      charge p1 14.50 12T10:31 rental=r2 key=k1 book=c1`,
    findings: [],
    innocents: ['nothing_taken r1', 'single r2 p1'],
  },
  {
    title:
      'a payment that our books name for two rentals is laid to neither: no overcharge is made of a collective payment',
    facts: `rental r1 14.50 12T10:30
      rental r2 9.00 12T11:30
      book c1 14.50 12T12:00 rental=r1 payment=p1
      book c2 9.00 12T12:00 rental=r2 payment=p1
      charge p1 23.50 12T12:00`,
    findings: ['possible charge_without_rental p1 keep - due 23.50 of a for -'],
  },
  {
    title: 'a key that our books hold for several rentals leads to none',
    facts: `rental r1 14.50 12T10:30
      rental r2 14.50 12T11:30
      book c1 14.50 12T12:00 rental=r1 key=nightly
      book c2 14.50 12T12:00 rental=r2 key=nightly
      charge p1 14.50 12T12:00 key=run-1
      charge p2 14.50 12T12:01 key=run-2`,
    findings: [],
  },
]);

test('a charge in another currency than the price is unfit, and the rest is judged without it', () => {
  const { findings, unfit } = adjudicate(
    history(`rental r1 14.50 12T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:33 rental=r1 currency=USD
      refund f1 14.50 12T11:33 of=p2 currency=USD`),
  );
  assert.deepEqual(findings, []);
  assert.deepEqual(
    unfit.map(({ fact, id, column, value }) => [fact, id, column, value]),
    [
      ['payments', 'f1', 'currency', 'USD'],
      ['payments', 'p2', 'currency', 'USD'],
    ],
  );
  assert.match(unfit[1]?.reason ?? '', /charge p2 of USD 14.50 meets EUR on rental r1/);
});

test('where nothing tells a price, the first charge tells the currency', () => {
  const { findings, unfit } = adjudicate(
    history(`charge p1 14.50 12T10:31 rental=r1 currency=CHF
      charge p2 14.50 12T10:33 rental=r1 currency=EUR
      charge p3 14.50 12T10:34 rental=r1 currency=CHF`),
  );
  assert.deepEqual(
    findings.map((finding) => finding.paymentId),
    ['p3'],
  );
  assert.deepEqual(
    unfit.map(({ id }) => id),
    ['p2'],
  );
});

test('an attempt that took nothing may be of any currency', () => {
  const { unfit } = adjudicate(
    history(`rental r1 14.50 12T10:30
      charge p1 14.50 12T10:31 rental=r1 currency=USD status=failed
      charge p2 14.50 12T10:33 rental=r1`),
  );
  assert.deepEqual(unfit, []);
});

test('a refund of a charge without rental in another currency is unfit', () => {
  const { unfit } = adjudicate(
    history(`charge p1 14.50 12T10:31
      refund f1 14.50 12T11:33 of=p1 currency=USD`),
  );
  assert.deepEqual(
    unfit.map(({ id }) => id),
    ['f1'],
  );
});

test('movements that name each other in a circle end', () => {
  const { findings } = adjudicate(
    history(`refund f1 14.50 12T10:31 of=f2
      refund f2 14.50 12T10:31 of=f1`),
  );
  assert.deepEqual(findings, []);
});

test('an id that stands twice is a defect of whoever delivers the facts', () => {
  const facts = history('charge p1 14.50 12T10:31 rental=r1');
  assert.throws(
    () => adjudicate({ ...facts, payments: [...facts.payments, ...facts.payments] }),
    /payment id stands twice/,
  );
});
