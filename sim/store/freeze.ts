/**
 * Freezes a value and all that it holds, so that rows can be handed out as they are: whoever writes to one is a bug
 * that shows at once. What is frozen already is believed to be frozen throughout.
 */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
