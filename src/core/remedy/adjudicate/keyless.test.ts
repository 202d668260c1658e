import { check } from '../../../../test/verdict-table.ts';

check([
  {
    title: 'a charge without reference is explained by the open rental of its account and price',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31`,
    findings: [],
    innocents: ['single r1 p1'],
  },
  {
    title: 'more charges than rentals: the one too many is a probable double charge of the rental it follows',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31
      charge p2 14.50 16T02:14`,
    findings: ['probable double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'a rental paid by a charge that names it leaves nothing for one that does not',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14`,
    findings: ['probable double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'two rentals alike explain two charges alike',
    facts: `rental r1 14.50 12T10:00 12T10:30
      rental r2 14.50 12T18:00 12T18:30
      charge p1 14.50 12T10:31
      charge p2 14.50 12T18:31`,
    findings: [],
    innocents: ['explained_by_another_rental r1 p1', 'explained_by_another_rental r2 p2'],
  },
  {
    title: 'a run repeated in order meets its own rentals again, not the last one twice',
    facts: `rental r1 14.50 10T10:00 10T10:30
      rental r2 14.50 11T10:00 11T10:30
      charge p1 14.50 10T10:31
      charge p2 14.50 11T10:31
      charge p3 14.50 16T02:14
      charge p4 14.50 16T02:15`,
    findings: [
      'probable double_charge p3 keep p1 due 14.50 of a for r1',
      'probable double_charge p4 keep p2 due 14.50 of a for r2',
    ],
  },
  {
    title: 'a rental explains no charge made more than a day before its start',
    facts: `rental r1 14.50 12T10:00 12T10:30
      rental r2 9.00 01T10:30 account=b
      charge p1 14.50 11T09:59`,
    findings: ['probable charge_without_rental p1 keep - due 14.50 of a for -'],
  },
  {
    title: 'a charge up to a day before the start is explained (prepaid, clocks)',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 11T10:00`,
    findings: [],
  },
  {
    title: 'an unpaid rental at another price leaves the charge possible only',
    facts: `rental r1 9.00 12T10:00 12T10:30
      charge p1 14.50 12T10:31`,
    findings: ['possible charge_without_rental p1 keep - due 14.50 of a for -'],
  },
  {
    title: 'an unpaid rental that ended more than 31 days before is no reading of the charge',
    facts: `rental r1 9.00 10-10T10:00 10-10T10:30
      rental r2 9.00 12T10:00 12T10:30 account=b
      charge p1 14.50 12T10:31`,
    findings: ['probable charge_without_rental p1 keep - due 14.50 of a for -'],
  },
  {
    title: 'no rental at all: probable inside the coverage, possible outside of it',
    facts: `rental r1 9.00 12T10:00 12T10:30 account=b
      charge p1 14.50 12T10:31
      charge p2 14.50 12-14T10:31`,
    findings: [
      'probable charge_without_rental p1 keep - due 14.50 of a for -',
      'possible charge_without_rental p2 keep - due 14.50 of a for -',
    ],
  },
  {
    title: 'a rental at another price in another currency explains nothing',
    facts: `rental r1 14.50 12T10:00 12T10:30 currency=USD
      charge p1 14.50 12T10:31`,
    findings: ['possible charge_without_rental p1 keep - due 14.50 of a for -'],
  },
  {
    title: 'the rest of an under-charged rental explains a charge of exactly that rest',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 10.00 12T10:31 rental=r1
      charge p2 4.50 13T10:31`,
    findings: [],
  },
  {
    title: 'a charge given back leaves its rental open for the next',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31 rental=r1
      refund f1 14.50 12T12:00 of=p1
      charge p2 14.50 12T12:01`,
    findings: [],
  },
  {
    title: 'a keyless charge given back in full is out of the count',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31
      charge p2 14.50 12T10:32
      refund f1 14.50 12T12:00 of=p1`,
    findings: [],
    innocents: ['refunded - p1', 'single r1 p2'],
  },
  {
    title: 'a keyless charge given back in part owes the rest',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31
      charge p2 14.50 16T10:32
      refund f1 4.50 17T12:00 of=p2`,
    findings: ['probable double_charge p2 keep p1 due 10.00 of a for r1'],
  },
  {
    title: 'what was given back of the charge that is kept counts against the one that repeats it',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31
      charge p2 14.50 16T10:32
      refund f1 4.50 17T12:00 of=p1`,
    findings: ['probable double_charge p2 keep p1 due 10.00 of a for r1'],
  },
  {
    title: 'parts of both charges given back can make them even',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31 key=k1
      charge p2 14.50 16T10:32 key=k1
      refund f1 7.25 17T12:00 of=p1
      refund f2 7.25 17T12:00 of=p2`,
    findings: [],
  },
  {
    title: 'a dispute over the charge that is kept holds what repeats it',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31
      charge p2 14.50 16T10:32
      chargeback b1 14.50 17T12:00 of=p1 status=pending`,
    findings: ['probable double_charge p2 keep p1 due 0.00 of a for r1'],
  },
  {
    title: 'a disputed keyless charge waits',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31
      charge p2 14.50 16T10:32
      chargeback b1 14.50 17T12:00 of=p2 status=pending`,
    findings: ['probable double_charge p2 keep p1 due 0.00 of a for r1'],
  },
  {
    title: 'a rental that ended up to an hour after the charge may be what it repeats: clocks differ',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 12T09:30
      charge p3 14.50 12T09:29`,
    findings: [
      'probable double_charge p2 keep p1 due 14.50 of a for r1',
      'probable charge_without_rental p3 keep - due 14.50 of a for -',
    ],
  },
  {
    title: 'one key on two payments is proven before any rental is asked',
    facts: `rental r1 14.50 12T10:00 12T10:30
      rental r2 14.50 12T18:00 12T18:30
      charge p1 14.50 12T10:31 key=k1
      charge p2 14.50 16T10:31 key=k1`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
    innocents: ['nothing_taken r2'],
  },
  {
    title: 'a key that stands on different amounts is none',
    facts: `rental r1 14.50 12T10:00 12T10:30
      rental r2 9.00 12T18:00 12T18:30
      charge p1 14.50 12T10:31 key=batch
      charge p2 9.00 12T18:31 key=batch`,
    findings: [],
  },
  {
    title: 'of a payment without account only an equal key tells anything',
    facts: `rental r1 9.00 12T10:00 12T10:30
      charge p1 14.50 12T10:31 account=- key=k1
      charge p2 14.50 12T10:32 account=- key=k1
      charge p3 14.50 12T10:33 account=-`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of - for -'],
    innocents: ['single - p3', 'nothing_taken r1'],
  },
  {
    title: 'without rentals two charges of one amount within 15 minutes are possible, later ones are not',
    facts: `charge p1 14.50 12T10:31
      charge p2 14.50 12T10:46
      charge p3 14.50 12T12:00
      charge p4 9.00 12T12:01
      charge p5 14.50 12T12:05 account=b`,
    findings: ['possible double_charge p2 keep p1 due 14.50 of a for -'],
    innocents: ['alike_rentals - p3', 'single - p4', 'single - p5'],
  },
  {
    title: 'a stray refund of the amount and account lowers the grade by one: a person looks first',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 18T09:00`,
    findings: ['probable double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'a refund before the charge, of another amount, account or charge, or one that failed, is no such stray',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      refund f1 14.50 11T09:00
      refund f2 9.00 18T09:00
      refund f3 14.50 18T09:00 account=b
      refund f4 14.50 18T09:00 status=failed
      charge p3 14.50 17T09:00 account=c status=canceled
      refund f5 14.50 18T09:00 of=p3`,
    findings: ['proven double_charge p2 keep p1 due 14.50 of a for r1'],
  },
  {
    title: 'one stray refund answers one of two findings, the surer',
    facts: `rental r1 14.50 12T10:00 12T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T02:14 rental=r1
      charge p3 5.00 13T10:31 rental=r1 purpose=fee
      charge p4 5.00 16T10:31 rental=r1 purpose=fee
      charge p5 5.00 13T10:31 rental=r2 purpose=fee key=k
      charge p6 5.00 16T10:31 rental=r2 purpose=fee key=k
      refund f1 5.00 18T09:00`,
    findings: [
      'proven double_charge p2 keep p1 due 14.50 of a for r1',
      'probable double_charge p6 keep p5 due 5.00 of a for r2',
      'possible double_charge p4 keep p3 due 5.00 of a for r1',
    ],
  },
]);
