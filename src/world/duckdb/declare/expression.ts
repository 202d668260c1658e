import { type Database, queryRows, quoteText } from '../open.ts';

/** What one SQL expression of a map is made of. */
export interface ParsedExpression {
  /** Every part of every name that it uses, as written: columns of the file among them. */
  readonly names: readonly string[];
  /** Why it may not be used; null where it may. */
  readonly problem: string | null;
}

/**
 * Takes a map's expression apart with DuckDB's own parser. It must be one expression over one row: no statement, no
 * subquery, no aggregate or window (they would look at other rows), nothing that changes from one reading to the next.
 */
export async function parseExpression(database: Database, sql: string): Promise<ParsedExpression> {
  const [row] = await queryRows(database, `SELECT json_serialize_sql(${quoteText(`SELECT ${sql}\n`)})::VARCHAR`);
  const tree = JSON.parse(String(row?.[0])) as SerializedSql;
  if (tree.error === true) return { names: [], problem: sayParserError(tree.error_message ?? 'cannot be parsed') };
  const [statement, ...others] = tree.statements ?? [];
  const node = statement?.node;
  const isSingle = others.length === 0 && node?.select_list?.length === 1 && node.from_table?.type === 'EMPTY';
  if (!isSingle || hasClauses(node)) return { names: [], problem: 'must be a single expression' };
  const parts = [...walk(node.select_list)];
  const names = parts.flatMap((part) => (part.class === 'COLUMN_REF' ? (part.column_names ?? []) : []));
  return { names, problem: await problemOf(database, parts) };
}

/** Text behind a `;` makes DuckDB complain about the kind of statement, which is not what is wrong. */
function sayParserError(message: string): string {
  return message.startsWith('Only SELECT') ? `must be a single expression, without ";"` : message;
}

interface SerializedSql {
  readonly error?: boolean;
  readonly error_message?: string;
  readonly statements?: readonly { readonly node: SelectNode }[];
}

interface SelectNode {
  readonly select_list?: readonly unknown[];
  readonly from_table?: { readonly type: string };
  readonly where_clause?: unknown;
  readonly modifiers?: readonly unknown[];
}

interface TreePart {
  readonly class?: string;
  readonly type?: string;
  readonly function_name?: string;
  readonly column_names?: readonly string[];
}

function hasClauses(node: SelectNode): boolean {
  return (node.where_clause ?? null) !== null || (node.modifiers ?? []).length > 0;
}

function* walk(value: unknown): Generator<TreePart> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as TreePart;
  for (const child of Object.values(value)) yield* walk(child);
}

async function problemOf(database: Database, parts: readonly TreePart[]): Promise<string | null> {
  const refused = parts.find((part) => ['SUBQUERY', 'WINDOW', 'STAR', 'PARAMETER'].includes(part.class ?? ''));
  if (refused !== undefined) return `must look at one row only (${(refused.class ?? '').toLowerCase()} found)`;
  const names = parts.flatMap((part) => (part.class === 'FUNCTION' ? [part.function_name ?? ''] : []));
  for (const name of new Set(names)) {
    const kind = await refusedFunction(database, name);
    if (kind !== null) return `may not use ${name}(), ${kind}`;
  }
  return null;
}

async function refusedFunction(database: Database, name: string): Promise<string | null> {
  if (['unnest', 'unlist', 'getenv', 'getvariable'].includes(name.toLowerCase()))
    return 'which does not answer one value of this row';
  const rows = await queryRows(
    database,
    `SELECT DISTINCT function_type, stability FROM duckdb_functions() WHERE function_name = ${quoteText(name.toLowerCase())}`,
  );
  const types = rows.map(([type]) => String(type));
  if (types.length > 0 && types.every((type) => type === 'aggregate')) return 'which looks at many rows';
  if (rows.some(([, stability]) => String(stability).startsWith('VOLATILE')))
    return 'which answers differently every time';
  return null;
}
