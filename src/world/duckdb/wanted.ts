import { OUTLINE } from './outline.ts';

/** What the screen collects: hashes of ids, each with the round of `closing.ts` that added it. */
export const WANTED = ['rental', 'account', 'payment', 'charge'] as const;
export type Wanted = (typeof WANTED)[number];

/** A statement that wants every `id` of the query, as of round 0. */
export function want(wanted: Wanted, source: string): string {
  return `insert into ${OUTLINE}.wanted_${wanted} select distinct id, 0 from (${source}) found where id is not null
    and not exists (select 1 from ${OUTLINE}.wanted_${wanted} known where known.id = found.id)`;
}
