import type { Pool } from 'pg';
import { money } from '../../../core/kernel/money.ts';
import type { Incident, IncidentFinding, JsonObject } from '../../../core/remedy/incident.ts';
import type {
  Assumption,
  CaseFile,
  IncidentOpening,
  Incidents,
  OutsideRental,
  Prevention,
  ReviewedFinding,
} from '../../../flow/ports/casework.ts';
import { appendAudit } from '../audit.ts';
import {
  arraysOf,
  fromArrays,
  instantOf,
  instantOrNull,
  inTransaction,
  namesOf,
  type Queries,
  type Row,
  run,
  runAlone,
  runForOne,
  type Shape,
  type Statement,
  timeOf,
  timeOrNull,
} from '../store/sql.ts';

type Files = Omit<Incidents, 'readClosing' | 'closeIncident'>;

const HEAD = `incident_id, title, source, affected_from, affected_to, charged_from, charged_to, look_back_from,
  look_back_reason, scope_query, scope_digest, findings, accounts, diagnosis, opened_by, opened_at`;

const INSERT_INCIDENT: Statement = {
  name: 'insert_incident',
  text: `insert into storno.incident (${HEAD})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14::jsonb, $15, $16)
    on conflict (incident_id) do nothing
    returning incident_id`,
};

const FINDING: Shape<IncidentFinding> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['finding_id', 'text', ({ findingId }) => findingId],
  ['class', 'text', ({ class: kind }) => kind],
  ['grade', 'text', ({ grade }) => grade],
  ['rental_id', 'text', ({ rentalId }) => rentalId],
  ['provider', 'text', ({ provider }) => provider],
  ['merchant_account', 'text', ({ merchantAccount }) => merchantAccount],
  ['payment_id', 'text', ({ paymentId }) => paymentId],
  ['kept_payment_id', 'text', ({ keptPaymentId }) => keptPaymentId],
  ['amount_minor', 'bigint', ({ amount }) => amount.amountMinor],
  ['refund_due_minor', 'bigint', ({ refundDue }) => refundDue.amountMinor],
  ['currency', 'text', ({ amount }) => amount.currency],
  ['reason', 'text', ({ reason }) => reason],
  ['evidence', 'jsonb', ({ evidence }) => JSON.stringify(evidence)],
];

const INSERT_FINDINGS: Statement = {
  name: 'insert_incident_findings',
  text: `insert into storno.incident_finding (incident_id, ${namesOf(FINDING)})
    select $1, f.* from ${fromArrays(FINDING, 2, 'f')}`,
};

const OUTSIDE: Shape<OutsideRental> = [
  ['account_id', 'text', ({ accountId }) => accountId],
  ['rental_id', 'text', ({ rentalId }) => rentalId],
  ['stratum', 'text', ({ stratum }) => stratum],
  ['evidence', 'jsonb', ({ evidence }) => JSON.stringify(evidence)],
];

const INSERT_OUTSIDE: Statement = {
  name: 'insert_outside_sample',
  text: `insert into storno.outside_sample (incident_id, ${namesOf(OUTSIDE)})
    select $1, o.* from ${fromArrays(OUTSIDE, 2, 'o')}`,
};

/** Nothing where the last word on it is the same. */
const INSERT_ASSUMPTION: Statement = {
  name: 'insert_assumption',
  text: `insert into storno.assumption (incident_id, ordinal, text, direction, evidence, recorded_by, recorded_at)
    select $1::text, coalesce(max(a.ordinal), 0) + 1, $2::text, $3::text, $4::text, $5::text, $6::timestamptz
    from storno.assumption as a where a.incident_id = $1::text
    having count(*) filter (where a.text = $2::text and a.direction = $3::text and a.evidence = $4::text) = 0
    returning ordinal`,
};

