import type { FactKind } from '../../core/fact/fact.ts';
import { CONTRACT, viewColumn } from './contract.ts';
import { type Database, queryRows } from './open.ts';
import { CONFLICTING, OUTLINE, outlineTable, REPEATED, USED } from './outline.ts';
import { replaceSql } from './pass.ts';
import type { DeclaredFact } from './source.ts';

/**
 * Records of one id. Exports overlap, so the same record may come again: content decides. Equal content is the same
 * record; a record that was pending and is final in another file is one record, the final one counts; anything else
 * contradicts the first, and is refused. Settlement lines are one only if line, payment, amount and time are.
 *
 * Only ids whose hash occurs twice are looked at, on their real values: a common hash alone never changes a count.
 */

/** Holds the full rows of every id hash that occurs more than once, with their fate. */
export function twinTable(fact: FactKind): string {
  return `${OUTLINE}.${fact}_twin`;
}

/** What identifies a record. */
const IDENTITY: Readonly<Record<FactKind, readonly string[]>> = {
  rentals: ['rental_id'],
  payments: ['payment_id'],
  charges: ['charge_id'],
  settlements: ['line_id', 'payment_id', 'amount_minor', 'booked_at'],
};

const STATUS_OPEN = "('pending', 'unknown')";

/** Settles the fate of repeated and contradicting records. Answers whether there were any candidates. */
export async function settleRepeats(database: Database, declared: DeclaredFact): Promise<boolean> {
  const { fact } = declared;
  const outline = outlineTable(fact);
  const { connection } = database;
  await connection.run(
    `create or replace temp table twin_id as ${repeatedSql('id', `${outline} where fate = ${USED}`)}`,
  );
  const [row] = await queryRows(database, 'select count(*) > 0 from twin_id');
  if (row?.[0] !== true) return false;
  await connection.run(`create table ${twinTable(fact)} as ${twinSql(declared)}`);
  for (const sql of replaceSql(fact, twinTable(fact))) await connection.run(sql);
  return true;
}

/**
 * The values that a column of hashes holds more than once, as a query. Nearly every value stands alone, so first the
 * upper halves are sorted, side by side: sorting takes less than grouping, and of half the width half of that. Few
 * values share their half with another (one in 800 of ten million); those alone are grouped.
 */
export function repeatedSql(column: string, from: string): string {
  const half = `(${column} >> 32)::uinteger`;
  return `
    with alike as (
      select distinct half from (
        select half, lag(half) over (order by half) as before from (select ${half} as half from (select ${column} from ${from}))
      ) where half = before
    )
    select ${column} from (select ${column} from ${from}) where ${half} in (select half from alike)
    group by ${column} having count(*) > 1`;
}

function twinSql({ fact, view }: DeclaredFact): string {
  const identity = IDENTITY[fact];
  const contents = CONTRACT[fact].map(viewColumn).filter((name) => !identity.includes(name));
  const rest = contents.filter((name) => name !== 'status');
  const status = contents.includes('status') ? 'status' : 'null';
  const key = identity.join(', ');
  const packed = rest.map((name) => `"${name}" := "${name}"`).join(', ');
  // Settlement lines have no contents beyond their identity: what else differs (a file name) does not matter.
  const content = fact === 'settlements' ? "'one'" : `struct_pack(${packed})`;
  return `
    with numbered as (select row_number() over () - 1 as ordinal, * from ${view}),
    candidate as (
      select *, ${idHash(fact)} as id, ${content} as content, ${status} as state
      from numbered where reject = 0 and ${idHash(fact)} in (select id from twin_id)
    ),
    based as (
      select *, first_value(ordinal) over record as base_ordinal, first_value(content) over record as base_content,
        first_value(state) over record as base_state
      from candidate window record as (partition by ${key} order by ordinal rows between unbounded preceding and unbounded following)
    ),
    chosen as (
      select *, coalesce(
          case when base_state in ${STATUS_OPEN} then
            min(ordinal) filter (state not in ${STATUS_OPEN} and content is not distinct from base_content) over (partition by ${key})
          end, base_ordinal) as used_ordinal
      from based
    ),
    judged as (
      select *, max(state) filter (ordinal = used_ordinal) over (partition by ${key}) as used_state from chosen
    )
    select * exclude (content, base_content, state, base_state, used_state), case
        when ordinal = used_ordinal then ${USED}
        when content is not distinct from base_content and (state is not distinct from used_state or state in ${STATUS_OPEN}) then ${REPEATED}
        else ${CONFLICTING} end::utinyint as fate
    from judged`;
}

/** The expression over a view's row that equals the outline's `id`. */
export function idHash(fact: FactKind): string {
  return `hash(${IDENTITY[fact].join(', ')})`;
}
