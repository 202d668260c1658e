import { sayShare } from './clue.ts';
import { ramp } from './numbers.ts';
import type { Profile } from './profile.ts';
import type { Trait } from './traits.ts';

/** Traits that only our own books show: in what state they hold the two legs. */

/** The books hold the first leg as failed or unknown although the provider took the money. */
export function firstLost({ books }: Profile): Trait {
  if (books === null) return { strength: null, says: '' };
  return {
    strength: ramp(books.first.failed, 0.2, 0.7),
    says: `Our books hold ${sayShare(books.first.failed)} of the first charges as failed or unknown, but the provider took the money: the answer was lost.`,
  };
}

export function firstAbsent({ books }: Profile): Trait {
  if (books === null) return { strength: null, says: '' };
  return {
    strength: ramp(books.first.absent, 0.3, 0.8),
    says: `${sayShare(books.first.absent)} of the first charges are not in our books at all.`,
  };
}

export function firstClosed({ books }: Profile): Trait {
  if (books === null) return { strength: null, says: '' };
  return {
    strength: ramp(books.first.closed, 0.2, 0.7),
    says: `Our books had given up ${sayShare(books.first.closed)} of the first attempts (canceled, expired or pending) before the provider took the money.`,
  };
}

export function secondAbsent({ books }: Profile): Trait {
  if (books === null) return { strength: null, says: '' };
  return {
    strength: ramp(books.second.absent, 0.3, 0.8),
    says: `${sayShare(books.second.absent)} of the second charges are not in our books at all.`,
  };
}

export function bothBooked({ books }: Profile): Trait {
  if (books === null) return { strength: null, says: '' };
  return {
    strength: ramp(books.both, 0.3, 0.8),
    says: `Our own books hold both charges in ${sayShare(books.both)} of the pairs (2,2): we billed twice ourselves.`,
  };
}
