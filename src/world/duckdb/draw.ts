import type { Drawn, DrawRequest } from '../../flow/ports.ts';
import { queryRows, quoteText } from './open.ts';
import type { Holdings } from './outline.ts';

/**
 * Rentals in the order of a digest of id and seed: the same files and seed draw the same, nobody can choose which, and
 * MD5 is the same in every version of the engine.
 */
export async function draw({ database, declared }: Holdings, request: DrawRequest): Promise<readonly Drawn[]> {
  const rentals = declared.find(({ fact }) => fact === 'rentals');
  if (rentals === undefined) return [];
  const drawn: Drawn[] = [];
  for (const stratum of request.strata) {
    const { from, to, exceptMarkets } = stratum;
    const conditions = [
      'reject = 0',
      ...(from === null ? [] : [`ended_at >= ${from}`]),
      ...(to === null ? [] : [`ended_at < ${to}`]),
      ...(exceptMarkets.length === 0 ? [] : [`market not in (${listOf(exceptMarkets)})`]),
      ...(request.except.length === 0 ? [] : [`rental_id not in (select unnest([${listOf(request.except)}]))`]),
    ];
    const rows = await queryRows(
      database,
      `select rental_id, any_value(account_id) from ${rentals.view} where ${conditions.join(' and ')}
       group by rental_id
       order by md5(rental_id || ${quoteText(request.seed)}), rental_id
       limit ${request.count}`,
    );
    for (const [rentalId, accountId] of rows) {
      drawn.push({ stratum: stratum.name, rentalId: String(rentalId), accountId: accountId as string | null });
    }
  }
  return drawn;
}

function listOf(texts: readonly string[]): string {
  return texts.map(quoteText).join(', ');
}
