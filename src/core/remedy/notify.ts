import { daysBetween } from '../kernel/day.ts';
import { type Money, subtract } from '../kernel/money.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { arrivalBlocks } from './notify/arrival.ts';
import { contradictionIn, type LetterRefusal, lastExpected, sum } from './notify/check-facts.ts';
import type { LetterFacts, MinutesReminder, Operator, RefundCorrected, WrongedRental } from './notify/facts.ts';
import type { Block, Letter, LetterSentence, RidesBlock, Sentence, Value } from './notify/letter.ts';
import { amountOf, countOf, dayOf, paragraph, say, textOf } from './notify/say.ts';

/** More would bury the sentence that counts; the customer's account page shows all of them. */
export const RENTALS_SHOWN_MAX = 20;

/**
 * Decides what a letter says, in which order: what happened with the exact sum, in the first sentence; that nothing has
 * to be done; the ride beside its debits; when and where the money arrives; the minutes; how to disagree. Nothing is
 * said that the facts do not hold, and facts that contradict each other make no letter.
 */
export function composeLetter(facts: LetterFacts): Result<Letter, LetterRefusal> {
  const refusal = contradictionIn(facts);
  if (refusal !== null) return fail(refusal);
  const { kind, locale } = facts;
  return ok({ kind, locale, subject: subjectOf(facts), blocks: [greeting(facts), ...bodyOf(facts), ...ending(facts)] });
}

function subjectOf(facts: LetterFacts): Sentence {
  switch (facts.kind) {
    case 'refund_sent':
      return say(`subject.refund_sent_${howWrong(facts)}`, { amount: amountOf(refundOf(facts)) });
    case 'refund_corrected':
      return say(`subject.corrected_${whatChanged(facts)}`, {
        amount: amountOf(refundOf(facts)),
        day: dayOf(lastExpected(facts)),
      });
    case 'refund_failed_choose':
      return say('subject.refund_failed', { amount: amountOf(facts.failed.amount) });
    case 'acquirer_repays':
      return say('subject.acquirer_repays', { amount: amountOf(facts.repayment.amount) });
    case 'minutes_reminder':
      return say('subject.minutes_reminder', minutesValues(facts));
    case 'bank_details_changed':
      return say('subject.bank_details_changed', {});
  }
}

function bodyOf(facts: LetterFacts): readonly Block[] {
  switch (facts.kind) {
    case 'refund_sent':
      return refundSent(facts);
    case 'refund_corrected':
      return refundCorrected(facts);
    case 'refund_failed_choose':
      return refundFailed(facts);
    case 'acquirer_repays':
      return acquirerRepays(facts);
    case 'minutes_reminder':
      return minutesReminder(facts);
    case 'bank_details_changed':
      return bankDetailsChanged(facts);
  }
}

type Of<Kind extends LetterFacts['kind']> = Extract<LetterFacts, { readonly kind: Kind }>;

function refundSent(facts: Of<'refund_sent'>): readonly Block[] {
  const { rentals, minutes, operator } = facts;
  const values = { rentals: countOf(rentals.length), amount: amountOf(refundOf(facts)) };
  return [
    lead(say(`lead.refund_sent_${howWrong(facts)}`, values), say('do_nothing'), say('apology')),
    refundRides(facts),
    ...whyBlocks(rentals),
    ...arrivalBlocks(facts),
    ...(minutes === null
      ? []
      : [
          paragraph(
            say('minutes.gift', {
              minutes: countOf(minutes.minutes),
              market: textOf(minutes.market),
              day: dayOf(minutes.lastDay),
            }),
            say('minutes.on_top'),
          ),
        ]),
    disagree(operator),
  ];
}

/** "Twice" is said where it is true of everything in the letter. */
function howWrong({ rentals }: Of<'refund_sent'>): 'twice' | 'too_much' {
  const isTwice = rentals.every(({ wrong }) => wrong === 'double_charge' || wrong === 'duplicate_record');
  return isTwice ? 'twice' : 'too_much';
}

function refundCorrected(facts: RefundCorrected): readonly Block[] {
  const { earlier, rentals, operator } = facts;
  const refund = refundOf(facts);
  const values = { amount: amountOf(refund), written: dayOf(earlier.writtenOn) };
  const opening =
    whatChanged(facts) === 'day'
      ? say('lead.corrected_day', { ...values, day: dayOf(lastExpected(facts)), said: dayOf(earlier.expectedBy) })
      : say('lead.corrected_sum', { ...values, said: amountOf(earlier.amount) });
  return [
    lead(opening, say('do_nothing'), say('apology')),
    ...differenceBlocks(subtract(refund, earlier.amount)),
    refundRides(facts),
    ...whyBlocks(rentals),
    ...arrivalBlocks(facts),
    disagree(operator),
  ];
}

/** Where the sum was wrong the day is said below, with all the rest. */
function whatChanged(facts: RefundCorrected): 'sum' | 'day' {
  return refundOf(facts).amountMinor === facts.earlier.amount.amountMinor ? 'day' : 'sum';
}

/** What was given beyond what was owed is never asked back: the operator bears his own mistakes. */
function differenceBlocks({ amountMinor, currency }: Money): readonly Block[] {
  if (amountMinor > 0n) return [paragraph(say('corrected.more', { difference: amountOf({ amountMinor, currency }) }))];
  return amountMinor < 0n ? [paragraph(say('corrected.less'))] : [];
}

