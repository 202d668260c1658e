import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history } from '../../../../test/history.ts';
import { check } from '../../../../test/verdict-table.ts';
import { adjudicate } from '../adjudicate.ts';

const RENTAL = 'rental r1 14.50 12T10:00 12T10:30';

check([
  {
    title: '(2,1,1): two records of one payment are a phantom, and nobody is owed money',
    facts: `${RENTAL}
      book c1 14.50 12T10:31 rental=r1 payment=p1
      book c2 14.50 12T10:31 rental=r1 payment=p1
      charge p1 14.50 12T10:31 rental=r1
      line l1 14.50 14T00:00 of=p1`,
    findings: ['proven phantom - keep p1 due 0.00 of a for r1'],
    innocents: [],
  },
  {
    title: 'each surplus record is a phantom of its own',
    facts: `${RENTAL}
      book c1 14.50 12T10:31 rental=r1 payment=p1
      book c2 14.50 12T10:32 rental=r1
      book c3 14.50 12T10:33 rental=r1
      charge p1 14.50 12T10:31 rental=r1`,
    findings: ['proven phantom - keep p1 due 0.00 of a for r1', 'proven phantom - keep p1 due 0.00 of a for r1'],
  },
  {
    title: 'a doubled record of a fee is a phantom too',
    facts: `book c1 5.00 12T10:31 rental=r1 purpose=fee payment=p1
      book c2 5.00 12T10:31 purpose=fee payment=p1
      charge p1 5.00 12T10:31 rental=r1 purpose=fee`,
    findings: ['proven phantom - keep p1 due 0.00 of a for r1'],
  },
  {
    title: '(2,2,2) and (1,2,2) are due by us, and no phantom is named beside them',
    facts: `${RENTAL}
      book c1 14.50 12T10:31 rental=r1 payment=p1
      book c2 14.50 12T10:32 rental=r1 payment=p2
      book c3 14.50 12T10:33 rental=r1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r1
      line l1 14.50 14T00:00 of=p1
      line l2 14.50 14T00:00 of=p2`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'a record without any payment is no phantom: nothing was doubled',
    facts: `${RENTAL}
      book c1 14.50 12T10:31 rental=r1
      charge p1 14.50 12T10:31 rental=r1 status=failed`,
    findings: [],
  },
  {
    title: 'records of charge, refund and charge again match the provider one by one',
    facts: `${RENTAL}
      book c1 14.50 12T10:31 rental=r1 payment=p1
      book c2 14.50 12T12:31 rental=r1 payment=p2
      charge p1 14.50 12T10:31 rental=r1
      refund f1 14.50 12T11:31 of=p1
      charge p2 14.50 12T12:31 rental=r1`,
    findings: [],
  },
  {
    title: '(1,1,2): a line booked twice is the acquirer’s duplicate, not ours to repay',
    facts: `${RENTAL}
      book c1 14.50 12T10:31 rental=r1 payment=p1
      charge p1 14.50 12T10:31 rental=r1
      line l1 14.50 14T00:00 of=p1 file=day12
      line l1 14.50 15T00:00 of=p1 file=day12`,
    findings: ['proven acquirer_duplicate - keep p1 due 0.00 of a for r1'],
    innocents: [],
  },
  {
    title: 'a payment without rental booked twice is found as well',
    facts: `charge p1 14.50 12T10:31 purpose=package
      line l1 14.50 14T00:00 of=p1
      line l2 14.50 14T00:00 of=p1`,
    findings: ['proven acquirer_duplicate - keep p1 due 0.00 of a for -'],
  },
  {
    title: 'a charge settled in parts, even equal ones, is booked once',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      line l1 7.25 14T00:00 of=p1
      line l2 7.25 15T00:00 of=p1`,
    findings: [],
  },
  {
    title: 'a line of another amount is a correction or a fee, not the same posting',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      line l1 14.50 14T00:00 of=p1
      line l2 0.35 14T00:00 of=p1`,
    findings: [],
  },
  {
    title: 'money that came back in after a chargeback was won is no duplicate',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      chargeback b1 14.50 16T00:00 of=p1
      chargeback_reversal v1 14.50 20T00:00 of=b1
      line l1 14.50 14T00:00 of=p1
      line l2 -14.50 16T00:00 of=p1
      line l3 14.50 20T00:00 of=p1`,
    findings: [],
  },
  {
    title: 'money that came back in after a refund bounced is no duplicate',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      refund f1 14.50 16T00:00 of=p1 status=failed
      line l1 14.50 14T00:00 of=p1
      line l2 -14.50 16T00:00 of=p1
      line l3 14.50 20T00:00 of=p1`,
    findings: [],
  },
]);

