import type { Layers } from '../../core/fact/facts.ts';
import { type Database, queryRows } from './open.ts';
import { IS_CHARGE, OUTLINE } from './outline.ts';
import type { DeclaredFact } from './source.ts';
import { want } from './wanted.ts';

/** Refunds and chargebacks that lead to neither a charge nor a rental; also some whose charge is further away. */
export const STRAYS = `
  create or replace table ${OUTLINE}.stray as
  select id, account from ${OUTLINE}.keyless
  where not (${IS_CHARGE}) and rental is null and account is not null and (
    parent is null or parent not in (
      select id from ${OUTLINE}.payments
      where ${IS_CHARGE} and fate = 0 and id in (select parent from ${OUTLINE}.keyless where parent is not null)
    )
  )`;

/**
 * Such a refund may have answered a wrong charge of its account, so it comes along with every case of the account. Few
 * histories have any; the accounts of the wanted facts are only then read again. Cases are open again afterwards if
 * this answers true.
 */
export async function wantStrays(
  database: Database,
  layers: Layers,
  declared: readonly DeclaredFact[],
): Promise<boolean> {
  const [row] = await queryRows(database, `select count(*) > 0 from ${OUTLINE}.stray`);
  if (row?.[0] !== true) return false;
  const viewOf = (fact: DeclaredFact['fact']) => declared.find((each) => each.fact === fact)?.view;
  const accounts = [
    `select hash(account_id) from ${viewOf('payments')}
     where reject = 0 and account_id is not null and hash(payment_id) in (select id from ${OUTLINE}.wanted_payment)`,
    ...(layers.rentals
      ? [`select account from ${OUTLINE}.rentals where id in (select id from ${OUTLINE}.wanted_rental)`]
      : []),
    ...(layers.charges
      ? [
          `select hash(account_id) from ${viewOf('charges')}
           where reject = 0 and account_id is not null and hash(charge_id) in (select id from ${OUTLINE}.wanted_charge)`,
        ]
      : []),
  ];
  await database.connection.run(
    want('payment', `select id from ${OUTLINE}.stray where account in (${accounts.join(' union all ')})`),
  );
  return true;
}
