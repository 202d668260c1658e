import { OUTLINE } from './outline.ts';

/** What the screen collects: hashes of ids, each with the round of `closing.ts` that added it. */
export const WANTED = ['rental', 'account', 'payment', 'charge'] as const;
export type Wanted = (typeof WANTED)[number];

/** A statement that wants every `id` of the query, as of round 0. */
export function want(wanted: Wanted, source: string): string {
  return `insert into ${OUTLINE}.wanted_${wanted} select distinct id, 0 from (${source}) found where id is not null
    and not exists (select 1 from ${OUTLINE}.wanted_${wanted} known where known.id = found.id)`;
}

/**
 * Rentals of which more than a sum is weighed (vehicle, books): they need what their accounts paid without reference.
 */
export const DEEP = `${OUTLINE}.deep_rental`;

/** A statement that notes every `id` of the query among them. */
export function wantDeeply(source: string): string {
  return `insert into ${DEEP} select distinct id from (${source}) found where id is not null`;
}
