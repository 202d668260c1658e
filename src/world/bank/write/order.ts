import { type Money, money, toMajor } from '../../../core/kernel/money.ts';
import { REFERENCE_LENGTH_MAX } from '../../../core/remedy/end-to-end-id.ts';
import { isReadable, toSepaText } from '../../../core/remedy/sepa-text.ts';
import { checkIban, isBic } from '../iban.ts';
import { amountElement, element, type Xml } from './element.ts';

/** A file for the bank, with the figures that must stand on the approval: written only where there is no fault. */
export interface OrderFile {
  readonly xml: string;
  readonly count: number;
  readonly total: Money;
}

/** What keeps a file from being written; `id` names the payment, or is null for the whole. */
export interface OrderFault {
  readonly kind: 'account' | 'bank' | 'name' | 'amount' | 'reference' | 'repeated' | 'text' | 'day' | 'count';
  readonly id: string | null;
  /** One sentence. */
  readonly message: string;
}

/** One of ours, or of a customer, at a bank. */
export interface OrderParty {
  readonly name: string;
  readonly iban: string;
  /** Null: the bank finds it by the IBAN. */
  readonly bic: string | null;
}

/** Banks' portals begin to refuse beyond it; more go into a second file. */
export const PAYMENTS_MAX = 50_000;
/** EPC125-05, SEPA Credit Transfer Rulebook: up to EUR 999,999,999.99. */
const AMOUNT_MINOR_MAX = 99_999_999_999n;
/** EPC132-08: names have 70 characters, the text 140. */
const NAME_LENGTH_MAX = 70;
export const TEXT_LENGTH_MAX = 140;

export function nameOf(party: { readonly name: string }): string {
  return toSepaText(party.name).slice(0, NAME_LENGTH_MAX).trim();
}

/** Where the file names a party that no bank would take. */
export function partyFaults(party: OrderParty, id: string | null): readonly OrderFault[] {
  const iban = checkIban(party.iban);
  return [
    iban.ok ? [] : { kind: 'account' as const, id, message: `The IBAN is ${iban.error.replaceAll('_', ' ')}.` },
    party.bic === null || isBic(party.bic) ? [] : { kind: 'bank' as const, id, message: 'The BIC is none.' },
    isReadable(nameOf(party)) ? [] : { kind: 'name' as const, id, message: 'The name has no letter that banks know.' },
  ].flat();
}

export function amountFaults({ amountMinor, currency }: Money, id: string): readonly OrderFault[] {
  if (currency !== 'EUR') return [{ kind: 'amount', id, message: `SEPA moves EUR only, not ${currency}.` }];
  if (amountMinor > 0n && amountMinor <= AMOUNT_MINOR_MAX) return [];
  return [{ kind: 'amount', id, message: 'The amount must be EUR 0.01 to 999999999.99.' }];
}

/** Not at the ends and not twice in a row: EPC132-08. */
const SLASHES = /^\/|\/$|\/\//;
const REFERENCE = /^[A-Za-z0-9/?:().,'+ -]+$/;

export function referenceFaults(reference: string, id: string | null): readonly OrderFault[] {
  const isTaken = reference.length <= REFERENCE_LENGTH_MAX && REFERENCE.test(reference) && !SLASHES.test(reference);
  if (isTaken && reference.trim() === reference) return [];
  const message = `${reference.slice(0, 60)} is no reference: 1 to 35 letters of SEPA, and / neither first, last nor twice.`;
  return [{ kind: 'reference', id, message }];
}

/** Banks drop a second payment of the same reference as a repeat, or pay it twice: neither may be tried. */
export function repeatFaults(references: readonly string[]): readonly OrderFault[] {
  const seen = new Set<string>();
  return references.flatMap((reference) => {
    if (!seen.has(reference)) {
      seen.add(reference);
      return [];
    }
    return [{ kind: 'repeated' as const, id: reference, message: 'This reference stands in the file twice.' }];
  });
}

export function countFaults(count: number): readonly OrderFault[] {
  if (count >= 1 && count <= PAYMENTS_MAX) return [];
  return [{ kind: 'count', id: null, message: `A file holds 1 to ${PAYMENTS_MAX} payments, not ${count}.` }];
}

export function totalOf(amounts: readonly Money[]): Money {
  return money(
    amounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    'EUR',
  );
}

export function accountElement(name: string, iban: string): Xml {
  const checked = checkIban(iban);
  return element(name, [element('Id', [element('IBAN', checked.ok ? checked.value : iban)])]);
}

export function eurElement(name: string, amount: Money): Xml {
  return amountElement(name, { major: toMajor(amount), currency: amount.currency });
}
