import type { Charge } from '../../core/fact/charge.ts';
import type { Attributes, FactKind } from '../../core/fact/fact.ts';
import type { Payment } from '../../core/fact/payment.ts';
import type { Rental } from '../../core/fact/rental.ts';
import type { Settlement } from '../../core/fact/settlement.ts';
import { assert } from '../../core/kernel/assert.ts';
import { type Money, money } from '../../core/kernel/money.ts';
import { CONTRACT, viewColumn } from './contract.ts';
import type { WantedRows } from './declare/view.ts';
import { type Database, quoteName } from './open.ts';
import { type Holdings, OUTLINE, type Outlined } from './outline.ts';
import type { DeclaredFact } from './source.ts';
import { usedRowsSql } from './used.ts';

/** Which column of a fact's rows the outline's wanted ids stand for. */
const WANTED: Readonly<Record<FactKind, WantedRows>> = {
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

/** Reads the wanted facts from the files again, whole, each record once. */
export async function gather<Kind extends FactKind>(input: {
  readonly database: Database;
  readonly declared: DeclaredFact & { readonly fact: Kind };
  readonly outlined: Outlined;
  readonly wantedSql: Holdings['wantedSql'];
  readonly onRows: (rows: number) => void;
}): Promise<readonly FactTypes[Kind][]> {
  const { database, declared } = input;
  const result = await database.connection.stream(gatherSql(declared, input));
  const make: (cells: Cells) => FactTypes[Kind] = MAKERS[declared.fact];
  const facts: FactTypes[Kind][] = [];
  const names = [...CONTRACT[declared.fact].map(viewColumn), ...declared.attributes.map((name) => `@${name}`)];
  const pool = new Pool();
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const columns = new Map(names.map((name, index) => [name, chunk.getColumnValues(index)]));
    for (let row = 0; row < chunk.rowCount; row++) {
      facts.push(make(new Cells({ columns, row, attributes: declared.attributes, pool })));
    }
    input.onRows(facts.length);
  }
  return facts;
}

function gatherSql(declared: DeclaredFact, { outlined, wantedSql }: Pick<Holdings, 'outlined' | 'wantedSql'>): string {
  const { fact } = declared;
  const { column, table } = WANTED[fact];
  const contract = CONTRACT[fact].map((each) => quoteName(viewColumn(each)));
  const attributes = declared.attributes.map((name) => quoteName(`@${name}`));
  const select = [...contract, ...attributes].join(', ');
  const from = `(${wantedSql(fact, { column, table })})`;
  return usedRowsSql(fact, outlined, { select, from, where: `hash(${column}) in (select id from ${table})` });
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

/** One row of a chunk, by column name. */
class Cells {
  readonly #columns: ReadonlyMap<string, readonly unknown[]>;
  readonly #row: number;
  readonly #attributes: readonly string[];
  readonly #pool: Pool;

  constructor(at: {
    readonly columns: ReadonlyMap<string, readonly unknown[]>;
    readonly row: number;
    readonly attributes: readonly string[];
    readonly pool: Pool;
  }) {
    this.#columns = at.columns;
    this.#row = at.row;
    this.#attributes = at.attributes;
    this.#pool = at.pool;
  }

  textOrNull(name: string): string | null {
    const value = this.#columns.get(name)?.[this.#row] ?? null;
    assert(value === null || typeof value === 'string', `${name} holds ${typeof value}, not text`);
    return value;
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
    const value = this.#columns.get(name)?.[this.#row] ?? null;
    return value === null ? null : Number(value);
  }

  instant(name: string): number {
    const value = this.instantOrNull(name);
    assert(value !== null, `${name} is null in a row that was not rejected`);
    return value;
  }

  money(name: string): Money {
    const value = this.#columns.get(name)?.[this.#row];
    assert(typeof value === 'bigint', `${name} holds ${typeof value}, not minor units`);
    return money(value, this.word('currency'));
  }

  attributes(): Attributes {
    const attributes: Record<string, string> = {};
    for (const name of this.#attributes) {
      const value = this.wordOrNull(`@${name}`);
      if (value !== null) attributes[name] = value;
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
