import type { Instant } from '../../../core/kernel/time.ts';
import type { Clock } from '../../../flow/ports/world.ts';
import { systemClock } from '../../../world/clock.ts';

/** A clock that begins at another time, goes on as the machine's does, and can be put forward. */
export class TravelClock implements Clock {
  #aheadMs: number;

  constructor(begin: Instant) {
    this.#aheadMs = begin - systemClock.now();
  }

  now(): Instant {
    return systemClock.now() + this.#aheadMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  sleep(ms: number): Promise<void> {
    return systemClock.sleep(ms);
  }

  /** Never back. */
  goTo(instant: Instant): void {
    this.#aheadMs += Math.max(0, instant - this.now());
  }
}
