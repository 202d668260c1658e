import type { FactKind } from '../../core/fact/fact.ts';
import { hasRejected, hasTwins, type Outlined, USED } from './outline.ts';
import { idHash, twinTable } from './repeats.ts';
import type { DeclaredFact } from './source.ts';

/**
 * A query over the used rows of a fact, each record once, straight from the files. `select` and `where` are SQL over
 * the view's columns. What the outline knows not to occur (unusable rows, repeated ids) is not looked for again.
 */
export function usedRowsSql(
  { fact, view }: DeclaredFact,
  outlined: Outlined,
  { select, where }: { readonly select: string; readonly where: string },
): string {
  const rows = `select ${select} from ${view} where ${where}${hasRejected(outlined, fact) ? ' and reject = 0' : ''}`;
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
