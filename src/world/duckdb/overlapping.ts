import { IS_RENTAL, OUTLINE } from './outline.ts';
import { wantDeeply } from './wanted.ts';

/** Above this many drives at once core takes a "vehicle" for a fleet or a depot and says nothing; core's bound. */
const DRIVES_AT_ONCE_MAX = 16;

/** Vehicles of which some drive begins before the one that began before it has ended: of all others none overlap. */
const VEHICLES = `
  select distinct vehicle from (
    select vehicle, ended_at, lead(started_at) over (partition by vehicle order by started_at) as next_started_at
    from ${OUTLINE}.rentals where fate = 0 and vehicle is not null and started_at < ended_at
  ) where next_started_at < ended_at`;

/**
 * Drives of one vehicle in runs: a run ends where a drive begins at or after the end of all before it. Only runs of two
 * or more hold an overlap, and nothing outside a run touches it.
 */
const RUNS = `
  with drive as (
    select id, vehicle, started_at, ended_at, currency, max(ended_at) over before as ended_before
    from ${OUTLINE}.rentals
    where fate = 0 and started_at < ended_at and vehicle in (select vehicle from busy_vehicle)
    window before as (partition by vehicle order by started_at, id rows between unbounded preceding and 1 preceding)
  ),
  numbered as (
    select *, sum((ended_before is null or started_at >= ended_before)::integer) over (
      partition by vehicle order by started_at, id rows unbounded preceding) as run
    from drive
  ),
  counted as (select *, count(*) over (partition by vehicle, run) as size from numbered)
  select id, vehicle, started_at, ended_at, currency, run, size from counted where size > 1`;

/**
 * Every run is wanted, but for what core says nothing about: of a vehicle with more drives at once than any vehicle
 * has,
 * just so many are wanted that core, seeing only them, still says nothing. Those must have been charged for certain
 * (nothing given back), since core counts charged drives only.
 */
export const OVERLAPPING_DRIVES: readonly string[] = [
  `create or replace temp table busy_vehicle as ${VEHICLES}`,
  `create or replace temp table run as ${RUNS}`,
  `create or replace temp table crowd as
    with large as (
      select * from run where size > ${DRIVES_AT_ONCE_MAX} and id in (
        select leg.rental from ${OUTLINE}.referenced leg
        join (select id, currency from run where size > ${DRIVES_AT_ONCE_MAX}) drive on drive.id = leg.rental
        where leg.is_leg and leg.${IS_RENTAL} and leg.amount > 0 and leg.currency = drive.currency
          and leg.id not in (select parent from ${OUTLINE}.movement where parent is not null)
      ) and id not in (select rental from ${OUTLINE}.movement where rental is not null)
    ),
    event as (
      select vehicle, run, started_at as happened_at, 1 as change, id from large
      union all
      select vehicle, run, ended_at, -1, id from large
    ),
    counted as (
      select *, sum(change) over (partition by vehicle, run order by happened_at, change rows unbounded preceding) as at_once
      from event
    ),
    peak as (
      select vehicle, run, min(happened_at) as happened_at from counted
      where change = 1 and at_once > ${DRIVES_AT_ONCE_MAX} group by vehicle, run
    ),
    first_peak as (select vehicle, arg_min(run, happened_at) as run, min(happened_at) as happened_at from peak group by vehicle)
    select large.vehicle, large.id from large join first_peak on large.vehicle = first_peak.vehicle and large.run = first_peak.run
    where large.started_at <= first_peak.happened_at and large.ended_at > first_peak.happened_at`,
  wantDeeply('select id from run where vehicle not in (select vehicle from crowd)'),
  wantDeeply('select id from crowd'),
];
