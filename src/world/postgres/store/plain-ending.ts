import type { Transfer } from '../../../core/ledger/transfer.ts';
import type { RentalEnding } from '../../../flow/ports/store.ts';
import { RENTAL } from './shapes.ts';
import { fromArrays, namesOf, parameters, type Shape, type Statement } from './sql.ts';

/**
 * By far the most endings are a rental's first revision that costs something and uses no minutes. All that core makes
 * of one follows from the rental's own row: the intent, the entries, the event. Such an ending travels as that row
 * alone, and the database writes what follows: a third of the values, hence of the work on both sides. What core made
 * is compared first: an ending that is other than this in anything goes the general way.
 */
export function isPlain({ record, intent, transfers, events }: RentalEnding): boolean {
  const { rental, revision, price, recordedAt } = record;
  const { accountId, rentalId, endedAt } = rental;
  const { amount, vat } = price;
  const [event, ...others] = events;
  return (
    revision === 1 &&
    price.lotUses.length === 0 &&
    intent !== null &&
    intent.key.accountId === accountId &&
    intent.key.rentalId === rentalId &&
    intent.key.purpose === 'rental' &&
    intent.key.occurrence === 1 &&
    intent.state === 'due' &&
    intent.amount.amountMinor === amount.amountMinor &&
    intent.amount.currency === amount.currency &&
    intent.runAt === recordedAt &&
    intent.version === 1 &&
    intent.declines === 0 &&
    intent.createdAt === recordedAt &&
    event !== undefined &&
    others.length === 0 &&
    event.type === 'rental.ended' &&
    event.accountId === accountId &&
    event.happenedAt === endedAt &&
    Object.keys(event.data).length === 2 &&
    event.data.rental_id === rentalId &&
    event.data.revision === 1 &&
    amount.amountMinor > vat.amountMinor &&
    transfers.length === entriesOf(vat.amountMinor) &&
    transfers.every((entry, at) => isOwed(entry, at === 0 ? NET : VAT, record))
  );
}

/** The net is earned, the tax is owed on; without tax there is one entry. */
function entriesOf(vatMinor: bigint): number {
  return vatMinor > 0n ? 2 : 1;
}

interface Owed {
  readonly kind: string;
  readonly credit: string;
  readonly amount: string;
  readonly of: (price: RentalEnding['record']['price']) => bigint;
}

const NET: Owed = {
  kind: 'rental_ended',
  credit: 'house_revenue',
  amount: 'amount_minor - vat_minor',
  of: ({ amount, vat }) => amount.amountMinor - vat.amountMinor,
};
const VAT: Owed = {
  kind: 'rental_vat',
  credit: 'house_vat',
  amount: 'vat_minor',
  of: ({ vat }) => vat.amountMinor,
};

function isOwed(entry: Transfer, { kind, credit, of }: Owed, { rental, price }: RentalEnding['record']): boolean {
  return (
    entry.accountId === rental.accountId &&
    entry.kind === kind &&
    entry.sourceRef === `${rental.rentalId}:1` &&
    entry.debit === 'account_receivable' &&
    entry.credit === credit &&
    entry.dimension === '' &&
    entry.asset === price.amount.currency &&
    entry.amount === of(price) &&
    entry.corrects === null &&
    entry.happenedAt === rental.endedAt
  );
}

/** The rental's own row, without what is the same in all of them. */
const ROW = RENTAL.filter(([name]) => name !== 'revision' && name !== 'lot_uses');

/** What travels of a plain ending. */
export const PLAIN: Shape<RentalEnding> = [
  ...ROW.map(([name, type, pick]) => [name, type, ({ record }: RentalEnding) => pick(record)] as const),
  ['provider', 'text', ({ intent }) => intent?.provider ?? null],
];

/** How the values of a rental are called where rows are made of them: a column's name, or a parameter. */
type Value = (name: string) => string;