const INSERT_PREVENTION: Statement = {
  name: 'insert_prevention',
  text: `insert into storno.prevention (incident_id, measure, ordinal, owner, test, state, recorded_by, recorded_at)
    select $1::text, $2::text, coalesce(max(p.ordinal), 0) + 1, $3::text, $4::text, $5::text, $6::text, $7::timestamptz
    from storno.prevention as p where p.incident_id = $1::text and p.measure = $2::text
    having not exists (
      select from (
        select l.owner, l.test, l.state from storno.prevention as l
        where l.incident_id = $1::text and l.measure = $2::text order by l.ordinal desc limit 1
      ) as last
      where last.owner = $3::text and last.test = $4::text and last.state = $5::text
    )
    returning ordinal`,
};

const READ_INCIDENT: Statement = {
  name: 'read_incident',
  text: `select ${HEAD} from storno.incident where incident_id = $1`,
};

const LIST_INCIDENTS: Statement = {
  name: 'list_incidents',
  text: `select i.*, c.closed_at from storno.incident as i
    left join storno.incident_closure as c on c.incident_id = i.incident_id
    order by i.opened_at desc, i.incident_id collate "C"`,
};

const READ_FINDINGS: Statement = {
  name: 'read_incident_findings',
  text: `select ${namesOf(FINDING, 'f.')}, (
      select r.verdict from storno.finding_review as r
      where r.account_id = f.account_id and r.incident_id = f.incident_id and r.finding_id = f.finding_id
      order by r.ordinal desc limit 1
    ) as review
    from storno.incident_finding as f
    where f.incident_id = $1
    order by f.account_id collate "C", f.finding_id collate "C"`,
};

const LIST_FINDINGS: Statement = {
  name: 'list_incident_findings',
  text: `select * from (${READ_FINDINGS.text}) as f
    where $2::text is null or (f.account_id collate "C", f.finding_id collate "C") > ($2, $3::text)
    order by f.account_id collate "C", f.finding_id collate "C"
    limit $4`,
};

const REVIEW: Statement = {
  name: 'review_findings',
  text: `insert into storno.finding_review
      (account_id, incident_id, finding_id, ordinal, verdict, reason, reviewed_by, reviewed_at)
    select f.account_id, f.incident_id, f.finding_id, coalesce(l.ordinal, 0) + 1, $4::text, $5::text, $6::text, $7::timestamptz
    from unnest($2::text[], $3::text[]) as w (account_id, finding_id)
    join storno.incident_finding as f on f.incident_id = $1 and f.account_id = w.account_id
      and f.finding_id = w.finding_id
    left join lateral (
      select r.ordinal, r.verdict from storno.finding_review as r
      where r.account_id = f.account_id and r.incident_id = f.incident_id and r.finding_id = f.finding_id
      order by r.ordinal desc limit 1
    ) as l on true
    where l.verdict is distinct from $4::text
    on conflict do nothing
    returning finding_id`,
};

const COMPLAIN: Statement = {
  name: 'record_complaint',
  text: `insert into storno.complaint (account_id, incident_id, complaint_id, received_at, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing
    returning complaint_id`,
};

const INSERT_LIST: Statement = {
  name: 'insert_victim_list',
  text: `insert into storno.victim_list (incident_id, list_id, sent_by, sha256, imported_by, imported_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing
    returning list_id`,
};

const INSERT_VICTIMS: Statement = {
  name: 'insert_victims',
  text: `insert into storno.victim (incident_id, list_id, line, payment_id, amount_minor, currency)
    select $1, $2, v.line, v.payment_id, v.amount_minor, v.currency
    from unnest($3::text[], $4::bigint[], $5::text[]) with ordinality as v (payment_id, amount_minor, currency, line)`,
};

const READ_VICTIMS: Statement = {
  name: 'read_victims',
  text: `select v.payment_id, v.amount_minor, v.currency from storno.victim as v
    join storno.victim_list as l on l.incident_id = v.incident_id and l.list_id = v.list_id
    where v.incident_id = $1 and l.sha256 = $2
    order by v.line`,
};

