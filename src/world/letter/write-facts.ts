import type { LetterFacts } from '../../core/remedy/notify/facts.ts';

/** The facts of a letter as the JSON that `readLetterFacts` reads: names in snake_case, sums in minor units. */
export function letterFactsAsJson(facts: LetterFacts): unknown {
  return inTheirWords(facts);
}

function inTheirWords(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(inTheirWords);
  if (typeof part !== 'object' || part === null) return part;
  const { amountMinor, currency } = part as { readonly amountMinor?: unknown; readonly currency?: unknown };
  if (typeof amountMinor === 'bigint') return { amount: Number(amountMinor), currency };
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      inTheirWords(value),
    ]),
  );
}
