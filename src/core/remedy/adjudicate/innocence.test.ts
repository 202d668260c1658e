import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history, sayInnocent } from '../../../../test/history.ts';
import { check } from '../../../../test/verdict-table.ts';
import { adjudicate } from '../adjudicate.ts';
import { LOOK_ALIKES } from '../finding.ts';

const RENTAL = 'rental r1 14.50 12T10:00 12T10:30 car=v1';
const PAID = 'charge p1 14.50 12T10:31 rental=r1';

/** Every innocent look-alike of the catalogue, each with what is said of it. */
const LOOK_ALIKE_CASES = [
  { title: 'one charge', facts: `${RENTAL}\n${PAID}`, findings: [], innocents: ['single r1 p1'] },
  {
    title: 'declined, then paid',
    facts: `${RENTAL}
      charge p0 14.50 12T10:30 rental=r1 status=failed
      ${PAID}`,
    findings: [],
    innocents: ['declined_then_paid r1 p1 p0'],
  },
  {
    title: 'a hold that was released, then the capture',
    facts: `${RENTAL}
      charge p0 50.00 12T09:59 rental=r1 status=canceled
      ${PAID}`,
    findings: [],
    innocents: ['hold_and_capture r1 p1 p0'],
  },
  {
    title: 'a hold still pending beside the capture',
    facts: `${RENTAL}
      charge p0 14.50 12T09:59 rental=r1 status=pending
      ${PAID}`,
    findings: [],
    innocents: ['hold_and_capture r1 p1 p0'],
  },
  {
    title: 'a deposit held and given back',
    facts: `${RENTAL}
      ${PAID}
      charge p2 14.50 12T09:59 rental=r1 purpose=deposit
      refund f2 14.50 12T11:00 of=p2`,
    findings: [],
    innocents: ['single r1 p1', 'refunded r1 p2'],
  },
  {
    title: 'a price split between two cards',
    facts: `${RENTAL}
      charge p1 7.25 12T10:31 rental=r1 CARD=1111
      charge p2 7.25 12T10:31 rental=r1 CARD=2222`,
    findings: [],
    innocents: ['split_tender r1 p1 p2'],
  },
  {
    title: 'a price split between two riders',
    facts: `${RENTAL}
      charge p1 7.25 12T10:31 rental=r1
      charge p2 7.25 12T10:31 rental=r1 account=b`,
    findings: [],
    innocents: ['split_tender r1 p1 p2'],
  },
  {
    title: 'charged, refunded, charged again',
    facts: `${RENTAL}
      ${PAID}
      refund f1 14.50 12T11:00 of=p1
      charge p2 14.50 12T11:01 rental=r1`,
    findings: [],
    innocents: ['charged_again_after_refund r1 p1 p2'],
  },
  {
    title: 'a credit booked before its debit: the chain still comes out even',
    facts: `${RENTAL}
      refund f1 14.50 12T10:29 of=p1
      ${PAID}
      charge p2 14.50 12T10:32 rental=r1`,
    findings: [],
    innocents: ['charged_again_after_refund r1 p1 p2'],
  },
  {
    title: 'an under-charge and its correction',
    facts: `${RENTAL}
      charge p1 10.00 12T10:31 rental=r1
      charge p2 4.50 13T09:00 rental=r1`,
    findings: [],
    innocents: ['corrected_under_charge r1 p1 p2'],
  },
  {
    title: 'an under-charge corrected by an adjustment',
    facts: `${RENTAL}
      charge p1 10.00 12T10:31 rental=r1
      charge p2 4.50 13T09:00 rental=r1 purpose=adjustment`,
    findings: [],
    innocents: ['single r1 p1', 'corrected_under_charge r1 p2'],
  },
  {
    title: 'a fee on the rental, of the very same amount',
    facts: `${RENTAL}
      ${PAID}
      charge p2 14.50 20T09:00 rental=r1 purpose=fee`,
    findings: [],
    innocents: ['single r1 p1', 'fee_beside_rental r1 p2'],
  },
  {
    title: 'two rides of one price on one day',
    facts: `${RENTAL}
      rental r2 14.50 12T18:00 12T18:30 car=v2
      ${PAID}
      charge p2 14.50 12T18:31 rental=r2`,
    findings: [],
    innocents: ['alike_rentals r1 p1', 'alike_rentals r2 p2'],
  },
  {
    title: 'a business account with two cars at once',
    facts: `${RENTAL}
      rental r2 14.50 12T10:05 12T10:35 car=v2
      ${PAID}
      charge p2 14.50 12T10:31 rental=r2`,
    findings: [],
    innocents: ['two_vehicles_at_once r1 p1', 'two_vehicles_at_once r2 p2'],
  },
  {
    title: 'packages: a subscription taken again',
    facts: `charge p1 19.00 12T10:31 purpose=package
      charge p2 19.00 12T10:32 purpose=package`,
    findings: [],
    innocents: ['package - p1', 'package - p2'],
  },
  {
    title: 'a double charge that was given back already',
    facts: `${RENTAL}
      ${PAID}
      charge p2 14.50 12T10:32 rental=r1
      refund f1 14.50 12T11:00 of=p2`,
    findings: [],
    innocents: ['refunded r1 p1 p2'],
  },
  {
    title: 'a part refund in goodwill',
    facts: `${RENTAL}
      ${PAID}
      refund f1 5.00 20T11:00 of=p1`,
    findings: [],
    innocents: ['part_refund r1 p1'],
  },
  {
    title: 'a chargeback',
    facts: `${RENTAL}
      ${PAID}
      charge p2 14.50 12T10:32 rental=r1
      chargeback b1 14.50 20T11:00 of=p1`,
    findings: [],
    innocents: ['charged_back r1 p1 p2'],
  },
  {
    title: 'charges alike, each explained by a rental of its own',
    facts: `${RENTAL}
      rental r2 14.50 12T18:00 12T18:30 car=v2
      charge p1 14.50 12T10:31
      charge p2 14.50 12T18:31`,
    findings: [],
    innocents: ['explained_by_another_rental r1 p1', 'explained_by_another_rental r2 p2'],
  },
  {
    title: 'a rental that nothing was taken for',
    facts: `${RENTAL}
      charge p0 14.50 12T10:31 rental=r1 status=failed`,
    findings: [],
    innocents: ['nothing_taken r1 p0'],
  },
  {
    title: 'declined, then paid, without any reference',
    facts: `${RENTAL}
      charge p0 14.50 12T10:30 status=failed
      charge p1 14.50 12T10:31`,
    findings: [],
    innocents: ['declined_then_paid - p0', 'single r1 p1'],
  },
] as const;

