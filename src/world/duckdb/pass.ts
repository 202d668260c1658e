import { CHARGE_STATUSES } from '../../core/fact/charge.ts';
import { type FactKind, PURPOSES } from '../../core/fact/fact.ts';
import { PAYMENT_KINDS, PAYMENT_STATUSES } from '../../core/fact/payment.ts';
import { keyHash } from './key.ts';
import { codeSql, currencyHash, outlineTable, STORE, USED } from './outline.ts';
import type { DeclaredFact } from './source.ts';

/** How the rows of a fact are stored: as few columns as can be, since each costs as much as reading one of the file. */
interface Packing {
  /** Columns of eight bytes. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns of a few bits, side by side in `word`. */
  readonly packed: readonly PackedColumn[];
  /** Columns that few rows have, in one list, which is null for all others. */
  readonly aside: { readonly when: string; readonly columns: Readonly<Record<string, string>> } | null;
}

interface PackedColumn {
  readonly name: string;
  readonly sql: string;
  readonly bits: number;
}

const AMOUNT = 'amount_minor';

/** A column of words, in as many bits as it has words for. */
function coded(name: string, words: readonly string[]): PackedColumn {
  return { name, sql: codeSql(name, words), bits: Math.ceil(Math.log2(words.length)) };
}

const PACKINGS: Readonly<Record<FactKind, Packing>> = {
  rentals: {
    columns: {
      id: 'hash(rental_id)',
      account: hashOrNull('account_id'),
      vehicle: 'case when vehicle_id is not null and started_at is not null then hash(vehicle_id) end',
      started_at: 'started_at',
      ended_at: 'ended_at',
      amount: 'amount_due_minor',
    },
    packed: [],
    aside: null,
  },
  payments: {
    columns: {
      id: 'hash(payment_id)',
      rental: hashOrNull('rental_id'),
      amount: AMOUNT,
      created_at: 'created_at',
    },
    packed: [coded('purpose', PURPOSES), coded('kind', PAYMENT_KINDS), coded('status', PAYMENT_STATUSES)],
    aside: {
      when: "rental_id is null or kind <> 'charge'",
      columns: {
        account: `case when rental_id is null and account_id is not null then hash(account_id) end`,
        book: 'case when rental_id is null and charge_id is not null then hash(charge_id) end',
        key: `case when rental_id is null then ${keyHash('idempotency_key')} end`,
        parent: "case when kind <> 'charge' and parent_payment_id is not null then hash(parent_payment_id) end",
      },
    },
  },
  charges: {
    columns: {
      id: 'hash(charge_id)',
      rental: hashOrNull('rental_id'),
      payment: hashOrNull('payment_id'),
      key: keyHash('idempotency_key'),
      amount: AMOUNT,
      created_at: 'created_at',
    },
    packed: [coded('purpose', PURPOSES), coded('status', CHARGE_STATUSES)],
    aside: null,
  },
  settlements: {
    columns: {
      // A line stands for itself only together with what it says: a replayed file has the same lines on another day.
      id: 'hash(line_id, payment_id, amount_minor, booked_at)',
      payment: 'hash(payment_id)',
      amount: AMOUNT,
      booked_at: 'booked_at',
    },
    packed: [],
    aside: null,
  },
};

function hashOrNull(column: string): string {
  return `case when ${column} is not null then hash(${column}) end`;
}

/** Where the rows of a fact are stored; `outlineTable` shows them unpacked. */
function packedTable(fact: FactKind): string {
  return `${STORE}.${fact}_packed`;
}

/** What every word holds, above the bits of its fact: 32 of the currency, 16 of the source, 8 of the fate. */
function packedColumns(fact: FactKind, fate: string): readonly (PackedColumn & { readonly shift: number })[] {
  const columns = [
    ...PACKINGS[fact].packed,
    { name: 'fate', sql: fate, bits: 8 },
    { name: 'source', sql: 'source', bits: 16 },
    // Bank lines are matched by payment alone.
    ...(fact === 'settlements' ? [] : [{ name: 'currency', sql: currencyHash('currency'), bits: 32 }]),
  ];
  let shift = 0;
  return columns.map((column) => {
    const placed = { ...column, shift };
    shift += column.bits;
    return placed;
  });
}

/** The outline's rows of a relation that has the view's columns; `fate` is SQL. */
function packedRows(fact: FactKind, { from, fate }: { readonly from: string; readonly fate: string }): string {
  const { columns, aside } = PACKINGS[fact];
  const word = packedColumns(fact, fate).map(({ sql, shift }) => `(coalesce(${sql}, 0)::ubigint << ${shift})`);
  const list = [
    ...Object.entries(columns).map(([name, sql]) => `${sql} as ${name}`),
    `${word.join(' | ')} as word`,
    ...(aside === null
      ? []
      : [`case when ${aside.when} then [${Object.values(aside.columns).join(', ')}] end as aside`]),
  ];
  return `select ${list.join(', ')} from ${from}`;
}

/** Reads every row of the fact once. */
export function outlineSql({ fact, view }: DeclaredFact): string {
  return `create or replace table ${packedTable(fact)} as ${packedRows(fact, { from: view, fate: 'reject' })}`;
}

/** Shows the stored rows under the names that everybody asks for. */
export function unpackSql(fact: FactKind): string {
  const { columns, aside } = PACKINGS[fact];
  const list = [
    ...Object.keys(columns),
    ...[...unpackedColumns(fact)].map(([name, sql]) => `${sql} as ${name}`),
    ...Object.keys(aside?.columns ?? {}).map((name, place) => `aside[${place + 1}] as ${name}`),
  ];
  return `create or replace view ${outlineTable(fact)} as select ${list.join(', ')} from ${packedTable(fact)}`;
}

/** Each column of the word, by name, as SQL over it. */
function unpackedColumns(fact: FactKind): ReadonlyMap<string, string> {
  const columns = packedColumns(fact, 'fate');
  return new Map(columns.map(({ name, shift, bits }) => [name, `((word >> ${shift}) & ${2 ** bits - 1})`]));
}

/** Puts the outline of rows that are known with their fate in the place of all rows of their ids. */
export function replaceSql(fact: FactKind, known: string): readonly string[] {
  const fate = unpackedColumns(fact).get('fate');
  return [
    `delete from ${packedTable(fact)} where ${fate} = ${USED} and id in (select id from ${known})`,
    `insert into ${packedTable(fact)} ${packedRows(fact, { from: known, fate: 'fate' })}`,
  ];
}
