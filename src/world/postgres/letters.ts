import type { Pool } from 'pg';
import type { LetterBox } from '../../flow/ports/letters.ts';
import { claimLetters } from './letters/claim.ts';
import { readDoubled } from './letters/doubled.ts';
import { readDue } from './letters/due.ts';
import { readLapsing } from './letters/lapsing.ts';
import { openSendings } from './letters/sendings.ts';
import { writeLetter } from './letters/write.ts';

/** As role storno_worker: it reads whom a letter goes to, and keeps what was said apart from the books. */
export function openLetterBox(pool: Pool): LetterBox {
  return {
    readDue: (request) => readDue(pool, request),
    readDoubled: (request) => readDoubled(pool, request),
    readLapsing: (request) => readLapsing(pool, request),
    writeLetter: (letter) => writeLetter(pool, letter),
    claimLetters: (request) => claimLetters(pool, request),
    ...openSendings(pool),
  };
}