check(LOOK_ALIKE_CASES);

test('every look-alike of the catalogue has its case', () => {
  const shown = new Set(
    LOOK_ALIKE_CASES.flatMap(({ facts }) => adjudicate(history(facts)).innocents.map((innocent) => innocent.lookAlike)),
  );
  assert.deepEqual(
    [...LOOK_ALIKES].filter((lookAlike) => !shown.has(lookAlike)),
    [],
  );
});

/** What is said of the first innocent. */
function pleaOf(facts: string): string {
  return adjudicate(history(facts)).innocents[0]?.reason ?? '';
}

test('pleas name ids, times and amounts and say why', () => {
  assert.equal(
    pleaOf(`${RENTAL}\ncharge p0 14.50 12T10:30 rental=r1 status=failed\n${PAID}`),
    'Rental r1 is not charged twice, because p0 on 12 Nov 2014 10:30 UTC was declined and only p1 on 12 Nov 2014 10:31 UTC over EUR 14.50 was taken.',
  );
  assert.equal(
    pleaOf(`${RENTAL}\n${PAID}\nrefund f1 5.00 20T11:00 of=p1`),
    'Rental r1 is not charged twice, because it was charged once and refunded in part: EUR 14.50 taken, EUR 5.00 given back by f1.',
  );
  assert.equal(
    pleaOf(`${RENTAL}\n${PAID}`),
    'Rental r1 cost EUR 14.50 and was charged once: p1 on 12 Nov 2014 10:31 UTC over EUR 14.50.',
  );
  assert.match(
    pleaOf(`${RENTAL}\n${PAID}\nrefund f1 20.00 20T11:00 of=p1`),
    /it was given back already, more than was taken: EUR 14.50 taken, EUR 20.00 given back by f1/,
  );
});

test('what a finding speaks of is not declared innocent beside it', () => {
  const { innocents } = adjudicate(
    history(`${RENTAL}
      rental r2 9.00 12T18:30
      ${PAID}
      charge p2 14.50 16T02:14 rental=r1
      charge p3 9.00 12T18:31 rental=r2`),
  );
  assert.deepEqual(innocents.map(sayInnocent), ['single r2 p3']);
});
