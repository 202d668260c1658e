import type { Charge } from '../../fact/charge.ts';
import type { Layers } from '../../fact/facts.ts';
import type { Rental } from '../../fact/rental.ts';
import type { Money } from '../../kernel/money.ts';

/** What a rental cost, and how we know. */
export interface Price {
  readonly owed: Money;
  readonly source:
    | 'rental'
    /** Our books hold one record that succeeded, or records of one attempt after another: one price. */
    | 'books'
    /** Our books hold several succeeded records of one amount: the price is one of them, if it was not split. */
    | 'equal_records';
}

/**
 * The price of the rental: from the rentals file, else from our own books; null where neither tells.
 * Books never stand in for a rental that a given rentals file does not hold.
 */
export function priceOf(input: {
  readonly rental: Rental | null;
  readonly books: readonly Charge[];
  readonly layers: Layers;
}): Price | null {
  if (input.rental !== null) return { owed: input.rental.amountDue, source: 'rental' };
  if (input.layers.rentals) return null;
  const succeeded = input.books.filter((record) => record.status === 'succeeded');
  const [only, second] = succeeded;
  if (only !== undefined && second === undefined) return { owed: only.amount, source: 'books' };
  const first = input.books[0];
  if (first === undefined || !input.books.every((record) => equal(record.amount, first.amount))) return null;
  return { owed: first.amount, source: succeeded.length > 1 ? 'equal_records' : 'books' };
}

function equal(one: Money, other: Money): boolean {
  return one.amountMinor === other.amountMinor && one.currency === other.currency;
}
