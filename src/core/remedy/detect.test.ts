import { check } from '../../../test/verdict-table.ts';

const RENTAL = 'rental r1 14.50 12T10:00 12T10:30 car=v1';

check([
  {
    title: 'a rental charged twice is a proven double charge, and the later charge goes back',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'three charges of one rental are two findings that share one kept charge',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r1
      charge p3 14.50 16T02:14 rental=r1`,
    findings: [
      'proven double_charge p2 keep p1 due 14.50 of a for r1',
      'proven double_charge p3 keep p1 due 14.50 of a for r1',
    ],
  },
  {
    title: 'one charge of another amount than the price is a proven overcharge, due for the difference only',
    facts: `${RENTAL}
      charge p1 1450.00 12T10:31 rental=r1`,
    findings: ['proven overcharge p1 keep - due 1435.50 of a for r1'],
  },
  {
    title: 'a charge for a rental that cost nothing is a proven overcharge of all of it',
    facts: `rental r1 0.00 12T10:30
      charge p1 5.00 12T10:31 rental=r1`,
    findings: ['proven overcharge p1 keep - due 5.00 of a for r1'],
  },
  {
    title: 'two charges for a rental that cost nothing both go back',
    facts: `rental r1 0.00 12T10:30
      charge p1 5.00 12T10:31 rental=r1
      charge p2 5.00 12T10:32 rental=r1`,
    findings: [
      'proven double_charge p1 keep - due 5.00 of a for r1',
      'proven double_charge p2 keep - due 5.00 of a for r1',
    ],
  },
  {
    title: 'charges of zero are no charges',
    facts: `rental r1 0.00 12T10:30
      charge p1 0.00 12T10:31 rental=r1
      charge p2 0.00 12T10:32 rental=r1`,
    findings: [],
  },
  {
    title:
      'a wrong amount corrected by a second charge without a void gives back the wrong amount, though it is the earlier',
    facts: `${RENTAL}
      charge p1 59.00 12T10:31 rental=r1
      charge p2 14.50 13T09:00 rental=r1`,
    findings: ['proven double_charge p1 keep p2 due 59.00 of a for r1'],
  },
  {
    title: 'a charge of the right amount beside an under-charge: the one that is exactly the excess goes back',
    facts: `${RENTAL}
      charge p1 10.00 12T10:31 rental=r1
      charge p2 14.50 13T09:00 rental=r1`,
    findings: ['proven double_charge p1 keep p2 due 10.00 of a for r1'],
  },
  {
    title: 'a price raised after an under-charge counts as the price',
    facts: `${RENTAL}
      charge p1 10.00 12T10:31 rental=r1
      charge p2 4.50 13T09:00 rental=r1`,
    findings: [],
  },
  {
    title: 'a price that stays below the corrected charge leaves an excess',
    facts: `rental r1 10.00 12T10:30
      charge p1 10.00 12T10:31 rental=r1
      charge p2 4.50 13T09:00 rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 4.50 of a for r1'],
  },
  {
    title: 'a payer who is not the renter is paid back before the renter, though charged first',
    facts: `${RENTAL} account=a
      charge p1 14.50 12T10:31 rental=r1 account=b
      charge p2 14.50 12T10:35 rental=r1 account=a`,
    findings: ['proven double_charge p1 keep p2 due 14.50 of b for r1'],
  },
  {
    title:
      'of a price split between two accounts and taken once more in part, the repeated part goes back to its payer',
    facts: `${RENTAL}
      charge p1 7.25 12T10:31 rental=r1 account=a
      charge p2 7.25 12T10:32 rental=r1 account=a
      charge p3 7.25 12T10:33 rental=r1 account=b`,
    findings: ['proven double_charge p2 keep p1 due 7.25 of a for r1'],
  },
  {
    title: 'an excess that no single charge holds is taken from the later charges in order, the last in part',
    facts: `${RENTAL}
      charge p1 10.00 12T10:31 rental=r1
      charge p2 10.00 12T10:32 rental=r1
      charge p3 10.00 12T10:33 rental=r1`,
    findings: [
      'proven double_charge p2 keep p1 due 5.50 of a for r1',
      'proven double_charge p3 keep p1 due 10.00 of a for r1',
    ],
  },
  {
    title: 'a PayPal charge older than 180 days gives back only what the younger one cannot',
    facts: `rental r1 14.50 01-05T10:30
      charge p1 20.00 01-05T10:31 rental=r1 provider=PayPal
      charge p2 20.00 10-12T10:31 rental=r1 provider=PayPal
      charge p9 1.00 11-20T10:31 purpose=package`,
    findings: [
      'proven double_charge p1 keep - due 5.50 of a for r1',
      'proven double_charge p2 keep - due 20.00 of a for r1',
    ],
  },
  {
    title: 'a PayPal charge older than 180 days is no exact match: a part of the younger one goes back instead',
    facts: `rental r1 14.50 01-05T10:30
      charge p1 10.00 01-05T10:31 rental=r1 provider=paypal
      charge p2 14.50 10-12T10:31 rental=r1 provider=paypal`,
    findings: ['proven double_charge p2 keep p1 due 10.00 of a for r1'],
  },
  {
    title: 'a PayPal charge older than 180 days is kept in favour of one that PayPal still refunds',
    facts: `rental r1 14.50 01-05T10:30 account=a
      charge p1 14.50 01-05T10:31 rental=r1 provider=paypal account=b
      charge p2 14.50 10-12T10:31 rental=r1 provider=paypal account=a
      charge p9 1.00 11-20T10:31 purpose=package`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
]);

check([
  {
    title: 'the duplicate refunded already: even',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 17T09:00 of=p2`,
    findings: [],
  },
  {
    title: 'the kept charge refunded: even, nothing more is due',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 17T09:00 of=p1`,
    findings: [],
  },
  {
    title: 'a failed refund has given nothing back',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 17T09:00 of=p2 status=failed`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'a refund that names the rental but no charge reduces the rental as a whole',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 17T09:00 rental=r1`,
    findings: [],
  },
  {
    title: 'a refund whose charge is not among the facts counts for the rental it names',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 4.50 17T09:00 of=elsewhere rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 10.00 of a for r1'],
  },
  {
    title: 'a refund belongs to its charge, whatever rental it names itself',
    facts: `${RENTAL}
      rental r2 14.50 12T11:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      charge p3 14.50 12T11:31 rental=r2
      refund f1 14.50 17T09:00 of=p2 rental=r2`,
    findings: [],
  },
  {
    title: 'a goodwill refund in part leaves only the rest of that charge due',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 5.00 17T09:00 of=p1`,
    findings: ['proven double_charge p1 keep p2 due 9.50 of a for r1'],
  },
  {
    title: 'a refund larger than its charge counts in full against the others',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 20.00 17T09:00 of=p1`,
    findings: [],
  },
  {
    title: 'a doubled refund leaves a negative obligation, which is nobody’s finding',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      refund f1 14.50 17T09:00 of=p1
      refund f2 14.50 17T09:01 of=p1`,
    findings: [],
  },
  {
    title: 'a refund on its way holds: due now is nothing',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 17T09:00 of=p2 status=pending`,
    findings: ['proven double_charge p2 keep p1 due 0.00 of a for r1'],
  },
  {
    title: 'a refund on its way that names the rental only holds as well',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 17T09:00 rental=r1 status=pending`,
    findings: ['proven double_charge p2 keep p1 due 0.00 of a for r1'],
  },
  {
    title: 'a chargeback of the kept charge makes the rental even',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      chargeback b1 14.50 20T09:00 of=p1`,
    findings: [],
  },
  {
    title: 'a chargeback that was reversed took nothing back',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      chargeback b1 14.50 20T09:00 of=p1
      chargeback_reversal v1 14.50 25T09:00 of=b1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'a reversal whose chargeback lies before the export invents no second charge',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      chargeback_reversal v1 14.50 25T09:00 of=p1`,
    findings: [],
  },
  {
    title: 'an open dispute over the later charge holds: nothing is due until its outcome',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      chargeback b1 14.50 20T09:00 of=p2 status=pending`,
    findings: ['proven double_charge p2 keep p1 due 0.00 of a for r1'],
  },
  {
    title: 'an open dispute over the first charge: that one waits, the other is not given back instead',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      chargeback b1 14.50 20T09:00 of=p1 status=pending`,
    findings: ['proven double_charge p1 keep p2 due 0.00 of a for r1'],
  },
  {
    title: 'of three charges one is disputed: one goes back, one waits, one stays',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:32 rental=r1
      charge p3 14.50 12T10:33 rental=r1
      chargeback b1 14.50 20T09:00 of=p3 status=pending`,
    findings: [
      'proven double_charge p2 keep p1 due 14.50 of a for r1',
      'proven double_charge p3 keep p1 due 0.00 of a for r1',
    ],
  },
  {
    title: 'a part of an overcharge that is disputed waits, the rest is due',
    facts: `rental r1 10.00 12T10:30
      charge p1 100.00 12T10:31 rental=r1
      chargeback b1 20.00 20T09:00 of=p1 status=pending`,
    findings: ['proven overcharge p1 keep - due 70.00 of a for r1'],
  },
]);

check([
  {
    title: 'without rentals our books give the price where they hold one record that succeeded',
    facts: `book c1 14.50 12T10:31 rental=r1 payment=p1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:33 rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'without rentals a first attempt of unknown outcome and its retry have one price',
    facts: `book c1 14.50 12T10:31 rental=r1 status=unknown
      book c2 14.50 12T10:33 rental=r1 payment=p2
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:33 rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'without rentals one record and one charge of a hundred times its amount is a proven overcharge',
    facts: `book c1 14.50 12T10:31 rental=r1
      charge p1 1450.00 12T10:31 rental=r1`,
    findings: ['proven overcharge p1 keep - due 1435.50 of a for r1'],
  },
  {
    title: 'without rentals several equal records are one price taken twice',
    facts: `book c1 14.50 12T10:31 rental=r1
      book c2 14.50 16T02:14 rental=r1
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'several equal records on two cards may be a shared price: probable',
    facts: `book c1 7.25 12T10:31 rental=r1
      book c2 7.25 12T10:31 rental=r1
      charge p1 7.25 12T10:31 rental=r1 CARD=1111
      charge p2 7.25 12T10:32 rental=r1 CARD=2222`,
    findings: ['probable double_charge p2 keep p1 due 7.25 of a for r1'],
  },
  {
    title: 'several equal records collected by one charge of their sum prove nothing',
    facts: `book c1 7.25 12T10:31 rental=r1
      book c2 7.25 12T10:31 rental=r1
      charge p1 14.50 12T10:31 rental=r1`,
    findings: ['possible overcharge p1 keep - due 7.25 of a for r1'],
  },
  {
    title: 'with payments only two equal charges of a rental are a proven double charge',
    facts: `charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'with payments only two equal charges within the hour may be halves of one price: probable',
    facts: `charge p1 7.25 12T10:31 rental=r1
      charge p2 7.25 12T11:31 rental=r1`,
    findings: ['probable double_charge p2 keep p1 due 7.25 of a for r1'],
  },
  {
    title: 'with payments only two equal charges on two cards are probable',
    facts: `charge p1 14.50 12T10:31 rental=r1 CARD=1111
      charge p2 14.50 16T02:14 rental=r1 CARD=2222`,
    findings: ['probable double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'a card named on one charge only is no difference',
    facts: `charge p1 14.50 12T10:31 rental=r1 CARD=1111
      charge p2 14.50 16T02:14 rental=r1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'with payments only two equal charges of two accounts are probable',
    facts: `charge p1 14.50 12T10:31 rental=r1 account=a
      charge p2 14.50 16T02:14 rental=r1 account=b`,
    findings: ['probable double_charge p2 keep p1 due 14.50 of b for r1'],
  },
  {
    title: 'one key on both charges is one attempt, whatever the cards',
    facts: `charge p1 14.50 12T10:31 rental=r1 CARD=1111 key=k1
      charge p2 14.50 16T02:14 rental=r1 CARD=2222 key=k1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'with payments only two different charges of a rental are possible, and the larger is taken for right',
    facts: `charge p1 10.00 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1`,
    findings: ['possible double_charge p1 keep p2 due 10.00 of a for r1'],
  },
  {
    title: 'of different charges the largest stays, also where it alone is exactly what is too much',
    facts: `charge p1 9.00 12T10:31 rental=r1
      charge p2 4.50 12T10:32 rental=r1
      charge p3 4.50 12T10:33 rental=r1`,
    findings: [
      'possible double_charge p2 keep p1 due 4.50 of a for r1',
      'possible double_charge p3 keep p1 due 4.50 of a for r1',
    ],
  },
  {
    title: 'a repeated attempt beside a different charge is proven, the different one only possible',
    facts: `charge p1 14.50 12T10:31 rental=r1 key=k1
      charge p2 14.50 12T10:32 rental=r1 key=k1
      charge p3 5.00 12T10:33 rental=r1 key=k2`,
    findings: [
      'proven double_charge p2 keep p1 due 14.50 of a for r1',
      'possible double_charge p3 keep p1 due 5.00 of a for r1',
    ],
  },
  {
    title: 'with payments only a charge given back and made again is none',
    facts: `charge p1 29.00 12T10:31 rental=r1
      refund f1 29.00 12T11:00 of=p1
      charge p2 14.50 12T11:01 rental=r1`,
    findings: [],
  },
  {
    title:
      'a rental that the given file does not hold owes nothing: each charge is a finding, probable inside the coverage',
    facts: `rental r9 9.00 12T10:30
      rental r8 9.00 20T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T10:33 rental=r1`,
    findings: [
      'probable charge_without_rental p1 keep - due 14.50 of a for r1',
      'probable charge_without_rental p2 keep - due 14.50 of a for r1',
    ],
  },
  {
    title: 'a rental that may stand in an earlier export leaves its charge possible',
    facts: `rental r9 9.00 12T10:30
      charge p1 14.50 11T10:29 rental=r1`,
    findings: ['possible charge_without_rental p1 keep - due 14.50 of a for r1'],
  },
  {
    title: 'the rentals file covers 31 days after its last rental, and not a minute more',
    facts: `rental r9 9.00 10-12T10:30
      charge p1 14.50 12T10:30 rental=r1
      charge p2 14.50 12T10:31 rental=r2`,
    findings: [
      'probable charge_without_rental p1 keep - due 14.50 of a for r1',
      'possible charge_without_rental p2 keep - due 14.50 of a for r2',
    ],
  },
  {
    title: 'books do not stand in for a rental that the given rentals file lacks',
    facts: `rental r9 9.00 12T10:30
      book c1 14.50 12T10:31 rental=r1
      charge p1 14.50 12T10:31 rental=r1`,
    findings: ['probable charge_without_rental p1 keep - due 14.50 of a for r1'],
  },
]);

check([
  {
    title: 'two fees of different amounts are two fees',
    facts: `${RENTAL}
      charge p1 14.50 12T10:31 rental=r1
      charge p2 5.00 13T10:31 rental=r1 purpose=fee
      charge p3 8.00 13T10:31 rental=r1 purpose=fee`,
    findings: [],
  },
  {
    title: 'two equal fees are possible, no more',
    facts: `${RENTAL}
      charge p2 5.00 13T10:31 rental=r1 purpose=fee
      charge p3 5.00 16T10:31 rental=r1 purpose=fee`,
    findings: ['possible double_charge p3 keep p2 due 5.00 of a for r1'],
  },
  {
    title: 'two equal fees with one key are proven',
    facts: `charge p2 5.00 13T10:31 rental=r1 purpose=fee key=k
      charge p3 5.00 16T10:31 rental=r1 purpose=fee key=k`,
    findings: ['proven double_charge p3 keep p2 due 5.00 of a for r1'],
  },
  {
    title: 'a placeholder in the key column is no key',
    facts: `charge p2 5.00 13T10:31 rental=r1 purpose=fee key=N/A
      charge p3 5.00 16T10:31 rental=r1 purpose=fee key=N/A`,
    findings: ['possible double_charge p3 keep p2 due 5.00 of a for r1'],
  },
  {
    title: 'two equal fees of one charge of our books are proven',
    facts: `charge p2 5.00 13T10:31 rental=r1 purpose=fee book=c1
      charge p3 5.00 16T10:31 rental=r1 purpose=fee book=c1`,
    findings: ['proven double_charge p3 keep p2 due 5.00 of a for r1'],
  },
  {
    title: 'our books hold one fee, the provider took two: proven',
    facts: `${RENTAL}
      book c1 5.00 13T10:31 rental=r1 purpose=fee
      charge p2 5.00 13T10:31 rental=r1 purpose=fee
      charge p3 5.00 13T10:32 rental=r1 purpose=fee`,
    findings: ['proven double_charge p3 keep p2 due 5.00 of a for r1'],
  },
  {
    title: 'our books hold two equal fees as the provider does: possible',
    facts: `book c1 5.00 13T10:31 rental=r1 purpose=fee
      book c2 5.00 13T10:31 rental=r1 purpose=fee
      charge p2 5.00 13T10:31 rental=r1 purpose=fee
      charge p3 5.00 13T10:32 rental=r1 purpose=fee`,
    findings: ['possible double_charge p3 keep p2 due 5.00 of a for r1'],
  },
  {
    title: 'a doubled fee that was refunded is even',
    facts: `charge p2 5.00 13T10:31 rental=r1 purpose=fee key=k
      charge p3 5.00 16T10:31 rental=r1 purpose=fee key=k
      refund f1 5.00 17T10:31 of=p2`,
    findings: [],
  },
  {
    title: 'a refund that names rental and purpose of a doubled fee, but no charge, makes it even',
    facts: `charge p2 5.00 13T10:31 rental=r1 purpose=fee key=k
      charge p3 5.00 16T10:31 rental=r1 purpose=fee key=k
      refund f1 5.00 17T10:31 rental=r1 purpose=fee`,
    findings: [],
  },
  {
    title: 'a goodwill refund of the kept fee counts against the repeated one',
    facts: `charge p2 5.00 13T10:31 rental=r1 purpose=fee key=k
      charge p3 5.00 16T10:31 rental=r1 purpose=fee key=k
      refund f1 2.00 17T10:31 of=p2`,
    findings: ['proven double_charge p3 keep p2 due 3.00 of a for r1'],
  },
  {
    title: 'packages bought again are no duplicates; one key on two is',
    facts: `charge p1 19.00 12T10:31 purpose=package key=k1
      charge p2 19.00 12T10:32 purpose=package key=k2
      charge p3 19.00 12T10:33 purpose=package key=k2`,
    findings: ['proven double_charge p3 keep p2 due 19.00 of a for -'],
  },
]);
