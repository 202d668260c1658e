import type { Instant } from '../../../../core/kernel/time.ts';

interface Entry {
  readonly at: Instant;
  readonly order: number;
  readonly key: string;
}

/** Keys by the instant at which they are due, earliest first, equal ones in the order in which they came. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #count = 0;

  /** When the first one is due; null where nothing is planned. */
  get nextAt(): Instant | null {
    return this.#heap[0]?.at ?? null;
  }

  add(key: string, at: Instant): void {
    this.#count += 1;
    this.#heap.push({ at, order: this.#count, key });
    this.#rise(this.#heap.length - 1);
  }

  /** Takes the first key that is due at `now`, or null. */
  takeDue(now: Instant): string | null {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return null;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first.key;
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfLater(parent, index)) return;
      index = parent;
    }
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#isLater(left, left + 1) ? left + 1 : left;
      if (!this.#swapIfLater(index, child)) return;
      index = child;
    }
  }

  /** Whether the entry at `one` is due after the one at `other`; what is not there is never earlier. */
  #isLater(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    return a.at > b.at || (a.at === b.at && a.order > b.order);
  }

  #swapIfLater(upper: number, lower: number): boolean {
    const a = this.#heap[upper];
    const b = this.#heap[lower];
    if (a === undefined || b === undefined || !this.#isLater(upper, lower)) return false;
    this.#heap[upper] = b;
    this.#heap[lower] = a;
    return true;
  }
}
