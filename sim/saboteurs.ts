import { BOOK_SABOTEURS } from './saboteur/books.ts';
import type { Saboteur } from './saboteur/plant.ts';
import { PROVIDER_SABOTEURS } from './saboteur/provider.ts';
import { STORE_SABOTEURS } from './saboteur/store.ts';

/** All planted bugs: of the calls to the provider, of what is written about an intent, of books and minutes. */
export const SABOTEURS: readonly Saboteur[] = [...PROVIDER_SABOTEURS, ...STORE_SABOTEURS, ...BOOK_SABOTEURS];

export function saboteurNamed(name: string | null): Saboteur | null {
  if (name === null) return null;
  const found = SABOTEURS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no saboteur is called ${name}`);
  return found;
}
