import type { FactKind } from '../../core/fact/fact.ts';
import { money, toMajor } from '../../core/kernel/money.ts';
import { toRfc3339 } from '../../core/kernel/time.ts';
import { CONTRACT, isAmount, viewColumn } from './contract.ts';
import type { Declared } from './declare.ts';
import { queryRows, quoteName } from './open.ts';
import { CONFLICTING, type Holdings, outlineTable } from './outline.ts';
import { locateRows } from './rejected.ts';
import { twinTable } from './repeats.ts';
import type { FileLine, RefusedRow, RowPlace } from './source.ts';

/** Rows that contradict an earlier row of their id, by fact, in order. */
export async function refusedByFact(
  declared: Declared,
  holdings: Holdings,
): Promise<ReadonlyMap<FactKind, readonly RefusedRow[]>> {
  const refused = new Map<FactKind, readonly RefusedRow[]>();
  for (const fact of holdings.outlined.twins) refused.set(fact, await refusedOf(declared, holdings, fact));
  return refused;
}

async function refusedOf(declared: Declared, holdings: Holdings, fact: FactKind): Promise<readonly RefusedRow[]> {
  const contradictions = await contradictionsOf(holdings, fact);
  if (contradictions.length === 0) return [];
  const placeOf = await placeFinder(holdings, fact);
  const places = contradictions.map(({ usedOrdinal }) => placeOf(usedOrdinal));
  const lines = await locateRows(holdings.database, declared, { fact, places });
  return contradictions.map((contradiction, index) => ({
    ...placeOf(contradiction.ordinal),
    column: contradiction.column,
    value: contradiction.value ?? '',
    reason: sayContradiction(fact, contradiction, lines[index]),
  }));
}

function sayContradiction(fact: FactKind, contradiction: Contradiction, line: FileLine | undefined): string {
  const { id, column, value, usedValue } = contradiction;
  const [idColumn] = CONTRACT[fact];
  const where = line === undefined ? '' : ` in ${line.file} line ${line.line}`;
  const say = (text: string | null) => text ?? 'nothing';
  return `${idColumn?.name} ${id} stands${where} with ${column} ${say(usedValue)}; here ${say(value)}. One record cannot say both: that one was used`;
}

/** One contradiction: the row, the row it contradicts, and the first column in which they differ, as a file says it. */
interface Contradiction {
  readonly id: string;
  readonly ordinal: number;
  readonly usedOrdinal: number;
  readonly column: string;
  readonly value: string | null;
  readonly usedValue: string | null;
}

async function contradictionsOf({ database }: Holdings, fact: FactKind): Promise<readonly Contradiction[]> {
  const [id, ...others] = CONTRACT[fact];
  if (id === undefined) return [];
  const pick = (of: (column: string) => string) => {
    const branches = others.map((column, index) => {
      const name = quoteName(viewColumn(column));
      return `when twin.${name} is distinct from used.${name} then ${of(name).replaceAll('INDEX', String(index))}`;
    });
    return `case ${branches.join(' ')} end`;
  };
  const rows = await queryRows(
    database,
    `select twin.${quoteName(id.name)}, twin.ordinal::double, twin.used_ordinal::double, ${pick(() => 'INDEX')},
       ${pick((name) => `twin.${name}::varchar`)}, ${pick((name) => `used.${name}::varchar`)}, twin.currency, used.currency
     from ${twinTable(fact)} twin join ${twinTable(fact)} used on used.ordinal = twin.used_ordinal
     where twin.fate = ${CONFLICTING} order by twin.ordinal`,
  );
  return rows.map(([rowId, ordinal, usedOrdinal, index, value, usedValue, currency, usedCurrency]) => {
    const column = others[Number(index)];
    const say = (text: unknown, code: unknown): string | null => {
      if (text === null || column === undefined) return null;
      if (isAmount(column)) return toMajor(money(BigInt(String(text)), String(code)));
      return column.form.kind === 'time' ? toRfc3339(Number(text)) : String(text);
    };
    return {
      id: String(rowId),
      ordinal: Number(ordinal),
      usedOrdinal: Number(usedOrdinal),
      column: column?.name ?? '',
      value: say(value, currency),
      usedValue: say(usedValue, usedCurrency),
    };
  });
}

/** From a record's ordinal over all sources, which stand one after the other, to its source and its ordinal there. */
async function placeFinder({ database }: Holdings, fact: FactKind): Promise<(ordinal: number) => RowPlace> {
  const rows = await queryRows(
    database,
    `select source::double, count(*)::double from ${outlineTable(fact)} group by source order by source`,
  );
  const starts: { readonly source: number; readonly first: number }[] = [];
  let first = 0;
  for (const [source, count] of rows) {
    starts.push({ source: Number(source), first });
    first += Number(count);
  }
  return (ordinal) => {
    const start = starts.findLast((each) => each.first <= ordinal) ?? { source: 0, first: 0 };
    return { source: start.source, ordinal: ordinal - start.first };
  };
}
