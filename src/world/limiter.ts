import { RateLimiterMemory } from 'rate-limiter-flexible';

export interface Rate {
  /** Requests of one name within the window. */
  readonly requests: number;
  readonly windowMs: number;
}

/**
 * Counts in this process: several processes of the API allow each the same. What it guards against is one client that
 * runs wild, for which that is enough; a row in the database for each request would cost more than most requests do.
 */
export function openLimiter({ requests, windowMs }: Rate) {
  const limiter = new RateLimiterMemory({ points: requests, duration: windowMs / 1000 });
  return {
    async take(name: string) {
      // A full counter is rejected with the same figures, as a value that is no error.
      const result = await limiter.consume(name).catch((refusal: unknown) => {
        if (refusal instanceof Error) throw refusal;
        return refusal as { remainingPoints: number; msBeforeNext: number; consumedPoints: number };
      });
      return {
        isAllowed: result.consumedPoints <= requests,
        limit: requests,
        remaining: Math.max(result.remainingPoints, 0),
        windowMs,
        resetMs: result.msBeforeNext,
      };
    },
  };
}
