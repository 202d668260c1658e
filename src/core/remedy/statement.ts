import type { Day } from '../kernel/day.ts';
import { type Money, subtract } from '../kernel/money.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { parseDay } from '../kernel/rfc3339.ts';
import type { LocalTime, Operator } from './notify/facts.ts';
import type { Sentence, Value } from './notify/letter.ts';
import { countOf, dayOf, say, textOf } from './notify/say.ts';

/** Live figures of an incident, as the public may see them: no name, no account, no sum of one person. */
export interface StatementFacts {
  /** BCP 47; Italian, German, or English for everybody else. */
  readonly locale: string;
  readonly operator: Operator;
  /** "Twice" only where it is true of every wrong charge. */
  readonly wrong: 'twice' | 'too_much';
  /** First and last day of the rentals concerned, both included. */
  readonly rented: { readonly from: Day; readonly to: Day };
  /** First and last day of the wrong debits, both included. */
  readonly debited: { readonly from: Day; readonly to: Day };
  /** Why it happened, in the words of a person and in the language of the statement. Null while it is not known. */
  readonly explanation: string | null;
  readonly rentals: number;
  readonly customers: number;
  /** Each currency once. */
  readonly sums: readonly StatementSum[];
  /** When the last refund arrives, by TARGET days. Null while it is not known. */
  readonly expectedBy: Day | null;
  /** Null where none are given. */
  readonly minutes: { readonly minutes: number; readonly days: number } | null;
  readonly asOf: LocalTime;
  /** IANA zone of `asOf`. */
  readonly zone: string;
}

/** What is due in one currency, and how much of it a provider or bank has accepted for the customers so far. */
export interface StatementSum {
  readonly due: Money;
  readonly refunded: Money;
}

export type StatementRefusal =
  | { readonly kind: 'day_malformed'; readonly day: string }
  | { readonly kind: 'days_out_of_order'; readonly earlier: Day; readonly later: Day }
  | { readonly kind: 'count_not_positive'; readonly what: 'rentals' | 'customers' | 'minutes' }
  | { readonly kind: 'no_sums' }
  | { readonly kind: 'currency_twice'; readonly currency: string }
  /** More refunded than due, less than nothing, or two currencies in one sum. */
  | { readonly kind: 'refunded_out_of_bounds'; readonly due: Money; readonly refunded: Money };

/** The statement before it has words. */
export interface Statement {
  readonly locale: string;
  readonly title: Said;
  /** The first sentence holds everything that counts. */
  readonly lead: Said;
  readonly asOf: Said;
  readonly figures: {
    readonly caption: Said;
    readonly due: Said;
    readonly refunded: Said;
    readonly open: Said;
    readonly sums: readonly (StatementSum & { readonly open: Money })[];
  };
  readonly sections: readonly StatementSection[];
}

export interface StatementSection {
  readonly heading: Said;
  readonly sentences: readonly (Said | Written)[];
}

export type Said = Sentence<StatementSentence>;

/** What a person wrote, shown as it is. */
export interface Written {
  readonly text: string;
}

export type StatementSentence =
  | `title.${'twice' | 'too_much'}`
  | `lead.${'twice' | 'too_much'}`
  | 'as_of'
  | 'published'
  | `figures.${'caption' | 'due' | 'refunded' | 'open'}`
  | `happened.${'heading' | 'debited' | 'later' | 'cause_open'}`
  | `who.${'heading' | 'everybody' | 'letter'}`
  | `doing.${'heading' | 'begun' | 'under_way' | 'done'}`
  | `see.${'heading' | 'credit' | 'reversal' | 'by' | 'day_open'}`
  | `minutes.${'heading' | 'each' | 'on_top'}`
  | `nothing.${'heading' | 'claim' | 'card' | 'never_ask'}`
  | `contact.${'heading' | 'where'}`;

/**
 * What is told to everybody: what happened and when, to how many, what we do, what they will see and by when, the
 * minutes, what they need not do, whom to ask, and as of when the figures are. Refuses figures that cannot be true.
 */
