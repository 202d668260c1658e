import type { FactKind } from '../../core/fact/fact.ts';
import { hasRejected, hasTwins, type Outlined, USED } from './outline.ts';
import { idHash, twinTable } from './repeats.ts';

interface UsedRows {
  readonly select: string;
  /** The view, or what has its columns. */
  readonly from: string;
  readonly where: string;
}

/**
 * A query over the used rows of a fact, each record once, straight from the files; `select` and `where` are SQL over
 * the view's columns. What the outline knows not to occur (unusable rows, repeated ids) is not looked for again.
 */
export function usedRowsSql(fact: FactKind, outlined: Outlined, { select, from, where }: UsedRows): string {
  return chosenRowsSql(fact, outlined, { select, from: `(select * from ${from} where ${where})`, where });
}

/** The same where all rows of `from` already meet the condition: `where` then chooses among repeated records only. */
export function chosenRowsSql(fact: FactKind, outlined: Outlined, { select, from, where }: UsedRows): string {
  const conditions = [
    ...(hasRejected(outlined, fact) ? ['reject = 0'] : []),
    ...(hasTwins(outlined, fact) ? [isSingle(fact)] : []),
  ];
  const rows = `select ${select} from ${from}${conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`}`;
  return hasTwins(outlined, fact) ? `${rows} union all ${chosenTwins(fact, { select, where })}` : rows;
}

function isSingle(fact: FactKind): string {
  return `${idHash(fact)} not in (select id from ${twinTable(fact)})`;
}

/** Rows of one id are taken from the table that knows which of them counts. */
function chosenTwins(fact: FactKind, { select, where }: { readonly select: string; readonly where: string }): string {
  return `select ${select} from ${twinTable(fact)} where fate = ${USED} and ${where}`;
}
