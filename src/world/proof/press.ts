import { createHash } from 'node:crypto';
import type { PackPress } from '../../flow/ports/proof.ts';
import { printSummary } from './pdf.ts';
import { bindZip } from './zip.ts';

export const packPress: PackPress = {
  digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  encode: (text) => Buffer.from(text),
  printSummary,
  bind: bindZip,
};
