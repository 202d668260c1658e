import type { Window } from '../../kernel/time.ts';
import type { Rhythm } from '../billing.ts';
import type { Chance } from '../chance.ts';
import type { Drive, Rush } from '../demand.ts';
import type { History, PaymentDraft } from '../history.ts';
import { dayOf } from '../local-time.ts';

/** One cause at work in a history: whom it strikes and what it writes. */
export interface Incident {
  readonly rhythm: Rhythm;
  readonly rush: Rush | null;
  /**
   * Whether drives that are paid in an odd but robust way may be struck too; without stories, struck drives are
   * plain.
   */
  readonly keepStories: 'robust' | 'none';
  select(drives: readonly Drive[], chance: Chance): readonly Drive[];
  /** Writes the wrong charges after everything right is written, and notes each. */
  strike(history: History, struck: readonly Drive[]): void;
  /** Changes what the bank booked, after everything is settled. */
  strikeBank(history: History): void;
}

/** The days of all incidents: Thursday 13 November 2014 is the last day of the origin case. */
export const NOVEMBER_2014 = (day: number) => dayOf(2014, 11, day);

/** An incident that charges too much at the provider and leaves the bank alone. */
export function incident(parts: Pick<Incident, 'select' | 'strike'> & Partial<Incident>): Incident {
  return { rhythm: 'message', rush: null, keepStories: 'none', strikeBank: () => undefined, ...parts };
}

/** The drives that ended in a stretch of time, both ends included. */
export function endedWithin(drives: readonly Drive[], window: Window): Drive[] {
  return drives.filter((drive) => drive.endedAt >= window.from && drive.endedAt <= window.to);
}

/**
 * A part of them by chance, at least one where there is any, in order of their end: one out of each stretch of equal
 * numbers, because a fault that lasts strikes steadily. With free draws, the last of thirty would now and then lie a
 * day
 * behind the others, and nobody could tell it from a stray.
 */
export function some(drives: readonly Drive[], share: number, chance: Chance): Drive[] {
  const inOrder = byEnd(drives);
  const wanted = Math.min(inOrder.length, Math.max(1, Math.round(share * inOrder.length)));
  return Array.from({ length: wanted }, (_, index) => {
    const from = Math.floor((index * inOrder.length) / wanted);
    const next = Math.floor(((index + 1) * inOrder.length) / wanted);
    return chance.pick(inOrder.slice(from, next));
  });
}

/** The charge of a struck drive; it is a defect of the scenario if there is none. */
export function mainOf(history: History, drive: Drive): PaymentDraft {
  const main = history.main.get(drive);
  if (main === undefined) throw new RangeError(`no charge for ${drive.rentalId}`);
  return main;
}

/** Notes that the later of two charges for one drive is one too many, all of it. */
export function blameDouble(history: History, drive: Drive, kept: PaymentDraft, wrong: PaymentDraft): void {
  history.wrongs.push({
    class: 'double_charge',
    grade: 'proven',
    payment: wrong,
    kept,
    charge: null,
    refundDueMinor: wrong.amountMinor,
    endedAt: drive.endedAt,
    at: wrong.createdAt,
    layersNeeded: looksAlike(kept, wrong) ? [] : ['rentals'],
    stray: false,
  });
}

/**
 * Without the price, two charges tell only by naming one rental, being equal and from one instrument that the
 * second is too much.
 */
function looksAlike(kept: PaymentDraft, wrong: PaymentDraft): boolean {
  if (wrong.rentalId === null) return false;
  return kept.amountMinor === wrong.amountMinor && kept.attributes.card === wrong.attributes.card;
}

/** In order of the end of their drives: the order in which a job takes them up. */
export function byEnd(drives: readonly Drive[]): Drive[] {
  return [...drives].sort((one, other) => one.endedAt - other.endedAt);
}

/** A worker other than the one who did it first. */
export function otherWorker(workers: readonly string[], first: PaymentDraft, chance: Chance): string {
  return chance.pick(workers.filter((worker) => worker !== first.attributes.worker));
}

/** Marks that our books never learned of the success. */
export function forget(first: PaymentDraft, status: 'failed' | 'unknown' | 'canceled'): void {
  if (first.charge === null) return;
  first.charge.status = status;
  first.charge.payment = null;
}
