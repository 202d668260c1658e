import type { LetterFacts, Operator } from '../../core/remedy/notify/facts.ts';
import {
  acquirerRepaysFacts,
  refundFailedFacts,
  refundSentFacts,
  reminderFacts,
} from '../../core/remedy/notify/gather.ts';
import { dueReminder, REMINDER_DAYS } from '../../core/remedy/notify/reminder.ts';
import { composeLetter } from '../../core/remedy/notify.ts';
import type { DoubledLetter, DueLetter, LapsingLot, LetterBox, NewLetter } from '../ports/letters.ts';
import type { Calendar, Clock, Entropy, Log } from '../ports/world.ts';
import { clocksOf } from './clocks.ts';

export interface LetterWorld {
  readonly letters: LetterBox;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly operator: Operator;
}

/**
 * Writes down whom to tell what: of refunds that were taken, of those that came back, and of minutes that soon lapse.
 * Sends nothing. Answers how many letters are new. Facts that contradict each other make no letter, and are said.
 */
export async function runOnce(world: LetterWorld, { limit }: { readonly limit: number }): Promise<number> {
  const doubled = await world.letters.readDoubled({ limit });
  const lapsing = await world.letters.readLapsing({ now: world.clock.now(), limit });
  const wishes = [...doubled.map((one) => doubledLetter(world, one)), ...lapsing.map((lot) => reminder(world, lot))];
  return (await writeDue(world, limit)) + (await writeAll(world, wishes));
}

/** What no letter can be made of stays due: the next page is read, so that it keeps nobody back. */
async function writeDue(world: LetterWorld, limit: number): Promise<number> {
  for (let after: DueLetter | null = null; ; ) {
    const page: readonly DueLetter[] = await world.letters.readDue({ after, limit });
    const written = await writeAll(
      world,
      page.map((one) => refundLetter(world, one)),
    );
    if (written > 0 || page.length < limit) return written;
    after = page.at(-1) ?? null;
  }
}

async function writeAll(world: LetterWorld, wishes: readonly (NewLetter | null)[]): Promise<number> {
  let written = 0;
  for (const wish of wishes) {
    if (wish === null || !isSayable(world, wish.facts, wish)) continue;
    if ((await world.letters.writeLetter(wish)) === 'created') written += 1;
  }
  return written;
}

function refundLetter(world: LetterWorld, due: DueLetter): NewLetter {
  const writing = writingOf(world, due.account);
  const facts = due.kind === 'refund_sent' ? refundSentFacts(writing) : refundFailedFacts(writing);
  const about = due.account.refunds.map(({ liabilityId }) => ({ planId: due.planId, liabilityId }));
  return { ...letterOf(world, due, facts), occurrence: due.occurrence, about };
}

function doubledLetter(world: LetterWorld, due: DoubledLetter): NewLetter {
  const facts = acquirerRepaysFacts({ ...writingOf(world, due.account), doubled: due.doubled });
  return { ...letterOf(world, due, facts), occurrence: 1, about: [] };
}

function reminder(world: LetterWorld, lot: LapsingLot): NewLetter | null {
  const writing = writingOf(world, lot.account);
  const today = writing.clocks(writing.now, lot.account.zone).day;
  const { gift, givenAt, reminded } = lot;
  const givenOn = writing.clocks(givenAt, lot.account.zone).day;
  const days = dueReminder({ remaining: gift.minutes, lastDay: gift.lastDay, givenOn, reminded }, today);
  if (days === null) return null;
  const facts = reminderFacts({ ...writing, gift });
  return { ...letterOf(world, lot, facts), occurrence: REMINDER_DAYS.indexOf(days) + 1, about: [] };
}

function letterOf(
  { entropy, clock }: LetterWorld,
  { accountId, incidentId }: Pick<DueLetter, 'accountId' | 'incidentId'>,
  facts: LetterFacts,
) {
  const letterId = entropy.id('ltr', 'a letter');
  return { accountId, incidentId, letterId, kind: facts.kind, facts, now: clock.now() };
}

function writingOf({ operator, clock, calendar }: LetterWorld, account: DueLetter['account']) {
  return { account, operator, now: clock.now(), clocks: clocksOf(calendar) };
}

function isSayable({ log }: LetterWorld, facts: LetterFacts, letter: NewLetter): boolean {
  const composed = composeLetter(facts);
  if (composed.ok) return true;
  log.error('a letter cannot be written: its facts contradict each other', {
    account_id: letter.accountId,
    reason: composed.error.kind,
    subject: letter.about[0]?.liabilityId ?? letter.incidentId,
  });
  return false;
}
