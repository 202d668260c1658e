import type { Listing } from '../flow/ports/store.ts';
import { limitOf, openCursor, sealCursor } from './cursor.ts';

/** One page of a listing: reads it, says each row, seals the cursor with the filters under which it holds. */
export async function listPage<F extends object, T, S>(request: {
  readonly listing: string;
  readonly filters: F;
  readonly page: { readonly cursor: string | undefined; readonly limit: string | undefined };
  read(
    filter: F & { readonly cursor: string | null; readonly limit: number },
  ): Promise<Listing<T> & { readonly hasMore?: boolean }>;
  say(row: T): S;
}): Promise<{ data: S[]; has_more: boolean; next_cursor: string | null }> {
  const { listing, filters, page } = request;
  const cursor = openCursor(listing, filters, page.cursor);
  const {
    items,
    next,
    hasMore = next !== null,
  } = await request.read({ ...filters, cursor, limit: limitOf(page.limit) });
  return {
    data: items.map((row) => request.say(row)),
    has_more: hasMore,
    next_cursor: next === null ? null : sealCursor(listing, filters, next),
  };
}
