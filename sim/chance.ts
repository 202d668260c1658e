/**
 * Seeded chance. One generator a concern, forked by name, so that drawing more in one place does not move what
 * another place draws: a run stays comparable while the simulator grows.
 */
export interface Chance {
  /** At least 0 and below 1. */
  unit(): number;
  /** At least 0 and below `below`. */
  int(below: number): number;
  /** From `from` up to and including `to`. */
  between(from: number, to: number): number;
  happens(probability: number): boolean;
  /** Exponential with this mean, in whole units. */
  exponential(mean: number): number;
  pick<T>(items: readonly T[]): T;
  fork(name: string): Chance;
}

/** 32-bit FNV-1a: seeds a fork from a name. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** sfc32 by Chris Doty-Humphrey (PractRand): small, fast, and passes its own author's hardest test. */
export function chanceOf(seed: number, name: string): Chance {
  let a = seed >>> 0;
  let b = hashOf(name);
  let c = 0x9e3779b9;
  let counter = 1;
  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) bits();
  const unit = (): number => bits() / 4294967296;
  const int = (below: number): number => Math.floor(unit() * below);
  return {
    unit,
    int,
    between: (from, to) => from + int(to - from + 1),
    happens: (probability) => probability > 0 && unit() < probability,
    exponential: (mean) => Math.floor(-Math.log(1 - unit()) * mean),
    pick<T>(items: readonly T[]): T {
      const item = items[int(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    fork: (inner) => chanceOf(seed, `${name}/${inner}`),
  };
}
