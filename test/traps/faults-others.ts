import { later, planted, type Row, simulated, tests } from './row.ts';

const CHARGING = 'test/live/charging.test.ts';
const BESIDE = 'test/live/interference.test.ts';
const HARDSHIP = 'test/store/hardship.test.ts';
const ATTACK = 'test/database/attack.test.ts';
const HOSTILE = 'test/api/hostile.test.ts';
const CAMPAIGN = 'test/campaign/campaign.test.ts';
const OUTBOX = 'test/letters/outbox.test.ts';
const DESK = 'test/bank/desk.test.ts';
const STATEMENTS = 'by … fails statement by statement, with the code that is expected';

/** Faults 17 to 46: rarer, or wrong books, stuck work, leaks. */
export const OTHERS: readonly Row[] = [
  {
    number: 17,
    wrong: 'Two people approve or edit at once, or approve what was edited.',
    does: 'An approval is of the digest of a frozen list: another count, sum or row is another plan.',
    proofs: [
      tests(
        'test/casework/casework.test.ts',
        'is not approved where count, sum or digest are not those that the person expects',
        'is stale after a review, and another plan takes its place',
        'is approved by another person who looked, once, and nothing is added afterwards',
      ),
    ],
    later: null,
  },
  {
    number: 18,
    wrong: 'Somebody approves his own request.',
    does: 'Persons are compared in the database: whoever planned, or is in it himself, or did not look, approves nothing.',
    proofs: [
      tests(
        'test/casework/casework.test.ts',
        'is not approved by whoever planned it, nor by whoever may not, is gone, gets something or has not looked',
        'the database refuses the same by itself, whoever asks',
      ),
      tests(ATTACK, STATEMENTS),
    ],
    later: null,
  },
  {
    number: 19,
    wrong: 'Partial refunds race to more than was captured.',
    does: 'The counters of captures and liabilities are checked in their rows; one refund of a liability is open at most.',
    proofs: [
      tests(
        'src/core/live/movement.test.ts',
        'never is more given back than was captured, in whatever order movements come (INV-4)',
      ),
      tests(ATTACK, STATEMENTS),
      tests(CAMPAIGN, 'each refund of a plan is sent once by three workers, booked once, and the campaign is done'),
      tests(DESK, 'no order stands in two files, whether they are made one after the other or at once'),
    ],
    later: null,
  },
  {
    number: 20,
    wrong: 'The database comes back older than it was.',
    does: 'The provider is read first; what it holds beyond the database stops charging, and is adopted.',
    proofs: [
      tests(CHARGING, 'a database that was restored meets what it forgot, stops charging, and takes nothing twice'),
      tests(
        'test/live/charging-gate.test.ts',
        'a restored database that cannot read the listings when it starts charges nothing before it has',
      ),
      tests('src/core/live/charge/observe.test.ts', 'pending of an attempt that a restored database forgot'),
      simulated('store_restored'),
      planted('restored-without-fence'),
    ],
    later: null,
  },
  {
    number: 21,
    wrong: 'The wait for a replica is cancelled: committed here only.',
    does: 'It counts as committed; a broken connection counts as unknown. After a failover it is a restored database.',
    proofs: [
      tests(
        'test/database/replica.test.ts',
        'a wait for the replica that is cancelled has committed, and is said so',
        'a wait for the replica that ends with its connection is unknown, and the same finds what stands',
      ),
      tests(CHARGING, 'a database that was restored meets what it forgot, stops charging, and takes nothing twice'),
    ],
    later: null,
  },
  {
    number: 22,
    wrong: 'A process is frozen beyond its lease or the horizon.',
    does: 'Its version is gone, and the horizon is looked at by the steady clock at the socket write.',
    proofs: [
      tests(
        'test/processes.test.ts',
        'a worker frozen past its lease, while another takes over, takes no money twice when it goes on',
      ),
      tests(
        'test/provider/traps-sending.test.ts',
        'trap 2: the horizon is looked at again at the socket write, by either clock',
      ),
      simulated('freeze_short', 'freeze_past_lease', 'freeze_past_horizon'),
    ],
    later: null,
  },
  {
    number: 23,
    wrong: 'A look-alike is taken for a double charge.',
    does: 'Only exact classes are proven; look-alikes are explained in words; what cannot be decided is said to be so.',
    proofs: [
      tests('test/scan.test.ts', 'whatever looks like a double charge and is none is explained in words'),
      tests('src/core/remedy/adjudicate/innocence.test.ts', 'every look-alike of the catalogue has its case'),
      tests(
        'test/database-facts.test.ts',
        'the engine of files judges the live database: nothing is rejected, every excess is found to the cent',
      ),
    ],
    later: null,
  },
  {
    number: 24,
    wrong: 'The price changes after it was taken; a rental is corrected late.',
    does: 'The old intent stays as it is; the difference is an adjustment, or is owed back.',
    proofs: [
      tests(
        'src/core/live/post-void.test.ts',
        'after it was taken, and dearer: the difference is an adjustment',
        'after it was taken, and cheaper: the difference is owed back, nothing is asked for',
        'waits while an attempt may take money, and for a person where one must look',
      ),
      tests(
        'test/api/rentals.test.ts',
        'a correction issues a further revision with a new obligation, and used up minutes serve again',
      ),
      simulated('rental_voided', 'rental_corrected'),
      planted('voided-while-in-flight'),
    ],
    later: null,
  },
  {
    number: 25,
    wrong: 'Clocks jump, differ, or are changed; a day has 23 hours.',
    does: 'Instants are in UTC, spans are measured by the steady clock, days belong to a zone; no time is a key.',
    proofs: [
      tests('src/world/calendar.test.ts', 'a day has 23, 24 or 25 hours, and ends with the year'),
      tests(
        'src/core/live/lots.test.ts',
        'the last day counts over leap days, changes of clocks and the end of the year',
      ),
      simulated('clock_jump', 'clock_skewed'),
      planted('days-end-in-utc', 'expiry-off-by-a-day'),
    ],
    later: null,
  },
  {
    number: 26,
    wrong: 'The balance is too low: a refund waits, then is disputed.',
    does: 'Pending is not paid, and a dispute that is open stops the refund; a failure for want of money halts the campaign.',
    proofs: [
      tests(
        'test/provider/traps-refunding.test.ts',
        'trap 19: with too little balance a refund waits, saying so, until there is money',
      ),
      tests('src/core/live/movement.test.ts', 'a refund that is pending'),
      tests(
        CAMPAIGN,
        'a balance that is too low halts the campaign; funded and resumed, each is paid once',
        'before anything is sent both legs are read: disputes, refunds by others and other sums stop the item',
      ),
    ],
    later: null,
  },
  {
    number: 27,
    wrong: 'The card is closed, or the time to refund is over.',
    does: 'A hard decline ends dunning; refusals of refunds are final, and the customer says where else.',
    proofs: [
      tests(CHARGING, 'a stolen card is not asked again'),
      tests('test/provider/transport.test.ts', 'a payment method that is gone fails for good, with nothing taken'),
      simulated('card_declined_always', 'method_missing'),
      tests(CAMPAIGN, 'a card that is closed needs its customer: nothing was paid, and nothing is tried again'),
      tests(DESK, 'nothing is paid before the waiting period is over, and the old address is told'),
    ],
    later: null,
  },
  {
    number: 28,
    wrong: 'Currencies, exponents or number types are mixed up.',
    does: 'Money is whole minor units and a currency; two currencies never meet; another currency goes to a person.',
    proofs: [
      tests('src/core/kernel/money.test.ts', 'adding and subtracting undo each other, and currencies never meet'),
      tests('src/world/provider/stripe/exponent.test.ts', 'nothing is rounded on the way out'),
      tests('src/core/live/charge/observe.test.ts', 'taken, another currency'),
      planted('amount-in-floating-point'),
    ],
    later: null,
  },
  {
    number: 29,
    wrong: 'Two merchant accounts have objects of equal ids.',
    does: 'Ids are kept with provider and merchant account; a scan of the live database names payments by all three.',
    proofs: [
      tests(HARDSHIP, 'have each their own event', 'have each their own capture, booked apart'),
      tests('src/core/live/charge/observe.test.ts', 'taken by another merchant account'),
      tests(
        'test/database-facts.test.ts',
        'the engine of files judges the live database: nothing is rejected, every excess is found to the cent',
      ),
      tests('test/provider/doors.test.ts', 'two accounts may have objects of one id, and each gets its own'),
    ],
    later: null,
  },
  {
    number: 30,
    wrong: 'A program is deployed while payments are under way.',
    does: 'A request whose bytes would differ is asked for, not sent; a program and a schema that differ do not start.',
    proofs: [
      tests(BESIDE, 'a program that would write other bytes than were sent asks for the outcome instead of sending'),
      tests(
        'test/database/migrate.test.ts',
        'is not migrated without a word: an older one is refused and says what to run',
        'that is newer than the program is refused',
      ),
    ],
    later: null,
  },
  {
    number: 31,
    wrong: 'The database is down, fails over, or is out of connections; transactions collide.',
    does: 'Only rolled-back transactions are repeated, ten times at most; everything else waits and asks again.',
    proofs: [
      tests('test/api/loops.test.ts', 'a database that does not answer is asked again, and a defect is told'),
      tests(
        HARDSHIP,
        'at the server is a database that did not answer, until there is one',
        'in the pool is a database that did not answer, until one is given back',
      ),
      tests('src/http/bulk.test.ts', 'where the database does not answer its lines say so, and the others go on'),
      tests('test/database/embedded.test.ts', 'is started again by whoever holds it when it is killed'),
      tests(
        'test/processes.test.ts',
        'while processes, database and provider are killed and commits are cut, each rental is charged once',
      ),
      simulated('store_down', 'store_conflict'),
    ],
    later: null,
  },
  {
    number: 32,
    wrong: 'The disk is full.',
    does: 'The transaction is gone as a whole, the caller hears “ask again”, and the same is taken once there is room.',
    proofs: [
      tests(
        HARDSHIP,
        'leaves nothing of a rental, and the same is taken once there is room',
        'leaves nothing of an outcome: the attempt stays open until there is room',
      ),
      tests('test/database/embedded.test.ts', 'loses nothing that was acknowledged when everything is killed'),
      simulated('store_disk_full'),
    ],
    later: null,
  },
  {
    number: 33,
    wrong: 'One row or event breaks whoever touches it.',
    does: 'A bad line, row or event is answered or kept by itself; the others of its batch go on.',
    proofs: [
      tests('src/http/bulk.test.ts', 'each line is answered by itself and in order, and bad ones stop nobody'),
      tests('test/api/text.test.ts', 'one line of many with such a text is refused, and the others are taken'),
      tests(
        'test/store/store.test.ts',
        'does not suffer from a bad one in its batch',
        'does not suffer from a stale one in its batch',
      ),
      tests(
        CHARGING,
        'an event of nothing known waits, then is given up aloud',
        'a call that fails by a defect costs the others of its batch nothing, and goes to a person in time',
        'a refund and an event that meet a defect stop neither the listing nor other events, and are said in time',
      ),
      simulated('capture_foreign'),
    ],
    later: null,
  },
  {
    number: 34,
    wrong: 'A huge or endless body, a deep one, a compressed one, a long line.',
    does: 'Everything has a limit and is refused beyond it; files spill to disk.',
    proofs: [
      tests(HOSTILE, 'a body over the limit is refused, announced or not', 'a compressed body is refused'),
      tests(
        'src/http/bulk.test.ts',
        'a line without end is passed over, and the next one is read',
        'nothing is read ahead of what is answered: memory holds one batch',
      ),
      tests('src/http/json.test.ts', 'no text at all makes it throw'),
      tests('src/world/duckdb/rejected.test.ts', 'rejects a line of 5 MB in CSV and NDJSON and reads the rest'),
      tests('test/api/webhook.test.ts', 'an endless answer is not read to its end'),
    ],
    later: null,
  },
  {
    number: 35,
    wrong: 'Text in an odd encoding: no UTF-8, a zero, half a character.',
    does: 'It is refused by name, never replaced; what can be kept comes back as it was sent.',
    proofs: [
      tests('src/http/json.test.ts', 'bytes that are not UTF-8 are refused'),
      tests(
        'test/api/text.test.ts',
        'a text that PostgreSQL cannot keep as it was sent is refused, wherever it stands',
        'an address or a filter with a zero in it names nothing',
        'a text of any script, with its signs, comes back as it was sent',
      ),
      tests('src/world/duckdb/rejected.test.ts', 'rejects what is not UTF-8, in whatever column, as a row of its own'),
    ],
    later: null,
  },
  {
    number: 36,
    wrong: 'XML with entities that grow or reach out.',
    does: 'Bank files are the only XML: no DOCTYPE, no entity but those of XML itself, limits on everything.',
    proofs: [
      tests(
        'test/bank/hostile.test.ts',
        'a DOCTYPE is refused, with and without entities, external ones too',
        'a billion laughs are refused before the first',
        'a flood of numeric references is bounded',
        'depth, attributes and the number of elements have limits',
      ),
      tests('test/bank/fuzz.test.ts', 'whatever the bytes are, the reader answers'),
    ],
    later: null,
  },
  {
    number: 37,
    wrong: 'A formula in an exported CSV.',
    does: 'Texts that a spreadsheet would run are guarded; amounts are not touched.',
    proofs: [
      tests('src/world/out/folder.test.ts', 'formulas are guarded, amounts are not touched'),
      tests('test/cli.test.ts', 'ids that a spreadsheet would run are made text'),
    ],
    later: null,
  },
  {
    number: 38,
    wrong: 'Bank statements reuse ids, sum, repeat, net fees.',
    does: 'A booking is known by account, statement, reference and occurrence; a statement must come out even first.',
    proofs: [
      tests(
        'test/bank/identify.test.ts',
        'a file taken again changes nothing',
        'a reference that is used again next year is another booking',
        'a changed setting for batches brings no money twice, in either direction',
      ),
      tests('src/core/remedy/check-statement.test.ts', 'one missing cent is named, with its sign'),
      tests('test/bank/movement.test.ts', 'fees that the bank took out of an entry are a movement of their own'),
    ],
    later: null,
  },
  {
    number: 39,
    wrong: 'A letter is sent twice, never, or to somebody else.',
    does: 'A letter is sent once; where nobody can tell whether it went, that is said. Alarms are raised once.',
    proofs: [
      tests(
        'test/letters/post.test.ts',
        'a letter that is taken is accepted, once, with the words of the server',
        'the connection goes after the final dot and before the answer: unknown',
      ),
      tests(
        'test/letters/injection.test.ts',
        'no name and no subject becomes a header, an address or a second recipient',
      ),
      tests('test/api/alarm.test.ts', 'an alarm that was raised before is silent'),
      tests(
        'test/api/webhook.test.ts',
        'a message that is not taken comes again with the same id, later and later, and then no more',
      ),
      tests(
        OUTBOX,
        'two writers and two senders at once: 200 accounts, each told once, every Message-ID once at the server',
        'the connection goes after the final dot: unknown, never sent again by itself, until a person settles it',
        'a sender that is killed between begin and finish leaves an unknown letter once its lease is over',
        'the copy that is kept is what the server got, and the digest in the books is that of both',
      ),
    ],
    later: null,
  },
  {
    number: 40,
    wrong: 'Minutes are given twice, or lapse before they can be used.',
    does: 'One lot an incident and account, whatever the key; minutes are booked like money and go back to their lot.',
    proofs: [
      tests('test/api/commands.test.ts', 'goodwill for one incident is given once to an account, whatever the key'),
      tests('test/store/races.test.ts', 'one gives minutes for the incident', 'one has the last minutes'),
      tests('src/core/live/lots.test.ts', 'no lot is given that is empty, endless, or lapsed before it can be used'),
      simulated('lot_granted_twice'),
      planted('minutes-granted-twice', 'minutes-not-restored', 'minutes-never-used-up'),
    ],
    later: later('merging of accounts', 'accounts cannot be merged'),
  },
  {
    number: 41,
    wrong: 'An account is erased in the middle of something.',
    does: 'The books know account ids only. What an event said of a customer goes once the event is dealt with.',
    proofs: [tests('test/store/store.test.ts', 'loses its bytes once it is dealt with, and not before')],
    later: later('erasure', 'a claim that outlives its account'),
  },
  {
    number: 42,
    wrong: 'The provider refuses for a while: too many requests, maintenance.',
    does: 'The same key is tried less and less often; nothing is sent under another.',
    proofs: [
      tests(
        BESIDE,
        'while the provider takes nothing the same key is tried less and less often, and taken once when it answers',
      ),
      tests('test/provider/transport.test.ts', 'no connection: nothing was sent, and the observation says so'),
      simulated('provider_429', 'provider_down'),
    ],
    later: null,
  },
  {
    number: 43,
    wrong: 'A webhook is forged, replayed, dated ahead; secrets are exchanged.',
    does: 'Signature over the raw bytes, a window to both sides, an id once, two secrets at a time.',
    proofs: [
      tests(
        'src/world/provider/stripe/webhook.test.ts',
        'a time too far away is refused in both directions; the SDK alone would let the future pass',
        'either secret will do, also beside a signature of another one',
        'the signature is of the raw bytes: one blank more and it is another body',
      ),
      tests(
        'test/api/stripe.test.ts',
        'what is not signed, signed by a stranger, changed, or too old is refused and not kept',
      ),
      simulated('webhook_forged', 'webhook_replayed', 'webhook_future'),
    ],
    later: null,
  },
  {
    number: 44,
    wrong: 'Somebody inside edits rows, or cuts the end off.',
    does: 'No role may change what is written once; invariants and the signed chain of decisions tell what was changed.',
    proofs: [
      tests(ATTACK, STATEMENTS, 'by the owner himself does not change what is written once'),
      tests('test/database/invariants.test.ts', 'says …'),
      tests(
        'test/proof/chain.test.ts',
        'edits, removals, exchanges, truncations and forks by a superuser are found from the last checkpoint',
      ),
    ],
    later: null,
  },
  {
    number: 45,
    wrong: 'A session of the database breaks while it is held, and its error ends the process.',
    does: 'Every connection has a listener; what a defect ends is started again without loss (fault 5).',
    proofs: [
      tests(
        HARDSHIP,
        'while nobody uses it is replaced, and the process lives',
        'in the middle of a statement is a database that did not answer, and the process lives',
        'while it is held between two statements is noticed by its holder alone',
      ),
      tests('test/api/loops.test.ts', 'a database that does not answer is asked again, and a defect is told'),
    ],
    later: null,
  },
  {
    number: 46,
    wrong: 'Names or secrets leak into the log.',
    does: 'Only fields on a list are logged; the message of a foreign error is not.',
    proofs: [
      tests(
        'test/api/log.test.ts',
        'nothing planted in a message or in any allowed field reaches the log',
        'a field that is not on the list is left out, whatever it holds, and counted',
      ),
      tests('test/api/processes.test.ts', 'no secret stands in the log'),
      tests('test/api/stripe.test.ts', 'the log says of an event what it is, and nothing of the customer'),
    ],
    later: null,
  },
];
