import { type Proof, type Row, tests } from './row.ts';

const CAMPAIGN = 'test/campaign/campaign.test.ts';
const SIMULATED = 'test/campaign/simulated.test.ts';
const OUTBOX = 'test/letters/outbox.test.ts';
const BOTH_LEGS =
  'before anything is sent both legs are read: disputes, refunds by others and other sums stop the item';

/** A scenario that holds, and the same with a planted bug, which is seen. */
function scenario(...wrong: readonly string[]): Proof {
  return tests(SIMULATED, '…, …: the campaign holds, and the planted bug is found', ...wrong);
}

/** R01 to R12: how a remediation fails in the way that it repairs. */
export const REMEDYING: readonly Row[] = [
  {
    number: 1,
    wrong: 'Both legs of a rental are given back.',
    does: 'Both are read right before a refund is sent; where the one that stays went back, nothing is sent.',
    proofs: [scenario('both legs refunded'), tests(CAMPAIGN, BOTH_LEGS)],
    later: null,
  },
  {
    number: 2,
    wrong: 'A refund and a chargeback both pay.',
    does: 'Nothing is sent, and nothing sent again, while a dispute or an inquiry is open.',
    proofs: [
      scenario('refund and dispute'),
      tests(
        'test/provider/traps-refunding.test.ts',
        'trap 16: a disputed charge cannot be refunded; one under inquiry can',
      ),
    ],
    later: null,
  },
  {
    number: 3,
    wrong: 'The campaign is run again with a list that is stale.',
    does: 'Each row is claimed, read after the claim, and written only where its version still is the same.',
    proofs: [
      scenario('run again with a stale list'),
      tests(CAMPAIGN, 'each refund of a plan is sent once by three workers, booked once, and the campaign is done'),
      tests(
        'test/campaign/processes.test.ts',
        'three workers, killed again and again, discharge each liability exactly once, to the cent',
      ),
    ],
    later: null,
  },
  {
    number: 4,
    wrong: 'Silence or age is taken for failure, and it is paid again.',
    does: 'Unknown is a state, left on evidence about that attempt only; too old goes to a person.',
    proofs: [
      scenario('silence taken for failure'),
      tests(CAMPAIGN, 'a provider that cannot be read gets nothing; once it can, everything goes on'),
    ],
    later: null,
  },
  {
    number: 5,
    wrong: 'Only the first refund is sent, and nobody notices.',
    does: 'A campaign is done once every row of its plan is there and final; it says so by itself, or goes on.',
    proofs: [scenario('only the first one sent')],
    later: null,
  },
  {
    number: 6,
    wrong: 'A refund bounces, and nobody is told.',
    does: 'What succeeded is watched for 45 days; its failure opens the liability again and makes a letter.',
    proofs: [
      scenario('a refund that bounced, and nobody was told'),
      tests(CAMPAIGN, 'a refund that succeeded and fails days later opens its liability again, in the books too'),
      tests(OUTBOX, 'a refund that comes back after its letter makes one letter with exactly the sums that came back'),
    ],
    later: null,
  },
  {
    number: 7,
    wrong: 'Goodwill is granted twice.',
    does: 'One lot and one entry an incident and account, by a unique index, however often it is granted.',
    proofs: [
      scenario('goodwill granted twice'),
      tests(
        'test/campaign/office.test.ts',
        'goodwill is given once, and its last day is the ninetieth after the grant, in the market’s zone',
      ),
    ],
    later: null,
  },
  {
    number: 8,
    wrong: 'A letter goes out many times, before the money moved, or with another sum.',
    does: 'An outbox, unique by incident, account, kind and occurrence; sums of rows that a provider accepted.',
    proofs: [
      scenario('a letter that goes out again', 'a letter before the money moved'),
      tests(
        OUTBOX,
        'two writers and two senders at once: 200 accounts, each told once, every Message-ID once at the server',
        'a letter waits until all refunds of the account are begun, one is accepted, and its minutes are there',
      ),
    ],
    later: null,
  },
  {
    number: 9,
    wrong: 'The whole charge is booked where a part was refunded.',
    does: 'The sum that the provider says of the refund is booked; one that was not approved goes to a person.',
    proofs: [scenario('the whole charge booked for a part')],
    later: null,
  },
  {
    number: 10,
    wrong: 'More is given back than is owed, and then clawed back from customers.',
    does: 'What came back elsewhere counts before anything is sent; a check in the locked row has the last word.',
    proofs: [scenario('more given back than is owed'), tests(CAMPAIGN, BOTH_LEGS)],
    later: null,
  },
  {
    number: 11,
    wrong: 'The refund of a duplicate takes back the rental.',
    does: 'A refund gives back one charge, by its id; the charge that pays for the rental stays.',
    proofs: [scenario('what pays for the rental given back')],
    later: null,
  },
  {
    number: 12,
    wrong: 'Equal refunds are taken for one, and real ones vanish.',
    does: 'Refunds are told apart by their ids, never by their sums.',
    proofs: [
      scenario('equal refunds taken for one'),
      tests(
        'test/provider/traps-refunding.test.ts',
        'trap 22: two equal partial refunds are two, told apart by their own ids and references',
      ),
    ],
    later: null,
  },
];
