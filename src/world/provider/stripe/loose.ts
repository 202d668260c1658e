/** An object of which nothing is believed yet. */
export type Loose = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Loose | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A whole number that JSON can carry exactly, or null. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** The id of an object, or of a reference to one: the provider gives either. */
export function idOf(value: unknown): string | null {
  return textOf(value) ?? textOf(recordOf(value)?.id);
}

export function fieldOf(value: unknown, field: string): string | null {
  return textOf(recordOf(value)?.[field]);
}

/** The texts of a metadata object. */
export function textsOf(value: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [field, text] of Object.entries(recordOf(value) ?? {})) if (typeof text === 'string') texts[field] = text;
  return texts;
}

/** Type and code of an error, short: `card_error/card_declined`. Never its message, which may quote a customer. */
export function sayCode(error: Loose): string {
  const code = textOf(error.code);
  const type = textOf(error.type) ?? 'error';
  return code === null ? type : `${type}/${code}`;
}
