import { planted, type Row, tests } from './row.ts';

const INVARIANTS = 'test/database/invariants.test.ts';
const ATTACK = 'test/database/attack.test.ts';

/** INV-1 to INV-15. What the live half holds is asked of its database after every commit in the simulator. */
export const INVARIANT_ROWS: readonly Row[] = [
  {
    number: 1,
    wrong: 'More than one capture counts for a rental and purpose.',
    does: 'One intent that is not voided, one open attempt, one right capture; any other is surplus and owed back.',
    proofs: [
      tests(INVARIANTS, 'says …'),
      tests('test/live/model.test.ts', 'in every order a rental is taken once, booked once, and can be finished: …'),
      planted('surplus-counts-as-right'),
    ],
    later: null,
  },
  {
    number: 2,
    wrong: 'The books say something else than the provider did.',
    does: 'One entry for each capture and movement, by its id; clearing shows what is missing.',
    proofs: [
      tests(INVARIANTS, 'says …'),
      tests(
        'test/live/charging.test.ts',
        'a payment that names nothing of ours is said aloud once, and clearing shows it',
      ),
      planted('capture-not-booked', 'surplus-ignored', 'journal-without-unique'),
    ],
    later: null,
  },
  {
    number: 3,
    wrong: 'A rental is neither charged nor voided nor written off.',
    does: 'Every one comes to an end, or stands before a person, who hears of it; what waits for a day is said.',
    proofs: [
      tests(INVARIANTS, 'says …'),
      tests(
        'test/live/overlooked.test.ts',
        'an intent that no worker looks at for a day is said, and not while charging is stopped',
        'a parking whose announcer died is said by whoever looks after the books next, once',
        'a payment that stays pending and cannot be taken over goes to a person',
      ),
      tests('test/live/charging.test.ts', 'declines follow the schedule, then the debt is written off'),
      planted('dunning-never-ends', 'one-decline-and-out'),
    ],
    later: null,
  },
  {
    number: 4,
    wrong: 'More is given back than was captured.',
    does: 'The counters are checked in the row.',
    proofs: [
      tests(INVARIANTS, 'says …'),
      tests(
        'src/core/live/movement.test.ts',
        'never is more given back than was captured, in whatever order movements come (INV-4)',
      ),
    ],
    later: null,
  },
  {
    number: 5,
    wrong: 'A double charge is made good twice, over two channels.',
    does: 'A finding has one liability, of which one refund at most is open; its counters never exceed what is owed.',
    proofs: [
      tests('src/core/remedy/adjudicate.test.ts', 'after every finding is paid back nothing more is due'),
      tests(
        'test/campaign/processes.test.ts',
        'three workers, killed again and again, discharge each liability exactly once, to the cent',
      ),
      tests(
        'test/bank/desk.test.ts',
        'no order stands in two files, whether they are made one after the other or at once',
        'a bank that accepts, books and brings back is followed to the cent',
      ),
    ],
    later: null,
  },
  {
    number: 6,
    wrong: 'Goodwill is given twice for one incident.',
    does: 'One lot for each incident and account.',
    proofs: [
      tests(INVARIANTS, 'says …'),
      tests('test/store/races.test.ts', 'one gives minutes for the incident'),
      planted('minutes-granted-twice'),
    ],
    later: null,
  },
  {
    number: 7,
    wrong: 'The books do not come out even.',
    does: 'Debit, credit and amount are one row; clearing returns to zero.',
    proofs: [
      tests(INVARIANTS, 'says …'),
      tests('src/core/ledger/books.test.ts', 'books of any transfers balance, asset by asset'),
      planted('clearing-net-of-fees', 'clearing-of-another-provider'),
    ],
    later: null,
  },
  {
    number: 8,
    wrong: 'After all is paid back an account stands where it should not.',
    does: 'Every liability is followed to its booking, and what stays unpaid is said; the simulator compares with its oracle.',
    proofs: [
      planted('surplus-ignored', 'movement-dropped'),
      tests('test/bank/desk.test.ts', 'a bank that accepts, books and brings back is followed to the cent'),
      tests(
        'test/casework/casework.test.ts',
        'closes when all is done, with what remains unpaid, and again without a change',
      ),
    ],
    later: null,
  },
  {
    number: 9,
    wrong: 'Something is done that nobody else approved.',
    does: 'Persons are compared in the database: whoever planned, or is in it himself, or did not look, approves nothing.',
    proofs: [
      tests(
        'test/casework/casework.test.ts',
        'is not approved by whoever planned it, nor by whoever may not, is gone, gets something or has not looked',
        'the database refuses the same by itself, whoever asks',
        'is approved by another person who looked, once, and nothing is added afterwards',
      ),
      tests(ATTACK, 'by … fails statement by statement, with the code that is expected'),
    ],
    later: null,
  },
  {
    number: 10,
    wrong: 'A row that is written once changes.',
    does: 'No role may; triggers refuse the owner as well; a signed chain tells what a superuser did.',
    proofs: [
      tests(
        'test/proof/chain.test.ts',
        'a chain that was rewritten whole from some place on is found, as long as a checkpoint lies elsewhere',
      ),
      tests(
        ATTACK,
        'by the owner himself does not change what is written once',
        'by … with statements made by a grammar changes no protected row',
      ),
    ],
    later: null,
  },
  {
    number: 11,
    wrong: 'An unknown outcome becomes known without evidence about that attempt.',
    does: 'Only an answer, a look-up, an event, a listing or proven absence decides, and is kept.',
    proofs: [
      tests(INVARIANTS, 'says …'),
      tests(
        'src/core/live/charge/observe.test.ts',
        'whatever is seen of whatever stands: the rules that no path may break',
      ),
      planted('pending-is-failed', 'unknown-is-parked'),
    ],
    later: null,
  },
  {
    number: 12,
    wrong: 'The same command gets another answer.',
    does: 'Answers are kept for ever, byte for byte.',
    proofs: [
      tests('test/api/commands.test.ts', 'the same command is answered the same, byte for byte, and done once'),
      tests(
        'test/api/office.test.ts',
        'a command answers the same for ever, to its own key alone, and another body is another command',
      ),
    ],
    later: null,
  },
  {
    number: 13,
    wrong: 'Importing again changes something.',
    does: 'A rental that is said again exists; a listing read again books nothing.',
    proofs: [
      tests(
        'test/api/rentals.test.ts',
        'a rental is created once, exists when it is said again, and owes its price with VAT in the books',
      ),
      tests(
        'test/live/charging.test.ts',
        'a refund and a dispute made elsewhere are booked once each, though every listing tells of them',
      ),
    ],
    later: null,
  },
  {
    number: 14,
    wrong: 'Somebody is told of what is not final.',
    does: 'Outcomes are told after they are committed; a letter waits until provider or bank has accepted.',
    proofs: [
      tests(
        'test/api/processes.test.ts',
        'a receiver is told of each charge, signed by Standard Webhooks, without any personal data',
      ),
      planted('pending-is-paid'),
      tests(
        'test/letters/outbox.test.ts',
        'a letter waits until all refunds of the account are begun, one is accepted, and its minutes are there',
        'a refund that comes back after its letter makes one letter with exactly the sums that came back',
      ),
    ],
    later: null,
  },
  {
    number: 15,
    wrong: 'Money goes out while the books, the fence or the chain are broken.',
    does: 'Charging stops by itself, campaigns halt by themselves; broken books are said, and stop no refund by themselves.',
    proofs: [
      tests(
        'test/live/charging.test.ts',
        'a second capture seen in the listing is owed back, said aloud, and trips the breaker at the threshold',
        'who resumes is not stopped again by the double charges that he knew of, though listings still show them',
        'a database that was restored meets what it forgot, stops charging, and takes nothing twice',
      ),
      tests('test/store/races.test.ts', 'is followed by no claim that was begun before it'),
      planted('restored-without-fence'),
      tests(
        'test/campaign/campaign.test.ts',
        'so many final failures among the last hundred halt a campaign by itself',
        'a balance that is too low halts the campaign; funded and resumed, each is paid once',
      ),
    ],
    later: null,
  },
];
