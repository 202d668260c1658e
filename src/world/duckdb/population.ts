import { type Attributes, FACT_KINDS, type FactKind } from '../../core/fact/fact.ts';
import type { Layers } from '../../core/fact/facts.ts';
import { currencies } from '../../core/kernel/currency.ts';
import { money } from '../../core/kernel/money.ts';
import { MINUTE_MS } from '../../core/kernel/time.ts';
import type { Finding } from '../../core/remedy/finding.ts';
import {
  ATTRIBUTE_VALUES_MAX,
  type AttributeBase,
  type Population,
  type Taken,
  type TimeSeries,
} from '../../core/remedy/population.ts';
import { type CountedColumn, countValues } from './bases.ts';
import { type Database, queryRows, quoteText } from './open.ts';
import { IS_CHARGE, IS_LEG, IS_RENTAL, IS_REVERSAL, IS_SUCCEEDED, OUTLINE, USED } from './outline.ts';

const QUARTER_HOUR_MS = 15 * MINUTE_MS;
/** A century of quarter hours: beyond it the facts hold an impossible date, and a picture of it is memory only. */
const BUCKETS_MAX = 100 * 366 * 96;

/** Counts the whole input, as the base for the findings. Without findings only what the outline holds. */
export async function countPopulation(input: {
  readonly database: Database;
  readonly layers: Layers;
  readonly columns: readonly CountedColumn[];
  readonly findings: readonly Finding[];
}): Promise<Population> {
  const { database, layers, findings } = input;
  const rides = `${OUTLINE}.payments where fate = ${USED} and ${IS_LEG} and ${IS_RENTAL}`;
  const [counted] = await queryRows(database, `select count(*) from ${rides}`);
  const attributes: AttributeBase[] = [];
  for (const fact of FACT_KINDS) {
    const seen = seenIn(findings, fact);
    for (const column of input.columns.filter((each) => each.fact === fact)) {
      attributes.push(await countValues(database, column, seen.get(column.name) ?? []));
    }
  }
  return {
    chargesSucceeded: Number(counted?.[0]),
    charged: await seriesOf(database, `select created_at as happened_at from ${rides}`),
    ended: layers.rentals
      ? await seriesOf(database, `select ended_at as happened_at from ${OUTLINE}.rentals where fate = ${USED}`)
      : null,
    attributes,
    taken: await takenOf(database),
  };
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
     join (values ${codes.join(', ')}) known(code) on hash(code) = moved.currency order by code`,
  );
  return rows.map(([code, charged, givenBack]) => ({
    charged: money(BigInt(String(charged)), String(code)),
    givenBack: money(BigInt(String(givenBack)), String(code)),
  }));
}

async function seriesOf(database: Database, times: string): Promise<TimeSeries | null> {
  const rows = await queryRows(
    database,
    `select (floor(happened_at / ${QUARTER_HOUR_MS}.0))::double as bucket, count(*)::double from (${times}) group by bucket order by bucket`,
  );
  const [first, last] = [Number(rows[0]?.[0]), Number(rows.at(-1)?.[0])];
  if (rows.length === 0 || last - first >= BUCKETS_MAX) return null;
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const [bucket, count] of rows) counts[Number(bucket) - first] = Number(count);
  return { from: first * QUARTER_HOUR_MS, bucketMs: QUARTER_HOUR_MS, counts };
}

/** The values of each attribute in the findings' evidence; of too many those that occur most often. */
function seenIn(findings: readonly Finding[], fact: FactKind): ReadonlyMap<string, readonly string[]> {
  const counts = new Map<string, Map<string, number>>();
  for (const { evidence } of findings) for (const bag of bagsOf(evidence, fact)) countBag(counts, bag);
  return new Map([...counts].map(([name, values]) => [name, mostFrequent(values)]));
}

function countBag(counts: Map<string, Map<string, number>>, bag: Bag): void {
  for (const [name, value] of Object.entries(bag)) {
    if (value === null) continue;
    const values = counts.get(name) ?? new Map<string, number>();
    counts.set(name, values.set(value, (values.get(value) ?? 0) + 1));
  }
}

function mostFrequent(counts: ReadonlyMap<string, number>): readonly string[] {
  const values = [...counts];
  values.sort(([one, times], [other, otherTimes]) => otherTimes - times || (one < other ? -1 : 1));
  return values.slice(0, ATTRIBUTE_VALUES_MAX).map(([value]) => value);
}

type Bag = Readonly<Record<string, string | null>> | Attributes;

function bagsOf(evidence: Finding['evidence'], fact: FactKind): readonly Bag[] {
  if (fact === 'payments') return evidence.payments.map(chargeBag);
  if (fact === 'charges') return evidence.books.map(chargeBag);
  if (fact !== 'rentals') return [];
  return [evidence.rental, evidence.otherRental]
    .filter((rental) => rental !== null)
    .map(({ attributes, market }) => ({ ...attributes, market }));
}

function chargeBag(fact: {
  readonly attributes: Attributes;
  readonly provider: string | null;
  readonly idempotencyKey: string | null;
}): Bag {
  return { ...fact.attributes, provider: fact.provider, idempotency_key: fact.idempotencyKey };
}
