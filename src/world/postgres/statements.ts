import type { Pool } from 'pg';
import { money } from '../../core/kernel/money.ts';
import type {
  NewStatement,
  StatementBook,
  StatementFigures,
  StatementLanguage,
  StoredStatement,
} from '../../flow/ports/statement.ts';
import { appendAudit } from './audit.ts';
import { instantOf, inTransaction, type Row, run, runAlone, runForOne, type Statement, timeOf } from './store/sql.ts';

/**
 * What is owed, and what came back over whatever channel. Findings that nobody planned for yet count as they were
 * found, where they may be paid: proven and not rejected, or accepted.
 */
const OWED = `with owed as (
    select l.account_id, coalesce(l.rental_id, l.payment_id) as rental, f.class, l.currency, l.owed_minor as due,
      l.refunded_minor + l.transferred_minor + l.credited_minor + l.elsewhere_minor as refunded
    from storno.liability as l
    join storno.incident_finding as f
      on f.account_id = l.account_id and f.incident_id = l.incident_id and f.finding_id = l.finding_id
    where l.incident_id = $1
    union all
    select f.account_id, coalesce(f.rental_id, f.payment_id), f.class, f.currency, f.refund_due_minor, 0
    from storno.incident_finding as f
    left join lateral (
      select r.verdict from storno.finding_review as r
      where r.account_id = f.account_id and r.incident_id = f.incident_id and r.finding_id = f.finding_id
      order by r.ordinal desc limit 1
    ) as r on true
    where f.incident_id = $1 and f.refund_due_minor > 0 and f.payment_id is not null and f.account_id <> ''
      and (r.verdict = 'accepted' or (r.verdict is null and f.grade = 'proven'))
      and not exists (
        select from storno.liability as l
        where l.account_id = f.account_id and l.provider = f.provider and l.merchant_account = f.merchant_account
          and l.payment_id = f.payment_id
      )
  )`;

const READ_SUMS: Statement = {
  name: 'read_statement_sums',
  text: `${OWED}
    select currency, sum(due)::bigint as due, sum(refunded)::bigint as refunded from owed group by 1 order by 1`,
};

const READ_FIGURES: Statement = {
  name: 'read_statement_figures',
  text: `${OWED}, zones as (
      select m.time_zone, count(*) as accounts
      from (select distinct account_id from owed) as o
      join storno.account as a on a.account_id = o.account_id
      join storno.market as m on m.market = a.home_market
      group by 1 order by 2 desc, 1 limit 1
    ), given as (
      select distinct a.minutes, a.valid_days
      from storno.remedy_plan as p
      join storno.plan_decision as d on d.plan_id = p.plan_id and d.decision = 'approved'
      join storno.remedy_plan_account as a on a.plan_id = p.plan_id
      where p.incident_id = $1 and a.minutes > 0
    )
    select i.affected_from, i.affected_to, i.charged_from, i.charged_to,
      (select count(distinct rental)::int from owed) as rentals,
      (select count(distinct account_id)::int from owed) as customers,
      (select coalesce(bool_and(class in ('double_charge', 'duplicate_record')), false) from owed) as is_all_twice,
      coalesce((select time_zone from zones), 'UTC') as zone,
      (select case when count(*) = 1 then min(minutes) end from given) as minutes,
      (select min(valid_days) from given) as days
    from storno.incident as i where i.incident_id = $1`,
};

const LIST: Statement = {
  name: 'list_statements',
  text: `select s.*, p.published_by, p.published_at
    from storno.statement as s
    left join storno.statement_publication as p
      on p.incident_id = s.incident_id and p.language = s.language and p.revision = s.revision
    where s.incident_id = $1
    order by s.drafted_at desc, s.revision desc, s.language`,
};

/** Revisions are counted: one draft at a time. Any number serves. */
const LOCK: Statement = { name: 'lock_statements', text: 'select pg_advisory_xact_lock(8243112031)' };

const READ_NEWEST: Statement = {
  name: 'read_newest_statement',
  text: `select revision, facts_digest from storno.statement
    where incident_id = $1 and language = $2
    order by revision desc limit 1`,
};

