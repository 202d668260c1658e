import { MINUTE_MS, SECOND_MS } from '../src/core/kernel/time.ts';
import type { Clock } from '../src/flow/ports/world.ts';
import type { Played, WireRequest, WireResponse } from '../src/world/provider/sandbox/engine/wire.ts';
import type { Chance } from './chance.ts';
import type { Marks } from './marks.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { Fault, Swarm } from './swarm.ts';

/** What came of a request, as far as the process that sent it can tell. */
export type Heard =
  | { readonly kind: 'response'; readonly response: WireResponse }
  | { readonly kind: 'silence'; readonly detail: string }
  /** The horizon had passed when the socket was to be written: nothing left the process. */
  | { readonly kind: 'not_sent' };

/** The wire between a process and the provider: it loses, doubles, delays and reorders, each way by itself. */
export interface Network {
  send(
    process: Process,
    parts: {
      readonly name: string;
      readonly request: WireRequest;
      readonly clock: Clock;
      /** Null where nothing is moved: such requests may be sent at any time. */
      readonly horizonAt: number | null;
    },
  ): Promise<Heard>;
  /** The provider cannot be reached by anybody until this true time. */
  downUntil: number;
}

/** How long a client waits for an answer; then it knows nothing. */
const CLIENT_TIMEOUT_MS = 80 * SECOND_MS;

const NO_ANSWER: Heard = { kind: 'silence', detail: 'no answer within 80 s' };
const REFUSED: Heard = { kind: 'silence', detail: 'connection refused' };
const RESET: Heard = { kind: 'silence', detail: 'connection reset' };

/**
 * Longest time for which the network holds a request back. Assumption A1 (reliability.md §5): no request outlives the
 * key. A request leaves before its horizon, half of the key's life at most, so that it must arrive within the rest.
 */
const HELD_MS_MAX = 2 * 60 * MINUTE_MS;

export function createNetwork(parts: {
  readonly handle: (request: WireRequest, now: number) => Played;
  readonly scheduler: Scheduler;
  readonly swarm: Swarm;
  readonly chance: Chance;
  readonly marks: Marks;
  readonly calm: () => boolean;
}): Network {
  const { scheduler, swarm, chance, marks } = parts;
  const heldMsMax = Math.min(HELD_MS_MAX, Math.floor(swarm.keyTtlMs / 2) - SECOND_MS);
  const fires = (fault: Fault): boolean => {
    if (parts.calm() || !chance.happens(swarm.probability[fault])) return false;
    marks.hit(`fault:${fault}`);
    return true;
  };
  const heldMs = (fault: Fault): number =>
    fires(fault) ? Math.min(chance.exponential(swarm.delayMeanMs), heldMsMax) : chance.int(50);

  const arrive = (request: WireRequest): Played => parts.handle(request, scheduler.now());

  const network: Network = {
    downUntil: 0,
    send(process, { name, request, clock, horizonAt }) {
      // As the SDK's client does: the steady deadline is set when the call is made, both are checked at the socket.
      const steady = horizonAt === null ? 0 : clock.monotonicMs() + horizonAt - clock.now();
      return scheduler.effect(process, name, () => {
        if (horizonAt !== null && (clock.now() >= horizonAt || clock.monotonicMs() >= steady)) {
          marks.hit('mark:socket.past_horizon');
          return { kind: 'not_sent' } as const;
        }
        return new Promise<Heard>((resolve) => {
          const giveUpAt = scheduler.now() + CLIENT_TIMEOUT_MS;
          const silence = (): void => scheduler.at(giveUpAt, () => resolve(NO_ANSWER));
          const hear = (at: number, heard: Heard): void =>
            at > giveUpAt ? silence() : scheduler.at(at, () => resolve(heard));
          if (network.downUntil > scheduler.now()) return hear(scheduler.now() + SECOND_MS, REFUSED);
          if (fires('request_doubled'))
            scheduler.after(heldMs('request_delayed'), () => {
              arrive(request);
              return 'quiet';
            });
          if (fires('request_lost')) return silence();
          const arrivesAt = scheduler.now() + heldMs('request_delayed');
          if (arrivesAt > giveUpAt) silence();
          scheduler.at(arrivesAt, () => {
            const { response, delayMs } = arrive(request);
            if (arrivesAt > giveUpAt) return 'quiet';
            if (response === null) hear(arrivesAt + delayMs, RESET);
            else if (fires('response_lost')) silence();
            else hear(arrivesAt + delayMs + heldMs('response_delayed'), { kind: 'response', response });
            return 'quiet';
          });
        });
      });
    },
  };
  return network;
}
