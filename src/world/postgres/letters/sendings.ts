import type { Pool } from 'pg';
import type { LetterBox } from '../../../flow/ports/letters.ts';
import { inTransaction, Rollback, run, runAlone, runForOne, type Statement, timeOf, timeOrNull } from '../store/sql.ts';

type Sendings = Pick<LetterBox, 'beginSending' | 'finishSending' | 'settleUnknown' | 'recordBounce' | 'countLetters'>;

const BEGIN_SENDING: Statement = {
  name: 'begin_sending',
  text: `update storno.letter
set state = 'sending', version = version + 1, content_digest = $4
where account_id = $1 and letter_id = $2 and version = $3 and state = 'due'
returning version`,
};

const KEEP_COPY: Statement = {
  name: 'keep_letter_copy',
  text: `insert into storno_pii.letter_copy
  (account_id, letter_id, recipient, subject, text_body, html_body, kept_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (account_id, letter_id) do update
set recipient = $3, subject = $4, text_body = $5, html_body = $6, kept_at = $7`,
};

/** The words of a server may hold an address: the books keep that it spoke, not what it said. */
const FINISH_SENDING: Statement = {
  name: 'finish_sending',
  text: `update storno.letter
set state = $4::text, run_at = $5, lease_until = null, version = version + 1, message_id = coalesce(message_id, $6),
  note = $7, sent_at = case when $4::text = 'sent' then $8::timestamptz end
where account_id = $1 and letter_id = $2 and version = $3
returning version`,
};

const SETTLE_UNKNOWN: Statement = {
  name: 'settle_unknown_letter',
  text: `update storno.letter
set state = $2::text, run_at = case when $2::text = 'due' then $3::timestamptz end, version = version + 1,
  sent_at = case when $2::text = 'sent' then $3::timestamptz end, note = 'settled by a person'
where letter_id = $1 and state = 'unknown'
returning letter_id`,
};

const RECORD_BOUNCE: Statement = {
  name: 'record_bounce',
  text: `update storno.letter set state = 'bounced', version = version + 1, note = $2
where letter_id = $1 and state in ('sent', 'unknown')
returning letter_id`,
};

const COUNT_LETTERS: Statement = {
  name: 'count_letters',
  text: 'select state, count(*)::int as letters from storno.letter where incident_id = $1 group by state',
};

export function openSendings(pool: Pool): Sendings {
  return {
    beginSending: ({ letter, printed, recipient, contentDigest, now }) =>
      inTransaction<'applied' | 'stale'>(pool, async (on) => {
        const { accountId, letterId, version } = letter;
        const begun = await run(on, BEGIN_SENDING, [accountId, letterId, version, contentDigest]);
        if (begun.length === 0) throw new Rollback('stale');
        const { subject, text, html } = printed;
        await run(on, KEEP_COPY, [accountId, letterId, recipient, subject, text, html, timeOf(now)]);
        return 'applied';
      }),
    async finishSending({ letter, state, runAt, outcome, now }) {
      const row = await runForOne(pool, FINISH_SENDING, [
        letter.accountId,
        letter.letterId,
        letter.version,
        state,
        timeOrNull(runAt),
        outcome?.messageId ?? null,
        NOTES[state],
        timeOf(now),
      ]);
      return row === null ? 'stale' : 'applied';
    },
    async settleUnknown(letterId, as, now) {
      return (await runForOne(pool, SETTLE_UNKNOWN, [letterId, as, timeOf(now)])) === null
        ? 'unknown_letter'
        : 'applied';
    },
    async recordBounce({ letterId, note }) {
      return (await runForOne(pool, RECORD_BOUNCE, [letterId, note])) === null ? 'unknown_letter' : 'applied';
    },
    async countLetters(incidentId) {
      const rows = await runAlone(pool, COUNT_LETTERS, [incidentId]);
      return Object.fromEntries(rows.map((row) => [row.state as string, row.letters as number]));
    },
  };
}

const NOTES = {
  sent: 'taken by the mail server',
  refused: 'refused for good by the mail server',
  unknown: 'the connection went before the answer',
  due: 'not taken, will be tried again',
  unsendable: 'no address is known, or the facts contradict each other',
} as const;
