import { planted, type Row, simulated, tests } from './row.ts';

const AT_PROVIDER = 'test/provider/traps-observing.test.ts';
const CHARGING = 'test/live/charging.test.ts';

/** Traps 31 to 42: observing and proving. */
export const OBSERVING: readonly Row[] = [
  {
    number: 31,
    wrong: 'Webhooks come twice, out of order, late, or never.',
    does: 'They are kept by their id and are only hints: the object is fetched; listings show what no event told.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 31: webhooks come twice, with the same event id',
        'trap 31: webhooks come out of order, and the object fetched has the later state',
        'trap 31: a webhook that was not acknowledged comes again, a lost one never',
        'trap 31: a webhook can come before the answer to the request that caused it',
        'trap 31: events are listed for 30 days only',
      ),
      tests(CHARGING, 'an event is only a hint: whatever it says, what is fetched counts'),
      tests(
        'test/api/stripe.test.ts',
        'an event that comes twice, or five times at once, is kept once and acknowledged each time',
      ),
      simulated('webhook_lost', 'webhook_doubled', 'webhook_late', 'webhook_first'),
      planted('state-of-the-first-event', 'event-done-unread'),
    ],
    later: null,
  },
  {
    number: 32,
    wrong: 'A later state does not show in a listing by creation.',
    does: 'What is open, pending or was refunded is asked for one by one; the ledger tells of what moved afterwards.',
    proofs: [
      tests(AT_PROVIDER, 'trap 32: a later failure does not show in a listing by creation; by its id it does'),
      tests(
        'test/live/interference.test.ts',
        'a payment that is pending is asked for until it is decided, though no event tells of it',
      ),
      tests(
        CHARGING,
        'a refund that was pending when it was listed is booked once it succeeds, though no event tells of it',
      ),
      simulated('provider_pending', 'provider_fails_late', 'refund_outside_fails'),
      tests(
        'test/campaign/campaign.test.ts',
        'a refund that succeeded and fails days later opens its liability again, in the books too',
      ),
    ],
    later: null,
  },
  {
    number: 33,
    wrong: 'Events are told apart by their text, or by their charge.',
    does: 'An event is (provider, merchant account, event id), a movement its own id.',
    proofs: [
      tests(AT_PROVIDER, 'trap 33: each event and each payment has an id of its own; none is known by a text'),
      tests('test/store/hardship.test.ts', 'have each their own event'),
    ],
    later: null,
  },
  {
    number: 34,
    wrong: 'A card has several fingerprints, and two cards the same last digits.',
    does: 'A duplicate is identified by its rental; cards are only attributes of causes.',
    proofs: [
      tests(AT_PROVIDER, 'trap 34: one card has one fingerprint, two cards may share their last four digits'),
      tests('src/core/live/charge/observe.test.ts', 'taken a second time'),
    ],
    later: null,
  },
  {
    number: 35,
    wrong: 'A payout cannot be split into its payments.',
    does: 'Each line of the provider’s ledger is booked against clearing, which returns to zero.',
    proofs: [
      tests(AT_PROVIDER, 'trap 35: payouts are automatic, one for all that was booked, and the ledger adds up to them'),
      tests('src/core/live/settle.test.ts', 'a … of … with a fee of …: …'),
      simulated('provider_line_doubled'),
      planted('clearing-net-of-fees', 'clearing-of-another-provider'),
    ],
    later: null,
  },
  {
    number: 36,
    wrong: 'Entries of bank statements are sums, come again, or reuse ids.',
    does: 'A sum is taken apart or stays one movement; what came before changes nothing; doubt is said, not guessed.',
    proofs: [
      tests(
        'test/bank/identify.test.ts',
        'camt.052, then camt.053, then camt.054 of the same money are one money',
        'a booking that moves to the next day keeps its identity by the reference of the bank',
        'a reference that is used again next year is another booking',
      ),
      tests(
        'test/bank/movement.test.ts',
        'a batch with all its payments is each of them',
        'a batch that is only a sum, or does not add up, is one movement',
      ),
      tests(
        'test/bank/desk.test.ts',
        'the same statement again, and the same money in camt.052, 053 and 054, changes nothing',
        'a statement that was taken by somebody who died is heard with the next file',
        'a return that stands … is not lost',
      ),
    ],
    later: null,
  },
  {
    number: 37,
    wrong: 'Real repeats are rejected as duplicates.',
    does: 'Two rentals of equal price are two obligations; a row is the same only if all of it is.',
    proofs: [
      tests('src/core/remedy/adjudicate/innocence.test.ts', 'every look-alike of the catalogue has its case'),
      tests(
        'src/world/duckdb/archive.test.ts',
        'the same record again is repeated, a final one replaces a pending one, anything else is rejected',
      ),
      tests('src/core/live/charge/next-step.test.ts', 'nothing was sent: start'),
      tests('test/bank/identify.test.ts', 'two equal bookings of one statement are two, and stay two'),
    ],
    later: null,
  },
  {
    number: 38,
    wrong: 'Entries balance because there are none.',
    does: 'Every capture must be booked, with its amount and in its accounts; the invariants ask for it.',
    proofs: [
      tests('test/database/invariants.test.ts', 'says …'),
      tests('src/core/ledger/books.test.ts', 'refuses a transfer that moves nothing, or in a circle'),
      planted('capture-not-booked', 'vat-not-booked'),
    ],
    later: null,
  },
  {
    number: 39,
    wrong: 'A key that is optional is absent.',
    does: 'Commands without a key are refused; in the database nothing that must be unique may be null.',
    proofs: [
      tests('test/api/commands.test.ts', 'a command without its key is refused, and does nothing'),
      tests(
        'test/database/keys.test.ts',
        'no key can be absent: what must be unique is not null, but for the place of an event',
        'what identifies an attempt, an entry, an event and a command is not null',
      ),
    ],
    later: null,
  },
  {
    number: 40,
    wrong: 'Deleting a row frees its key.',
    does: 'Nobody may delete; answers to commands are kept for ever; a voided occurrence is never used again.',
    proofs: [
      tests(
        'test/database/attack.test.ts',
        'by … with statements made by a grammar changes no protected row',
        'by the owner himself does not change what is written once',
      ),
      tests(
        'test/api/office.test.ts',
        'a command answers the same for ever, to its own key alone, and another body is another command',
      ),
      tests('src/core/live/post-void.test.ts', 'before anything was taken, and said anew: a further occurrence'),
    ],
    later: null,
  },
  {
    number: 41,
    wrong: 'Another way to make the key drops the old protection.',
    does: 'The key begins with `storno:v1`, and an attempt keeps the key under which it was sent.',
    proofs: [
      tests(CHARGING, 'takes a rental once, books it, and clearing returns to zero'),
      tests(
        'test/live/interference.test.ts',
        'a program that would write other bytes than were sent asks for the outcome instead of sending',
      ),
    ],
    later: null,
  },
  {
    number: 42,
    wrong: 'Four eyes are demanded by the screen only.',
    does: 'Persons are compared in the database: whoever planned, or is in it himself, or did not look, approves nothing.',
    proofs: [
      tests(
        'test/casework/casework.test.ts',
        'is not approved by whoever planned it, nor by whoever may not, is gone, gets something or has not looked',
        'the database refuses the same by itself, whoever asks',
      ),
      tests('test/database/attack.test.ts', 'by … fails statement by statement, with the code that is expected'),
    ],
    later: null,
  },
];
