import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history } from '../../../../test/history.ts';
import { adjudicate } from '../adjudicate.ts';

const RENTAL = 'rental r-17 14.50 12T10:00 12T10:30 car=v1';

/** The reasons of all findings, in their order. */
function reasonsOf(facts: string): readonly string[] {
  return adjudicate(history(facts)).findings.map((finding) => finding.reason);
}

const SENTENCES: readonly { readonly title: string; readonly facts: string; readonly reasons: readonly string[] }[] = [
  {
    title: 'a rental charged twice',
    facts: `${RENTAL}
      charge pay_1 14.50 11T23:14 rental=r-17
      charge pay_2 14.50 16T02:14 rental=r-17`,
    reasons: [
      'Rental r-17 cost EUR 14.50 and was charged twice, EUR 29.00 in all: pay_2 on 16 Nov 2014 02:14 UTC came 4 d 3 h after pay_1.',
    ],
  },
  {
    title: 'an amount a hundred times the price',
    facts: `${RENTAL}
      charge pay_1 1450.00 12T10:31 rental=r-17`,
    reasons: [
      'Rental r-17 cost EUR 14.50, but pay_1 on 12 Nov 2014 10:31 UTC took EUR 1450.00, 100 times the price: EUR 1435.50 of it is too much.',
    ],
  },
  {
    title: 'a wrong amount before the right one',
    facts: `${RENTAL}
      charge pay_1 59.00 12T10:31 rental=r-17
      charge pay_2 14.50 13T10:31 rental=r-17`,
    reasons: [
      'Rental r-17 cost EUR 14.50 and was charged twice, EUR 73.50 in all: pay_1 on 12 Nov 2014 10:31 UTC came 1 d before pay_2. pay_1 is given back because its amount EUR 59.00 is not the price.',
    ],
  },
  {
    title: 'a dispute that must be waited for',
    facts: `${RENTAL}
      charge pay_1 14.50 12T10:31 rental=r-17
      charge pay_2 14.50 12T10:31 rental=r-17
      chargeback cb_1 14.50 20T10:31 of=pay_2 status=pending`,
    reasons: [
      'Rental r-17 cost EUR 14.50 and was charged twice, EUR 29.00 in all: pay_2 on 12 Nov 2014 10:31 UTC came at the same instant as pay_1. A dispute over pay_2 is open: EUR 14.50 waits for its outcome.',
    ],
  },
  {
    title: 'part of the excess given back already',
    facts: `${RENTAL}
      charge pay_1 14.50 12T10:31 rental=r-17
      charge pay_2 14.50 12T10:33 rental=r-17
      refund ref_1 4.50 20T10:31 rental=r-17`,
    reasons: [
      'Rental r-17 cost EUR 14.50 and was charged twice, EUR 29.00 in all, of which EUR 4.50 was given back: pay_2 on 12 Nov 2014 10:33 UTC came 2 min after pay_1. EUR 10.00 of its EUR 14.50 is due.',
    ],
  },
  {
    title: 'a payment too old for PayPal',
    facts: `rental r-17 14.50 01-05T10:30
      charge pay_1 29.00 01-05T10:31 rental=r-17 provider=paypal
      charge pay_2 1.00 11-20T10:31 purpose=package`,
    reasons: [
      'Rental r-17 cost EUR 14.50, but pay_1 on 5 Jan 2014 10:31 UTC took EUR 29.00, 2 times the price: EUR 14.50 of it is too much. PayPal takes refunds for 180 days only, so pay_1 must be paid back by another way.',
    ],
  },
  {
    title: 'more charges than rentals, with rentals alike',
    facts: `${RENTAL}
      rental r-18 14.50 11T10:00 11T10:30 car=v1
      charge pay_1 14.50 12T10:31 rental=r-17
      charge pay_2 14.50 11T10:31 rental=r-18
      charge pay_3 14.50 16T10:31`,
    reasons: [
      'Account a has more charges of EUR 14.50 than rentals that explain them: pay_3 on 16 Nov 2014 10:31 UTC came 4 d after pay_1, which already paid rental r-17 (ended 12 Nov 2014 10:30 UTC). It may as well repeat another rental of that price (1 more).',
    ],
  },
  {
    title: 'equal charges that may be halves of a shared price',
    facts: `charge pay_1 7.25 12T10:31 rental=r-17
      charge pay_2 7.25 12T10:33 rental=r-17`,
    reasons: [
      'Rental r-17 was charged twice, EUR 14.50 in all: pay_2 on 12 Nov 2014 10:33 UTC came 2 min after pay_1. No file tells its price, which is taken to be one of these equal charges. Two cards or accounts, or two charges within an hour, may have shared one price: look before paying.',
    ],
  },
  {
    title: 'one drive recorded twice for two accounts',
    facts: `${RENTAL}
      rental r-18 14.50 12T10:00 12T10:30 car=v1 account=b
      charge pay_1 14.50 12T10:31 rental=r-17
      charge pay_2 14.50 12T10:41 rental=r-18 account=b`,
    reasons: [
      'Rentals r-17 and r-18 record one drive of vehicle v1 for accounts a and b: 12 Nov 2014 10:00 UTC to 12 Nov 2014 10:30 UTC and 12 Nov 2014 10:00 UTC to 12 Nov 2014 10:30 UTC. r-18 was charged later: pay_2 on 12 Nov 2014 10:41 UTC came 10 min after pay_1.',
    ],
  },
  {
    title: 'a phantom',
    facts: `${RENTAL}
      book c-1 14.50 12T10:31 rental=r-17 payment=pay_1
      book c-2 14.50 12T10:32 rental=r-17 payment=pay_1
      charge pay_1 14.50 12T10:31 rental=r-17`,
    reasons: [
      'Our books hold 2 records that succeeded for rental r-17, the provider took money once. Charge c-2 of EUR 14.50 (12 Nov 2014 10:32 UTC) stands in our books only beside pay_1: void it, nobody is owed money.',
    ],
  },
];

for (const { title, facts, reasons } of SENTENCES) {
  test(`says why: ${title}`, () => assert.deepEqual(reasonsOf(facts), reasons));
}
