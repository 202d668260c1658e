import type { FactKind } from '../../core/fact/fact.ts';
import { caseTable } from './gather.ts';
import { quoteName } from './open.ts';
import type { Outlined } from './outline.ts';
import { samplePart } from './sample.ts';
import type { DeclaredFact } from './source.ts';
import { usedRowsSql } from './used.ts';

/** One attribute of a fact as the population counts it: by the hash of its value. */
export interface AttributeColumn {
  /** The column's name in the file, or the contract's own. */
  readonly name: string;
  /** Its name in `baseSql`. */
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
const BASE: Readonly<Record<FactKind, string>> = {
  rentals: 'true',
  payments: "kind = 'charge' and status = 'succeeded'",
  charges: "status = 'succeeded'",
  settlements: 'true',
};

/** The attributes that the population counts; bank lines are no base for anything. */
function attributeColumns(declared: DeclaredFact): readonly AttributeColumn[] {
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

/** So many hashes a row are held at once. */
const GROUP_MAX = 16;

/** The attributes in groups that are counted together. */
export function attributeGroups(declared: DeclaredFact): readonly (readonly AttributeColumn[])[] {
  const columns = attributeColumns(declared);
  return Array.from({ length: Math.ceil(columns.length / GROUP_MAX) }, (_, at) =>
    columns.slice(at * GROUP_MAX, (at + 1) * GROUP_MAX),
  );
}

/**
 * Whether a group is read into a table before questions are asked. Text has to be parsed whole for whatever is read of
 * it, so every question would cost a reading; of Parquet only the columns asked for are read, and a sample lies in a
 * table already.
 */
export function isGathered({ fact, sources }: DeclaredFact, outlined: Outlined): boolean {
  return samplePart(fact, outlined) === null && sources.some(({ format }) => format !== 'parquet');
}

/** The hashes of the attributes, one row for each record of the base; of the sample where there is one. */
export function baseSql(declared: DeclaredFact, outlined: Outlined, columns: readonly AttributeColumn[]): string {
  const { fact, view } = declared;
  const select = columns.map(({ column, hashed }) => `${hashed} as ${column}`).join(', ');
  if (samplePart(fact, outlined) === null)
    return usedRowsSql(fact, outlined, { select, from: view, where: BASE[fact] });
  return `select ${select} from ${caseTable(fact)} where is_sampled and ${BASE[fact]}`;
}