const INSERT: Statement = {
  name: 'insert_statement',
  text: `insert into storno.statement (incident_id, language, revision, locale, title, body_text, body_html,
      content_digest, facts_digest, as_of, zone, drafted_by, drafted_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
};

const PUBLISH: Statement = {
  name: 'publish_statement',
  text: `insert into storno.statement_publication
      (incident_id, language, revision, content_digest, drafted_by, published_by, published_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (incident_id, language, revision) do nothing
    returning revision`,
};

/** As role storno_api. */
export function openStatements(pool: Pool): StatementBook {
  return {
    async readFigures(incidentId) {
      const row = await runForOne(pool, READ_FIGURES, [incidentId]);
      return row === null ? null : figuresOf(row, await runAlone(pool, READ_SUMS, [incidentId]));
    },
    listStatements: async (incidentId) => (await runAlone(pool, LIST, [incidentId])).map(statementOf),
    writeDraft: (draft) => writeDraft(pool, draft),
    publish: ({ incidentId, language, revision, contentDigest, draftedBy }, { by, at }) =>
      inTransaction(pool, async (on) => {
        const key = [incidentId, language, revision, contentDigest, draftedBy];
        if ((await run(on, PUBLISH, [...key, by, timeOf(at)])).length === 0) return 'exists';
        await appendAudit(on, {
          accountId: '',
          incidentId,
          at,
          actor: by,
          action: 'statement.published',
          subject: `${language}-${revision}`,
          payload: { digest: contentDigest },
        });
        return 'created';
      }),
  };
}

function writeDraft(pool: Pool, draft: NewStatement): ReturnType<StatementBook['writeDraft']> {
  const { incidentId, language, signature } = draft;
  return inTransaction(pool, async (on) => {
    await run(on, LOCK, []);
    const [newest] = await run(on, READ_NEWEST, [incidentId, language]);
    const known = (newest?.revision as number | undefined) ?? 0;
    if (newest?.facts_digest === draft.factsDigest) return { kind: 'exists', revision: known };
    const revision = known + 1;
    await run(on, INSERT, [
      incidentId,
      language,
      revision,
      draft.locale,
      draft.title,
      draft.text,
      draft.fragment,
      draft.contentDigest,
      draft.factsDigest,
      timeOf(draft.asOf),
      draft.zone,
      signature.by,
      timeOf(signature.at),
    ]);
    await appendAudit(on, {
      accountId: '',
      incidentId,
      at: signature.at,
      actor: signature.by,
      action: 'statement.drafted',
      subject: `${language}-${revision}`,
      payload: { digest: draft.contentDigest },
    });
    return { kind: 'created', revision };
  });
}

function figuresOf(row: Row, sums: readonly Row[]): StatementFigures {
  return {
    isAllTwice: row.is_all_twice as boolean,
    rentals: row.rentals as number,
    customers: row.customers as number,
    sums: sums.map(({ currency, due, refunded }) => ({
      due: money(due as bigint, currency as string),
      refunded: money(refunded as bigint, currency as string),
    })),
    rented: spanOf(row.affected_from, row.affected_to),
    debited: spanOf(row.charged_from, row.charged_to),
    minutes: row.minutes === null ? null : { minutes: row.minutes as number, days: row.days as number },
    zone: row.zone as string,
  };
}

function spanOf(from: unknown, to: unknown): StatementFigures['rented'] {
  return from === null || to === null ? null : { from: instantOf(from), to: instantOf(to) };
}

function statementOf(row: Row): StoredStatement {
  return {
    incidentId: row.incident_id as string,
    language: row.language as StatementLanguage,
    revision: row.revision as number,
    locale: row.locale as string,
    title: row.title as string,
    text: row.body_text as string,
    fragment: row.body_html as string,
    contentDigest: row.content_digest as string,
    factsDigest: row.facts_digest as string,
    asOf: instantOf(row.as_of),
    zone: row.zone as string,
    draftedBy: row.drafted_by as string,
    draftedAt: instantOf(row.drafted_at),
    published: row.published_at === null ? null : { by: row.published_by as string, at: instantOf(row.published_at) },
  };
}
