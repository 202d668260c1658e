import type { LiveWorld } from '../src/flow/live/world.ts';

/** Nobody carries out a plan in this world: no refund belongs to one. */
export const NO_REFUNDS: LiveWorld['refunds'] = {
  readRefund: async () => null,
  applyRefunds: async () => [],
};
