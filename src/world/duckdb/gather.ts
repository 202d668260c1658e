import type { Charge } from '../../core/fact/charge.ts';
import type { Attributes, FactKind } from '../../core/fact/fact.ts';
import type { Payment } from '../../core/fact/payment.ts';
import type { Rental } from '../../core/fact/rental.ts';
import type { Settlement } from '../../core/fact/settlement.ts';
import { assert } from '../../core/kernel/assert.ts';
import { type Money, money } from '../../core/kernel/money.ts';
import { CONTRACT, viewColumn } from './contract.ts';
import { isWantedSql, type WantedRows } from './declare/view.ts';
import { type Database, quoteName } from './open.ts';
import { type Holdings, OUTLINE, type Outlined } from './outline.ts';
import { isSampledSql } from './sample.ts';
import type { DeclaredFact } from './source.ts';
import { chosenRowsSql } from './used.ts';

/** Which column of a fact's rows the outline's wanted ids stand for. */
const WANTED: Readonly<Record<FactKind, Omit<WantedRows, 'part'>>> = {
  rentals: { column: 'rental_id', table: `${OUTLINE}.wanted_rental` },
  payments: { column: 'payment_id', table: `${OUTLINE}.wanted_payment` },
  charges: { column: 'charge_id', table: `${OUTLINE}.wanted_charge` },
  settlements: { column: 'payment_id', table: `${OUTLINE}.wanted_payment` },
};

/** The types of the rows of each fact. */
export interface FactTypes {
  readonly rentals: Rental;
  readonly payments: Payment;
  readonly charges: Charge;
  readonly settlements: Settlement;
}

interface Gathering<Kind extends FactKind> {
  readonly database: Database;
  readonly declared: DeclaredFact & { readonly fact: Kind };
  readonly outlined: Outlined;
  readonly wantedSql: Holdings['wantedSql'];
  /** One row in so many is kept in `caseTable` beside the wanted ones, for whoever counts; null keeps none. */
  readonly part: number | null;
  readonly onRows: (rows: number) => void;
}

/** Reads the wanted facts whole, each record once; from the files again, unless `keepCases` has done so. */
export async function gather<Kind extends FactKind>(input: Gathering<Kind>): Promise<readonly FactTypes[Kind][]> {
  const { database, declared, part } = input;
  const from = part === null ? `(${gatherSql(input, [])})` : `${caseTable(declared.fact)} where is_wanted`;
  const cells = new Cells(columnsOf(declared), declared.attributes);
  const list = cells.columns.map((name) => `${quoteName(name)}::varchar`).join(', ');
  // One text a row: the client takes as long for each text, however short, as for parsing ten.
  const result = await database.connection.stream(`select to_json([${list}])::varchar from ${from}`);
  const make: (cells: Cells) => FactTypes[Kind] = MAKERS[declared.fact];
  const facts: FactTypes[Kind][] = [];
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const row of JSON.parse(`[${chunk.getColumnValues(0).join(',')}]`)) {
      cells.turnTo(row);
      facts.push(make(cells));
    }
    input.onRows(facts.length);
  }
  return facts;
}

/** Holds the wanted rows and the sample of a fact, in the columns of its view, with `is_wanted` and `is_sampled`. */
export function caseTable(fact: FactKind): string {
  return `${OUTLINE}.${fact}_case`;
}

/** Fills `caseTable`: wanted rows and sample come out of one reading of the files. */
export async function keepCases(input: Omit<Gathering<FactKind>, 'onRows'> & { readonly part: number }): Promise<void> {
  const { database, declared, part } = input;
  const { column, table } = WANTED[declared.fact];
  const hash = `hash(${column})`;
  const marks = [`${hash} in (select id from ${table}) as is_wanted`, `${isSampledSql(hash, part)} as is_sampled`];
  await database.connection.run(`create or replace table ${caseTable(declared.fact)} as ${gatherSql(input, marks)}`);
}

function gatherSql(
  { declared, outlined, wantedSql, part }: Omit<Gathering<FactKind>, 'database' | 'onRows'>,
  marks: readonly string[],
): string {
  const { fact } = declared;
  const wanted = { ...WANTED[fact], part };
  const select = [...columnsOf(declared).map(quoteName), ...marks].join(', ');
  const where = isWantedSql(`hash(${wanted.column})`, wanted);
  return chosenRowsSql(fact, outlined, { select, from: `(${wantedSql(fact, wanted)})`, where });
}

