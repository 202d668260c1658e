import { planted, type Row, simulated, tests } from './row.ts';

const AT_PROVIDER = 'test/provider/traps-sending.test.ts';
const CHARGING = 'test/live/charging.test.ts';
const BESIDE = 'test/live/interference.test.ts';
const NEXT_STEP = 'src/core/live/charge/next-step.test.ts';

/** Traps 1 to 13: sending. */
export const SENDING: readonly Row[] = [
  {
    number: 1,
    wrong: 'A time-out is taken for a failure.',
    does: 'Silence is `unknown`, a state of its own; it is resolved by the same request or by asking.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 1: a timeout is a third state, never failed',
        'trap 1: an answer lost after the capture is unknown, and the same key finds the same payment',
      ),
      tests(CHARGING, 'an answer that was lost is asked for by the same request, and taken once'),
      simulated('response_lost', 'request_lost'),
      planted('timeout-is-failed'),
    ],
    later: null,
  },
  {
    number: 2,
    wrong: 'The key has expired, and a resend is a new charge.',
    does: 'The first send and a horizon are stored before it; past the horizon nothing is sent, only looked up.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 2: a resend after the key has expired is a new charge; past the horizon nothing is sent',
        'trap 2: the horizon is looked at again at the socket write, by either clock',
      ),
      tests(CHARGING, 'past the horizon nothing is sent: it is looked up, and adopted'),
      tests(NEXT_STEP, 'sent, at the horizon: look up'),
      simulated('provider_keys_short', 'freeze_past_horizon'),
      planted('blind-resend', 'age-checked-early'),
    ],
    later: null,
  },
  {
    number: 3,
    wrong: 'Each attempt is a new row with a new key.',
    does: 'The intent is identified by account, rental, purpose and occurrence; attempts are its children.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 3: the key is of the intent: two sends of one attempt are one payment, two intents are two',
      ),
      tests(CHARGING, 'two workers side by side take a hundred rentals once each'),
      planted('new-key-per-send'),
    ],
    later: null,
  },
  {
    number: 4,
    wrong: 'The key holds a time, a session or a worker.',
    does: 'The key is made of the obligation and the generation alone.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 4: the key that travels is the one that was given, without anything of the moment in it',
      ),
      tests(CHARGING, 'takes a rental once, books it, and clearing returns to zero'),
      planted('key-of-the-worker'),
    ],
    later: null,
  },
  {
    number: 5,
    wrong: 'One key for a charge and for a refund.',
    does: 'The key names its operation; a key that was used for another request is `unknown`, and said to a person.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 5: one key for a charge and a refund is refused, and says nothing about money',
        'trap 5: another body under the same key is unknown, with a code that a person must see',
      ),
      tests('src/core/live/charge/observe.test.ts', 'the key is used for another request'),
    ],
    later: null,
  },
  {
    number: 6,
    wrong: 'A failure is replayed for the life of the key, or a new key is taken after silence.',
    does: 'The generation counts on only after a proven final failure; 409, 429 and 5xx keep it.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 6: a decline is replayed for the life of the key; a new generation is a new request',
        'trap 6: 409, 429 and 500 before anything was done are unknown and keep the generation',
      ),
      tests(NEXT_STEP, 'failed for good: the next generation'),
      simulated('provider_409', 'provider_429', 'provider_500_before', 'card_declined_once'),
    ],
    later: null,
  },
  {
    number: 7,
    wrong: 'A saved 500 is taken for an answer.',
    does: 'A 500 is `unknown` however often it comes; past the horizon the payment is looked up by our reference.',
    proofs: [
      tests(AT_PROVIDER, 'trap 7: an unchanged 500 on every retry says nothing about money; the look-up does'),
      tests('src/world/provider/stripe/read.test.ts', 'broken'),
      simulated('provider_500_after', 'provider_errors_not_kept'),
      planted('never-looks-up'),
    ],
    later: null,
  },
  {
    number: 8,
    wrong: 'The client library tries again by itself.',
    does: 'Retries of the SDK are none, and the socket layer sends each request once.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 8: nothing is sent twice by the client library, not even when the connection closes',
        'trap 8: the SDK by itself would have sent it twice, with its retries set to none',
      ),
      tests('test/provider/transport.test.ts', 'a resend is the same request, byte for byte'),
    ],
    later: null,
  },
  {
    number: 9,
    wrong: 'The lock lives shorter than what it guards, or webhooks do not take it.',
    does: 'There is no lock but the version in the row: every writer, webhooks too, counts it on or decides again.',
    proofs: [
      tests(
        BESIDE,
        'what an event tells while the answer is under way is booked once, and the answer changes nothing',
        'a call that outlasts its lease is made again by another, under the same key, and booked once',
      ),
      tests('test/store/races.test.ts', 'one has the version', 'one holds the claim'),
      tests(
        'test/processes.test.ts',
        'a worker frozen past its lease, while another takes over, takes no money twice when it goes on',
      ),
      simulated('freeze_past_lease'),
      planted('version-not-checked', 'lease-without-fence'),
    ],
    later: null,
  },
  {
    number: 10,
    wrong: 'The provider is called inside a transaction.',
    does: 'Three steps: the attempt is committed, then the call is made, then its outcome is committed.',
    proofs: [
      tests(
        'test/live/no-transaction.test.ts',
        'no transaction is open while the provider is called, by whatever flow',
        'what is about to be sent can be read by others before it is sent',
      ),
      planted('intent-after-the-call'),
    ],
    later: null,
  },
  {
    number: 11,
    wrong: 'A search that lags is asked right after a time-out, and what it does not show did not happen.',
    does: 'Listings are asked, never the search; absence counts after two look-ups apart and a clean listing.',
    proofs: [
      tests(
        AT_PROVIDER,
        'trap 11: a look-up right after the send may find nothing: absent is no failure',
        'trap 11: nothing asks the search of the provider; the sandbox has none',
      ),
      tests(
        CHARGING,
        'what never arrived is proven absent by two look-ups and the listing before it is sent under a new key',
        'while the listing cannot be read absence is not proven, and a person hears of it in time',
      ),
      simulated('provider_listing_late'),
      planted('absent-is-failed', 'listing-that-failed-is-empty'),
    ],
    later: null,
  },
  {
    number: 12,
    wrong: 'After a time-out the id of the payment is not known.',
    does: 'Our reference stands in the metadata of every charge, and payments are found by it.',
    proofs: [
      tests(AT_PROVIDER, 'trap 12: our reference is in the metadata of every charge and refund'),
      tests(
        'src/world/provider/stripe/read.test.ts',
        'a look-up finds by our reference alone, and money before declines',
      ),
    ],
    later: null,
  },
  {
    number: 13,
    wrong: 'After an unknown outcome it is tried at another provider or merchant account.',
    does: 'An attempt keeps its provider, merchant account and card until it is decided.',
    proofs: [
      tests(AT_PROVIDER, 'trap 13: merchant accounts share neither keys nor payments'),
      tests(
        BESIDE,
        'while an outcome is unknown nothing goes to another merchant account, though the account has a card there now',
      ),
      tests(NEXT_STEP, 'a payment method of another provider: wait'),
      simulated('method_changed'),
    ],
    later: null,
  },
];
