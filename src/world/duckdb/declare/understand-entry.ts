import type { FactKind } from '../../../core/fact/fact.ts';
import { fail, ok, type Result } from '../../../core/kernel/result.ts';
import type { Refusal } from '../../../flow/ports.ts';
import { CONTRACT, isAmount } from '../contract.ts';
import { type Database, quoteName } from '../open.ts';
import { parseExpression } from './expression.ts';
import { attributesOf, PLAIN, typeOf, unfitType } from './fit.ts';
import { isNull, type MapEntry, type MapFile } from './map.ts';
import type { PreparedFile } from './prepare.ts';
import { type Expression, findColumn, type Reading } from './reading.ts';

/** A file as an entry of the map describes it. */
export async function understandEntry(
  database: Database,
  file: PreparedFile,
  { map, entry }: { readonly map: MapFile; readonly entry: MapEntry },
): Promise<Result<Reading, readonly Refusal[]>> {
  const refusals: Refusal[] = [];
  const refuseMap = (where: string, what: string) =>
    refusals.push({
      file: map.path,
      kind: 'map_invalid',
      message: `The map ${map.path}: ${entry.name}.${where} ${what} (read from ${file.found.path}).`,
    });
  const used = new Set<string>();
  const columns = new Map<string, Expression>();
  for (const [column, sql] of Object.entries(entry.columns)) {
    if (isNull(sql)) continue;
    const checked = await checkExpression(database, file, sql);
    if (!checked.ok) {
      refuseMap(`columns.${column}`, checked.error);
      continue;
    }
    const wrong = unfitType(checked.value.type, column, entry.fact);
    if (wrong !== null) refuseMap(`columns.${column}`, `gives ${wrong}`);
    for (const name of checked.value.names) used.add(name.toLowerCase());
    columns.set(column, {
      sql: mappedSql(file, { fact: entry.fact, column, sql }),
      type: checked.value.type,
      zone: null,
      mapped: sql,
    });
  }
  if (entry.where !== null) {
    const checked = await checkExpression(database, file, entry.where);
    if (!checked.ok) refuseMap('where', checked.error);
    else if (checked.value.type !== 'BOOLEAN')
      refuseMap('where', `gives ${checked.value.type}, but a condition gives true or false`);
  }
  if (refusals.length > 0) return fail(refusals);
  const lacks = new Set(Object.entries(entry.columns).flatMap(([column, sql]) => (isNull(sql) ? [column] : [])));
  const attributes = attributesOf(file, (name) => used.has(name.toLowerCase()));
  return ok({
    ...PLAIN,
    fact: entry.fact,
    file,
    form: `map, ${entry.name}`,
    columns,
    where: entry.where,
    attributes,
    lacks,
  });
}

interface MappedColumn {
  readonly fact: FactKind;
  readonly column: string;
  readonly sql: string;
}

/**
 * A bare column is read as the contract's own would be (an amount in NDJSON keeps all its digits). Anything else may
 * fail for a row, which then has no value instead of stopping the scan.
 */
function mappedSql(file: PreparedFile, { fact, column, sql }: MappedColumn): string {
  const bare = findColumn(file, sql.trim().replace(/^"(.*)"$/, '$1'));
  if (bare === null) return `TRY((${sql}\n))`;
  const isMoney = CONTRACT[fact].some((each) => each.name === column && isAmount(each));
  return (isMoney ? file.table.digits(bare) : null) ?? quoteName(bare);
}

interface CheckedExpression {
  readonly type: string;
  readonly names: readonly string[];
}

async function checkExpression(
  database: Database,
  file: PreparedFile,
  sql: string,
): Promise<Result<CheckedExpression, string>> {
  const parsed = await parseExpression(database, sql);
  if (parsed.problem !== null) return fail(`is "${sql}", which ${says(parsed.problem)}`);
  try {
    return ok({ type: await typeOf(database, file, `(${sql}\n)`), names: parsed.names });
  } catch (error) {
    return fail(`is "${sql}": ${firstLine(error)}`);
  }
}

function says(problem: string): string {
  return problem.startsWith('m') ? problem : `DuckDB does not understand: ${problem.split('\n')[0] ?? ''}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
