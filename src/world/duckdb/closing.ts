import type { Layers } from '../../core/fact/facts.ts';
import { assert } from '../../core/kernel/assert.ts';
import { type Database, queryRows } from './open.ts';
import { OUTLINE } from './outline.ts';
import { WANTED, type Wanted } from './wanted.ts';

/**
 * Completes the cases. A case is closed when nothing outside it could change a verdict inside: a rental comes with all
 * its payments and records; a charge that names no rental comes with its account's rentals and other such charges; a
 * refund comes with its charge and a charge with its refunds; records come with what they point to.
 *
 * Every step reads the last round's rows and adds those of the next; it ends when a round adds nothing.
 */
export async function closeCases(database: Database, layers: Layers): Promise<void> {
  let isGrowing = true;
  for (let round = 0; isGrowing; round++) {
    // Every round but the last adds at least one of finitely many rows; a loop beyond this is a defect.
    assert(round < ROUNDS_MAX, `cases are still open after ${ROUNDS_MAX} rounds`);
    for (const sql of steps(layers, round)) await database.connection.run(sql);
    isGrowing = await hasRound(database, round + 1);
  }
}

/** Cases are chained by parents (at most 4 deep), records and accounts; real chains end within five rounds. */
const ROUNDS_MAX = 1000;

function steps(layers: Layers, round: number): readonly string[] {
  const now = (wanted: Wanted) => `(select id from ${OUTLINE}.wanted_${wanted} where round = ${round})`;
  const add = (wanted: Wanted, source: string) => `
    insert into ${OUTLINE}.wanted_${wanted}
    select distinct id, ${round + 1} from (${source}) found
    where id is not null and not exists (select 1 from ${OUTLINE}.wanted_${wanted} known where known.id = found.id)`;
  return [
    add('payment', `select id from ${OUTLINE}.referenced where rental in ${now('rental')}`),
    add('payment', `select id from ${OUTLINE}.keyless where rental is null and account in ${now('account')}`),
    add('payment', `select id from ${OUTLINE}.movement where parent in ${now('payment')}`),
    add('payment', `select parent as id from ${OUTLINE}.movement where parent is not null and id in ${now('payment')}`),
    add('rental', `select rental as id from ${OUTLINE}.referenced where id in ${now('payment')}`),
    add(
      'account',
      `select account as id from ${OUTLINE}.keyless where is_leg and rental is null and id in ${now('payment')}`,
    ),
    ...(layers.rentals
      ? [add('rental', `select id from ${OUTLINE}.rentals where fate = 0 and account in ${now('account')}`)]
      : []),
    ...(layers.charges ? recordSteps(add, now) : []),
  ];
}

function recordSteps(
  add: (wanted: Wanted, source: string) => string,
  now: (wanted: Wanted) => string,
): readonly string[] {
  const named = `(select book, key from ${OUTLINE}.keyless where id in ${now('payment')})`;
  return [
    add(
      'charge',
      `select id from ${OUTLINE}.charges where fate = 0 and (
         rental in ${now('rental')} or payment in ${now('payment')}
         or id in (select book from ${named}) or key in (select key from ${named}))`,
    ),
    add('rental', `select rental as id from ${OUTLINE}.charges where fate = 0 and id in ${now('charge')}`),
    add(
      'payment',
      `select payment as id from ${OUTLINE}.charges where fate = 0 and rental is null and id in ${now('charge')}`,
    ),
  ];
}

async function hasRound(database: Database, round: number): Promise<boolean> {
  const counts = WANTED.map((wanted) => `(select count(*) from ${OUTLINE}.wanted_${wanted} where round = ${round})`);
  const [row] = await queryRows(database, `select ${counts.join(' + ')} > 0`);
  return row?.[0] === true;
}
