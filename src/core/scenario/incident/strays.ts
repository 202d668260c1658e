import { DAY_MS, MINUTE_MS } from '../../kernel/time.ts';
import { newMessage } from '../billing.ts';
import type { Drive } from '../demand.ts';
import { type History, newKey, repeat } from '../history.ts';
import { blameDouble, mainOf } from './incident.ts';

const STRAY_GAP_MS = { least: 10 * MINUTE_MS, most: 6 * DAY_MS };

/** Doubles single drives by accident, at any time after. */
export function strikeStrays(history: History, drives: readonly Drive[]): void {
  const { chance } = history;
  for (const drive of drives) {
    const kept = mainOf(history, drive);
    const wrong = repeat(history, kept, {
      at: kept.createdAt + chance.integer(STRAY_GAP_MS.least, STRAY_GAP_MS.most),
      idempotencyKey: newKey(chance),
      attributes: newMessage(chance),
    });
    blameDouble(history, drive, kept, wrong);
    const blamed = history.wrongs.pop();
    if (blamed !== undefined) history.wrongs.push({ ...blamed, stray: true });
  }
}
