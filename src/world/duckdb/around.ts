import { queryRows, quoteText } from './open.ts';
import { type Holdings, OUTLINE } from './outline.ts';
import { want } from './wanted.ts';

/**
 * Wants the case of one id, whatever it is the id of, and its account's neighbours: the other rentals and payments of
 * the account, and the drives of the same vehicle at the same time.
 */
export async function wantAround({ database, declared, outlined }: Holdings, id: string): Promise<void> {
  const { connection } = database;
  const { rentals, charges } = outlined.layers;
  const hash = `hash(${quoteText(id)})`;
  const seeds = [
    want('payment', `select id from ${OUTLINE}.payments where fate = 0 and id = ${hash}`),
    want('rental', `select rental as id from ${OUTLINE}.referenced where rental = ${hash}`),
    ...(rentals ? [want('rental', `select id from ${OUTLINE}.rentals where fate = 0 and id = ${hash}`)] : []),
    ...(charges
      ? [
          want('charge', `select id from ${OUTLINE}.charges where fate = 0 and (id = ${hash} or rental = ${hash})`),
          want('payment', `select payment as id from ${OUTLINE}.charges where fate = 0 and id = ${hash}`),
        ]
      : []),
    want(
      'rental',
      `select rental as id from ${OUTLINE}.referenced where id in (select id from ${OUTLINE}.wanted_payment)`,
    ),
    want('payment', `select id from ${OUTLINE}.referenced where rental in (select id from ${OUTLINE}.wanted_rental)`),
    ...(rentals ? [SAME_VEHICLE] : []),
  ];
  for (const seed of seeds) await connection.run(seed);
  await connection.run(`create or replace temp table neighbour (account varchar)`);
  for (const { fact, view } of declared) {
    const key = {
      rentals: 'hash(rental_id)',
      payments: 'hash(payment_id)',
      charges: 'hash(charge_id)',
      settlements: null,
    }[fact];
    if (key === null) continue;
    const wanted = { rentals: 'rental', payments: 'payment', charges: 'charge', settlements: '' }[fact];
    await connection.run(
      `insert into neighbour select distinct account_id from ${view}
       where reject = 0 and account_id is not null and ${key} in (select id from ${OUTLINE}.wanted_${wanted})`,
    );
  }
  const [row] = await queryRows(database, 'select count(*) from neighbour');
  if (row?.[0] === 0n) return;
  for (const { fact, view } of declared) {
    if (fact === 'settlements') continue;
    const mine = `from ${view} where reject = 0 and account_id in (select account from neighbour)`;
    if (fact === 'rentals') await connection.run(want('rental', `select hash(rental_id) as id ${mine}`));
    if (fact === 'payments') await connection.run(want('payment', `select hash(payment_id) as id ${mine}`));
    if (fact === 'charges') await connection.run(want('charge', `select hash(charge_id) as id ${mine}`));
  }
}

const SAME_VEHICLE = want(
  'rental',
  `select other.id from ${OUTLINE}.rentals rental
   join ${OUTLINE}.rentals other on other.vehicle = rental.vehicle and other.fate = 0
     and other.started_at < rental.ended_at and other.ended_at > rental.started_at
   where rental.fate = 0 and rental.id in (select id from ${OUTLINE}.wanted_rental)`,
);
