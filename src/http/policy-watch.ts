import type { FastifyInstance } from 'fastify';
import { POLICY } from './policy.ts';

/** Stops the start where a route has no policy; answers the operations that have one, as their routes are added. */
export function watchPolicy(app: FastifyInstance): ReadonlySet<string> {
  const seen = new Set<string>();
  app.addHook('onRoute', ({ method, url, config }) => {
    const operation = config?.operation;
    if (operation === undefined || !Object.hasOwn(POLICY, operation)) {
      throw new Error(`the route ${method} ${url} has no policy`);
    }
    seen.add(operation);
  });
  return seen;
}
