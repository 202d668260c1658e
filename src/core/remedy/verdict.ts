import { type Money, money } from '../kernel/money.ts';
import { remembered } from '../kernel/remembered.ts';
import type { Finding, FindingClass, Grade } from './finding.ts';
import type { Scan } from './scan.ts';
import { countAccountsAffected, type RefundDue, sayCount, sayGrouped, sumRefundDue } from './summary.ts';

/**
 * The verdict of a scan in one or two sentences: the first thing that terminal and report show.
 * It never says more than the grades do: what is only possible is not called wrong, and nothing found is said to be
 * nothing found in these files.
 */
export const sayVerdict = remembered((scan: Scan): string => {
  const { findings } = scan.verdicts;
  const owed = findings.filter(({ grade, refundDue }) => grade !== 'possible' && refundDue.amountMinor > 0n);
  if (owed.length > 0) return sayOwed(owed);
  const sure = findings.filter(({ grade }) => grade !== 'possible');
  if (sure.length > 0) return sayNothingOwed(sure);
  if (findings.length > 0) return sayPossible(findings);
  return sayNothingFound(scan);
});

function sayOwed(owed: readonly Finding[]): string {
  const accounts = countAccountsAffected(owed);
  const who = accounts === 0 ? '' : ` to ${count(accounts, 'customer')}`;
  const sums = sumRefundDue(owed);
  const proven = sumOf(sums, ['proven']);
  const probable = sumOf(sums, ['probable']);
  const all = listSums(sumOf(sums, ['proven', 'probable']));
  const what = `${capitalise(sayWrong(owed))}: ${all} to give back${who}`;
  if (proven.length === 0) return `${what}, probable, to be reviewed first.`;
  if (probable.length === 0) return `${what}, all of it proven.`;
  return `${what}; ${listSums(proven)} is proven, ${listSums(probable)} probable.`;
}

/** Says what happened in the words of its class where all are of one, else in general. */
function sayWrong(findings: readonly Finding[]): string {
  const classes = new Set(findings.map((finding) => finding.class));
  const [only, ...others] = classes;
  if (only === undefined || others.length > 0) return `${count(findings.length, 'wrong charge')} found`;
  return sayAllOf(only, findings);
}

function sayAllOf(only: FindingClass, findings: readonly Finding[]): string {
  const were = findings.length === 1 ? 'was' : 'were';
  const rentals = new Set(findings.map(({ rentalId, findingId }) => rentalId ?? findingId)).size;
  switch (only) {
    case 'double_charge':
      return rentals === findings.length
        ? `${count(rentals, 'rental')} ${were} charged twice`
        : `${count(rentals, 'rental')} ${rentals === 1 ? 'was' : 'were'} charged more than once (${count(findings.length, 'charge')} too many)`;
    case 'duplicate_record':
      return `${count(findings.length, 'drive')} ${were} recorded and charged twice`;
    case 'overcharge':
      return `${count(rentals, 'rental')} ${rentals === 1 ? 'was' : 'were'} charged too high an amount`;
    case 'charge_without_rental':
      return `${count(findings.length, 'charge')} ${were} made that no rental explains`;
    case 'phantom':
    case 'acquirer_duplicate':
    case 'missing_twin':
      return `${count(findings.length, 'wrong booking')} found`;
  }
}

/** Doubled in our books or at the bank only. */
function sayNothingOwed(findings: readonly Finding[]): string {
  const parts = [
    sayIfAny(
      findings,
      'acquirer_duplicate',
      (n) => `bank or acquirer booked ${count(n, 'payment')} twice and must repay`,
    ),
    sayIfAny(findings, 'missing_twin', (n) => `${count(n, 'payment')} never reached the bank`),
    sayIfAny(
      findings,
      'phantom',
      (n) => `${count(n, 'charge')} ${n === 1 ? 'stands' : 'stand'} twice in our books only`,
    ),
    sayIfAny(findings, 'duplicate_record', (n) => `${count(n, 'drive')} recorded twice`),
  ].filter((part) => part !== null);
  return `We took nothing twice and owe nobody: ${parts.length === 0 ? `${count(findings.length, 'case')} already settled` : parts.join(', ')}.`;
}

function sayIfAny(findings: readonly Finding[], of: FindingClass, say: (found: number) => string): string | null {
  const found = findings.filter((finding) => finding.class === of).length;
  return found === 0 ? null : say(found);
}

function sayPossible(findings: readonly Finding[]): string {
  const amounts = listSums(sumOf(sumRefundDue(findings), ['possible']));
  const worth = amounts === '' ? '' : `, ${amounts} in all`;
  return `Nothing proven: ${count(findings.length, 'case')} only ${findings.length === 1 ? 'looks' : 'look'} like a wrong charge${worth}; nothing is due without more evidence.`;
}

function sayNothingFound(scan: Scan): string {
  const payments = scan.counts.payments?.used ?? 0;
  if (payments === 0) return 'There is nothing to judge: the files hold no usable payment.';
  const against = scan.layers.rentals ? ` against ${count(scan.counts.rentals?.used ?? 0, 'rental')}` : '';
  return `No wrong charge found: ${count(payments, 'payment')} checked${against}, all come out even.`;
}

/** What is due at these grades, one amount a currency, zero amounts left out. */
function sumOf(sums: RefundDue, grades: readonly Grade[]): readonly Money[] {
  return [...sums]
    .map(([currency, ofCurrency]) =>
      money(
        grades.reduce((sum, grade) => sum + ofCurrency[grade], 0n),
        currency,
      ),
    )
    .filter(({ amountMinor }) => amountMinor > 0n);
}

function listSums(sums: readonly Money[]): string {
  return sums.map(sayGrouped).join(' and ');
}

function count(n: number, noun: string): string {
  return `${sayCount(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
