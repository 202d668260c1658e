import type { Pool } from 'pg';
import type { LiveStore, RentalEnded, RentalEnding } from '../../../flow/ports/store.ts';
import { endAll } from './endings.ts';

/** How callers are coalesced. No defaults: whoever opens it knows its pool. */
export interface Batching {
  /** Batches under way at once, each on a connection of its own. */
  readonly connectionsMax: number;
  /** Rentals in one batch; what comes beyond waits for the next. */
  readonly rowsMax: number;
}

interface Waiting {
  readonly ending: RentalEnding;
  readonly resolve: (answer: RentalEnded) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A store whose `endRental` shares a transaction with whoever calls at the same moment: a free connection takes all
 * that wait. Nobody waits for a timer, alone he is written at once; and each is answered after the commit, with his own
 * answer. What the database refuses in a batch is tried again one by one.
 */
export function withBatching(store: LiveStore, pool: Pool, { connectionsMax, rowsMax }: Batching): LiveStore {
  const waiting: Waiting[] = [];
  let busy = 0;

  async function work(): Promise<void> {
    while (waiting.length > 0) await write(pool, waiting.splice(0, rowsMax));
    busy -= 1;
  }

  function wake(): void {
    if (busy >= connectionsMax || waiting.length === 0) return;
    busy += 1;
    void work();
  }

  return {
    ...store,
    endRental: (ending) =>
      new Promise((resolve, reject) => {
        waiting.push({ ending, resolve, reject });
        // After everybody has called whose request came with this turn of the event loop.
        if (waiting.length === 1) setImmediate(wake);
      }),
  };
}

/** Never rejects: every failure goes to those who wait for it. */
async function write(pool: Pool, batch: readonly Waiting[]): Promise<void> {
  try {
    const answers = await endAll(
      pool,
      batch.map(({ ending }) => ending),
    );
    for (const [at, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') batch[at]?.resolve(answer.value);
      else batch[at]?.reject(answer.reason);
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
