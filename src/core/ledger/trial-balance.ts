import { chartLineOf, chartOrderOf, type Side } from './chart.ts';
import type { Asset } from './transfer.ts';

/** All that was moved onto and off one line of the chart, in one asset. Amounts in the asset's smallest unit, ≥ 0. */
export interface LedgerSum {
  readonly ledgerAccount: string;
  readonly dimension: string;
  readonly asset: Asset;
  readonly debits: bigint;
  readonly credits: bigint;
}

export interface TrialBalanceLine extends LedgerSum {
  readonly name: string;
  readonly normalSide: Side;
  /** On the line's normal side; below zero where it stands on the other one, which is worth a look. */
  readonly balance: bigint;
}

/** The books of one asset. Assets never meet: there is no sum over euros and minutes. */
export interface TrialBalance {
  readonly asset: Asset;
  readonly lines: readonly TrialBalanceLine[];
  readonly debits: bigint;
  readonly credits: bigint;
  readonly isBalanced: boolean;
}

/** Sums of all lines to one trial balance an asset, currencies first, each in the order of the chart. */
export function trialBalances(sums: readonly LedgerSum[]): readonly TrialBalance[] {
  const assets = [...new Set(sums.map((sum) => sum.asset))].toSorted(byCurrencyFirst);
  return assets.map((asset) => trialBalance(asset, sums));
}

function trialBalance(asset: Asset, sums: readonly LedgerSum[]): TrialBalance {
  const lines = foldDimensions(sums.filter((sum) => sum.asset === asset))
    .map(lineOf)
    .toSorted(
      (one, other) =>
        chartOrderOf(one.ledgerAccount) - chartOrderOf(other.ledgerAccount) ||
        compareText(one.dimension, other.dimension),
    );
  const debits = lines.reduce((sum, one) => sum + one.debits, 0n);
  const credits = lines.reduce((sum, one) => sum + one.credits, 0n);
  return { asset, lines, debits, credits, isBalanced: debits === credits };
}

/** A transfer has one dimension for both its lines; where it means nothing to a line, the line stays one. */
function foldDimensions(sums: readonly LedgerSum[]): readonly LedgerSum[] {
  const folded = new Map<string, LedgerSum>();
  for (const sum of sums) {
    const dimension = chartLineOf(sum.ledgerAccount)?.isPerProvider === true ? sum.dimension : '';
    const id = `${sum.ledgerAccount} ${dimension}`;
    const before = folded.get(id) ?? { debits: 0n, credits: 0n };
    folded.set(id, {
      ...sum,
      dimension,
      debits: before.debits + sum.debits,
      credits: before.credits + sum.credits,
    });
  }
  return [...folded.values()];
}

function lineOf(sum: LedgerSum): TrialBalanceLine {
  const { name, normalSide } = chartLineOf(sum.ledgerAccount) ?? { name: 'Not in the chart', normalSide: 'debit' };
  const balance = normalSide === 'debit' ? sum.debits - sum.credits : sum.credits - sum.debits;
  return { ...sum, name, normalSide, balance };
}

function byCurrencyFirst(one: Asset, other: Asset): number {
  return Number(one.startsWith('MIN/')) - Number(other.startsWith('MIN/')) || compareText(one, other);
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
