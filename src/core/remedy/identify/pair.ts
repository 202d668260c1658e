import type { BankEntry, BankTransaction } from '../../fact/bank.ts';
import { type Day, daysBetween } from '../../kernel/day.ts';
import { isComplete, type StatementSource } from './source.ts';

export interface Incoming {
  /** Its place in the statement. */
  readonly at: number;
  readonly entry: BankEntry;
  readonly day: Day;
}

export interface Candidate {
  readonly key: string;
  readonly source: StatementSource;
  readonly entry: BankEntry;
  readonly day: Day;
}

/** The work in progress: what is decided of each incoming entry, and which known ones are used up. */
export interface Pairing {
  readonly incoming: readonly Incoming[];
  readonly known: readonly Candidate[];
  readonly source: StatementSource;
  readonly standings: Map<number, PairStanding>;
  readonly used: Set<string>;
}

export type PairStanding =
  | { readonly kind: 'known'; readonly key: string }
  | { readonly kind: 'resplit'; readonly keys: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] };

/** Days after which a bank may use a reference of its own again; within them a booking may still change its day. */
const BANK_REF_DAYS = 35;
/** References of payers repeat sooner, as that of a rent. A booking moves by a weekend and holidays at most. */
const REFERENCES_DAYS = 5;

export function undecided({ incoming, standings }: Pairing): readonly Incoming[] {
  return incoming.filter(({ at }) => !standings.has(at));
}

export function unused({ known, used }: Pairing): readonly Candidate[] {
  return known.filter(({ key }) => !used.has(key));
}

/** By the bank's own reference and the amount. */
export function pairByBankRef(pairing: Pairing): void {
  pairAlike(pairing, {
    nameOf: ({ bankRef, amount }) => (bankRef === null ? null : `${bankRef} ${amount.amountMinor} ${amount.currency}`),
    judge: (incoming, candidate) => (distance(incoming, candidate) <= BANK_REF_DAYS ? 'same' : 'other'),
  });
}

/** By all references of the payments within it, where the bank gives none of its own to one of the two. */
export function pairByReferences(pairing: Pairing): void {
  pairAlike(pairing, {
    nameOf: (entry) => {
      const references = referencesOf(entry);
      return references.length === 0
        ? null
        : `${references.join(' ')} ${entry.amount.amountMinor} ${entry.amount.currency}`;
    },
    judge: (incoming, candidate) => {
      if (incoming.entry.bankRef !== null && candidate.entry.bankRef !== null) return 'other';
      // In two parts of one day it may be one payment, or one that was executed twice.
      if (distance(incoming, candidate) === 0 && mustAgree(candidate.source, pairing.source)) return 'same';
      return distance(incoming, candidate) <= REFERENCES_DAYS ? 'unclear' : 'other';
    },
  });
}

/** By all that is said, where nothing has a name: only statements that must tell of the same bookings are compared. */
export function pairByContent(pairing: Pairing): void {
  pairAlike(pairing, {
    nameOf: (entry) => (hasNames(entry) ? null : contentOf(entry)),
    judge: (_, candidate) => (mustAgree(candidate.source, pairing.source) ? 'same' : 'unclear'),
  });
}

interface Likeness {
  /** Equal for what may be the same; null where the evidence is absent. */
  readonly nameOf: (entry: BankEntry) => string | null;
  readonly judge: (incoming: Incoming, candidate: Candidate) => 'same' | 'unclear' | 'other';
}

/** In order of place and key, each with one of its own: of k known and n alike, k are known and the rest is new. */
function pairAlike(pairing: Pairing, { nameOf, judge }: Likeness): void {
  const byName = Map.groupBy(unused(pairing), ({ entry }) => nameOf(entry));
  for (const incoming of undecided(pairing)) {
    const name = nameOf(incoming.entry);
    if (name === null) continue;
    const alike = (byName.get(name) ?? []).filter(({ key }) => !pairing.used.has(key));
    const same = alike.find((candidate) => judge(incoming, candidate) === 'same');
    const unclear = alike.filter((candidate) => judge(incoming, candidate) === 'unclear');
    if (same !== undefined) {
      pairing.used.add(same.key);
      pairing.standings.set(incoming.at, { kind: 'known', key: same.key });
    } else if (unclear.length > 0) {
      pairing.standings.set(incoming.at, { kind: 'ambiguous', candidates: unclear.map(({ key }) => key) });
    }
  }
}

function distance(incoming: Incoming, candidate: Candidate): number {
  if (incoming.day === candidate.day) return 0;
  return Math.abs(daysBetween({ from: incoming.day, to: candidate.day }));
}

/** One statement twice, or a part of the day and the whole of it. Two parts of a day may lie side by side. */
export function mustAgree(one: StatementSource, other: StatementSource): boolean {
  if (one.kind === other.kind && (one.statementId === other.statementId || isComplete(one))) return true;
  return one.kind !== other.kind && (isComplete(one) || isComplete(other));
}

export function referencesOf({ transactions }: BankEntry): readonly string[] {
  return transactions.flatMap(namesOf).sort();
}

function namesOf({ references }: BankTransaction): readonly string[] {
  const { endToEndId, instructionId, uetr, bankRef } = references;
  return [endToEndId, instructionId, uetr, bankRef].filter((name) => name !== null);
}

function hasNames(entry: BankEntry): boolean {
  return entry.bankRef !== null || referencesOf(entry).length > 0;
}

function contentOf({ amount, bookedOn, valueOn, code, text, transactions }: BankEntry): string {
  const said = transactions.flatMap(({ remittance, counterparty }) => [remittance, counterparty.iban ?? '']);
  return JSON.stringify([String(amount.amountMinor), amount.currency, bookedOn, valueOn, code, text, ...said]);
}
