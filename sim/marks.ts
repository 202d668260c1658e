/** Counts what a run reached: guards of the flows (marks) and faults that fired. A run that misses one says so. */
export interface Marks {
  hit(name: string): void;
  counts(): ReadonlyMap<string, number>;
}

export function createMarks(): Marks {
  const counts = new Map<string, number>();
  return {
    hit: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    counts: () => counts,
  };
}