const LOOK: Statement = {
  name: 'look_outside',
  text: `insert into storno.outside_look
      (account_id, incident_id, rental_id, verdict, note, looked_by, looked_at)
    select s.account_id, s.incident_id, s.rental_id, $4::text, $5::text, $6::text, $7::timestamptz
    from storno.outside_sample as s where s.account_id = $1 and s.incident_id = $2 and s.rental_id = $3
    on conflict do nothing
    returning rental_id`,
};

const READ_SAMPLE: Statement = {
  name: 'read_outside_sample',
  text: `select s.account_id, s.rental_id, s.stratum, s.evidence, l.verdict
    from storno.outside_sample as s
    left join storno.outside_look as l on l.account_id = s.account_id and l.incident_id = s.incident_id
      and l.rental_id = s.rental_id
    where s.incident_id = $1
    order by array_position(array['before', 'after', 'elsewhere'], s.stratum::text), s.rental_id collate "C"`,
};

const READ_ASSUMPTIONS: Statement = {
  name: 'read_assumptions',
  text: 'select text, direction, evidence from storno.assumption where incident_id = $1 order by ordinal',
};

const READ_PREVENTIONS: Statement = {
  name: 'read_preventions',
  text: `select distinct on (measure) measure, owner, test, state from storno.prevention
    where incident_id = $1 order by measure, ordinal desc`,
};

/** Whoever lost money and never complained; what only looks alike does not count. */
const READ_VOICES: Statement = {
  name: 'read_voices',
  text: `select
      (select count(*)::int from storno.complaint where incident_id = $1) as complaints,
      (select count(distinct f.account_id)::int from storno.incident_finding as f
        where f.incident_id = $1 and f.account_id <> '' and f.grade <> 'possible'
          and f.class not in ('phantom', 'missing_twin')
          and not exists (
            select from storno.complaint as c where c.incident_id = $1 and c.account_id = f.account_id
          )) as silent`,
};

const READ_LISTS: Statement = {
  name: 'read_victim_lists',
  text: 'select list_id, sent_by, sha256 from storno.victim_list where incident_id = $1 order by imported_at, list_id',
};

const READ_CLOSURE: Statement = {
  name: 'read_closure',
  text: 'select remains, closed_by, closed_at from storno.incident_closure where incident_id = $1',
};

