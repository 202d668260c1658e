/** A JSON Schema as far as the MDS schemas use it. A keyword that is not here is an error, not a silent pass. */
type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = ['$id', '$schema', 'title', 'description', 'examples', 'default', 'definitions', 'format'];

/**
 * Every place where `value` breaks `schema`, as `path: what`; empty where it is valid. `$ref` is resolved within
 * `root`.
 */
export function breaches(value: unknown, schema: Schema, root: Schema, path = '$'): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (ANNOTATIONS.includes(keyword)) return [];
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`The keyword ${keyword} at ${path} is not supported`);
    return check({ value, rule, root, path, schema });
  });
}

interface Check {
  readonly value: unknown;
  readonly rule: unknown;
  readonly schema: Schema;
  readonly root: Schema;
  readonly path: string;
}

const KEYWORDS: Readonly<Record<string, (check: Check) => readonly string[]>> = {
  $ref: ({ value, rule, root, path }) => breaches(value, referred(String(rule), root), root, path),
  type: ({ value, rule, path }) => breach([rule].flat().includes(typeOf(value)) || isWhole(value, rule), path, rule),
  enum: ({ value, rule, path }) => breach((rule as readonly unknown[]).includes(value), path, rule),
  pattern: ({ value, rule, path }) =>
    breach(typeof value !== 'string' || new RegExp(String(rule)).test(value), path, rule),
  maxLength: ({ value, rule, path }) => breach(typeof value !== 'string' || value.length <= Number(rule), path, rule),
  minimum: ({ value, rule, path }) => breach(typeof value !== 'number' || value >= Number(rule), path, rule),
  maximum: ({ value, rule, path }) => breach(typeof value !== 'number' || value <= Number(rule), path, rule),
  multipleOf: ({ value, rule, path }) => breach(typeof value !== 'number' || value % Number(rule) === 0, path, rule),
  minItems: ({ value, rule, path }) => breach(!Array.isArray(value) || value.length >= Number(rule), path, rule),
  maxItems: ({ value, rule, path }) => breach(!Array.isArray(value) || value.length <= Number(rule), path, rule),
  uniqueItems: ({ value, path }) =>
    breach(!Array.isArray(value) || new Set(value).size === value.length, path, 'unique'),
  oneOf: ({ value, rule, root, path }) =>
    breach(
      (rule as readonly Schema[]).filter((one) => breaches(value, one, root).length === 0).length === 1,
      path,
      rule,
    ),
  required: ({ value, rule, path }) =>
    (rule as readonly string[]).flatMap((name) =>
      breach(!isRecord(value) || name in value, `${path}.${name}`, 'required'),
    ),
  additionalProperties: ({ value, rule, schema, path }) => {
    if (!isRecord(value) || rule !== false) return [];
    const known = Object.keys((schema.properties as Schema | undefined) ?? {});
    return Object.keys(value).flatMap((name) => breach(known.includes(name), `${path}.${name}`, 'not allowed'));
  },
  properties: ({ value, rule, root, path }) =>
    !isRecord(value)
      ? []
      : Object.entries(rule as Readonly<Record<string, Schema>>).flatMap(([name, schema]) =>
          name in value ? breaches(value[name], schema, root, `${path}.${name}`) : [],
        ),
  items: ({ value, rule, root, path }) =>
    !Array.isArray(value)
      ? []
      : value.flatMap((item, index) => {
          const schema = Array.isArray(rule) ? (rule[index] ?? {}) : rule;
          return breaches(item, schema as Schema, root, `${path}[${index}]`);
        }),
};

function breach(holds: boolean, path: string, rule: unknown): readonly string[] {
  return holds ? [] : [`${path}: ${JSON.stringify(rule)}`];
}

function referred(reference: string, root: Schema): Schema {
  const found = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), root);
  if (!isRecord(found)) throw new Error(`${reference} is not in the schema`);
  return found;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isWhole(value: unknown, rule: unknown): boolean {
  return Number.isInteger(value) && [rule].flat().includes('integer');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeOf(value) === 'object';
}
