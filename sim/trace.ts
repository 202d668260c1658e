import { createHash } from 'node:crypto';

/** The log of a run: what happened when and to whom. Equal seeds give equal hashes, whatever the machine. */
export interface Trace {
  line(at: number, who: string, what: string): void;
  /** SHA-256 of all lines so far. */
  hash(): string;
  lines(): number;
}

/** Lines go into the hash in blocks of so many characters: a call of the hash function a line would be the slowest. */
const BLOCK_LENGTH = 65_536;

export function createTrace(echo: ((line: string) => void) | null): Trace {
  const hash = createHash('sha256');
  let block = '';
  let count = 0;
  return {
    line(at, who, what) {
      const text = `${at} ${who} ${what}`;
      count += 1;
      block += `${text}\n`;
      if (block.length > BLOCK_LENGTH) {
        hash.update(block);
        block = '';
      }
      echo?.(text);
    },
    hash() {
      hash.update(block);
      block = '';
      return hash.copy().digest('hex');
    },
    lines: () => count,
  };
}
