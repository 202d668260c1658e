import type { Day } from '../../kernel/day.ts';
import type { Money } from '../../kernel/money.ts';
import type { Block, LetterSentence, Sentence, Value } from './letter.ts';

export function say<Id extends string = LetterSentence>(
  id: Id,
  values: Readonly<Record<string, Value>> = {},
): Sentence<Id> {
  return { id, values };
}

export function amountOf(money: Money): Value {
  return { kind: 'money', money };
}

export function dayOf(day: Day): Value {
  return { kind: 'day', day };
}

export function countOf(count: number): Value {
  return { kind: 'count', count };
}

export function textOf(text: string): Value {
  return { kind: 'text', text };
}

export function paragraph(...sentences: readonly Sentence[]): Block {
  return { kind: 'paragraph', sentences };
}
