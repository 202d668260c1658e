/**
 * Chance that can be had again: the same seed gives the same draws on every machine. Only 32-bit integer arithmetic
 * and IEEE divisions are used, no logarithm or sine, because engines may round those differently.
 */
export interface Chance {
  /** Uniform in 0 (included) to 1 (excluded), in steps of 2^-32. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  integer(from: number, to: number): number;
  /** True with the given probability, 0 to 1. */
  happens(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A new list in random order (Fisher and Yates). */
  shuffle<T>(list: readonly T[]): T[];
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** Draws from a distribution that is given by its quantiles at equal steps from 0 % to 100 %. */
  fromQuantiles(quantiles: readonly number[]): number;
  /** A stream of its own, so that one more draw in one part of a history does not change all others. */
  fork(name: string): Chance;
}

/**
 * sfc32 (Chris Doty-Humphrey, PractRand, public domain), its state filled by splitmix32 (the finaliser of MurmurHash3
 * over a Weyl sequence, as in Sebastiano Vigna's SplitMix).
 */
export function makeChance(seed: number): Chance {
  const fill = splitMix(seed);
  const draw = smallFast(fill(), fill(), fill(), 1);
  // The first outputs of sfc32 still show the state that it was filled with.
  for (let i = 0; i < 12; i += 1) draw();
  return chanceOver(seed, draw);
}

function chanceOver(seed: number, draw: () => number): Chance {
  const next = () => draw() / 4_294_967_296;
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => {
    const item = list[integer(0, list.length - 1)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  return {
    next,
    integer,
    pick,
    happens: (share) => next() < share,
    shuffle: (list) => shuffled(list, integer),
    hex: (digits) => Array.from({ length: digits }, () => integer(0, 15).toString(16)).join(''),
    fromQuantiles: (quantiles) => interpolate(quantiles, next()),
    fork: (name) => makeChance(mixName(seed, name)),
  };
}

function shuffled<T>(list: readonly T[], integer: (from: number, to: number) => number): T[] {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = integer(0, i);
    const [one, other] = [order[i], order[j]];
    order[i] = other as T;
    order[j] = one as T;
  }
  return order;
}

function interpolate(quantiles: readonly number[], share: number): number {
  const place = share * (quantiles.length - 1);
  const index = Math.floor(place);
  const low = quantiles[index] ?? 0;
  const high = quantiles[index + 1] ?? low;
  return low + (high - low) * (place - index);
}

function splitMix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

function smallFast(first: number, second: number, third: number, counter: number): () => number {
  let [a, b, c, d] = [first | 0, second | 0, third | 0, counter | 0];
  return () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
}

/** FNV-1a over the name, begun at the seed. */
function mixName(seed: number, name: string): number {
  let hash = (seed ^ 0x811c9dc5) | 0;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}