export function openIncidents(pool: Pool): Files {
  return {
    openIncident: (opening) => inTransaction(pool, (on) => openIncident(on, opening)),
    async readIncident(incidentId) {
      const row = await runForOne(pool, READ_INCIDENT, [incidentId]);
      return row === null ? null : incidentOf(row);
    },
    async listIncidents() {
      const rows = await runAlone(pool, LIST_INCIDENTS, []);
      return rows.map((row) => ({ incident: incidentOf(row), closedAt: instantOrNull(row.closed_at) }));
    },
    async readFindings(incidentId) {
      return (await runAlone(pool, READ_FINDINGS, [incidentId])).map(findingOf);
    },
    async listFindings({ incidentId, after, limit }) {
      const from = [after?.accountId ?? null, after?.findingId ?? null];
      return (await runAlone(pool, LIST_FINDINGS, [incidentId, ...from, limit])).map(findingOf);
    },
    readCaseFile: (incidentId) => inTransaction(pool, (on) => readCaseFile(on, incidentId)),
    reviewFindings: ({ incidentId, findings, verdict, reason, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        const accounts = findings.map(({ accountId }) => accountId);
        const ids = findings.map(({ findingId }) => findingId);
        const written = await run(on, REVIEW, [incidentId, accounts, ids, verdict, reason, by, timeOf(at)]);
        if (written.length > 0) {
          const payload = { verdict, findings: written.length };
          const entry = { accountId: '', incidentId, at, actor: by, subject: incidentId, payload };
          await appendAudit(on, { ...entry, action: 'finding.reviewed' });
        }
        return written.length;
      }),
    recordComplaint: ({ incidentId, accountId, complaintId, receivedAt, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        const values = [accountId, incidentId, complaintId, timeOf(receivedAt), by, timeOf(at)];
        if ((await run(on, COMPLAIN, values)).length === 0) return 'exists';
        const entry = { accountId, incidentId, at, actor: by, subject: complaintId, payload: {} };
        await appendAudit(on, { ...entry, action: 'complaint.recorded' });
        return 'created';
      }),
    importVictims: ({ incidentId, listId, sentBy, sha256, lines, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        const head = [incidentId, listId, sentBy, sha256, by, timeOf(at)];
        if ((await run(on, INSERT_LIST, head)).length === 0) return 'exists';
        await run(on, INSERT_VICTIMS, [
          incidentId,
          listId,
          lines.map(({ paymentId }) => paymentId),
          lines.map(({ amount }) => String(amount.amountMinor)),
          lines.map(({ amount }) => amount.currency),
        ]);
        const payload = { sha256, lines: lines.length };
        const entry = { accountId: '', incidentId, at, actor: by, subject: listId, payload };
        await appendAudit(on, { ...entry, action: 'victims.imported' });
        return 'created';
      }),
    async readVictims(incidentId, sha256) {
      const rows = await runAlone(pool, READ_VICTIMS, [incidentId, sha256]);
      return rows.map((row) => ({
        paymentId: row.payment_id as string,
        amount: money(row.amount_minor as bigint, row.currency as string),
      }));
    },
    lookOutside: ({ incidentId, accountId, rentalId, verdict, note, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        const values = [accountId, incidentId, rentalId, verdict, note, by, timeOf(at)];
        if ((await run(on, LOOK, values)).length === 0) {
          const sample = (await run(on, READ_SAMPLE, [incidentId])).find((row) => row.rental_id === rentalId);
          if (sample === undefined) return 'unknown';
          return sample.verdict === verdict ? 'exists' : 'exists_with_different_verdict';
        }
        const entry = { accountId, incidentId, at, actor: by, subject: rentalId, payload: { verdict } };
        await appendAudit(on, { ...entry, action: 'sample.looked' });
        return 'created';
      }),
    recordAssumption: (incidentId, assumption, { by, at }) =>
      inTransaction(pool, async (on) => {
        if (!(await assume(on, incidentId, { assumption, by, at }))) return 'exists';
        const payload = { direction: assumption.direction };
        const entry = { accountId: '', incidentId, at, actor: by, subject: incidentId, payload };
        await appendAudit(on, { ...entry, action: 'assumption.recorded' });
        return 'created';
      }),
    recordPrevention: (incidentId, prevention, { by, at }) =>
      inTransaction(pool, async (on) => {
        if (!(await prevent(on, incidentId, { prevention, by, at }))) return 'exists';
        const payload = { state: prevention.state };
        const entry = { accountId: '', incidentId, at, actor: by, subject: incidentId, payload };
        await appendAudit(on, { ...entry, action: 'prevention.recorded' });
        return 'created';
      }),
  };
}

async function openIncident(on: Queries, opening: IncidentOpening): Promise<'created' | 'exists'> {
  const { incident, findings, sample, assumptions, preventions } = opening;
  const { incidentId, openedBy: by, openedAt: at } = incident;
  if ((await run(on, INSERT_INCIDENT, headValues(incident))).length === 0) return 'exists';
  await run(on, INSERT_FINDINGS, [incidentId, ...arraysOf(FINDING, findings)]);
  await run(on, INSERT_OUTSIDE, [incidentId, ...arraysOf(OUTSIDE, sample)]);
  for (const assumption of assumptions) await assume(on, incidentId, { assumption, by, at });
  for (const prevention of preventions) await prevent(on, incidentId, { prevention, by, at });
  await appendAudit(on, {
    accountId: '',
    incidentId,
    at,
    actor: by,
    action: 'incident.opened',
    subject: incidentId,
    payload: { scope_digest: incident.scopeDigest, findings: incident.findings, accounts: incident.accounts },
  });
  return 'created';
}

interface Said {
  readonly by: string;
  readonly at: number;
}

