import { LAYER_SQL } from '../layers.ts';

/*
 * Accounts that may not come out even. An account is proposed whole, so the rules need not say which case it is; each
 * may propose too much. Sums are of charges alone: what came back only makes an account more even.
 */

/** Rules that look at one account at a time, or begin there. */
const WITHIN_ACCOUNTS: readonly string[] = [
  // More was taken for a rental than it owes, or nothing is known of it under this account, or currencies meet.
  `select taken.account_id
  from (
    select account_id, rental_id, sum(amount_minor) as amount_minor, min(currency) as currency,
      max(currency) as other_currency
    from storno.payment
    where kind = 'charge' and status = 'succeeded' and purpose = 'rental' and rental_id is not null
    group by account_id, rental_id
  ) taken
  left join (${LAYER_SQL.rentals}) rental using (account_id, rental_id)
  where rental.rental_id is null or taken.amount_minor > rental.amount_minor
    or taken.currency <> rental.currency or taken.other_currency <> rental.currency`,
  // A charge names no rental, or nothing tells whose it is.
  `select account_id
  from storno.payment
  where kind = 'charge' and status = 'succeeded' and (rental_id is null or account_id = '')`,
  // A charge names a rental of another account: both are looked at. First those that are none of its own account, which
  // are few; only of these the owner is looked up.
  `select unnest(array[stray.account_id, owner.account_id]) as account_id
  from (
    select p.account_id, p.rental_id
    from storno.payment p
    where p.kind = 'charge' and p.rental_id is not null and not exists (
      select from storno.rental r where r.account_id = p.account_id and r.rental_id = p.rental_id
    )
  ) stray
  join storno.rental_key owner on owner.rental_id = stray.rental_id`,
  // Our books hold an obligation twice.
  `select account_id
  from storno.attempt
  where state = 'succeeded'
  group by account_id, rental_id, purpose
  having count(*) > 1`,
];

/** Rules that look at several. They read little: an index, or the few rows that are out of the ordinary. */
const ACROSS_ACCOUNTS: readonly string[] = [
  // Of any other purpose more than one charge was made for a rental, under whatever accounts.
  `select unnest(array_agg(account_id)) as account_id
  from storno.payment
  where kind = 'charge' and status = 'succeeded' and purpose is distinct from 'rental' and rental_id is not null
  group by rental_id, purpose
  having count(*) > 1`,
  // One vehicle was on two drives at once. A drive recorded twice may stand under two accounts.
  `select account_id
  from (
    select account_id, started_at, ended_at,
      max(ended_at) over (drives rows between unbounded preceding and 1 preceding) as ended_before,
      lead(started_at) over drives as started_after
    from storno.rental
    where vehicle_id is not null and started_at < ended_at
    window drives as (partition by vehicle_id order by started_at, account_id, rental_id)
  ) drive
  where ended_before > started_at or started_after < ended_at`,
];

/** As many as `sql/0007_partitions.sql` makes, for ever. */
const PARTITIONS = 8;

const DIVIDED = /storno\.(?:rental|charge_intent|attempt|payment)\b/g;

/**
 * The whole screen as statements that each answer `accountId`s. What looks at one account at a time is asked of one
 * partition after the other: its groups stay in the cache, and memory in an eighth.
 */
export const SCREEN_STATEMENTS: readonly string[] = [
  ...Array.from({ length: PARTITIONS }, (_, remainder) =>
    proposed(WITHIN_ACCOUNTS).replaceAll(DIVIDED, (table) => `${table}_${remainder}`),
  ),
  proposed(ACROSS_ACCOUNTS),
];

/**
 * For the transaction of the screen. With the server's usual 4 MB every grouping of a partition would go through files;
 * with these a million rentals of one partition are grouped in memory. Compiling and parallel workers cost more than
 * they bring: groups hardly shrink what is read (performance.md §3).
 */
export const SCREEN_SETTINGS =
  "set local work_mem = '256MB'; set local jit = off; set local max_parallel_workers_per_gather = 0";

/** The same in one statement, for tables that are not divided: what dividing is measured against. */
export const SCREEN_UNDIVIDED = proposed([...WITHIN_ACCOUNTS, ...ACROSS_ACCOUNTS]);

function proposed(rules: readonly string[]): string {
  return `select distinct account_id as "accountId" from (${rules.join('\nunion all\n')}) proposed`;
}

/** Accounts of which something new was said or seen, and those whose drives overlap with theirs. */
export const TOUCHED_SQL = `
  with touched as (
    select account_id from storno.payment where last_seen_at >= $1 and last_seen_at < $2
    union
    select account_id from storno.rental where recorded_at >= $1 and recorded_at < $2
  )
  select account_id as "accountId"
  from (
    select account_id from touched
    union
    select other.account_id
    from storno.rental recent
    join storno.rental other on other.vehicle_id = recent.vehicle_id
      and other.started_at < recent.ended_at and other.ended_at > recent.started_at
    where recent.recorded_at >= $1 and recent.recorded_at < $2
  ) account
  where $3::text is null or account_id > $3
  order by account_id
  limit $4`;