function refundFailed(facts: Of<'refund_failed_choose'>): readonly Block[] {
  const { failed, interest, operator, rentals } = facts;
  const amount = amountOf(failed.amount);
  return [
    lead(say('lead.refund_failed', { amount, day: dayOf(failed.failedOn) }), say(`failed.${failed.reason}`)),
    paragraph(say('choose.where', { url: textOf(operator.accountUrl) }), say('choose.what'), say('choose.kept')),
    rides(rentals, [...interestSum(interest), { label: say('rides.refund'), amount: failed.amount }]),
    paragraph(say('disagree.choose', { contact: textOf(operator.contact) })),
  ];
}

function acquirerRepays(facts: Of<'acquirer_repays'>): readonly Block[] {
  const { repayment, operator, rentals } = facts;
  const values = { rentals: countOf(rentals.length), amount: amountOf(repayment.amount) };
  return [
    lead(say('lead.acquirer_repays', values), say('do_nothing')),
    paragraph(say('why.acquirer')),
    rides(rentals, [{ label: say('rides.repayment'), amount: repayment.amount }]),
    paragraph(
      repayment.expectedBy === null
        ? say('arrival.bank_open')
        : say('arrival.bank_by', { day: dayOf(repayment.expectedBy) }),
    ),
    disagree(operator),
  ];
}

function minutesReminder(facts: MinutesReminder): readonly Block[] {
  const { minutes, writtenOn } = facts;
  const days = daysBetween({ from: writtenOn, to: minutes.lastDay });
  return [
    lead(say('lead.minutes_reminder', minutesValues(facts)), say('minutes.days_left', { days: countOf(days) })),
    paragraph(say('minutes.by_themselves', { market: textOf(minutes.market) }), say('minutes.lapse')),
  ];
}

function minutesValues({ minutes }: MinutesReminder): Readonly<Record<string, Value>> {
  return { minutes: countOf(minutes.minutes), market: textOf(minutes.market), day: dayOf(minutes.lastDay) };
}

function bankDetailsChanged({ change, operator }: Of<'bank_details_changed'>): readonly Block[] {
  const paid = { day: dayOf(change.paidFrom) };
  const changed = say('bank.changed', {
    time: { kind: 'time', time: change.changed, zone: change.zone },
    end: textOf(change.ibanEnd),
  });
  return [
    lead(say('lead.bank_details_changed', { amount: amountOf(change.amount) }), changed),
    paragraph(say('bank.was_you', paid)),
    paragraph(say('bank.was_not_you', { ...paid, contact: textOf(operator.contact) })),
  ];
}

function greeting({ customer }: LetterFacts): Block {
  const { name } = customer;
  const sentence = name === null ? say('greeting.unnamed') : say('greeting.named', { name: textOf(name) });
  return { kind: 'greeting', sentences: [sentence] };
}

/** The notice about changed bank details names no copy: whoever took the account over would read it there. */
function ending({ kind, operator }: LetterFacts): readonly Block[] {
  const copy = kind === 'bank_details_changed' ? [] : [say('copy', { url: textOf(operator.accountUrl) })];
  return [
    { kind: 'closing', sentences: [say('closing', { operator: textOf(operator.name) })] },
    { kind: 'note', sentences: [say('never_ask'), ...copy] },
  ];
}

function lead(...sentences: readonly Sentence[]): Block {
  return { kind: 'lead', sentences };
}

function refundRides(facts: Of<'refund_sent'> | RefundCorrected): RidesBlock {
  const { rentals, interest } = facts;
  return rides(rentals, [...interestSum(interest), { label: say('rides.refund'), amount: refundOf(facts) }]);
}

function interestSum(interest: Money | null): RidesBlock['sums'] {
  return interest === null ? [] : [{ label: say('rides.interest'), amount: interest }];
}

function rides(rentals: readonly WrongedRental[], sums: RidesBlock['sums']): RidesBlock {
  const left = rentals.length - RENTALS_SHOWN_MAX;
  return {
    kind: 'rides',
    title: rentals.every(({ ride }) => ride === null)
      ? say('rides.title_debits')
      : say('rides.title', { rentals: countOf(rentals.length) }),
    rentals: rentals.slice(0, RENTALS_SHOWN_MAX),
    more: left > 0 ? say('rides.more', { rentals: countOf(left) }) : null,
    sums,
  };
}

function refundOf({ refunds }: Of<'refund_sent'> | RefundCorrected): Money {
  return sum(refunds.map(({ amount }) => amount));
}

/** Explains what a customer would not recognise. Debits on a later day were taken for rides that nobody took. */
function whyBlocks(rentals: readonly WrongedRental[]): readonly Block[] {
  const reasons: readonly (readonly [LetterSentence, (rental: WrongedRental) => boolean])[] = [
    ['why.recorded_twice', ({ wrong }) => wrong === 'duplicate_record'],
    ['why.without_rental', ({ wrong }) => wrong === 'charge_without_rental'],
    ['why.later_day', wasWrongLater],
  ];
  const sentences = reasons.filter(([, holds]) => rentals.some(holds)).map(([id]) => say(id));
  return sentences.length === 0 ? [] : [paragraph(...sentences)];
}

function wasWrongLater({ wrong, ride, debits }: WrongedRental): boolean {
  if (ride === null || wrong === 'overcharge') return false;
  return debits.some(({ day, excess }) => excess.amountMinor > 0n && day > ride.ended.day);
}

function disagree({ contact }: Operator): Block {
  return paragraph(say('disagree.sent', { contact: textOf(contact) }));
}
