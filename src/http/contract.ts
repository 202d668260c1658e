import { type Static, type TSchema, Type } from 'typebox';

/*
 * What goes over the wire: one schema is validation, type and document. The browser may import this file and its house;
 * nothing here knows a server.
 */

/** An id that others gave: it becomes part of keys and addresses. */
export const GIVEN_ID = '^[A-Za-z0-9._~:-]{1,100}$';

export const Id = Type.String({ pattern: GIVEN_ID });

/** RFC 3339. Answers are in UTC with `Z`; requests may name an offset. */
export const InstantText = Type.String({ format: 'date-time', maxLength: 40 });

/** Beyond it a JSON number is not exact in every program (RFC 8259 §6). */
export const INTEGER_MAX = Number.MAX_SAFE_INTEGER;

export const MoneyShape = Type.Object(
  {
    amount: Type.Integer({ minimum: 0, maximum: INTEGER_MAX, description: 'In minor units: 1450 is EUR 14.50.' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.' }),
  },
  { additionalProperties: false },
);

export function orNull<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** How long a page is if nobody says, and at most. */
export const PAGE_SIZE = 50;
export const PAGE_SIZE_MAX = 500;

/** In a query everything is text: `limit` is read by hand. */
export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 500, description: '`next_cursor` of the page before.' })),
  limit: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]{0,2}$',
      description: `Rows of a page, 1 to ${PAGE_SIZE_MAX}; ${PAGE_SIZE} where it is not said.`,
    }),
  ),
};

/** A schema of its own name in the document: said once there, pointed to elsewhere. */
export function refer<T extends TSchema & { readonly $id?: string }>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
}

export function pageOf<T extends TSchema & { readonly $id?: string }>(schema: T) {
  return Type.Object({
    data: Type.Array(refer(schema)),
    has_more: Type.Boolean(),
    next_cursor: orNull(Type.String()),
  });
}

/** What a message says went wrong: RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A page about this kind of problem, on this server.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'For programs: stable, never translated.' }),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String({ description: 'RFC 6901.' }), detail: Type.String() })),
    ),
    request_id: Type.String(),
  },
  {
    $id: 'Problem',
    title: 'Problem',
    examples: [
      {
        type: '/problems/request_invalid',
        title: 'The request does not have the form that is documented',
        status: 400,
        detail: 'One field is wrong.',
        code: 'request_invalid',
        errors: [{ pointer: '/ended_at', detail: 'must match format "date-time"' }],
        request_id: 'req_019ab0c3d4e5f60718293a4b5c6d7e8f',
      },
    ],
  },
);
