import type { CauseId } from './diagnosis.ts';

/** One thing that the data say for or against a cause. */
export interface Clue {
  /**
   * For a supporting clue its share of the fingerprint; for a contradiction how much of the score it can take, 0
   * to 1.
   */
  readonly weight: number;
  /** How strongly the data show it, 0 to 1; null where these files cannot show it. */
  readonly strength: number | null;
  /** A plain sentence with the numbers. */
  readonly says: string;
}

/** What the data say of one cause. */
export interface Reading {
  readonly id: CauseId;
  readonly support: readonly Clue[];
  readonly against: readonly Clue[];
}

/** What is not visible counts as a missing part of the fingerprint, but less than what is visibly absent. */
const UNSEEN_WEIGHT = 0.35;

/** 0 to 1: the share of the fingerprint that is there, less what contradicts it. */
export function scoreOf({ support, against }: Reading): number {
  let there = 0;
  let whole = 0;
  for (const { weight, strength } of support) {
    there += strength === null ? 0 : weight * strength;
    whole += strength === null ? weight * UNSEEN_WEIGHT : weight;
  }
  if (whole === 0) return 0;
  return against.reduce((score, { weight, strength }) => score * (1 - weight * (strength ?? 0)), there / whole);
}

/** The strongest clues first, then what speaks against it: at most five sentences. */
export function evidenceOf({ support, against }: Reading): string {
  const pro = support
    .filter((clue) => clue.weight >= 0.7 && (clue.strength ?? 0) >= 0.4)
    .sort((one, other) => other.weight * (other.strength ?? 0) - one.weight * (one.strength ?? 0))
    .map((clue) => clue.says);
  const contra = against
    .filter((clue) => (clue.strength ?? 0) >= 0.4 && clue.weight >= 0.15)
    .sort((one, other) => other.weight - one.weight)
    .slice(0, 1)
    .map((clue) => `Against it: ${lowerFirst(clue.says)}`);
  const said = [...new Set(pro)].slice(0, 4).concat(contra);
  return said.length === 0 ? 'Nothing in these files contradicts it, and little speaks for it.' : said.join(' ');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** 99.8%, 12%, 0.4%: one decimal where it matters. */
export function sayShare(share: number): string {
  const percent = share * 100;
  const near = percent > 99 || percent < 10;
  return `${
    near && !Number.isInteger(percent)
      ? Math.min(percent, 99.9999)
          .toFixed(1)
          .replace(/^100\.0$/, '99.9')
      : percent.toFixed(0)
  }%`;
}

/** 1,912: groups of three for the eye. */
export function sayNumber(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
