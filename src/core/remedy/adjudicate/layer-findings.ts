import { sayMoney } from '../../kernel/money.ts';
import { sayInstant } from '../../kernel/time.ts';
import type { Finding } from '../finding.ts';
import { obligationKey } from '../match.ts';
import { type Docket, openDocket, writeUndue } from './docket.ts';
import { docketOf, type Hearing } from './hearing.ts';
import {
  allLegs,
  findMissingTwins,
  findPhantoms,
  findReplayed,
  type MissingTwin,
  type Phantom,
  type Replayed,
} from './layers.ts';
import type { Leg } from './leg.ts';
import { sayCount, sayObligation, sayPayment, sayTimes, sentences } from './say.ts';

/** What is doubled in one layer only: our books, or the bank's. Nobody is owed money by us for it. */
export function judgeLayers(hearing: Hearing): readonly Finding[] {
  const { layers } = hearing.facts;
  const phantoms = layers.charges ? [...hearing.weighed.values()].flatMap(findPhantoms) : [];
  return [
    ...phantoms.map((phantom) => writePhantom(hearing, phantom)),
    ...(layers.settlements ? judgeBank(hearing) : []),
  ];
}

function judgeBank(hearing: Hearing): readonly Finding[] {
  const { bank } = hearing.matched;
  const legs = allLegs(hearing.weighed.values(), hearing.matched.keyless);
  const dockets = docketsOf(hearing);
  const replayed = legs.flatMap((leg) => findReplayed(leg, bank).map((found) => ({ leg, found })));
  const twins = findMissingTwins({
    legs,
    bank,
    replayed: replayed.map(({ found }) => found),
    coverage: hearing.facts.coverage,
  });
  return [
    ...replayed.map(({ leg, found }) => writeReplayed(dockets(leg), found)),
    ...twins.map((twin) => writeMissing(dockets(twin.leg), twin)),
  ];
}

/** Finds the docket of a charge: of its obligation, of the rental that explains it, or of its own. */
function docketsOf(hearing: Hearing): (leg: Leg) => Docket {
  const keys = new Map<Leg, string>();
  for (const [key, { obligation }] of hearing.weighed) for (const leg of obligation.legs) keys.set(leg, key);
  for (const { leg, rental } of hearing.keyless.explained) keys.set(leg, obligationKey(rental.rentalId, 'rental'));
  const rentals = new Map(hearing.keyless.explained.map(({ leg, rental }) => [leg, rental]));
  return (leg) => {
    const weighed = hearing.weighed.get(keys.get(leg) ?? '');
    if (weighed !== undefined) return docketOf(hearing, weighed);
    const rental = rentals.get(leg) ?? null;
    return openDocket({
      rentalId: rental?.rentalId ?? null,
      rental,
      otherRental: null,
      obligation: null,
      legs: [leg],
      bank: hearing.matched.bank,
      given: hearing.facts.layers,
    });
  };
}

function writePhantom(hearing: Hearing, { weighed, record, payment }: Phantom): Finding {
  const docket = docketOf(hearing, weighed);
  const { books, provider } = docket.layers;
  // The surplus record stands last among the records, so that a reader finds it without comparing.
  const ordered = { ...docket, books: [...docket.books.filter((book) => book !== record), record] };
  return writeUndue({
    docket: ordered,
    findingId: `fnd_charge_${record.chargeId}`,
    class: 'phantom',
    grade: 'proven',
    amount: record.amount,
    accountId: record.accountId,
    wrong: payment,
    kept: payment,
    reason: sentences(
      `Our books hold ${sayCount(books ?? 0, 'record', 'records')} that succeeded for ${sayObligation(weighed.obligation.purpose, weighed.obligation.rentalId)}, the provider took money ${sayTimes(provider)}.`,
      `Charge ${record.chargeId} of ${sayMoney(record.amount)} (${sayInstant(record.createdAt)}) stands in our books only${payment === null ? '' : ` beside ${payment.paymentId}`}: void it, nobody is owed money.`,
    ),
  });
}

function writeReplayed(docket: Docket, found: Replayed): Finding {
  const { payment, line, first, posting, reversal } = found;
  const ordered = { ...docket, bank: [...docket.bank.filter((other) => other !== line), line] };
  const file = line.file === null ? '' : ` in file ${line.file}`;
  return writeUndue({
    docket: ordered,
    findingId: `fnd_line_${payment.paymentId}_${posting}`,
    class: 'acquirer_duplicate',
    grade: 'proven',
    amount: line.amount,
    accountId: payment.accountId ?? docket.rental?.accountId ?? null,
    wrong: payment,
    kept: payment,
    reason: sentences(
      `The provider took ${sayPayment(payment)} once, the bank booked it again: line ${line.lineId} of ${sayMoney(line.amount)} on ${sayInstant(line.bookedAt)}${file} repeats line ${first.lineId} of ${sayInstant(first.bookedAt)}.`,
      reversal === null
        ? 'The acquirer has to take it back; we owe nothing, but tell the customer.'
        : `Line ${reversal.lineId} on ${sayInstant(reversal.bookedAt)} has already reversed it; nobody owes anything.`,
    ),
  });
}

function writeMissing(docket: Docket, { leg, captures, missing, replayedDay }: MissingTwin): Finding {
  const { payment } = leg;
  return writeUndue({
    docket,
    findingId: `fnd_missing_${payment.paymentId}`,
    class: 'missing_twin',
    grade: 'probable',
    amount: payment.amount,
    accountId: payment.accountId ?? docket.rental?.accountId ?? null,
    wrong: payment,
    kept: payment,
    reason: sentences(
      `${sayPayment(payment)} was taken by the provider and never reached the bank: ${missing} of that day's ${captures} charges have no line, while charges of ${sayDay(replayedDay)} were booked twice.`,
      'A file was sent in place of another: have the missing one sent; nobody is owed money.',
    ),
  });
}

function sayDay(day: number): string {
  return sayInstant(day).split(' ').slice(0, 3).join(' ');
}
