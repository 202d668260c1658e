import { type Day, daysBetween } from '../../kernel/day.ts';
import { add } from '../../kernel/money.ts';
import type { RefundPart, WrongedRental } from './facts.ts';
import type { Block, Sentence } from './letter.ts';
import { amountOf, countOf, dayOf, paragraph, say, textOf } from './say.ts';

/**
 * A card keeps an authorisation for at most 7 days. A refund within them may strike the debit out instead of crediting
 * it: the customer then waits for a line that never comes, and has to be told.
 */
const REVERSAL_DAYS_MAX = 7;

/** More of them is a list that nobody reads to a bank clerk; the account page has all. */
const REFERENCES_SHOWN_MAX = 3;

/** What arrives where, by when. Several parts that come by one road on one day are told as one. */
export function arrivalBlocks(facts: {
  readonly rentals: readonly WrongedRental[];
  readonly refunds: readonly RefundPart[];
}): readonly Block[] {
  const arrivals = together(facts.refunds);
  const [only] = arrivals;
  const reversal = mayBeReversal(facts) ? [say('arrival.reversal')] : [];
  if (only !== undefined && arrivals.length === 1) {
    const arrives = say(`arrival.${only.channel}`, { amount: amountOf(only.amount), day: dayOf(only.expectedBy) });
    return [paragraph(arrives, ...reversal), ...references(only).map((reference) => paragraph(reference))];
  }
  return [
    {
      kind: 'points',
      intro: say('arrival.parts', { parts: countOf(arrivals.length) }),
      points: arrivals.map((arrival) => [
        say(`part.${arrival.channel}`, { amount: amountOf(arrival.amount), day: dayOf(arrival.expectedBy) }),
        ...references(arrival),
      ]),
    },
    ...(reversal.length === 0 ? [] : [paragraph(...reversal)]),
  ];
}

type Arrival = Omit<RefundPart, 'acceptedOn' | 'bankReference'> & { readonly references: readonly string[] };

function together(refunds: readonly RefundPart[]): readonly Arrival[] {
  const arrivals = new Map<string, Arrival>();
  for (const { amount, channel, expectedBy, bankReference } of refunds) {
    const key = `${expectedBy} ${channel}`;
    const same = arrivals.get(key);
    arrivals.set(key, {
      amount: same === undefined ? amount : add(same.amount, amount),
      channel,
      expectedBy,
      references: [...(same?.references ?? []), ...(bankReference === null ? [] : [bankReference])],
    });
  }
  return [...arrivals].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, arrival]) => arrival);
}

function references({ references: all }: Arrival): readonly Sentence[] {
  if (all.length === 0 || all.length > REFERENCES_SHOWN_MAX) return [];
  return [say('arrival.bank_reference', { reference: textOf(all.join(', ')) })];
}

function mayBeReversal({ rentals, refunds }: Parameters<typeof arrivalBlocks>[0]): boolean {
  const accepted = refunds.filter(({ channel }) => channel === 'card').map(({ acceptedOn }) => acceptedOn);
  const wrong = rentals.flatMap(({ debits }) => debits.filter(({ excess }) => excess.amountMinor > 0n));
  return accepted.some((day) => wrong.some((debit) => isSoonAfter(debit.day, day)));
}

function isSoonAfter(debited: Day, accepted: Day): boolean {
  const days = daysBetween({ from: debited, to: accepted });
  return days >= 0 && days <= REVERSAL_DAYS_MAX;
}