function columnsOf({ fact, attributes }: DeclaredFact): readonly string[] {
  return [...CONTRACT[fact].map(viewColumn), ...attributes.map((name) => `@${name}`)];
}

/** Makes equal texts one: a column with few values then costs a pointer a row. Bounded, for columns with many. */
class Pool {
  readonly #texts = new Map<string, string>();

  share(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size < POOL_SIZE_MAX) this.#texts.set(text, text);
    return text;
  }
}

const POOL_SIZE_MAX = 100_000;

/** One row after the other, by column name. Attributes stand behind the columns of the contract. */
class Cells {
  readonly columns: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #attributes: readonly string[];
  readonly #pool = new Pool();
  #row: readonly (string | null)[] = [];

  constructor(columns: readonly string[], attributes: readonly string[]) {
    this.columns = columns;
    this.#places = new Map(columns.map((name, place) => [name, place]));
    this.#attributes = attributes;
  }

  turnTo(row: readonly (string | null)[]): void {
    this.#row = row;
  }

  textOrNull(name: string): string | null {
    return this.#row[this.#places.get(name) ?? -1] ?? null;
  }

  text(name: string): string {
    const value = this.textOrNull(name);
    assert(value !== null, `${name} is null in a row that was not rejected`);
    return value;
  }

  /** A text of which there are few. */
  word(name: string): string {
    return this.#pool.share(this.text(name));
  }

  wordOrNull(name: string): string | null {
    const value = this.textOrNull(name);
    return value === null ? null : this.#pool.share(value);
  }

  instantOrNull(name: string): number | null {
    const value = this.textOrNull(name);
    return value === null ? null : Number(value);
  }

  instant(name: string): number {
    return Number(this.text(name));
  }

  money(name: string): Money {
    return money(BigInt(this.text(name)), this.word('currency'));
  }

  attributes(): Attributes {
    const attributes: Record<string, string> = {};
    const first = this.columns.length - this.#attributes.length;
    for (const [place, name] of this.#attributes.entries()) {
      const value = this.#row[first + place] ?? null;
      if (value !== null) attributes[name] = this.#pool.share(value);
    }
    return attributes;
  }
}

const MAKERS: { readonly [Kind in FactKind]: (cells: Cells) => FactTypes[Kind] } = {
  rentals: (cells) => ({
    rentalId: cells.text('rental_id'),
    accountId: cells.textOrNull('account_id'),
    vehicleId: cells.wordOrNull('vehicle_id'),
    market: cells.wordOrNull('market'),
    startedAt: cells.instantOrNull('started_at'),
    endedAt: cells.instant('ended_at'),
    amountDue: cells.money('amount_due_minor'),
    attributes: cells.attributes(),
  }),
  payments: (cells) => ({
    paymentId: cells.text('payment_id'),
    kind: cells.word('kind') as Payment['kind'],
    parentPaymentId: cells.textOrNull('parent_payment_id'),
    accountId: cells.textOrNull('account_id'),
    rentalId: cells.textOrNull('rental_id'),
    chargeId: cells.textOrNull('charge_id'),
    status: cells.word('status') as Payment['status'],
    amount: cells.money('amount_minor'),
    createdAt: cells.instant('created_at'),
    purpose: cells.word('purpose') as Payment['purpose'],
    provider: cells.wordOrNull('provider'),
    idempotencyKey: cells.textOrNull('idempotency_key'),
    attributes: cells.attributes(),
  }),
  charges: (cells) => ({
    chargeId: cells.text('charge_id'),
    accountId: cells.text('account_id'),
    rentalId: cells.textOrNull('rental_id'),
    purpose: cells.word('purpose') as Charge['purpose'],
    status: cells.word('status') as Charge['status'],
    amount: cells.money('amount_minor'),
    createdAt: cells.instant('created_at'),
    provider: cells.wordOrNull('provider'),
    paymentId: cells.textOrNull('payment_id'),
    idempotencyKey: cells.textOrNull('idempotency_key'),
    attributes: cells.attributes(),
  }),
  settlements: (cells) => ({
    lineId: cells.text('line_id'),
    paymentId: cells.text('payment_id'),
    amount: cells.money('amount_minor'),
    bookedAt: cells.instant('booked_at'),
    file: cells.wordOrNull('file'),
    attributes: cells.attributes(),
  }),
};
