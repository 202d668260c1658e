import type { BankEntry } from '../../fact/bank.ts';
import { findSubsets } from '../reconcile/subset.ts';
import { type Candidate, type Incoming, mustAgree, type Pairing, referencesOf, undecided, unused } from './pair.ts';

/** More bookings of one day and sign that nothing identifies: no subset of them would prove anything. */
const ALIKE_MAX = 24;

/**
 * What no name and no text has paired: the same sum cut otherwise, or something of the same amount that may be the
 * same. Whatever is left undecided is new.
 */
export function standingOfRest(pairing: Pairing): void {
  for (const incoming of undecided(pairing)) joinIncoming(pairing, incoming);
  for (const candidate of unused(pairing)) joinKnown(pairing, candidate);
  for (const incoming of undecided(pairing)) {
    const alike = unused(pairing).filter((candidate) => mayBeSame(incoming, candidate, pairing));
    if (alike.length === 0) continue;
    pairing.standings.set(incoming.at, { kind: 'ambiguous', candidates: alike.map(({ key }) => key) });
  }
}

/** A sum now, single bookings before. */
function joinIncoming(pairing: Pairing, incoming: Incoming): void {
  const parts = unused(pairing).filter((candidate) => isAlongside(incoming, candidate));
  const found = onlySubset(
    parts.map(({ key, entry }) => ({ id: key, entry })),
    incoming.entry,
  );
  if (found === 'none') return;
  const used = parts.filter(({ key }) => found !== 'several' && found.includes(key));
  const isSure = isBatch(incoming.entry) && used.every(({ source }) => mustAgree(source, pairing.source));
  if (used.length === 0 || !isSure) {
    pairing.standings.set(incoming.at, { kind: 'ambiguous', candidates: parts.map(({ key }) => key) });
    return;
  }
  for (const { key } of used) pairing.used.add(key);
  pairing.standings.set(incoming.at, { kind: 'resplit', keys: used.map(({ key }) => key) });
}

/** Single bookings now, a sum before. */
function joinKnown(pairing: Pairing, candidate: Candidate): void {
  const parts = undecided(pairing).filter((incoming) => isAlongside(incoming, candidate));
  const found = onlySubset(
    parts.map(({ at, entry }) => ({ id: String(at), entry })),
    candidate.entry,
  );
  if (found === 'none') return;
  const isSure = found !== 'several' && isBatch(candidate.entry) && mustAgree(candidate.source, pairing.source);
  if (isSure) pairing.used.add(candidate.key);
  for (const { at } of parts) {
    if (found !== 'several' && !found.includes(String(at))) continue;
    const { key } = candidate;
    pairing.standings.set(at, isSure ? { kind: 'resplit', keys: [key] } : { kind: 'ambiguous', candidates: [key] });
  }
}

/** That the bank calls it one, or shows its parts: only then equal sums are more than chance. */
function isBatch({ batch, transactions }: BankEntry): boolean {
  return batch !== null || transactions.length > 1;
}

function isAlongside(incoming: Incoming, candidate: Candidate): boolean {
  const [one, other] = [incoming.entry.amount, candidate.entry.amount];
  const isSameWay = one.amountMinor > 0n === other.amountMinor > 0n;
  return incoming.day === candidate.day && one.currency === other.currency && isSameWay;
}

function onlySubset(
  parts: readonly { readonly id: string; readonly entry: BankEntry }[],
  whole: BankEntry,
): readonly string[] | 'none' | 'several' {
  if (parts.length > ALIKE_MAX) return 'none';
  const size = ({ amount }: BankEntry) => (amount.amountMinor < 0n ? -amount.amountMinor : amount.amountMinor);
  const items = parts.map(({ id, entry }) => ({ id, size: size(entry) }));
  const { subsets, isComplete } = findSubsets({ items, target: size(whole), countMin: 2 });
  const [first] = subsets;
  if (!isComplete || subsets.length > 1) return 'several';
  return first ?? 'none';
}

/** Of one day and amount, told by another kind of statement or by this one before, and without names to compare. */
function mayBeSame(incoming: Incoming, candidate: Candidate, { source }: Pairing): boolean {
  if (!isAlongside(incoming, candidate)) return false;
  const [one, other] = [incoming.entry, candidate.entry];
  if (one.amount.amountMinor !== other.amount.amountMinor) return false;
  if (source.kind === candidate.source.kind && source.statementId !== candidate.source.statementId) return false;
  const isToldByBank = one.bankRef !== null && other.bankRef !== null;
  const isToldByPayer = referencesOf(one).length > 0 && referencesOf(other).length > 0;
  return !isToldByBank && !isToldByPayer;
}
