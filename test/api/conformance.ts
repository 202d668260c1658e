import assert from 'node:assert/strict';
import Schema from 'typebox/schema';

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
  readonly webhooks: { readonly event?: unknown };
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** Fails where an answer is not what the document promises: an undocumented status, type or shape. */
export function assertDocumented(document: Document, exchange: Exchange): void {
  const operation = operationOf(document, exchange);
  if (operation === null) return;
  const what = `${operation.operationId} answered ${exchange.status} ${exchange.type} ${exchange.text.slice(0, 300)}`;
  const response = operation.responses[exchange.status];
  assert.ok(response !== undefined, `${what}: this status is not documented`);
  if (response.content === undefined) {
    assert.equal(exchange.text, '', what);
    return;
  }
  const type = exchange.type?.split(';')[0] ?? '';
  const media = response.content[type];
  assert.ok(media !== undefined, `${what}: this type is not documented`);
  if (!type.endsWith('json')) return;
  const validator = Schema.Compile(inlined(media.schema, document) as object);
  // Of many lines the last one counts them.
  const texts = type.endsWith('ndjson') ? exchange.text.trimEnd().split('\n').slice(0, -1) : [exchange.text];
  for (const text of texts) {
    const json: unknown = JSON.parse(text);
    assert.ok(validator.Check(json), `${what}: ${JSON.stringify(validator.Errors(json)[1])}`);
  }
}

function operationOf({ paths }: Document, { method, path }: Exchange): Operation | null {
  const [plain = ''] = path.split('?');
  // A fixed part wins over a parameter, as in the router.
  const found = Object.entries(paths)
    .filter(([template]) => new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(plain))
    .sort(([one], [other]) => one.split('{').length - other.split('{').length);
  return found[0]?.[1][method.toLowerCase()] ?? null;
}

function inlined(schema: object, document: Document): unknown {
  return JSON.parse(
    JSON.stringify(schema, (_name, value) => {
      const name = /^#\/components\/schemas\/(.+)$/.exec((value as { $ref?: string } | null)?.$ref ?? '')?.[1];
      return name === undefined ? value : document.components.schemas[name];
    }),
  );
}
