import { createHash } from 'node:crypto';
import type { Digest } from '../flow/ports/world.ts';

export const sha256: Digest = (text) => createHash('sha256').update(text).digest('hex');
