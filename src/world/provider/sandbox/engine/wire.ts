/** Anything that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

/** A request as it came: form fields flat with their brackets (`metadata[rental_id]`), header names in lower case. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text stands for an answer that is no JSON: a proxy's error page. */
  readonly body: Json;
}

/** What comes back: `response` null where the connection drops without an answer, `delayMs` after the request came. */
export interface Played {
  readonly response: WireResponse | null;
  readonly delayMs: number;
}

/** An error as Stripe words it. `isKept`: whether the idempotency store keeps it; early validation is not kept. */
export interface WireFailure {
  readonly status: number;
  readonly isKept: boolean;
  readonly error: { readonly type: string; readonly message: string; readonly [field: string]: Json };
}

/** What a resource answers. */
export type WireAnswer = { readonly ok: true; readonly body: Json } | ({ readonly ok: false } & WireFailure);

export function answer(body: Json): WireAnswer {
  return { ok: true, body };
}

/** Parameters that make no sense: refused before anything is done, not kept under the key. */
export function invalid(message: string, fields: Readonly<Record<string, Json>>): WireAnswer {
  return { ok: false, status: 400, isKept: false, error: { type: 'invalid_request_error', message, ...fields } };
}

/** A request that makes sense but is refused by what the objects are: kept under the key. */
export function refused(message: string, fields: Readonly<Record<string, Json>>): WireAnswer {
  return { ok: false, status: 400, isKept: true, error: { type: 'invalid_request_error', message, ...fields } };
}

/** No such object, in the words of the provider. */
export function missing(noun: string, id: string): WireAnswer {
  return {
    ok: false,
    status: 404,
    isKept: true,
    error: {
      type: 'invalid_request_error',
      code: 'resource_missing',
      message: `No such ${noun}: '${id}'`,
      param: 'id',
    },
  };
}

/** The fields of one bracketed object: `metadata[a]=1` gives `{a: '1'}`. */
export function fieldsOf(form: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(form)) {
    if (key.startsWith(`${name}[`) && key.endsWith(']')) fields[key.slice(name.length + 1, -1)] = value;
  }
  return fields;
}