export function composeStatement(facts: StatementFacts): Result<Statement, StatementRefusal> {
  const refusal = contradictionIn(facts);
  if (refusal !== null) return fail(refusal);
  const { locale, wrong, operator, sums, rentals, customers, rented } = facts;
  const values = {
    rentals: countOf(rentals),
    customers: countOf(customers),
    days: daysOf(rented),
    sums: sumsOf(sums.map(({ due }) => due)),
  };
  return ok({
    locale,
    title: say(`title.${wrong}`, { operator: textOf(operator.name) }),
    lead: say(`lead.${wrong}`, values),
    asOf: say('as_of', { time: { kind: 'time', time: facts.asOf, zone: facts.zone } }),
    figures: {
      caption: say('figures.caption'),
      due: say('figures.due'),
      refunded: say('figures.refunded'),
      open: say('figures.open'),
      sums: sums.map(({ due, refunded }) => ({ due, refunded, open: subtract(due, refunded) })),
    },
    sections: sectionsOf(facts),
  });
}

function sectionsOf(facts: StatementFacts): readonly StatementSection[] {
  const { rented, debited, explanation, expectedBy, minutes, operator } = facts;
  return [
    {
      heading: say('happened.heading'),
      sentences: [
        say('happened.debited', { days: daysOf(debited) }),
        ...(debited.to > rented.to ? [say<StatementSentence>('happened.later')] : []),
        explanation === null ? say('happened.cause_open') : { text: explanation },
      ],
    },
    { heading: say('who.heading'), sentences: [say('who.everybody'), say('who.letter')] },
    { heading: say('doing.heading'), sentences: [doing(facts)] },
    {
      heading: say('see.heading'),
      sentences: [
        say('see.credit'),
        say('see.reversal'),
        expectedBy === null ? say('see.day_open') : say('see.by', { day: dayOf(expectedBy) }),
      ],
    },
    ...(minutes === null
      ? []
      : [
          {
            heading: say<StatementSentence>('minutes.heading'),
            sentences: [
              say<StatementSentence>('minutes.each', {
                minutes: countOf(minutes.minutes),
                days: countOf(minutes.days),
              }),
              say<StatementSentence>('minutes.on_top'),
            ],
          },
        ]),
    {
      heading: say('nothing.heading'),
      sentences: [say('nothing.claim'), say('nothing.card'), say('nothing.never_ask')],
    },
    {
      heading: say('contact.heading'),
      sentences: [say('contact.where', { contact: textOf(operator.contact), url: textOf(operator.accountUrl) })],
    },
  ];
}

function doing({ sums }: StatementFacts): Said {
  if (sums.every(({ refunded }) => refunded.amountMinor === 0n)) return say('doing.begun');
  if (sums.every(({ due, refunded }) => refunded.amountMinor === due.amountMinor)) return say('doing.done');
  const begun = sums.map(({ refunded }) => refunded).filter(({ amountMinor }) => amountMinor > 0n);
  return say('doing.under_way', { refunded: sumsOf(begun) });
}

function daysOf({ from, to }: StatementFacts['rented']): Value {
  return { kind: 'days', from, to };
}

function sumsOf(sums: readonly Money[]): Value {
  return { kind: 'sums', sums };
}

function contradictionIn(facts: StatementFacts): StatementRefusal | null {
  const { rented, debited, asOf, expectedBy, rentals, customers, minutes, sums } = facts;
  const days = [
    rented.from,
    rented.to,
    debited.from,
    debited.to,
    asOf.day,
    ...(expectedBy === null ? [] : [expectedBy]),
  ];
  const malformed = days.find((day) => parseDay(day) === null);
  if (malformed !== undefined) return { kind: 'day_malformed', day: malformed };
  const turned = [rented, debited, { from: debited.from, to: asOf.day }].find(({ from, to }) => from > to);
  if (turned !== undefined) return { kind: 'days_out_of_order', earlier: turned.from, later: turned.to };
  if (!isCount(rentals)) return { kind: 'count_not_positive', what: 'rentals' };
  if (!isCount(customers)) return { kind: 'count_not_positive', what: 'customers' };
  if (minutes !== null && !(isCount(minutes.minutes) && isCount(minutes.days))) {
    return { kind: 'count_not_positive', what: 'minutes' };
  }
  return inSums(sums);
}

function inSums(sums: readonly StatementSum[]): StatementRefusal | null {
  if (sums.length === 0) return { kind: 'no_sums' };
  const seen = new Set<string>();
  for (const { due, refunded } of sums) {
    if (seen.has(due.currency)) return { kind: 'currency_twice', currency: due.currency };
    seen.add(due.currency);
    const isWithin = refunded.amountMinor >= 0n && refunded.amountMinor <= due.amountMinor && due.amountMinor > 0n;
    if (refunded.currency !== due.currency || !isWithin) return { kind: 'refunded_out_of_bounds', due, refunded };
  }
  return null;
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count > 0;
}
