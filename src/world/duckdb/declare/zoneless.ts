import type { Refusal } from '../../../flow/ports.ts';
import { CONTRACT } from '../contract.ts';
import { type Database, queryRows } from '../open.ts';
import { isLocalTime } from './normal.ts';
import type { Expression, Reading, ViewSettings } from './reading.ts';

/** Rows that tell how a column writes its times; only where all of them lack a zone is the whole column asked. */
const SAMPLE_ROWS = 2_000;

/**
 * Columns whose times never say a zone, where none was given: a shift of an hour or a day would make pairs and windows
 * wrong without anything looking wrong. A column that mostly says one is read, and its other rows are rejected.
 */
export async function refuseZoneless(
  database: Database,
  readings: readonly Reading[],
  settings: ViewSettings,
): Promise<readonly Refusal[]> {
  if (settings.timeZone !== null) return [];
  const refusals: Refusal[] = [];
  for (const reading of readings) {
    for (const column of CONTRACT[reading.fact]) {
      const expression = reading.columns.get(column.name);
      if (column.form.kind !== 'time' || expression === undefined || expression.zone !== null) continue;
      const value = await firstZoneless(database, reading, expression);
      if (value !== null) refusals.push(refuseColumn(reading, column.name, value));
    }
  }
  return refusals;
}

function refuseColumn(reading: Reading, column: string, value: string): Refusal {
  const path = reading.file.found.path;
  return {
    file: path,
    kind: 'zone_missing',
    message: `${path} has times without a zone: ${column} is "${value}" in the first row. Say which zone they are in, for example --tz Europe/Rome or --tz UTC.`,
  };
}

async function firstZoneless(database: Database, reading: Reading, { sql, type }: Expression): Promise<string | null> {
  const from = reading.file.table.from([reading.file.readPath]);
  const kept = reading.where === null ? '' : ` WHERE TRY((${reading.where}\n))`;
  const values = `SELECT t FROM (SELECT ${sql} AS t FROM ${from}${kept}) WHERE t IS NOT NULL`;
  if (isLocalTime(type)) {
    const [row] = await queryRows(database, `SELECT t::VARCHAR FROM (${values} LIMIT 1)`);
    return row === undefined ? null : String(row[0]);
  }
  if (type !== 'VARCHAR') return null;
  const [row] = await queryRows(
    database,
    `SELECT first(t) FILTER (storno_local(trim(t)) IS NOT NULL), count(storno_utc_slow(trim(t))) FROM (${values} LIMIT ${SAMPLE_ROWS})`,
  );
  const [value, zoned] = [row?.[0] ?? null, Number(row?.[1] ?? 0)];
  if (value === null || zoned > 0) return null;
  const others = await queryRows(
    database,
    `SELECT 1 FROM (${values}) WHERE storno_utc_slow(trim(t)) IS NOT NULL LIMIT 1`,
  );
  return others.length > 0 ? null : String(value);
}
