import { planted, type Row, simulated, tests } from './row.ts';

const AT_PROVIDER = 'test/provider/traps-refunding.test.ts';
const MOVEMENT = 'src/core/live/movement.test.ts';
const CHARGING = 'test/live/charging.test.ts';
const CAMPAIGN = 'test/campaign/campaign.test.ts';
const OUTBOX = 'test/letters/outbox.test.ts';
const DESK = 'test/bank/desk.test.ts';
const ELSEWHERE = 'a refund and a dispute made elsewhere are booked once each, though every listing tells of them';

/** Traps 14 to 30: refunding. The live half sends no refund; it sees those that others made, and keeps the room. */
export const REFUNDING: readonly Row[] = [
  {
    number: 14,
    wrong: 'Two refunds race to more than was taken.',
    does: 'Counters in the rows of capture and liability, with checks; the amount is reserved before it is sent.',
    proofs: [
      tests(MOVEMENT, 'never is more given back than was captured, in whatever order movements come (INV-4)'),
      tests('test/database/attack.test.ts', 'by … fails statement by statement, with the code that is expected'),
      tests(
        AT_PROVIDER,
        'trap 14: refunds beyond what was taken are refused by the provider, whatever was counted here',
      ),
      tests(CAMPAIGN, 'each refund of a plan is sent once by three workers, booked once, and the campaign is done'),
      tests(DESK, 'a file holds exactly what is due and usable, and reserves it'),
    ],
    later: null,
  },
  {
    number: 15,
    wrong: 'The money went back some other way already.',
    does: 'Both legs are read right before a refund is sent; what came back elsewhere is booked, and counts.',
    proofs: [
      tests(CHARGING, ELSEWHERE),
      tests(AT_PROVIDER, 'trap 15: money that was given back elsewhere is seen in the listing'),
      simulated('refund_outside'),
      planted('movement-dropped'),
      tests(
        CAMPAIGN,
        'before anything is sent both legs are read: disputes, refunds by others and other sums stop the item',
      ),
      tests(DESK, 'what came back elsewhere since it was approved goes to a person, and the others are transferred'),
    ],
    later: null,
  },
  {
    number: 16,
    wrong: 'A refund and a dispute both give the money back.',
    does: 'Both are booked, what goes beyond the capture is excess; nothing is sent while a dispute is open.',
    proofs: [
      tests(
        MOVEMENT,
        'a dispute takes what is left, and the rest is excess; winning gives back the excess first',
        'an inquiry',
      ),
      tests(
        AT_PROVIDER,
        'trap 16: a disputed charge cannot be refunded; one under inquiry can',
        'trap 16: a refund and then a chargeback both take the money: both are seen',
      ),
      simulated('dispute_lost', 'dispute_won', 'dispute_open'),
      tests(
        CAMPAIGN,
        'before anything is sent both legs are read: disputes, refunds by others and other sums stop the item',
      ),
    ],
    later: null,
  },
  {
    number: 17,
    wrong: 'A refund that succeeded fails weeks later.',
    does: 'Its entries are reversed by transfers that name them; the money is owed again, and the customer is told once.',
    proofs: [
      tests(MOVEMENT, 'a paid refund may still fail, a paid charge does not'),
      tests(
        AT_PROVIDER,
        'trap 17: succeeded is not final: a refund fails five days later, and the money is ours again',
      ),
      simulated('refund_outside_fails'),
      tests(CAMPAIGN, 'a refund that succeeded and fails days later opens its liability again, in the books too'),
      tests(OUTBOX, 'a refund that comes back after its letter makes one letter with exactly the sums that came back'),
    ],
    later: null,
  },
  {
    number: 18,
    wrong: 'A refund goes to a card that is closed.',
    does: 'The refusal is read as final; the customer names an account, and an approved plan transfers it there.',
    proofs: [
      tests(AT_PROVIDER, 'trap 18: a card that is closed refuses the refund for good'),
      tests(CAMPAIGN, 'a card that is closed needs its customer: nothing was paid, and nothing is tried again'),
      tests(
        DESK,
        'nothing is paid before the waiting period is over, and the old address is told',
        'a bank that accepts, books and brings back is followed to the cent',
      ),
    ],
    later: null,
  },
  {
    number: 19,
    wrong: 'The balance at the provider is too low for the refunds.',
    does: 'A refund that waits for money is pending, not paid; where it fails the campaign halts by itself.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 19: with too little balance a refund waits, saying so, until there is money',
        'trap 19: other methods fail at once where the balance is short',
      ),
      tests(CAMPAIGN, 'a balance that is too low halts the campaign; funded and resumed, each is paid once'),
    ],
    later: null,
  },
  {
    number: 20,
    wrong: 'A refund of the same day is a reversal: the charge vanishes, and no credit shows.',
    does: 'The adapter reads both kinds, and letters say which may come.',
    proofs: [
      tests(
        'src/core/remedy/notify.test.ts',
        'says that a debit may simply vanish where it is at most 7 days old and goes back to a card',
      ),
      tests(
        AT_PROVIDER,
        'traps 20 and 21: a refund of the same day is a reversal without a reference; a later one gets its own',
      ),
    ],
    later: null,
  },
  {
    number: 21,
    wrong: 'The reference number of a refund comes days later, or never.',
    does: 'It is read when it is there, and nothing waits for it: letters go out without.',
    proofs: [
      tests(
        AT_PROVIDER,
        'traps 20 and 21: a refund of the same day is a reversal without a reference; a later one gets its own',
      ),
    ],
    later: null,
  },
  {
    number: 22,
    wrong: 'Two equal partial refunds are taken for one.',
    does: 'A movement is identified by its id at the provider, never by its amount.',
    proofs: [
      tests(AT_PROVIDER, 'trap 22: two equal partial refunds are two, told apart by their own ids and references'),
      planted('movement-booked-twice'),
      tests('src/core/remedy/refund/refund.test.ts', 'two refunds under one reference go to a person'),
    ],
    later: null,
  },
  {
    number: 23,
    wrong: 'What was only authorised is refunded.',
    does: 'An authorisation is pending and no capture; only what was captured counts.',
    proofs: [
      tests(
        AT_PROVIDER,
        'traps 23 and 25: an authorisation took nothing; it is cancelled, not refunded, and expires by itself',
        'trap 23: a partial capture took its part only',
      ),
      tests('src/world/provider/stripe/read.test.ts', 'authorised only'),
    ],
    later: null,
  },
  {
    number: 24,
    wrong: 'Several captures of one intent are each a line on the statement.',
    does: 'Each capture is a payment of its own; detection knows instalments and parts as look-alikes.',
    proofs: [
      tests(
        'test/provider/transport.test.ts',
        'every payment of a window is listed once over many pages, declines and second captures too',
      ),
      tests('src/core/remedy/adjudicate/innocence.test.ts', 'every look-alike of the catalogue has its case'),
      simulated('provider_captures_twice'),
    ],
    later: null,
  },
  {
    number: 25,
    wrong: 'An authorisation expires, and its renewal looks like a second charge.',
    does: 'An expired hold is cancelled and took nothing; detection knows holds and renewals as look-alikes.',
    proofs: [
      tests(
        AT_PROVIDER,
        'traps 23 and 25: an authorisation took nothing; it is cancelled, not refunded, and expires by itself',
      ),
      tests('src/core/remedy/adjudicate/innocence.test.ts', 'every look-alike of the catalogue has its case'),
    ],
    later: null,
  },
  {
    number: 26,
    wrong: 'A direct debit is refunded while its owner may still take it back.',
    does: 'Reversed after settlement and within the days of the scheme; then a transfer, with the day until which it waits.',
    proofs: [
      tests(
        'src/core/remedy/reversal.test.ts',
        'on the day of settlement and five TARGET days after it is reversed, not on the sixth',
        'before settlement nothing is sent, because a reject may still come',
        'what came back already is never given back again',
        'between businesses no refund of the debtor can cross',
      ),
      tests(
        'test/bank/command.test.ts',
        'a reversal is refused before settlement, after its days, and for what came back',
      ),
    ],
    later: null,
  },
  {
    number: 27,
    wrong: 'The charge is older than the provider gives back.',
    does: 'The refusal is read as final; the customer names an account, and an approved plan transfers it there.',
    proofs: [
      tests(AT_PROVIDER, 'trap 27: charges beyond the refund window are refused for good'),
      tests(
        DESK,
        'nothing is paid before the waiting period is over, and the old address is told',
        'a bank that accepts, books and brings back is followed to the cent',
      ),
    ],
    later: null,
  },
  {
    number: 28,
    wrong: 'The reason `fraudulent` puts the customer on a block list.',
    does: 'The reason of a refund is always `duplicate`.',
    proofs: [tests(AT_PROVIDER, 'trap 28: the reason of a refund is `duplicate`, never `fraudulent`')],
    later: null,
  },
  {
    number: 29,
    wrong: 'Exponents of currencies are mixed up.',
    does: 'One table for each provider; whole minor units only; what cannot be said exactly is not sent.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 29: amounts travel in the provider’s units and come back in ours',
        'trap 29: an amount that the provider cannot say exactly is not sent at all',
      ),
      tests(
        'src/world/provider/stripe/exponent.test.ts',
        'an amount that can be said to the provider comes back unchanged, in every currency',
        'krona and shilling have two decimals at the provider, the ariary none',
      ),
      planted('amount-in-floating-point'),
    ],
    later: null,
  },
  {
    number: 30,
    wrong: 'Parts of a taxed charge do not add up to its tax.',
    does: 'The tax of a price is rounded once; a correction reverses what was booked, and a refund is whole cents of one liability.',
    proofs: [
      tests('src/core/live/price.test.ts', 'holds the tax: 22 % in 12.20 are 2.20, and a half goes to the even cent'),
      tests(
        'src/core/live/post-void.test.ts',
        'whatever happens in whatever order, the books say what the price that holds and the money say',
      ),
      planted('vat-not-booked'),
    ],
    later: null,
  },
];
