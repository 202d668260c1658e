import { planted, type Row, simulated, tests } from './row.ts';

const CHARGING = 'test/live/charging.test.ts';
const BESIDE = 'test/live/interference.test.ts';
const TRANSPORT = 'test/provider/transport.test.ts';
const SENDING = 'test/provider/traps-sending.test.ts';
const PROCESSES = 'test/processes.test.ts';
const MOVEMENT = 'src/core/live/movement.test.ts';

/** Faults 1 to 16: each leads to a double or a lost payment, and is common. */
export const SEVERE: readonly Row[] = [
  {
    number: 1,
    wrong: 'The provider took the money, and its answer is lost.',
    does: 'Unknown; the same request again, or a look-up: one capture at most.',
    proofs: [
      tests(CHARGING, 'an answer that was lost is asked for by the same request, and taken once'),
      tests(SENDING, 'trap 1: an answer lost after the capture is unknown, and the same key finds the same payment'),
      simulated('response_lost'),
    ],
    later: null,
  },
  {
    number: 2,
    wrong: 'A 5xx or an unreadable page after the money was taken.',
    does: 'Unknown, never failed.',
    proofs: [
      tests(TRANSPORT, '…: unknown, and sent once', 'a page of a proxy', 'half an answer'),
      tests('src/world/provider/stripe/read.test.ts', '… (HTTP …) is …'),
      simulated('provider_500_after', 'provider_502_unreadable'),
    ],
    later: null,
  },
  {
    number: 3,
    wrong: 'The answer comes after our deadline.',
    does: 'Unknown; the late outcome is found by asking, and booked once.',
    proofs: [
      tests(TRANSPORT, 'headers and then silence'),
      tests(BESIDE, 'a call that outlasts its lease is made again by another, under the same key, and booked once'),
      simulated('provider_slow', 'response_delayed'),
    ],
    later: null,
  },
  {
    number: 4,
    wrong: 'The key has expired, its body is ignored, or its error is kept for ever.',
    does: 'The horizon is far inside the life of a key, and looked at again at the socket write; then only look-ups.',
    proofs: [
      tests(
        SENDING,
        'trap 2: the horizon is looked at again at the socket write, by either clock',
        'trap 7: an unchanged 500 on every retry says nothing about money; the look-up does',
      ),
      tests(CHARGING, 'past the horizon nothing is sent: it is looked up, and adopted'),
      simulated('provider_keys_short', 'provider_keys_ignored', 'provider_body_ignored', 'provider_errors_not_kept'),
      planted('blind-resend', 'age-checked-early'),
    ],
    later: null,
  },
  {
    number: 5,
    wrong: 'A process is killed between any two effects.',
    does: 'Every effect has a row before it; whoever comes next goes on from the rows.',
    proofs: [
      tests(
        PROCESSES,
        'a worker killed at an effect boundary leaves nothing that another does not resolve',
        'while processes, database and provider are killed and commits are cut, each rental is charged once',
      ),
      simulated('crash_before_effect', 'crash_unheard', 'crash_after_effect', 'restart_late'),
      planted('intent-after-the-call', 'unknown-is-forgotten'),
    ],
    later: null,
  },
  {
    number: 6,
    wrong: 'Work is done twice: two workers, a lease that ran out.',
    does: 'A claim counts the version on; who held one before cannot write any more.',
    proofs: [
      tests(CHARGING, 'two workers side by side take a hundred rentals once each'),
      tests('test/store/races.test.ts', 'one has the version', 'one holds the claim'),
      tests(
        PROCESSES,
        'a worker frozen past its lease, while another takes over, takes no money twice when it goes on',
      ),
      simulated('freeze_past_lease', 'request_doubled'),
      planted('version-not-checked', 'lease-without-fence'),
    ],
    later: null,
  },
  {
    number: 7,
    wrong: 'An event comes twice, also at once.',
    does: 'It is kept once, by (provider, merchant account, event id), before it is acknowledged.',
    proofs: [
      tests(
        'test/api/stripe.test.ts',
        'an event that comes twice, or five times at once, is kept once and acknowledged each time',
      ),
      tests('test/store/hardship.test.ts', 'have each their own event'),
      simulated('webhook_doubled'),
      planted('movement-booked-twice', 'journal-without-unique'),
    ],
    later: null,
  },
  {
    number: 8,
    wrong: 'An event comes before the answer, or before our row is visible.',
    does: 'The attempt is committed first; what belongs to nothing known waits in the inbox and is tried again.',
    proofs: [
      tests(BESIDE, 'what an event tells while the answer is under way is booked once, and the answer changes nothing'),
      tests(CHARGING, 'an event of nothing known waits, then is given up aloud'),
      tests(
        'test/api/stripe.test.ts',
        'an event signed with either secret is written down, byte for byte, before it is acknowledged',
      ),
      simulated('webhook_first'),
      planted('acknowledged-before-commit', 'event-done-unread'),
    ],
    later: null,
  },
  {
    number: 9,
    wrong: 'Events come out of order, with an old state.',
    does: 'An event is a hint: the object is fetched, and what is final stays final.',
    proofs: [
      tests(CHARGING, 'an event is only a hint: whatever it says, what is fetched counts'),
      tests('src/core/live/charge/observe.test.ts', 'pending after final', 'a failure after success'),
      simulated('webhook_late'),
      planted('state-of-the-first-event'),
    ],
    later: null,
  },
  {
    number: 10,
    wrong: 'An event never comes.',
    does: 'What is open or pending is asked for until it is final; listings and ledger show the rest.',
    proofs: [
      tests(
        'test/live/overlooked.test.ts',
        'a second payment that was pending when it was listed is booked once it succeeds, though its attempt is closed',
      ),
      tests(BESIDE, 'a payment that is pending is asked for until it is decided, though no event tells of it'),
      tests(
        CHARGING,
        'takes a rental once, books it, and clearing returns to zero',
        'a second capture seen in the listing is owed back, said aloud, and trips the breaker at the threshold',
      ),
      simulated('webhook_lost'),
      planted('listing-that-failed-is-empty'),
    ],
    later: null,
  },
  {
    number: 11,
    wrong: 'The connection breaks in the commit.',
    does: 'The commit is unknown: the same is written again, and finds itself or its version.',
    proofs: [
      tests(
        'test/store/unknown-commit.test.ts',
        'leaves one rental',
        'leaves one attempt, and then one capture',
        'leaves one void',
        'leaves one lot',
      ),
      tests(
        CHARGING,
        'nothing is sent whose attempt may not have been written',
        'wherever the database leaves an answer out, once or in a row, a rental is taken and booked once',
      ),
      simulated('store_lost_before', 'store_lost_after'),
    ],
    later: null,
  },
  {
    number: 12,
    wrong: 'A command is sent twice: a double click, a retry of the caller.',
    does: 'Same key, same answer, byte for byte, done once; another body under it is refused. Rentals are their own key.',
    proofs: [
      tests(
        'test/api/commands.test.ts',
        'the same command is answered the same, byte for byte, and done once',
        'another body under the same key is refused',
        'equal commands at the same moment have one effect: the others wait or hear its answer',
      ),
      tests('test/api/rentals.test.ts', 'of many who say the same rental at once exactly one creates it'),
      simulated('rental_said_twice', 'rental_said_otherwise', 'rental_said_by_two'),
    ],
    later: null,
  },
  {
    number: 13,
    wrong: 'The same rows are loaded twice: files that overlap, ids anew.',
    does: 'A row that is the same is counted as repeated; real repeats stay two. What is read is accounted for.',
    proofs: [
      tests('test/scan.test.ts', 'CSV, NDJSON, Parquet, gzip and files that overlap give one and the same verdict'),
      tests('test/cli.test.ts', 'read = used + repeated + rejected, and every rejected row is told'),
      tests('test/api/rentals.test.ts', 'many rentals in one request are answered line by line and stand once each'),
    ],
    later: null,
  },
  {
    number: 14,
    wrong: 'A refund is accepted and fails days later.',
    does: 'Its entries are reversed by name, and the room in the capture is free again.',
    proofs: [
      tests(MOVEMENT, 'a paid refund may still fail, a paid charge does not'),
      tests(
        'test/provider/traps-refunding.test.ts',
        'trap 17: succeeded is not final: a refund fails five days later, and the money is ours again',
      ),
      simulated('refund_outside_fails'),
    ],
    later: null,
  },
  {
    number: 15,
    wrong: 'An old failure of an earlier attempt is taken for the present one.',
    does: 'What is seen is matched to its attempt by generation and payment; else it changes nothing.',
    proofs: [
      tests(
        'src/core/live/charge/observe.test.ts',
        'a stale failure of an earlier attempt',
        'a failure of another payment under the same key',
        'a failure of an attempt that is not ours',
      ),
      planted('event-of-the-order'),
    ],
    later: null,
  },
  {
    number: 16,
    wrong: 'A chargeback races a refund.',
    does: 'Both are booked in either order, what is beyond the capture is excess; no refund starts while a dispute is open.',
    proofs: [
      tests(
        MOVEMENT,
        'never is more given back than was captured, in whatever order movements come (INV-4)',
        'a refund beside a dispute takes its room from the dispute',
      ),
      tests(CHARGING, 'a refund and a dispute made elsewhere are booked once each, though every listing tells of them'),
      simulated('dispute_lost', 'refund_outside'),
      planted('movement-dropped'),
      tests(
        'test/campaign/campaign.test.ts',
        'before anything is sent both legs are read: disputes, refunds by others and other sums stop the item',
      ),
    ],
    later: null,
  },
];
