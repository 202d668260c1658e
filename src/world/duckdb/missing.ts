import { DAY_MS } from '../../core/kernel/time.ts';
import { type Database, queryRows } from './open.ts';
import { IS_LEG, OUTLINE } from './outline.ts';
import { want } from './wanted.ts';

/**
 * A day's charges that never reached the bank, beside a day that was booked twice, are judged by their share of the
 * day. So a day that may be missing is wanted whole; and of another day near a replayed one, of which charges without
 * a line are wanted for other reasons, enough charges with a line come along to keep the share as low as it is.
 */

/** Core says from 0.8 on; less here, since core leaves out charges of a foreign currency. */
const MISSING_SHARE_WANTED_MIN = 0.6;
/** Core's bound for "beside". */
const NEIGHBOUR_MAX_MS = 3 * DAY_MS;

/** Charges of days near a replayed one, each with whether the bank knows it. */
const NEAR = `
  create or replace temp table near as
  with window_ as (select min(booked_at) as first_at, max(booked_at) as last_at from ${OUTLINE}.settlements where fate = 0),
  twice as (
    -- The first of two equal lines came no later than the last line but one.
    select payment, max(booked_at, 2)[2] as booked_at from ${OUTLINE}.settlements where fate = 0 and amount > 0
    group by payment having count(*) > 1
  ),
  leg as (
    select id, created_at, created_at // ${DAY_MS} as day from ${OUTLINE}.payments where fate = 0 and ${IS_LEG}
  ),
  replayed as (
    select distinct leg.day, greatest(0, max(twice.booked_at - leg.created_at) over ()) as lag from leg join twice on twice.payment = leg.id
  ),
  day as (
    select distinct replayed.day + offset_ as day, replayed.lag
    from replayed, range(-${NEIGHBOUR_MAX_MS / DAY_MS}, ${NEIGHBOUR_MAX_MS / DAY_MS + 1}) offsets(offset_)
  )
  select leg.id, leg.day, leg.id in (select payment from ${OUTLINE}.settlements where fate = 0) as is_booked,
    -- Near the ends of the coverage core takes only part of a day; which part depends on how late lines came.
    (leg.day * ${DAY_MS} < window_.first_at or (leg.day + 1) * ${DAY_MS} + day.lag > window_.last_at) as is_edge
  from leg join day on day.day = leg.day, window_
  where leg.created_at between window_.first_at and window_.last_at`;

/** Wants whole days that may be missing. */
export const MISSING_DAYS: readonly string[] = [
  NEAR,
  want(
    'payment',
    `select id from near qualify bool_or(is_edge) over (partition by day)
     or count(*) filter (not is_booked) over (partition by day) >= ${MISSING_SHARE_WANTED_MIN} * count(*) over (partition by day)`,
  ),
];

/** Wants what keeps the shares of the other days; answers whether that was anything, and the cases are open again. */
export async function wantWitnesses(database: Database): Promise<boolean> {
  const [before] = await queryRows(database, `select count(*) from ${OUTLINE}.wanted_payment`);
  await database.connection.run(
    want(
      'payment',
      `with known as (select *, id in (select id from ${OUTLINE}.wanted_payment) as is_wanted from near),
       short as (
         select day, 2 + count(*) filter (not is_booked) // 2 - count(*) filter (is_booked) as shortfall
         from known where is_wanted group by day having count(*) filter (not is_booked) > 0
       )
       select id from (
         select id, day, row_number() over (partition by day order by id) as place from known where is_booked and not is_wanted
       ) spare join short using (day) where place <= shortfall`,
    ),
  );
  const [after] = await queryRows(database, `select count(*) from ${OUTLINE}.wanted_payment`);
  return before?.[0] !== after?.[0];
}
