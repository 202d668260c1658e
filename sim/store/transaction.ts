import type { Rows } from './rows.ts';

type Key<M> = M extends Map<infer K, unknown> ? K : never;
type Value<M> = M extends Map<unknown, infer V> ? V : never;

/** Writes to the rows, and takes them all back if the transaction fails half-way. */
export class Transaction {
  readonly rows: Rows;
  readonly #undo: (() => void)[] = [];

  constructor(rows: Rows) {
    this.rows = rows;
  }

  set<T extends keyof Rows>(table: T, key: Key<Rows[T]>, value: Value<Rows[T]>): void {
    const map = this.rows[table] as Map<unknown, unknown>;
    const [was, before] = [map.has(key), map.get(key)];
    this.#undo.push(() => (was ? map.set(key, before) : map.delete(key)));
    map.set(key, value);
  }

  /** What stood before; newest first, since one row may have been written twice. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
  }
}

/** Runs one transaction: all of it, or nothing. */
export function transact<T>(rows: Rows, work: (tx: Transaction) => T): T {
  const tx = new Transaction(rows);
  try {
    return work(tx);
  } catch (error) {
    tx.rollBack();
    throw error;
  }
}
