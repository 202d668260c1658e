import type { FactKind } from '../../core/fact/fact.ts';
import { hasRejected, hasTwins, type Outlined, USED } from './outline.ts';
import { idHash, twinTable } from './repeats.ts';

/**
 * A query over the used rows of a fact, each record once, straight from the files. `from` is the view or what has its
 * columns; `select` and `where` are SQL over them. What the outline knows not to occur (unusable rows, repeated ids) is
 * not looked for again.
 */
export function usedRowsSql(
  fact: FactKind,
  outlined: Outlined,
  { select, from, where }: { readonly select: string; readonly from: string; readonly where: string },
): string {
  const rows = `select ${select} from ${from} where ${where}${hasRejected(outlined, fact) ? ' and reject = 0' : ''}`;
  return hasTwins(outlined, fact)
    ? `${rows} and ${isSingle(fact)} union all ${chosenTwins(fact, { select, where })}`
    : rows;
}

function isSingle(fact: FactKind): string {
  return `${idHash(fact)} not in (select id from ${twinTable(fact)})`;
}

/** Rows of one id are taken from the table that knows which of them counts. */
function chosenTwins(fact: FactKind, { select, where }: { readonly select: string; readonly where: string }): string {
  return `select ${select} from ${twinTable(fact)} where fate = ${USED} and ${where}`;
}