async function assume(on: Queries, id: string, said: Said & { readonly assumption: Assumption }): Promise<boolean> {
  const { text, direction, evidence } = said.assumption;
  return (await run(on, INSERT_ASSUMPTION, [id, text, direction, evidence, said.by, timeOf(said.at)])).length > 0;
}

async function prevent(on: Queries, id: string, said: Said & { readonly prevention: Prevention }): Promise<boolean> {
  const { measure, owner, test, state } = said.prevention;
  return (await run(on, INSERT_PREVENTION, [id, measure, owner, test, state, said.by, timeOf(said.at)])).length > 0;
}

async function readCaseFile(on: Queries, incidentId: string): Promise<CaseFile> {
  const [voices] = await run(on, READ_VOICES, [incidentId]);
  const [closure] = await run(on, READ_CLOSURE, [incidentId]);
  return {
    sample: (await run(on, READ_SAMPLE, [incidentId])).map((row) => ({
      accountId: row.account_id as string,
      rentalId: row.rental_id as string,
      stratum: row.stratum as string,
      evidence: row.evidence as JsonObject,
      verdict: row.verdict as 'clean' | 'affected' | null,
    })),
    assumptions: (await run(on, READ_ASSUMPTIONS, [incidentId])) as unknown as readonly Assumption[],
    preventions: (await run(on, READ_PREVENTIONS, [incidentId])) as unknown as readonly Prevention[],
    complaints: voices?.complaints as number,
    silent: voices?.silent as number,
    victimLists: (await run(on, READ_LISTS, [incidentId])).map((row) => ({
      listId: row.list_id as string,
      sentBy: row.sent_by as string,
      sha256: row.sha256 as string,
    })),
    closed:
      closure === undefined
        ? null
        : {
            by: closure.closed_by as string,
            at: instantOf(closure.closed_at),
            remains: closure.remains as JsonObject,
          },
  };
}

function headValues(incident: Incident): unknown[] {
  return [
    incident.incidentId,
    incident.title,
    incident.source,
    timeOrNull(incident.affectedFrom),
    timeOrNull(incident.affectedTo),
    timeOrNull(incident.chargedFrom),
    timeOrNull(incident.chargedTo),
    timeOf(incident.lookBackFrom),
    incident.lookBackReason,
    JSON.stringify(incident.scopeQuery),
    incident.scopeDigest,
    incident.findings,
    incident.accounts,
    JSON.stringify(incident.diagnosis),
    incident.openedBy,
    timeOf(incident.openedAt),
  ];
}

function incidentOf(row: Row): Incident {
  return {
    incidentId: row.incident_id as string,
    title: row.title as string,
    source: row.source as Incident['source'],
    affectedFrom: instantOrNull(row.affected_from),
    affectedTo: instantOrNull(row.affected_to),
    chargedFrom: instantOrNull(row.charged_from),
    chargedTo: instantOrNull(row.charged_to),
    lookBackFrom: instantOf(row.look_back_from),
    lookBackReason: row.look_back_reason as string,
    scopeQuery: row.scope_query as JsonObject,
    scopeDigest: row.scope_digest as string,
    findings: row.findings as number,
    accounts: row.accounts as number,
    diagnosis: row.diagnosis as JsonObject,
    openedBy: row.opened_by as string,
    openedAt: instantOf(row.opened_at),
  };
}

function findingOf(row: Row): ReviewedFinding {
  const currency = row.currency as string;
  return {
    accountId: row.account_id as string,
    findingId: row.finding_id as string,
    class: row.class as IncidentFinding['class'],
    grade: row.grade as IncidentFinding['grade'],
    rentalId: row.rental_id as string | null,
    provider: row.provider as string,
    merchantAccount: row.merchant_account as string,
    paymentId: row.payment_id as string | null,
    keptPaymentId: row.kept_payment_id as string | null,
    amount: money(row.amount_minor as bigint, currency),
    refundDue: money(row.refund_due_minor as bigint, currency),
    reason: row.reason as string,
    evidence: row.evidence as IncidentFinding['evidence'],
    review: row.review as ReviewedFinding['review'],
  };
}
