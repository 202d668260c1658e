import { fail, ok, type Result } from '../../core/kernel/result.ts';
import { DAY_MS, type Instant } from '../../core/kernel/time.ts';
import type { Operator } from '../../core/remedy/notify/facts.ts';
import { bankDetailsFacts } from '../../core/remedy/notify/gather.ts';
import type { BankAccounts, BankDesk } from '../ports/bank.ts';
import type { LetterBox } from '../ports/letters.ts';
import type { Calendar, Clock, Entropy } from '../ports/world.ts';
import { clocksOf } from './clocks.ts';

export interface BankEntryWorld {
  readonly accounts: Pick<BankAccounts, 'putBankAccount'>;
  readonly desk: Pick<BankDesk, 'readAwaiting'>;
  readonly letters: Pick<LetterBox, 'writeLetter'>;
  readonly operator: Operator;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly entropy: Entropy;
}

/** Time enough for whoever reads the old address to say that it was not him. */
export const WAITING_MS = 3 * DAY_MS;

export interface BankEntryWish {
  readonly accountId: string;
  /** Checked, in electronic form. */
  readonly iban: string;
  readonly holder: string;
  /** Who typed it: the signed-in customer, or a person here for him. */
  readonly by: string;
}

/** `nothing_waits`: no refund of his came back; nobody is asked for an account number in vain. */
export type BankEntryRefusal = { readonly kind: 'nothing_waits' };

/**
 * Takes down where a customer wants money that came back. Nothing is paid there before the waiting period is over, and
 * the address that was known before is told.
 */
export async function enterBankAccount(
  world: BankEntryWorld,
  { accountId, iban, holder, by }: BankEntryWish,
): Promise<Result<{ readonly revision: number; readonly usableFrom: Instant }, BankEntryRefusal>> {
  const awaiting = await world.desk.readAwaiting(accountId);
  if (awaiting === null) return fail({ kind: 'nothing_waits' });
  const now = world.clock.now();
  const usableFrom = now + WAITING_MS;
  const entry = { accountId, iban, holder, enteredBy: by, enteredAt: now, usableFrom };
  const { revision } = await world.accounts.putBankAccount(entry);
  const clocks = clocksOf(world.calendar);
  const change = { changedAt: now, ibanEnd: iban.slice(-IBAN_END), amount: awaiting.amount, paidFrom: usableFrom };
  const facts = bankDetailsFacts({ account: awaiting.account, operator: world.operator, now, clocks, change });
  await world.letters.writeLetter({
    accountId,
    letterId: world.entropy.id('ltr', 'a letter'),
    incidentId: awaiting.incidentId,
    kind: facts.kind,
    occurrence: revision,
    facts,
    about: [],
    now,
  });
  return ok({ revision, usableFrom });
}

const IBAN_END = 4;
