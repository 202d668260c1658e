import type { BankEntry, BankStatement } from '../fact/bank.ts';
import type { Day } from '../kernel/day.ts';
import { splitOf } from './check-statement.ts';
import { type Candidate, type Pairing, pairByBankRef, pairByContent, pairByReferences } from './identify/pair.ts';
import { standingOfRest } from './identify/rest.ts';
import { isDisjoint, type StatementSource, sourceOf } from './identify/source.ts';

/** A booked entry that was taken before, with the statement that first told of it. */
export interface KnownEntry {
  readonly key: string;
  readonly source: StatementSource;
  readonly entry: BankEntry;
}

/** What an entry is to those that were taken before. */
export type EntryStanding =
  /** Taken under this key, which nothing else has or will have. */
  | { readonly kind: 'new'; readonly key: string }
  /** The same booking. With `addsDetails` it names the payments of which only the sum was known. */
  | { readonly kind: 'known'; readonly key: string; readonly addsDetails: boolean }
  /** The same money, cut otherwise: the bank was set to show sums, or no longer. Taken under these keys already. */
  | { readonly kind: 'resplit'; readonly keys: readonly string[] }
  /** It may be one of these, or another alike: a person decides, or the bank's next statement does. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly kind: 'not_booked' };

export interface IdentifiedEntry {
  readonly entry: BankEntry;
  readonly standing: EntryStanding;
}

/** Known entries must reach as far back: banks use references again after that. */
export const IDENTIFY_DAYS = 35;

/**
 * Which entries of a statement are new, given all known ones of the account within `IDENTIFY_DAYS` of it. The same
 * money comes several times: in camt.052 during the day, in camt.053 after it, in camt.054 with details, in statements
 * sent again. Stronger evidence first: the bank's reference, the references of the payments, all that is said of it;
 * each known entry explains one. Two equal bookings of one statement are two. What could be either is ambiguous.
 */
export function identifyEntries(known: readonly KnownEntry[], statement: BankStatement): readonly IdentifiedEntry[] {
  const source = sourceOf(statement);
  const pairing: Pairing = {
    incoming: statement.entries.flatMap((entry, at) =>
      entry.status === 'booked' ? [{ at, entry, day: entry.bookedOn ?? statement.to ?? '' }] : [],
    ),
    known: known
      .filter((each) => each.source.account === source.account && !isDisjoint(each.source, source))
      .map((each) => ({ ...each, day: each.entry.bookedOn ?? each.source.to ?? '' })),
    source,
    standings: new Map(),
    used: new Set(),
  };
  for (const pair of [pairByBankRef, pairByReferences, pairByContent]) pair(pairing);
  standingOfRest(pairing);
  const keys = keyMaker(known, source.account);
  return statement.entries.map((entry, at) => {
    if (entry.status !== 'booked') return { entry, standing: { kind: 'not_booked' } };
    const found = pairing.standings.get(at);
    if (found !== undefined) return { entry, standing: withDetails(found, entry, pairing.known) };
    return { entry, standing: { kind: 'new', key: keys(entry, entry.bookedOn ?? statement.to ?? '') } };
  });
}

/** The known entries after a statement: those of before and its new ones. Taking it again adds nothing. */
export function takeStatement(
  known: readonly KnownEntry[],
  statement: BankStatement,
): { readonly identified: readonly IdentifiedEntry[]; readonly known: readonly KnownEntry[] } {
  const identified = identifyEntries(known, statement);
  const source = sourceOf(statement);
  const added = identified.flatMap(({ entry, standing }) =>
    standing.kind === 'new' ? [{ key: standing.key, source, entry }] : [],
  );
  return { identified, known: [...known, ...added] };
}

/** Account, day, amount and the bank's reference, and how many alike came before: no personal data, and no digest. */
function keyMaker(known: readonly KnownEntry[], account: string): (entry: BankEntry, day: Day) => string {
  const taken = new Set(known.map(({ key }) => key));
  return ({ amount, bankRef }, day) => {
    const base = [account, day, `${amount.amountMinor}${amount.currency}`, bankRef ?? ''].join('|');
    let occurrence = 1;
    while (taken.has(`${base}|${occurrence}`)) occurrence += 1;
    taken.add(`${base}|${occurrence}`);
    return `${base}|${occurrence}`;
  };
}

type Found = Exclude<EntryStanding, { kind: 'new' | 'not_booked' }> | { readonly kind: 'known'; readonly key: string };

function withDetails(found: Found, entry: BankEntry, known: readonly Candidate[]): EntryStanding {
  if (found.kind !== 'known') return found;
  const before = known.find(({ key }) => key === found.key)?.entry;
  const addsDetails = before !== undefined && splitOf(before) === 'sum_only' && splitOf(entry) === 'itemised';
  return { kind: 'known', key: found.key, addsDetails };
}
