/** What was read of late, by name. */
export interface Memory<T> {
  /** What was read at most `ageMs` ago, or what is read now. Those who ask at the same moment read once. */
  get(name: string, read: () => Promise<T | null>): Promise<T | null>;
  /** Puts something in the place of what was read, as old as that. */
  amend(name: string, change: (value: T) => T): void;
  forget(name: string): void;
}

export interface MemoryBounds {
  /** How old a value may be when it is used. */
  readonly ageMs: number;
  /** Names kept; beyond, the oldest are read again. */
  readonly namesMax: number;
}

interface Kept<T> {
  readonly readAtMs: number;
  readonly value: T;
}

/**
 * Remembers for a bounded time. What is not there is never remembered, so that what has just been made is found at
 * once; neither is what could not be read. `monotonicMs` is no clock of business: it only says how old a value is.
 */
export function openMemory<T>({ ageMs, namesMax }: MemoryBounds, monotonicMs: () => number): Memory<T> {
  const kept = new Map<string, Kept<T>>();
  const reading = new Map<string, Promise<T | null>>();

  async function readNow(name: string, read: () => Promise<T | null>): Promise<T | null> {
    // Before it is asked for: the answer may be that old already.
    const readAtMs = monotonicMs();
    const asked = read();
    reading.set(name, asked);
    try {
      const value = await asked;
      // Forgotten while it was read: what was read may be what was to be forgotten.
      if (value !== null && reading.get(name) === asked) keep(name, { readAtMs, value });
      return value;
    } finally {
      if (reading.get(name) === asked) reading.delete(name);
    }
  }

  function keep(name: string, entry: Kept<T>): void {
    kept.delete(name);
    kept.set(name, entry);
    const [oldest] = kept.keys();
    if (kept.size > namesMax && oldest !== undefined) kept.delete(oldest);
  }

  return {
    get: (name, read) => {
      const there = kept.get(name);
      if (there !== undefined && monotonicMs() - there.readAtMs <= ageMs) return Promise.resolve(there.value);
      return reading.get(name) ?? readNow(name, read);
    },
    amend: (name, change) => {
      const there = kept.get(name);
      if (there !== undefined) kept.set(name, { ...there, value: change(there.value) });
    },
    forget: (name) => {
      kept.delete(name);
      reading.delete(name);
    },
  };
}
