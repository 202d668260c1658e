import { CHARGE_STATUSES } from '../../core/fact/charge.ts';
import { type FactKind, PURPOSES } from '../../core/fact/fact.ts';
import { PAYMENT_KINDS, PAYMENT_STATUSES } from '../../core/fact/payment.ts';

/**
 * What a value of a contract column must be. `name` is any text: an id, a market, a provider. `positive` and `signed`
 * are amounts in major units of the row's currency.
 */
export type ColumnForm =
  | { readonly kind: 'name' }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly otherwise: string | null }
  | { readonly kind: 'positive' }
  | { readonly kind: 'signed' }
  | { readonly kind: 'currency' }
  | { readonly kind: 'time' };

export interface ContractColumn {
  readonly name: string;
  readonly required: boolean;
  readonly form: ColumnForm;
}

const NAME: ColumnForm = { kind: 'name' };
const TIME: ColumnForm = { kind: 'time' };
const CURRENCY: ColumnForm = { kind: 'currency' };
const POSITIVE: ColumnForm = { kind: 'positive' };
const PURPOSE: ColumnForm = { kind: 'choice', choices: PURPOSES, otherwise: 'rental' };

/** The columns of each fact, in the order of the views. Source: design §3, the same as the core's fact types. */
export const CONTRACT: Readonly<Record<FactKind, readonly ContractColumn[]>> = {
  rentals: [
    required('rental_id', NAME),
    required('account_id', NAME),
    optional('vehicle_id', NAME),
    optional('market', NAME),
    optional('started_at', TIME),
    required('ended_at', TIME),
    required('amount_due', POSITIVE),
    required('currency', CURRENCY),
  ],
  payments: [
    required('payment_id', NAME),
    required('kind', { kind: 'choice', choices: PAYMENT_KINDS, otherwise: null }),
    optional('parent_payment_id', NAME),
    optional('account_id', NAME),
    optional('rental_id', NAME),
    optional('charge_id', NAME),
    required('status', { kind: 'choice', choices: PAYMENT_STATUSES, otherwise: null }),
    required('amount', POSITIVE),
    required('currency', CURRENCY),
    required('created_at', TIME),
    optional('purpose', PURPOSE),
    optional('provider', NAME),
    optional('idempotency_key', NAME),
  ],
  charges: [
    required('charge_id', NAME),
    required('account_id', NAME),
    optional('rental_id', NAME),
    optional('purpose', PURPOSE),
    required('status', { kind: 'choice', choices: CHARGE_STATUSES, otherwise: null }),
    required('amount', POSITIVE),
    required('currency', CURRENCY),
    required('created_at', TIME),
    optional('provider', NAME),
    optional('payment_id', NAME),
    optional('idempotency_key', NAME),
  ],
  settlements: [
    required('line_id', NAME),
    required('payment_id', NAME),
    required('amount', { kind: 'signed' }),
    required('currency', CURRENCY),
    required('booked_at', TIME),
    optional('file', NAME),
  ],
};

/** The name that a contract column bears in the view: amounts say their unit. */
export function viewColumn(column: ContractColumn): string {
  return isAmount(column) ? `${column.name}_minor` : column.name;
}

export function isAmount(column: ContractColumn): boolean {
  return column.form.kind === 'positive' || column.form.kind === 'signed';
}

/** The view's SQL type of a contract column. */
export function viewType(column: ContractColumn): 'VARCHAR' | 'BIGINT' {
  return isAmount(column) || column.form.kind === 'time' ? 'BIGINT' : 'VARCHAR';
}

function required(name: string, form: ColumnForm): ContractColumn {
  return { name, required: true, form };
}

function optional(name: string, form: ColumnForm): ContractColumn {
  return { name, required: false, form };
}
