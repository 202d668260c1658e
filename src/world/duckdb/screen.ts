import type { Layers } from '../../core/fact/facts.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/time.ts';
import { MISSING_DAYS } from './missing.ts';
import { type Database, queryRows } from './open.ts';
import { IS_BOOKED, IS_CHARGE, IS_LEG, IS_RENTAL, OUTLINE } from './outline.ts';
import { OVERLAPPING_DRIVES } from './overlapping.ts';
import { repeatedSql } from './repeats.ts';
import { STRAYS } from './strays.ts';
import { DEEP, WANTED, want, wantDeeply } from './wanted.ts';

/**
 * Proposes every rental, account and payment that may not come out even. Sums are of charges only: what came back can
 * only make an obligation more even, so leaving it out finds too much, never too little. Core decides.
 *
 * The smaller side of every join stands on the right, where the engine builds its table: see `OPTIMIZERS_OFF`.
 *
 * Wanted rentals, accounts and payments are collected as hashes in three tables; `closing.ts` then completes the cases.
 */
export async function propose(database: Database, layers: Layers): Promise<void> {
  const hasCurrencies = await hasSeveralCurrencies(database, layers);
  const rules = [
    ...obligationRules(layers),
    ...keylessRules(layers),
    ...(hasCurrencies ? currencyRules(layers) : []),
    ...(layers.rentals ? OVERLAPPING_DRIVES : []),
    ...(layers.charges ? BOOKED_TWICE : []),
    ...(layers.settlements ? [POSTED_TWICE, ...MISSING_DAYS] : []),
  ];
  for (const rule of rules) await database.connection.run(rule);
  await database.connection.run(want('rental', `select id from ${DEEP}`));
  if (layers.rentals && layers.rentalsTellAccounts !== false) await database.connection.run(ACCOUNTS_BEHIND);
}

/** Makes the tables that everything here and in `closing.ts` works on, nothing being wanted yet. */
export async function prepareScreen(database: Database, layers: Layers): Promise<void> {
  for (const sql of prepareSql(layers)) await database.connection.run(sql);
}

function prepareSql(layers: Layers): readonly string[] {
  return [
    ...WANTED.map((kind) => `create or replace table ${OUTLINE}.wanted_${kind} (id ubigint, round integer)`),
    `create or replace table ${DEEP} (id ubigint)`,
    `create or replace table ${OUTLINE}.keyless as
      select id, account, book, key, kind, parent, purpose, amount, currency, created_at, ${IS_LEG} as is_leg,
        null::ubigint as rental
      from ${OUTLINE}.payments where rental is null and fate = 0`,
    ...(layers.charges ? [RESOLVE_BY_BOOKS] : []),
    STRAYS,
    `create or replace view ${OUTLINE}.referenced as
      select id, rental, purpose, amount, currency, ${IS_LEG} as is_leg from ${OUTLINE}.payments where rental is not null and fate = 0
      union all
      select id, rental, purpose, amount, currency, is_leg from ${OUTLINE}.keyless where rental is not null`,
    ...(layers.charges ? [RECORDS] : []),
    `create or replace table ${OUTLINE}.movement as
      select id, parent, rental, currency from ${OUTLINE}.payments where not (${IS_CHARGE}) and fate = 0`,
  ];
}

/**
 * The rental that all records agree on, by their id, else by the payment they name, else by the key; as core's `match`.
 */
const RESOLVE_BY_BOOKS = `
  update ${OUTLINE}.keyless set rental = found.rental from (
    with record as (select * from ${OUTLINE}.charges where fate = 0 and rental is not null),
    by_payment as (
      select payment, min(rental) as rental from record where payment in (select id from ${OUTLINE}.keyless)
      group by payment having min(rental) = max(rental)
    ),
    by_key as (
      select key, min(rental) as rental from record where key in (select key from ${OUTLINE}.keyless)
      group by key having min(rental) = max(rental)
    )
    select keyless.rowid as place, coalesce(by_book.rental, by_payment.rental, by_key.rental) as rental
    from ${OUTLINE}.keyless
    left join (select id, rental from record where id in (select book from ${OUTLINE}.keyless)) by_book on by_book.id = keyless.book
    left join by_payment on by_payment.payment = keyless.id
    left join by_key on by_key.key = keyless.key
  ) found where found.place = keyless.rowid and found.rental is not null`;

/** A record that names no rental belongs to that of its payment. */
const RECORDS = `
  create or replace view ${OUTLINE}.record as
  select rental, purpose, amount, currency, status from ${OUTLINE}.charges where fate = 0 and rental is not null
  union all
  select payment.rental, charge.purpose, charge.amount, charge.currency, charge.status
  from ${OUTLINE}.referenced payment
  join (select * from ${OUTLINE}.charges where fate = 0 and rental is null) charge on charge.payment = payment.id`;

function obligationRules(layers: Layers): readonly string[] {
  const others = want(
    'rental',
    `select rental as id from ${OUTLINE}.referenced where is_leg and not (${IS_RENTAL})
     group by rental, purpose having count(*) > 1`,
  );
  return [others, layers.rentals ? BEYOND_PRICE : layers.charges ? BEYOND_BOOKS : TAKEN_TWICE];
}

const TAKEN = `
  select rental, sum(amount) as taken, count(*) as legs from ${OUTLINE}.referenced
  where is_leg and ${IS_RENTAL} group by rental`;

const BEYOND_PRICE = want(
  'rental',
  `select taken.rental as id from (${TAKEN}) taken
   left join (select id, amount from ${OUTLINE}.rentals where fate = 0) rental on rental.id = taken.rental
   where rental.id is null or taken.taken > rental.amount`,
);