test('a bank duplicate that the bank took back itself says so, one explained by a refund of ours does not', () => {
  const reasonOf = (rows: string): string =>
    adjudicate(
      history(`${RENTAL}
        charge p1 14.50 12T10:31 rental=r1
        line l1 14.50 14T00:00 of=p1
        line l2 14.50 15T00:00 of=p1
        line l3 -14.50 16T00:00 of=p1
        ${rows}`),
    ).findings[0]?.reason ?? '';
  assert.match(reasonOf(''), /Line l3 on 16 Nov 2014 00:00 UTC has already reversed it; nobody owes anything/);
  assert.match(reasonOf('refund f1 14.50 16T00:00 of=p1'), /The acquirer has to take it back/);
});

test('layer counts say how often the books, the provider and the bank took it, or nothing where no file was given', () => {
  const facts = `${RENTAL}
    charge p1 14.50 12T10:31 rental=r1
    charge p2 14.50 12T10:32 rental=r1`;
  const layers = (rows: string) => adjudicate(history(facts + rows)).findings[0]?.layers;
  assert.deepEqual(layers(''), { books: null, provider: 2, bank: null });
  assert.deepEqual(layers('\nbook c1 14.50 12T10:31 rental=r1\nline l1 14.50 14T00:00 of=p1'), {
    books: 1,
    provider: 2,
    bank: 1,
  });
});

/** Three days of ten charges; `lines` says what each day's lines are. */
function threeDays(lines: (day: number, id: string) => string): string {
  const days = [12, 13, 14].flatMap((day) =>
    Array.from({ length: 10 }, (_, index) => {
      const id = `${day}_${index}`;
      return `rental r${id} 14.50 ${day}T10:00 ${day}T10:3${index} account=a${id}
        charge p${id} 14.50 ${day}T10:4${index} rental=r${id} account=a${id}
        ${lines(day, id)}`;
    }),
  );
  return `${days.join('\n')}\nline end 1.00 25T00:00 of=other\nline begin 1.00 01T00:00 of=other`;
}

const twins = (table: string): readonly string[] =>
  adjudicate(history(table))
    .findings.filter((finding) => finding.class === 'missing_twin')
    .map((finding) => finding.evidence.wrong?.paymentId ?? '');

test('a day without lines beside a day booked twice is missing: its file was sent in place of another', () => {
  const found = twins(
    threeDays((day, id) =>
      day === 12
        ? `line l${id} 14.50 14T00:00 of=p${id}\nline l${id} 14.50 15T00:00 of=p${id}`
        : day === 13
          ? ''
          : `line l${id} 14.50 16T00:00 of=p${id}`,
    ),
  );
  assert.deepEqual(
    found,
    Array.from({ length: 10 }, (_, index) => `p13_${index}`),
  );
});

test('without a day booked twice, missing lines are not missing twins', () => {
  assert.deepEqual(twins(threeDays((day, id) => (day === 13 ? '' : `line l${id} 14.50 15T00:00 of=p${id}`))), []);
});

test('a few missing lines of a day are not a missing file', () => {
  const found = twins(
    threeDays((day, id) =>
      day === 12
        ? `line l${id} 14.50 14T00:00 of=p${id}\nline l${id} 14.50 15T00:00 of=p${id}`
        : day === 13 && id > '13_2'
          ? ''
          : `line l${id} 14.50 16T00:00 of=p${id}`,
    ),
  );
  assert.deepEqual(found, []);
});

test('charges whose lines are not yet due are not missing', () => {
  const rows = threeDays((day, id) =>
    day === 12
      ? `line l${id} 14.50 14T00:00 of=p${id}\nline l${id} 14.50 15T00:00 of=p${id}`
      : day === 13
        ? `line l${id} 14.50 15T00:00 of=p${id}`
        : '',
  ).replace('line end 1.00 25T00:00 of=other', '');
  assert.deepEqual(twins(rows), []);
});
