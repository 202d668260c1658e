/** What is wrong with one field of what others sent. */
export interface FieldError {
  /** RFC 6901. */
  readonly pointer: string;
  /** One sentence. */
  readonly detail: string;
}

/** A part of a document that is being read, with the place where it stands and the one list of what is wrong. */
export interface Reading {
  readonly value: unknown;
  readonly pointer: string;
  readonly errors: FieldError[];
}

/** Notes what is wrong; answers null, so that readers may end with it. */
export function refuse(reading: Reading, detail: string): null {
  reading.errors.push({ pointer: reading.pointer, detail });
  return null;
}

/** `undefined` where the object has no such field of its own. */
export function field(reading: Reading, name: string): Reading {
  const { value, pointer, errors } = reading;
  const inside = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return { value: inside, pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, errors };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readText(reading: Reading, bounds: { readonly lengthMax: number }): string | null {
  const { value } = reading;
  if (value === undefined) return refuse(reading, 'is missing');
  if (typeof value !== 'string') return refuse(reading, 'must be a text');
  if (value.length < 1 || value.length > bounds.lengthMax) {
    return refuse(reading, `must have 1 to ${bounds.lengthMax} characters`);
  }
  return value;
}

/** A whole number, both bounds included. */
export function readInteger(reading: Reading, bounds: { readonly min: number; readonly max: number }): number | null {
  const { value } = reading;
  if (value === undefined) return refuse(reading, 'is missing');
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < bounds.min || value > bounds.max) {
    return refuse(reading, `must be a whole number from ${bounds.min} to ${bounds.max}`);
  }
  return value;
}
