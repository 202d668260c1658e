import { Heap } from './heap.ts';
import { compareText, type IntentRow, intentName, type Rows } from './rows.ts';

interface Waiting {
  readonly name: string;
  readonly version: number;
  readonly runAt: number;
  readonly freeAt: number;
}

/**
 * Intents by when they may be worked on. Two heaps: those whose time may not have come, by when it does; and those that
 * were ready once, by how long they wait. An entry whose version is past is dropped when it comes up.
 */
export class DueQueue {
  readonly #rows: Rows;
  readonly #later = new Heap<Waiting>((one, other) => one.freeAt < other.freeAt);
  readonly #ready = new Heap<Waiting>(
    (one, other) => (one.runAt - other.runAt || compareText(one.name, other.name)) < 0,
  );

  constructor(rows: Rows) {
    this.#rows = rows;
    for (const [name, row] of rows.intents) this.add(name, row);
  }

  add(name: string, { intent, leaseUntil }: IntentRow): void {
    if (intent.runAt === null) return;
    const freeAt = Math.max(intent.runAt, leaseUntil ?? 0);
    this.#later.push({ name, version: intent.version, runAt: intent.runAt, freeAt });
  }

  /**
   * The rows that a claim takes of those it wants, those first that wait longest. Their entries are gone: the claim
   * makes new ones.
   */
  take(now: number, limit: number, isWanted: (row: IntentRow) => boolean): readonly (readonly [string, IntentRow])[] {
    for (let next = this.#later.peek(); next !== undefined && next.freeAt <= now; next = this.#later.peek()) {
      this.#ready.push(next);
      this.#later.pop();
    }
    const taken: (readonly [string, IntentRow])[] = [];
    const early: Waiting[] = [];
    while (taken.length < limit) {
      const next = this.#ready.pop();
      if (next === undefined) break;
      const row = this.#rows.intents.get(next.name);
      if (row === undefined || row.intent.version !== next.version) continue;
      // Another process's clock was ahead when it became ready.
      if (next.freeAt > now || !isWanted(row)) early.push(next);
      else taken.push([next.name, row]);
    }
    for (const entry of early) this.#later.push(entry);
    return taken;
  }
}

export function rowName(row: IntentRow): string {
  return intentName(row.intent.key);
}
