import { queryRows, quoteText } from './open.ts';
import type { Holdings } from './outline.ts';

/** Two slips: beyond them ids of one source are all alike. */
const SLIPS_MAX = 2;
const SIMILAR_MAX = 3;

const OWN_ID = { rentals: 'rental_id', payments: 'payment_id', charges: 'charge_id', settlements: null } as const;

/** Up to three rental, payment or charge ids that a slip of the finger may have meant, the likeliest first. */
export async function similarIds({ database, declared }: Holdings, id: string): Promise<readonly string[]> {
  const found = new Map<string, number>();
  for (const { fact, view } of declared) {
    const column = OWN_ID[fact];
    if (column === null) continue;
    const rows = await queryRows(
      database,
      `select ${column}, damerau_levenshtein(lower(${column}), lower(${quoteText(id)}))::integer as slips
       from ${view} where reject = 0 and slips <= ${SLIPS_MAX} order by slips, 1 limit ${SIMILAR_MAX}`,
    );
    for (const [other, slips] of rows) found.set(String(other), Number(slips));
  }
  return [...found]
    .sort(([one, slips], [other, otherSlips]) => slips - otherSlips || (one < other ? -1 : 1))
    .slice(0, SIMILAR_MAX)
    .map(([other]) => other);
}
