import type { Pool } from 'pg';
import type { People } from '../../flow/ports/people.ts';
import { runAlone, type Statement, timeOf } from './store/sql.ts';

/** `excluded.mail` would need the right to read it. */
const PUT_PERSON: Statement = {
  name: 'put_person',
  text: `insert into storno_pii.person (account_id, name, mail, changed_at)
    values ($1, $2, $3, $4)
    on conflict (account_id) do update set name = $2, mail = $3, changed_at = $4`,
};

/** As role storno_api, which may write who a customer is and never reads it. */
export function openPeople(pool: Pool): People {
  return {
    async putPerson({ accountId, name, mail }, now) {
      await runAlone(pool, PUT_PERSON, [accountId, name, mail, timeOf(now)]);
    },
  };
}