const TAKEN_TWICE = want(
  'rental',
  `select rental as id from (${repeatedSql('rental', `${OUTLINE}.referenced where is_leg and ${IS_RENTAL}`)})`,
);

/**
 * Whatever core takes for the price is the amount of some record: less than all records' least amount is never owed.
 */
const BEYOND_BOOKS = want(
  'rental',
  `select taken.rental as id from (${TAKEN}) taken
   left join (
     select rental, min(amount) as price from ${OUTLINE}.record where ${IS_RENTAL} group by rental
   ) book on book.rental = taken.rental
   where taken.legs > 1 or taken.taken > book.price`,
);

const BOOKED_TWICE: readonly string[] = [
  wantDeeply(
    `select rental as id from ${OUTLINE}.record where ${IS_BOOKED} group by rental, purpose having count(*) > 1`,
  ),
  want(
    'payment',
    `select payment as id from ${OUTLINE}.charges where fate = 0 and ${IS_BOOKED} and payment is not null
     group by payment having count(*) > 1`,
  ),
];

const POSTED_TWICE = want(
  'payment',
  `select payment as id from ${OUTLINE}.settlements where fate = 0 and amount > 0 group by payment having count(*) > 1`,
);

const KEYLESS_LEG = `select * from ${OUTLINE}.keyless where is_leg and rental is null`;

/** How long before its start a rental may be charged; core's bound. */
const CHARGED_BEFORE_START_MAX_MS = 24 * HOUR_MS;
/** Core's bound for two charges that are "close". */
const CLOSE_MS = 15 * MINUTE_MS;

function keylessRules(layers: Layers): readonly string[] {
  const accounts = layers.rentals && layers.rentalsTellAccounts !== false ? MORE_CHARGES_THAN_RENTALS : CLOSE_IN_TIME;
  return [accounts, sameAttempt('key'), sameAttempt('book')];
}

function sameAttempt(column: 'key' | 'book'): string {
  return want(
    'payment',
    `select id from (${KEYLESS_LEG}) where ${column} is not null qualify count(*) over (partition by account, ${column}) > 1`,
  );
}

const CLOSE_IN_TIME = want(
  'account',
  `select account as id from (${KEYLESS_LEG}) where account is not null and ${IS_RENTAL}
   qualify created_at - lag(created_at) over (partition by account, currency, amount order by created_at) <= ${CLOSE_MS}`,
);

/**
 * Each charge uses up one rental of its price that nothing else is known to pay; where the running balance falls below
 * zero, some charge has none left. Core counts more rentals as open (refunded, paid in part), never fewer.
 */
const MORE_CHARGES_THAN_RENTALS = want(
  'account',
  `with leg as (
     select account, currency, amount, created_at from (${KEYLESS_LEG}) where account is not null and ${IS_RENTAL}
   ),
   rental as (
     select id, account, currency, amount, coalesce(started_at, ended_at) - ${CHARGED_BEFORE_START_MAX_MS} as released_at
     from ${OUTLINE}.rentals where fate = 0
       and hash(account, currency, amount) in (select hash(account, currency, amount) from leg)
   ),
   paid as (
     select rental from ${OUTLINE}.referenced where is_leg and ${IS_RENTAL} and rental in (select id from rental)
   ),
   event as (
     select account, currency, amount, released_at as happened_at, 1 as change from rental where id not in (select rental from paid)
     union all
     select account, currency, amount, created_at, -1 from leg
   )
   select account as id from event
   qualify sum(change) over (
     partition by account, currency, amount order by happened_at, change desc rows unbounded preceding) < 0`,
);

/**
 * Whether a drive was charged, and how often, also depends on charges that name no rental: of what was proposed for
 * more than a sum (vehicle, books, bank), the accounts that have such charges come along.
 */
const ACCOUNTS_BEHIND = want(
  'account',
  `with deep as (
     select id from ${DEEP}
     union all
     select rental from ${OUTLINE}.referenced where id in (select id from ${OUTLINE}.wanted_payment)
   )
   select account as id from (select account from ${OUTLINE}.rentals where fate = 0 and id in (select id from deep))
   where account in (select account from (${KEYLESS_LEG}) where ${IS_RENTAL})`,
);

async function hasSeveralCurrencies(database: Database, layers: Layers): Promise<boolean> {
  const tables = ['payments', ...(layers.rentals ? ['rentals'] : []), ...(layers.charges ? ['charges'] : [])];
  const currencies = tables.map((table) => `select distinct currency from ${OUTLINE}.${table} where fate = 0`);
  const [row] = await queryRows(database, `select count(*) > 1 from (${currencies.join(' union ')})`);
  return row?.[0] === true;
}

/** Whatever meets another currency on its way is unfit and must be told, also where the case comes out even. */
function currencyRules(layers: Layers): readonly string[] {
  const prices = [
    ...(layers.rentals ? [`select id as rental, currency from ${OUTLINE}.rentals where fate = 0`] : []),
    ...(layers.charges ? [`select rental, currency from ${OUTLINE}.record`] : []),
  ];
  return [
    want(
      'rental',
      `select rental as id from (
         ${[`select rental, currency from ${OUTLINE}.referenced`, ...prices].join(' union all ')}
       ) group by rental having min(currency) <> max(currency)`,
    ),
    want(
      'payment',
      `select movement.id from ${OUTLINE}.payments parent
       join ${OUTLINE}.movement movement on parent.id = movement.parent
       where parent.fate = 0 and parent.currency <> movement.currency`,
    ),
  ];
}
