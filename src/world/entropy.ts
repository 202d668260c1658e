import { randomBytes, randomInt } from 'node:crypto';
import type { Entropy } from '../flow/ports/world.ts';

const RANDOM_BYTES = 10;

/**
 * The machine's chance. Ids are 48 bits of milliseconds and 80 random ones, in hexadecimal: as unique as a UUID,
 * sorting by time. A prefix without `_` at its end gets one.
 */
export const systemEntropy: Entropy = {
  id: (prefix) => `${prefix.replace(/_?$/, '_')}${timeInHex()}${randomBytes(RANDOM_BYTES).toString('hex')}`,
  int: (below) => randomInt(below),
};

function timeInHex(): string {
  return Date.now().toString(16).padStart(12, '0');
}
