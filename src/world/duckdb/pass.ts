import { CHARGE_STATUSES } from '../../core/fact/charge.ts';
import { type FactKind, PURPOSES } from '../../core/fact/fact.ts';
import { PAYMENT_KINDS, PAYMENT_STATUSES } from '../../core/fact/payment.ts';
import { keyHash } from './key.ts';
import { codeSql, outlineTable, USED } from './outline.ts';
import type { DeclaredFact } from './source.ts';

/** Columns that only payments without a rental of their own need stay null elsewhere and cost nothing there. */
const COLUMNS: Readonly<Record<FactKind, readonly string[]>> = {
  rentals: [
    'hash(rental_id) as id',
    'case when account_id is not null then hash(account_id) end as account',
    'case when vehicle_id is not null and started_at is not null then hash(vehicle_id) end as vehicle',
    'started_at',
    'ended_at',
    'amount_due_minor as amount',
    'hash(currency) as currency',
  ],
  payments: [
    'hash(payment_id) as id',
    'case when rental_id is not null then hash(rental_id) end as rental',
    'case when rental_id is null and account_id is not null then hash(account_id) end as account',
    'case when rental_id is null and charge_id is not null then hash(charge_id) end as book',
    `case when rental_id is null then ${keyHash('idempotency_key')} end as key`,
    "case when kind <> 'charge' and parent_payment_id is not null then hash(parent_payment_id) end as parent",
    `${codeSql('purpose', PURPOSES)} as purpose`,
    'amount_minor as amount',
    'hash(currency) as currency',
    'created_at',
    `${codeSql('kind', PAYMENT_KINDS)} as kind`,
    `${codeSql('status', PAYMENT_STATUSES)} as status`,
  ],
  charges: [
    'hash(charge_id) as id',
    'case when rental_id is not null then hash(rental_id) end as rental',
    'case when payment_id is not null then hash(payment_id) end as payment',
    `${keyHash('idempotency_key')} as key`,
    `${codeSql('purpose', PURPOSES)} as purpose`,
    'amount_minor as amount',
    'hash(currency) as currency',
    'created_at',
    `${codeSql('status', CHARGE_STATUSES)} as status`,
  ],
  settlements: [
    // A line stands for itself only together with what it says: a replayed file has the same lines on another day.
    'hash(line_id, payment_id, amount_minor, booked_at) as id',
    'hash(payment_id) as payment',
    'amount_minor as amount',
    'booked_at',
  ],
};

/** The outline's rows of a relation that has the view's columns; `fate` is SQL. */
function outlineRows(fact: FactKind, { from, fate }: { readonly from: string; readonly fate: string }): string {
  return `select source, ${fate} as fate, ${COLUMNS[fact].join(', ')} from ${from}`;
}

/** Reads every row of the fact once. */
export function outlineSql({ fact, view }: DeclaredFact): string {
  return `create or replace table ${outlineTable(fact)} as ${outlineRows(fact, { from: view, fate: 'reject' })}`;
}

/** Puts the outline of rows that are known with their fate in the place of all rows of their ids. */
export function replaceSql(fact: FactKind, known: string): readonly string[] {
  return [
    `delete from ${outlineTable(fact)} where fate = ${USED} and id in (select id from ${known})`,
    `insert into ${outlineTable(fact)} ${outlineRows(fact, { from: known, fate: 'fate' })}`,
  ];
}
