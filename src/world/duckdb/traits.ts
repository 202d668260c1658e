import type { FactKind } from '../../core/fact/fact.ts';
import { quoteName } from './open.ts';
import { IS_BOOKED, IS_LEG, outlineTable, USED } from './outline.ts';
import { idHash, twinTable } from './repeats.ts';
import type { DeclaredFact } from './source.ts';

/** One attribute of a fact as the population counts it: by the hash of its value. */
export interface AttributeColumn {
  /** The column's name in the file, or the contract's own. */
  readonly name: string;
  /** Its name in `baseSql` and, where it stands there, in the outline. */
  readonly column: string;
  /** The expression over the view's row. */
  readonly hashed: string;
}

/** The contract's columns that are evidence as attributes are. */
const OWN: Readonly<Record<FactKind, readonly string[]>> = {
  rentals: ['market'],
  payments: ['provider', 'idempotency_key'],
  charges: ['provider', 'idempotency_key'],
  settlements: [],
};

/** Which rows are the base: succeeded charges, or all rentals. */
const BASE: Readonly<Record<FactKind, { readonly outline: string; readonly view: string }>> = {
  rentals: { outline: 'true', view: 'true' },
  payments: { outline: IS_LEG, view: "kind = 'charge' and status = 'succeeded'" },
  charges: { outline: IS_BOOKED, view: "status = 'succeeded'" },
  settlements: { outline: 'true', view: 'true' },
};

/** Beyond this the outline would grow wider than the rows it spares. */
const OUTLINED_MAX = 16;

/** The attributes that the population counts; bank lines are no base for anything. */
export function attributeColumns(declared: DeclaredFact): readonly AttributeColumn[] {
  if (declared.fact === 'settlements') return [];
  const columns = [
    ...OWN[declared.fact].map((name) => ({ name, source: quoteName(name) })),
    ...declared.attributes.map((name) => ({ name, source: quoteName(`@${name}`) })),
  ];
  return columns.map(({ name, source }, place) => ({
    name,
    column: `attribute_${place}`,
    hashed: `case when ${source} is not null then hash(${source}) end`,
  }));
}

/**
 * Whether the outline keeps the attributes' hashes. Text has to be parsed whole for whatever is read of it, so a second
 * reading costs as much as the first; of Parquet only the columns asked for are read.
 */
export function isOutlined(declared: DeclaredFact): boolean {
  return isText(declared) && attributeColumns(declared).length <= OUTLINED_MAX;
}

function isText({ sources }: DeclaredFact): boolean {
  return sources.some(({ format }) => format !== 'parquet');
}

/**
 * The attributes in groups that are counted together. What is too wide for the outline is text all the same: each group
 * is then read once into a table of its own (`isGathered`), not once for every question about every column.
 */
export function attributeGroups(declared: DeclaredFact): readonly (readonly AttributeColumn[])[] {
  const columns = attributeColumns(declared);
  const size = isGathered(declared) ? OUTLINED_MAX : Math.max(columns.length, 1);
  return Array.from({ length: Math.ceil(columns.length / size) }, (_, at) => columns.slice(at * size, (at + 1) * size));
}

export function isGathered(declared: DeclaredFact): boolean {
  return isText(declared) && !isOutlined(declared);
}

/** The hashes of all attributes, one row for each record of the base. */
export function baseSql(declared: DeclaredFact, columns: readonly AttributeColumn[], hasTwins: boolean): string {
  const { fact, view } = declared;
  const base = BASE[fact];
  if (isOutlined(declared)) {
    return `select ${columns.map(({ column }) => column).join(', ')} from ${outlineTable(fact)} where fate = ${USED} and ${base.outline}`;
  }
  const hashed = columns.map(({ column, hashed }) => `${hashed} as ${column}`).join(', ');
  const rows = `select ${hashed} from ${view} where reject = 0 and ${base.view}`;
  if (!hasTwins) return rows;
  return `${rows} and ${idHash(fact)} not in (select id from ${twinTable(fact)})
    union all select ${hashed} from ${twinTable(fact)} where fate = ${USED} and ${base.view}`;
}
