import type { Pool } from 'pg';
import type { ClaimedLetter } from '../../../flow/ports/letters.ts';
import { readLetterFacts } from '../../letter/read-facts.ts';
import { type Row, runAlone, type Statement, timeOf } from '../store/sql.ts';

/** Whoever was sending and did not come back: whether it went out nobody can tell. */
const GIVE_UP_DEAD: Statement = {
  name: 'give_up_dead_letters',
  text: `update storno.letter
set state = 'unknown', run_at = null, lease_until = null, version = version + 1,
  note = 'whoever sent it did not come back'
where state = 'sending' and lease_until <= $1`,
};

const CLAIM_LETTERS: Statement = {
  name: 'claim_letters',
  text: `with due as (
  select account_id, letter_id from storno.letter
  where state = 'due' and run_at <= $1 and (lease_until is null or lease_until <= $1)
  order by run_at
  limit $3
  for update skip locked
), claimed as (
  update storno.letter as l
  set lease_until = $2, version = l.version + 1, tries = l.tries + 1
  from due as d
  where l.account_id = d.account_id and l.letter_id = d.letter_id
  returning l.account_id, l.letter_id, l.version, l.tries, l.facts
)
select c.account_id, c.letter_id, c.version, c.tries, c.facts, p.mail, p.name
from claimed as c
left join storno_pii.person as p on p.account_id = c.account_id
order by c.account_id, c.letter_id`,
};

export async function claimLetters(
  pool: Pool,
  { now, leaseUntil, limit }: { readonly now: number; readonly leaseUntil: number; readonly limit: number },
): Promise<readonly ClaimedLetter[]> {
  await runAlone(pool, GIVE_UP_DEAD, [timeOf(now)]);
  return (await runAlone(pool, CLAIM_LETTERS, [timeOf(now), timeOf(leaseUntil), limit])).map(claimedOf);
}

function claimedOf(row: Row): ClaimedLetter {
  const facts = readLetterFacts(row.facts);
  const address = row.mail as string | null;
  return {
    accountId: row.account_id as string,
    letterId: row.letter_id as string,
    version: row.version as number,
    tries: row.tries as number,
    facts: facts.ok ? facts.value : null,
    to: address === null ? null : { address, name: row.name as string | null },
  };
}
