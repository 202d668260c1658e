import type { Pool } from 'pg';
import type { NewLetter } from '../../../flow/ports/letters.ts';
import { letterFactsAsJson } from '../../letter/write-facts.ts';
import { runForOne, type Statement, timeOf } from '../store/sql.ts';

/** The letter and what it tells of, together or not at all. */
const WRITE_LETTER: Statement = {
  name: 'write_letter',
  text: `with written as (
  insert into storno.letter
    (account_id, letter_id, incident_id, kind, occurrence, locale, facts, state, run_at, version, tries, note,
      recorded_at)
  select $1::text, $2::text, $3::text, $4::text, $5::int, $6::text, $7::jsonb, 'due', $8::timestamptz, 1, 0, '', $8::timestamptz
  where not exists (
    select from unnest($9::text[], $10::text[]) as told (plan_id, liability_id)
    join storno.letter_refund as lr on lr.account_id = $1::text and lr.plan_id = told.plan_id
      and lr.liability_id = told.liability_id and lr.kind = $4::text
  )
  on conflict do nothing
  returning letter_id
), told as (
  insert into storno.letter_refund (account_id, letter_id, plan_id, liability_id, kind)
  select $1::text, w.letter_id, t.plan_id, t.liability_id, $4::text
  from written as w, unnest($9::text[], $10::text[]) as t (plan_id, liability_id)
  returning 1
)
select (select count(*) from written)::int as written, (select count(*) from told)::int as told`,
};

export async function writeLetter(pool: Pool, letter: NewLetter): Promise<'created' | 'exists'> {
  const row = await runForOne(pool, WRITE_LETTER, [
    letter.accountId,
    letter.letterId,
    letter.incidentId,
    letter.kind,
    letter.occurrence,
    letter.facts.locale,
    JSON.stringify(letterFactsAsJson(letter.facts)),
    timeOf(letter.now),
    letter.about.map(({ planId }) => planId),
    letter.about.map(({ liabilityId }) => liabilityId),
  ]);
  return row?.written === 1 ? 'created' : 'exists';
}
