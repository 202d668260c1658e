import type { Money } from '../../core/kernel/money.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { LetterFacts, MinutesGift } from '../../core/remedy/notify/facts.ts';
import type { ToldAccount, ToldFinding } from '../../core/remedy/notify/gather.ts';
import type { ReminderDays } from '../../core/remedy/notify/reminder.ts';
import type { PostOutcome, PrintedLetter } from './letter.ts';

/**
 * Letters as rows: who is to be told what, and what became of it. Each method is one transaction and may throw
 * `StoreUnavailable`; each is idempotent by its business key.
 */
export interface LetterBox {
  /** Accounts of whose refunds somebody took all that he will take, and who were not told yet. */
  readDue(request: { readonly after: DueLetterName | null; readonly limit: number }): Promise<readonly DueLetter[]>;
  /** Accounts of carried-out plans whose bank or acquirer repays, and who were not told yet. */
  readDoubled(request: { readonly limit: number }): Promise<readonly DoubledLetter[]>;
  /** Lots of incidents of whose minutes a reminder is due, with the reminders that were written. */
  readLapsing(request: { readonly now: Instant; readonly limit: number }): Promise<readonly LapsingLot[]>;
  /** `exists` where the account was told of this kind and occurrence before: never twice. */
  writeLetter(letter: NewLetter): Promise<'created' | 'exists'>;

  /** Takes due letters; whose lease ended while it was being sent becomes unknown and is not taken. */
  claimLetters(request: {
    readonly now: Instant;
    readonly leaseUntil: Instant;
    readonly limit: number;
  }): Promise<readonly ClaimedLetter[]>;
  /** Before the server is spoken to: what will be said is kept. `stale` where somebody else has the letter. */
  beginSending(sending: Sending): Promise<'applied' | 'stale'>;
  finishSending(end: SendingEnd): Promise<'applied' | 'stale'>;
  /** Nobody can tell whether it went out; a person decides: send again, or leave it as sent. */
  settleUnknown(letterId: string, as: 'due' | 'sent', now: Instant): Promise<'applied' | 'unknown_letter'>;
  /** A letter that came back. */
  recordBounce(bounce: { readonly letterId: string; readonly note: string }): Promise<'applied' | 'unknown_letter'>;
  /** How many letters of the incident stand how. */
  countLetters(incidentId: string): Promise<Readonly<Record<string, number>>>;
}

/** Letters that are due have an order: by account, plan and kind. */
export type DueLetterName = Pick<DueLetter, 'accountId' | 'planId' | 'kind'>;

export interface DueLetter {
  readonly accountId: string;
  readonly incidentId: string;
  readonly planId: string;
  readonly kind: 'refund_sent' | 'refund_failed_choose';
  /** Counts the letters of this kind to the account in the incident. */
  readonly occurrence: number;
  readonly account: ToldAccount;
}

export interface DoubledLetter {
  readonly accountId: string;
  readonly incidentId: string;
  readonly account: ToldAccount;
  readonly doubled: readonly { readonly amount: Money; readonly finding: ToldFinding }[];
}

export interface LapsingLot {
  readonly accountId: string;
  readonly incidentId: string;
  readonly account: ToldAccount;
  readonly gift: MinutesGift;
  readonly givenAt: Instant;
  readonly reminded: readonly ReminderDays[];
}

export interface NewLetter {
  readonly accountId: string;
  readonly letterId: string;
  readonly incidentId: string;
  readonly kind: string;
  readonly occurrence: number;
  readonly facts: LetterFacts;
  /** Which refunds it tells of; empty for reminders. */
  readonly about: readonly { readonly planId: string; readonly liabilityId: string }[];
  readonly now: Instant;
}

export interface ClaimedLetter {
  readonly accountId: string;
  readonly letterId: string;
  readonly version: number;
  readonly tries: number;
  /** Null where they cannot be read: this program writes no such. */
  readonly facts: LetterFacts | null;
  /** Null where no address is known. */
  readonly to: { readonly address: string; readonly name: string | null } | null;
}

export interface Sending {
  readonly letter: Pick<ClaimedLetter, 'accountId' | 'letterId' | 'version'>;
  readonly printed: PrintedLetter;
  readonly recipient: string;
  readonly contentDigest: string;
  readonly now: Instant;
}

export interface SendingEnd {
  readonly letter: Pick<ClaimedLetter, 'accountId' | 'letterId' | 'version'>;
  readonly state: 'sent' | 'refused' | 'unknown' | 'due' | 'unsendable';
  /** When it is due again; null unless it is. */
  readonly runAt: Instant | null;
  readonly outcome: Pick<PostOutcome, 'messageId' | 'words'> | null;
  readonly now: Instant;
}
