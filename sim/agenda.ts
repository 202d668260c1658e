/** `quiet`: it settled no promise, so that nothing is to run out after it. Anything else says nothing. */
export type Ran = unknown;

/** What is to happen when: a binary heap by virtual time, then by a drawn tie-break, then by order of entry. */
export interface Entry {
  /** Virtual milliseconds. */
  readonly at: number;
  readonly tie: number;
  readonly order: number;
  readonly run: () => Ran;
}

export interface Agenda {
  add(entry: Entry): void;
  take(): Entry | undefined;
  /** When the next entry is due; Infinity when there is none. */
  nextAt(): number;
  size(): number;
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  const before = (one: Entry, other: Entry): boolean =>
    one.at !== other.at ? one.at < other.at : one.tie !== other.tie ? one.tie < other.tie : one.order < other.order;

  const sinkFromTop = (entry: Entry): void => {
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childIndex += 1;
      }
      if (!before(child, entry)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = entry;
  };

  return {
    add(entry) {
      let index = heap.length;
      heap.push(entry);
      while (index > 0) {
        const parentIndex = (index - 1) >> 1;
        const parent = heap[parentIndex];
        if (parent === undefined || !before(entry, parent)) break;
        heap[index] = parent;
        index = parentIndex;
      }
      heap[index] = entry;
    },
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first !== undefined && last !== undefined && heap.length > 0) sinkFromTop(last);
      return first;
    },
    nextAt: () => heap[0]?.at ?? Number.POSITIVE_INFINITY,
    size: () => heap.length,
  };
}
