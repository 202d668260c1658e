import type { Attributes, FactKind } from '../src/core/fact/fact.ts';
import type { Facts } from '../src/core/fact/facts.ts';
import type { Payment } from '../src/core/fact/payment.ts';
import { type Money, money } from '../src/core/kernel/money.ts';
import { type Instant, MINUTE_MS } from '../src/core/kernel/time.ts';
import { isTaken } from '../src/core/remedy/cause/case.ts';
import type { Finding } from '../src/core/remedy/finding.ts';
import {
  ATTRIBUTE_VALUES_MAX,
  type AttributeBase,
  type Population,
  type Taken,
  type TimeSeries,
} from '../src/core/remedy/population.ts';

const BUCKET_MS = 15 * MINUTE_MS;

/** Counts the population of facts that are held in memory, as the scan counts that of files. */
export function censusOf(facts: Facts, findings: readonly Finding[]): Population {
  const taken = facts.payments.filter(isTaken);
  const rides = taken.filter((payment) => payment.purpose === 'rental');
  const booked = facts.charges.filter((charge) => charge.status === 'succeeded');
  return {
    chargesSucceeded: rides.length,
    charged: seriesOf(rides.map((payment) => payment.createdAt)),
    ended: facts.layers.rentals ? seriesOf(facts.rentals.map((rental) => rental.endedAt)) : null,
    sampled: [],
    attributes: [
      ...basesOf(
        'payments',
        taken.map(columnsOf),
        shownIn(findings, (each) => each.payments.map(columnsOf)),
      ),
      ...basesOf(
        'charges',
        booked.map(columnsOf),
        shownIn(findings, (each) => each.books.map(columnsOf)),
      ),
      ...basesOf(
        'rentals',
        facts.rentals.map(rentalColumnsOf),
        shownIn(findings, ({ rental, otherRental }) =>
          [rental, otherRental].filter((each) => each !== null).map(rentalColumnsOf),
        ),
      ),
    ],
    taken: takenOf(facts.payments),
  };
}

type Columns = Readonly<Record<string, string | null>>;

function columnsOf(fact: {
  readonly attributes: Attributes;
  readonly provider: string | null;
  readonly idempotencyKey: string | null;
}): Columns {
  return { ...fact.attributes, provider: fact.provider, idempotency_key: fact.idempotencyKey };
}

function rentalColumnsOf(rental: { readonly attributes: Attributes; readonly market: string | null }): Columns {
  return { ...rental.attributes, market: rental.market };
}

function shownIn(
  findings: readonly Finding[],
  columns: (evidence: Finding['evidence']) => readonly Columns[],
): readonly Columns[] {
  return findings.flatMap((finding) => columns(finding.evidence));
}

function basesOf(fact: FactKind, rows: readonly Columns[], shown: readonly Columns[]): readonly AttributeBase[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) => {
    const counts = new Map<string, number>();
    for (const row of rows) {
      const value = row[name];
      if (value != null) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const present = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const seen = new Set(shown.flatMap((row) => row[name] ?? []));
    const values = [...counts]
      .filter(([value]) => seen.has(value))
      .sort((one, other) => other[1] - one[1])
      .slice(0, ATTRIBUTE_VALUES_MAX);
    return {
      fact,
      name,
      rows: rows.length,
      nulls: rows.length - present,
      distinct: counts.size,
      values: new Map(values),
    };
  });
}

function seriesOf(times: readonly Instant[]): TimeSeries | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const at of times) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  if (first > last) return null;
  const from = Math.floor(first / BUCKET_MS) * BUCKET_MS;
  const counts = new Array<number>(Math.floor((last - from) / BUCKET_MS) + 1).fill(0);
  for (const at of times) {
    const bucket = Math.floor((at - from) / BUCKET_MS);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return { from, bucketMs: BUCKET_MS, counts };
}

function takenOf(payments: readonly Payment[]): readonly Taken[] {
  const sums = new Map<string, { charged: bigint; givenBack: bigint }>();
  for (const { kind, status, amount } of payments) {
    if (status !== 'succeeded') continue;
    const sum = sums.get(amount.currency) ?? { charged: 0n, givenBack: 0n };
    if (kind === 'charge') sum.charged += amount.amountMinor;
    else sum.givenBack += kind === 'chargeback_reversal' ? -amount.amountMinor : amount.amountMinor;
    sums.set(amount.currency, sum);
  }
  const said = (amountMinor: bigint, currency: string): Money => money(amountMinor, currency);
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, sum]) => ({ charged: said(sum.charged, currency), givenBack: said(sum.givenBack, currency) }));
}
