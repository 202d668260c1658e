import { createHash, hash } from 'node:crypto';
import type { Digest } from '../flow/ports/world.ts';

export const sha256: Digest = (text) => createHash('sha256').update(text).digest('hex');

export const sha256OfBytes = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