const INTO = {
  rental: `insert into storno.rental (${namesOf(ROW)}, revision, lot_uses)`,
  intent: `insert into storno.charge_intent (account_id, rental_id, revision, purpose, occurrence, state, amount_minor,
    currency, provider, run_at, version, declines, created_at)`,
  transfer: `insert into storno.transfer (account_id, kind, source_ref, debit, credit, dimension, asset, amount,
    corrects, happened_at)`,
  event: 'insert into storno.outbox (account_id, type, data, happened_at)',
};

function intentOf(value: Value): string {
  const [account, rental, amount, currency] = ['account_id', 'rental_id', 'amount_minor', 'currency'].map(value);
  const [provider, recordedAt] = ['provider', 'recorded_at'].map(value);
  return `${account}, ${rental}, 1, 'rental', 1, 'due', ${amount}, ${currency}, ${provider}, ${recordedAt}, 1, 0,
    ${recordedAt}`;
}

function entryOf({ kind, credit, amount }: Owed, value: Value): string {
  const [account, rental, currency, endedAt] = ['account_id', 'rental_id', 'currency', 'ended_at'].map(value);
  return `${account}, '${kind}', ${rental} || ':1', 'account_receivable', '${credit}', '', ${currency},
    ${amount.replace(/\w+_minor/g, value)}, null::text, ${endedAt}`;
}

function eventOf(value: Value): string {
  const [account, rental, endedAt] = ['account_id', 'rental_id', 'ended_at'].map(value);
  return `${account}, 'rental.ended', jsonb_build_object('rental_id', ${rental}, 'revision', 1), ${endedAt}`;
}

const parameter: Value = (name) => {
  const at = PLAIN.findIndex(([column]) => column === name);
  return `$${at + 1}::${PLAIN[at]?.[1]}`;
};

/**
 * One alone. Nothing hangs on the key here: a rental that is known, or an account that is not, fails the statement as a
 * whole. That costs the one who says a rental again a little, and spares everybody else a seventh.
 */
function one(entries: readonly Owed[]): Statement {
  const values = entries.map((owed) => `(${entryOf(owed, parameter)})`).join(', ');
  return {
    name: `end_rental_${entries.length}`,
    text: `with rental as (${INTO.rental} values (${parameters(PLAIN.slice(0, -1), 1)}, 1, '[]')),
  intent as (${INTO.intent} values (${intentOf(parameter)})),
  transfer as (${INTO.transfer} values ${values}),
  event as (${INTO.event} values (${eventOf(parameter)}))
  insert into storno.rental_key (rental_id, account_id)
  values (${parameter('rental_id')}, (select account_id from storno.account
    where account_id = ${parameter('account_id')}))`,
  };
}

const [END_NET, END_NET_AND_VAT] = [one([NET]), one([NET, VAT])];

export function endOnePlain({ record }: RentalEnding): Statement {
  return record.price.vat.amountMinor > 0n ? END_NET_AND_VAT : END_NET;
}

/** An account that is not known takes no key: nothing else is written for it then. `r` is what was said. */
export const TAKE_KEY = `insert into storno.rental_key (rental_id, account_id)
    select rental_id, account_id from r
    where (select true from storno.account as a where a.account_id = r.account_id)
    on conflict (rental_id) do nothing
    returning rental_id::text`;

const column: Value = (name) => name;

/**
 * Many. What is written hangs on the keys that were taken, so that one who is known does not spoil it for the others.
 * Not a join: of arrays the planner knows no length, and would compare every row with every key. This is hashed.
 */
export const END_PLAIN: Statement = {
  name: 'end_rentals_plain',
  text: `with r as (select * from ${fromArrays(PLAIN, 1, 'r')}),
  key as (${TAKE_KEY}),
  n as materialized (select * from r where (rental_id in (select rental_id from key)) is true),
  rental as (${INTO.rental} select ${namesOf(ROW)}, 1, '[]' from n),
  intent as (${INTO.intent} select ${intentOf(column)} from n),
  transfer as (
    ${INTO.transfer} select ${entryOf(NET, column)} from n
    union all select ${entryOf(VAT, column)} from n where vat_minor > 0
  ),
  event as (${INTO.event} select ${eventOf(column)} from n)
  select array_agg(rental_id) as created from key`,
};
