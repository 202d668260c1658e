import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history } from '../../../../test/history.ts';
import { check } from '../../../../test/verdict-table.ts';
import { adjudicate } from '../adjudicate.ts';

check([
  {
    title: 'one drive recorded twice gives back what was taken for the record charged later',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r2`,
    findings: ['probable duplicate_record p2 keep p1 due 14.50 of a for r2'],
    innocents: ['alike_rentals r1 p1'],
  },
  {
    title: 'two accounts for one drive: the one charged later is paid back',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1 account=b
      rental r2 14.20 12T10:01 12T10:30 car=v1 account=a
      charge p1 14.50 12T10:31 rental=r1 account=b
      charge p2 14.20 12T10:32 rental=r2 account=a`,
    findings: ['probable duplicate_record p2 keep p1 due 14.20 of a for r2'],
  },
  {
    title: 'of three records all but the first charged go back',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      rental r3 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:33 rental=r1
      charge p2 14.50 12T10:32 rental=r2
      charge p3 14.50 12T10:31 rental=r3`,
    findings: [
      'probable duplicate_record p1 keep p3 due 14.50 of a for r1',
      'probable duplicate_record p2 keep p3 due 14.50 of a for r2',
    ],
  },
  {
    title: 'a record that took no money is no finding',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r2
      refund f1 14.50 12T11:32 of=p2`,
    findings: [],
  },
  {
    title: 'a record that was itself charged twice gives back both charges, each by one finding',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r2
      charge p3 14.50 16T02:14 rental=r2`,
    findings: [
      'proven double_charge p3 keep p2 due 14.50 of a for r2',
      'probable duplicate_record p2 keep p1 due 14.50 of a for r2',
    ],
  },
  {
    title: 'a record that was itself overcharged gives back its one charge whole, by one finding',
    facts: `rental r1 10.00 12T10:00 12T10:30 car=v1
      rental r2 10.00 12T10:00 12T10:30 car=v1
      charge p1 10.00 12T10:31 rental=r1
      charge p2 100.00 12T10:32 rental=r2`,
    findings: ['probable duplicate_record p2 keep p1 due 100.00 of a for r2'],
  },
  {
    title: 'a refund that names the second record but no charge lessens what is due for it',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r2
      refund f1 4.50 12T11:32 rental=r2`,
    findings: ['probable duplicate_record p2 keep p1 due 10.00 of a for r2'],
  },
  {
    title: 'a dispute over the second record holds',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r2
      chargeback b1 14.50 12T11:32 of=p2 status=pending`,
    findings: ['probable duplicate_record p2 keep p1 due 0.00 of a for r2'],
  },
  {
    title: 'a drive recorded twice and paid by charges without reference is found as well',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:31
      charge p2 14.50 12T10:32`,
    findings: ['probable duplicate_record p2 keep p1 due 14.50 of a for r2'],
  },
  {
    title: 'a record charged back twice, charged again and paid once more without reference owes what it took in all',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:31 rental=r2
      chargeback b1 14.50 12T11:31 of=p2
      chargeback b2 14.50 12T11:32 of=p2
      charge p3 14.50 12T10:32 rental=r2
      charge p4 14.50 12T10:32`,
    findings: ['probable duplicate_record p3 keep p1 due 14.50 of a for r2'],
  },
  {
    title: 'from nine tenths of common time on two records are one drive, below they only clash',
    facts: `rental r1 14.50 12T10:00 12T11:40 car=v1
      rental r2 14.50 12T10:10 12T11:40 car=v1
      rental r3 14.50 12T10:00 12T11:40 car=v2
      rental r4 14.50 12T10:11 12T11:40 car=v2
      charge p1 14.50 12T11:41 rental=r1
      charge p2 14.50 12T11:42 rental=r2
      charge p3 14.50 12T11:43 rental=r3
      charge p4 14.50 12T11:44 rental=r4`,
    findings: [
      'probable duplicate_record p2 keep p1 due 14.50 of a for r2',
      'possible duplicate_record - keep p4 due 0.00 of a for r3',
    ],
  },
  {
    title: 'a lost end: overlapping drives of one car are possible, and owe nothing that could be told',
    facts: `rental r1 59.00 12T10:00 12T20:00 car=v1 account=b
      rental r2 14.50 12T12:00 12T12:30 car=v1
      rental r3 14.50 12T15:00 12T15:30 car=v1
      charge p1 59.00 12T20:01 rental=r1 account=b
      charge p2 14.50 12T12:31 rental=r2
      charge p3 14.50 12T15:31 rental=r3`,
    findings: ['possible duplicate_record - keep p2 due 0.00 of b for r1'],
    innocents: ['alike_rentals r2 p2', 'alike_rentals r3 p3'],
  },
  {
    title: 'ends that touch by a minute are a hand-over',
    facts: `rental r1 14.50 12T10:00 12T10:31 car=v1
      rental r2 9.00 12T10:30 12T11:00 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 9.00 12T11:01 rental=r2`,
    findings: [],
  },
  {
    title: 'two cars at once on a business account are two drives',
    facts: `rental r1 14.50 12T10:00 12T10:30 car=v1
      rental r2 14.50 12T10:00 12T10:30 car=v2
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:31 rental=r2`,
    findings: [],
    innocents: ['two_vehicles_at_once r1 p1', 'two_vehicles_at_once r2 p2'],
  },
  {
    title: 'rentals without a vehicle or without a start are not compared',
    facts: `rental r1 14.50 12T10:00 12T10:30
      rental r2 14.50 12T10:00 12T10:30
      rental r3 14.50 12T10:30 car=v1
      rental r4 14.50 12T10:30 car=v1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:31 rental=r2
      charge p3 14.50 12T10:31 rental=r3
      charge p4 14.50 12T10:31 rental=r4`,
    findings: [],
  },
]);

test('a "vehicle" with more drives at once than any vehicle has names no vehicle, and nothing is said', () => {
  const rows = Array.from({ length: 17 }, (_, index) => [
    `rental r${index} 14.50 12T10:00 12T10:30 car=depot account=a${index}`,
    `charge p${index} 14.50 12T10:31 rental=r${index} account=a${index}`,
  ]);
  assert.deepEqual(adjudicate(history(rows.flat().join('\n'))).findings, []);
  assert.equal(adjudicate(history(rows.slice(1).flat().join('\n'))).findings.length, 15);
});
