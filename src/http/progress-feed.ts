import type { ServerResponse } from 'node:http';
import { MINUTE_MS, SECOND_MS } from '../core/kernel/time.ts';
import type { Clock } from '../flow/ports/world.ts';

/** Progress as it is said, and whether nothing will change any more. Null where nothing has begun. */
export interface Snapshot {
  readonly text: string;
  readonly isOver: boolean;
}

export interface ProgressFeeds {
  /** Writes events until the work is over, the client goes or the server ends. False: too many listen already. */
  listen(planId: string, response: ServerResponse): boolean;
  /** Ends all of them. */
  close(): void;
}

/** Each is a socket and some bytes; all who listen to one plan share one look a second. */
const LISTENERS_MAX = 100;
const LOOK_MS = SECOND_MS;
/** Proxies cut what is silent for half a minute. */
const HEARTBEAT_MS = 15 * SECOND_MS;
/** A key is looked at when a stream begins: whose was revoked hears so much longer at most. */
const LISTEN_MS_MAX = 15 * MINUTE_MS;
/** Who does not read is let go. */
const UNREAD_BYTES_MAX = 64 * 1024;

interface Listener {
  readonly response: ServerResponse;
  readonly until: number;
  said: string;
  saidAt: number;
}

export function openProgressFeeds(clock: Clock, look: (planId: string) => Promise<Snapshot | null>): ProgressFeeds {
  const plans = new Map<string, Set<Listener>>();
  let count = 0;

  function leave(planId: string, listener: Listener): void {
    if (plans.get(planId)?.delete(listener) === true) count -= 1;
  }

  async function run(planId: string, listeners: Set<Listener>): Promise<void> {
    while (listeners.size > 0) {
      // Whatever keeps us from looking ends the streams: clients come again by themselves.
      const snapshot = await look(planId).catch(() => 'failed' as const);
      for (const listener of listeners) tell(listener, snapshot, clock.monotonicMs());
      if (listeners.size > 0) await clock.sleep(LOOK_MS);
    }
    if (plans.get(planId) === listeners) plans.delete(planId);
  }

  return {
    listen(planId, response) {
      if (count >= LISTENERS_MAX) return false;
      count += 1;
      const now = clock.monotonicMs();
      const listener = { response, until: now + LISTEN_MS_MAX, said: '', saidAt: now };
      response.on('close', () => leave(planId, listener));
      const there = plans.get(planId);
      if (there !== undefined && there.size > 0) {
        there.add(listener);
        return true;
      }
      const listeners = new Set([listener]);
      plans.set(planId, listeners);
      void run(planId, listeners);
      return true;
    },
    close() {
      for (const listeners of plans.values()) for (const { response } of listeners) response.end();
    },
  };
}

function tell(listener: Listener, snapshot: Snapshot | null | 'failed', now: number): void {
  const { response } = listener;
  if (response.writableLength > UNREAD_BYTES_MAX) {
    response.destroy();
    return;
  }
  if (snapshot === 'failed' || now > listener.until) {
    response.end();
    return;
  }
  if (snapshot !== null && snapshot.text !== listener.said) {
    response.write(`event: progress\ndata: ${snapshot.text}\n\n`);
    Object.assign(listener, { said: snapshot.text, saidAt: now });
  } else if (now - listener.saidAt >= HEARTBEAT_MS) {
    response.write(': still here\n\n');
    listener.saidAt = now;
  }
  if (snapshot?.isOver === true) response.end('event: over\ndata: {}\n\n');
}
