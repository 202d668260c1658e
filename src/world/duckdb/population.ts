import type { Attributes, FactKind } from '../../core/fact/fact.ts';
import type { Layers } from '../../core/fact/facts.ts';
import { currencies } from '../../core/kernel/currency.ts';
import { firstOf } from '../../core/kernel/first-of.ts';
import { money } from '../../core/kernel/money.ts';
import { MINUTE_MS } from '../../core/kernel/time.ts';
import { CASES_MEASURED_MAX, thinned } from '../../core/remedy/cause/numbers.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import {
  ATTRIBUTE_VALUES_MAX,
  type AttributeBase,
  type Population,
  type Taken,
  type TimeSeries,
} from '../../core/remedy/population.ts';
import { byFrequency, type CountedColumn, countValues } from './bases.ts';
import { type Database, queryRows, quoteText } from './open.ts';
import { currencyHash, IS_CHARGE, IS_LEG, IS_RENTAL, IS_REVERSAL, IS_SUCCEEDED, OUTLINE, USED } from './outline.ts';

const QUARTER_HOUR_MS = 15 * MINUTE_MS;
/** A century of quarter hours: beyond it the facts hold an impossible date, and a picture of it is memory only. */
const BUCKETS_MAX = 100 * 366 * 96;

/** What the outline tells of the whole input. */
export type Totals = Omit<Population, 'attributes' | 'sampled'>;

export async function countTotals(database: Database, layers: Layers): Promise<Totals> {
  const rides = `${OUTLINE}.payments where fate = ${USED} and ${IS_LEG} and ${IS_RENTAL}`;
  const [counted] = await queryRows(database, `select count(*) from ${rides}`);
  return {
    chargesSucceeded: Number(counted?.[0]),
    charged: await seriesOf(database, `select created_at as happened_at from ${rides}`),
    ended: layers.rentals
      ? await seriesOf(database, `select ended_at as happened_at from ${OUTLINE}.rentals where fate = ${USED}`)
      : null,
    taken: await takenOf(database),
  };
}

/** How the values that occur in the findings are spread over the whole input. */
export async function countAttributes(
  database: Database,
  columns: readonly CountedColumn[],
  findings: readonly Finding[],
): Promise<readonly AttributeBase[]> {
  // What has more values than are kept is read of no more findings than the cause measures.
  const isLong = (column: CountedColumn): boolean => column.distinct > ATTRIBUTE_VALUES_MAX;
  const seen = new Map([
    ...seenIn(
      findings,
      columns.filter((column) => !isLong(column)),
    ),
    ...seenIn(thinned(findings, CASES_MEASURED_MAX), columns.filter(isLong)),
  ]);
  const attributes: AttributeBase[] = [];
  for (const column of columns) attributes.push(await countValues(database, column, seen.get(column) ?? new Map()));
  return attributes;
}

async function takenOf(database: Database): Promise<readonly Taken[]> {
  const codes = currencies().map(([code]) => `(${quoteText(code)})`);
  const rows = await queryRows(
    database,
    `with moved as (
       select currency, (coalesce(sum(amount) filter (${IS_CHARGE}), 0))::varchar as charged,
         (coalesce(sum(case when ${IS_REVERSAL} then -amount else amount end) filter (not (${IS_CHARGE})), 0))::varchar as given_back
       from ${OUTLINE}.payments where fate = ${USED} and ${IS_SUCCEEDED} group by currency
     )
     select code, charged, given_back from moved
     join (values ${codes.join(', ')}) known(code) on ${currencyHash('code')} = moved.currency order by code`,
  );
  return rows.map(([code, charged, givenBack]) => ({
    charged: money(BigInt(String(charged)), String(code)),
    givenBack: money(BigInt(String(givenBack)), String(code)),
  }));
}

async function seriesOf(database: Database, times: string): Promise<TimeSeries | null> {
  const rows = await queryRows(
    database,
    `select (happened_at // ${QUARTER_HOUR_MS})::double as bucket, count(*)::double from (${times}) group by bucket order by bucket`,
  );
  const [first, last] = [Number(rows[0]?.[0]), Number(rows.at(-1)?.[0])];
  if (rows.length === 0 || last - first >= BUCKETS_MAX) return null;
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const [bucket, count] of rows) counts[Number(bucket) - first] = Number(count);
  return { from: first * QUARTER_HOUR_MS, bucketMs: QUARTER_HOUR_MS, counts };
}

type Seen = ReadonlyMap<CountedColumn, ReadonlyMap<string, number>>;

/** The values of each column in the findings' evidence and how often they occur; of too many the most frequent. */
function seenIn(findings: readonly Finding[], columns: readonly CountedColumn[]): Seen {
  const of = (fact: FactKind): readonly Tally[] =>
    columns.filter((column) => column.fact === fact).map((column) => ({ column, counts: new Map() }));
  const [payments, charges, rentals] = [of('payments'), of('charges'), of('rentals')];
  // All columns of a fact while it is at hand: the facts are many and lie far apart.
  for (const { evidence } of findings) {
    for (const payment of evidence.payments) {
      for (const { column, counts } of payments) note(counts, textOf(payment, column.name));
    }
    if (charges.length > 0) {
      for (const record of evidence.books) {
        for (const { column, counts } of charges) note(counts, textOf(record, column.name));
      }
    }
    if (rentals.length > 0) {
      for (const rental of [evidence.rental, evidence.otherRental]) {
        if (rental === null) continue;
        for (const { column, counts } of rentals) {
          note(counts, column.name === 'market' ? rental.market : rental.attributes[column.name]);
        }
      }
    }
  }
  return new Map(
    [...payments, ...charges, ...rentals].map(({ column, counts }) => [
      column,
      new Map(firstOf(counts, ATTRIBUTE_VALUES_MAX, byFrequency)),
    ]),
  );
}

interface Tally {
  readonly column: CountedColumn;
  readonly counts: Map<string, number>;
}

function note(counts: Map<string, number>, value: string | null | undefined): void {
  if (value != null) counts.set(value, (counts.get(value) ?? 0) + 1);
}

interface Charging {
  readonly attributes: Attributes;
  readonly provider: string | null;
  readonly idempotencyKey: string | null;
}

function textOf(charging: Charging, name: string): string | null | undefined {
  if (name === 'provider') return charging.provider;
  return name === 'idempotency_key' ? charging.idempotencyKey : charging.attributes[name];
}
