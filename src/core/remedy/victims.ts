import { type Money, money } from '../kernel/money.ts';
import { compareText } from './adjudicate/order.ts';

/** A wrong charge as somebody else names it: provider or bank. */
export interface VictimLine {
  readonly paymentId: string;
  readonly amount: Money;
}

/** Their list against ours, payment by payment and currency. Nothing is guessed: another amount is said as such. */
export interface VictimsCompared {
  readonly both: readonly VictimLine[];
  readonly differ: readonly { readonly paymentId: string; readonly ours: Money; readonly theirs: Money }[];
  readonly onlyOurs: readonly VictimLine[];
  readonly onlyTheirs: readonly VictimLine[];
}

/** Several lines of one payment are added up; all lists are in the order of payment and currency. */
export function compareVictims(ours: readonly VictimLine[], theirs: readonly VictimLine[]): VictimsCompared {
  const mine = sumsOf(ours);
  const others = sumsOf(theirs);
  const both: VictimLine[] = [];
  const differ: { paymentId: string; ours: Money; theirs: Money }[] = [];
  for (const [key, line] of mine) {
    const other = others.get(key);
    if (other === undefined) continue;
    if (other.amount.amountMinor === line.amount.amountMinor) both.push(line);
    else differ.push({ paymentId: line.paymentId, ours: line.amount, theirs: other.amount });
  }
  return {
    both,
    differ,
    onlyOurs: [...mine].filter(([key]) => !others.has(key)).map(([, line]) => line),
    onlyTheirs: [...others].filter(([key]) => !mine.has(key)).map(([, line]) => line),
  };
}

function sumsOf(lines: readonly VictimLine[]): ReadonlyMap<string, VictimLine> {
  const sums = new Map<string, VictimLine>();
  for (const { paymentId, amount } of lines) {
    const key = `${paymentId}\u0000${amount.currency}`;
    const sum = (sums.get(key)?.amount.amountMinor ?? 0n) + amount.amountMinor;
    sums.set(key, { paymentId, amount: money(sum, amount.currency) });
  }
  return new Map([...sums].sort(([one], [other]) => compareText(one, other)));
}
