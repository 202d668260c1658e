import type { Pool } from 'pg';
import type { RentalRecord } from '../../../core/live/ended-rental.ts';
import { recordOf } from './rows.ts';
import { RENTAL } from './shapes.ts';
import { namesOf, runAlone, type Statement } from './sql.ts';

/** A rental `r` with the instant at which it was taken back. */
export const RECORD_COLUMNS = `${namesOf(RENTAL, 'r.')}, v.voided_at`;
export const JOIN_VOID = `left join storno.rental_void as v
      on v.account_id = r.account_id and v.rental_id = r.rental_id and v.revision = r.revision`;

const READ_RECORDS: Statement = {
  name: 'read_records',
  text: `select distinct on (r.rental_id) ${RECORD_COLUMNS}
    from storno.rental_key as k
    join storno.rental as r on r.account_id = k.account_id and r.rental_id = k.rental_id
    ${JOIN_VOID}
    where k.rental_id = any ($1::text[])
    order by r.rental_id, r.revision desc`,
};

/** The newest revision of each, under whatever account. */
export async function readRecords(pool: Pool, rentalIds: readonly string[]): Promise<readonly RentalRecord[]> {
  return (await runAlone(pool, READ_RECORDS, [rentalIds])).map(recordOf);
}
