import { Type } from 'typebox';
import { utcDayOf } from '../../core/kernel/day.ts';
import { parseDay } from '../../core/kernel/rfc3339.ts';
import { closeIncident } from '../../flow/remedy/close-incident.ts';
import { countUnexplained, reconcileIncident } from '../../flow/remedy/reconcile-incident.ts';
import { readGroups } from '../../flow/remedy/review-findings.ts';
import { actorOf } from '../actor.ts';
import {
  CaseShape,
  ClosureShape,
  FindingShape,
  GroupShape,
  IncidentShape,
  LetterCountsShape,
  ReconciliationShape,
} from '../contract/incident.ts';
import { Id, PageQuery, pageOf, refer } from '../contract.ts';
import { pairOf } from '../cursor.ts';
import { describe, problems } from '../document.ts';
import { listPage } from '../page.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import { incidentRefusal } from '../remedy-refusal.ts';
import type { Routes } from '../route.ts';
import { sayMoney } from '../wire.ts';
import { sayFinding, sayIncident, sayReconciliation } from '../wire-remedy.ts';

export const IncidentParams = Type.Object({ incident_id: Id });

/** What every command of a person may answer beside its own. */
export const COMMAND_PROBLEMS = [
  'not_found',
  'person_needed',
  'not_permitted',
  'refused',
  'idempotency_key_missing',
  'command_running',
  'idempotency_key_reused',
] as const;

export function addIncidentRoutes(ports: ApiPorts, app: Routes): void {
  const { casework, bank, letters } = ports.remedy;

  app.route({
    method: 'GET',
    url: '/v1/incidents',
    config: { operation: 'listIncidents' },
    schema: {
      ...describe('listIncidents', 'Incidents', 'List incidents, newest first'),
      response: { 200: Type.Object({ data: Type.Array(refer(IncidentShape)) }), ...problems() },
    },
    handler: async () => ({
      data: (await casework.listIncidents()).map(({ incident, closedAt }) => sayIncident(incident, closedAt)),
    }),
  });

  app.route({
    method: 'GET',
    url: '/v1/incidents/:incident_id',
    config: { operation: 'readIncident' },
    schema: {
      ...describe('readIncident', 'Incidents', 'Read an incident, with all that is noted about it'),
      params: IncidentParams,
      response: { 200: refer(CaseShape), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      const incident = await readIncident(ports, params.incident_id);
      const file = await casework.readCaseFile(params.incident_id);
      return {
        ...sayIncident(incident, file.closed?.at ?? null),
        diagnosis: incident.diagnosis,
        complaints: file.complaints,
        silent_accounts: file.silent,
        assumptions: [...file.assumptions],
        preventions: [...file.preventions],
        sample: file.sample.map(({ accountId, rentalId, stratum, verdict, evidence }) => ({
          account_id: accountId,
          rental_id: rentalId,
          stratum,
          verdict,
          evidence,
        })),
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/incidents/:incident_id/findings',
    config: { operation: 'listFindings' },
    schema: {
      ...describe('listFindings', 'Incidents', 'List what was found, by account'),
      params: IncidentParams,
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: pageOf(FindingShape), ...problems('not_found', 'cursor_invalid') },
    },
    handler: async ({ params: { incident_id: incidentId }, query }) => {
      await readIncident(ports, incidentId);
      return listPage({
        listing: 'findings',
        filters: { incidentId },
        page: { cursor: query.cursor, limit: query.limit },
        read: async ({ cursor, limit }) => {
          const place = cursor === null ? null : pairOf(cursor);
          const after = place === null ? null : { accountId: place[0], findingId: place[1] };
          const items = await casework.listFindings({ incidentId, after, limit });
          const last = items.length < limit ? undefined : items.at(-1);
          return { items, next: last === undefined ? null : JSON.stringify([last.accountId, last.findingId]) };
        },
        say: sayFinding,
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/incidents/:incident_id/finding-groups',
    config: { operation: 'listFindingGroups' },
    schema: {
      ...describe('listFindingGroups', 'Incidents', 'List findings of equal evidence as groups, the largest first'),
      params: IncidentParams,
      response: { 200: Type.Object({ data: Type.Array(refer(GroupShape)) }), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      await readIncident(ports, params.incident_id);
      const groups = await readGroups({ ...ports, casework }, params.incident_id);
      const data = groups.map(({ name, findings }) => ({
        name,
        findings: findings.length,
        example: findings[0]?.findingId ?? '',
        reason: findings[0]?.reason ?? '',
      }));
      return { data };
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/incidents/:incident_id/letters',
    config: { operation: 'countLetters' },
    schema: {
      ...describe('countLetters', 'Incidents', 'Count its letters by their state'),
      params: IncidentParams,
      response: { 200: refer(LetterCountsShape), ...problems('not_found') },
    },
    handler: async ({ params }) => {
      await readIncident(ports, params.incident_id);
      return { letters: { ...(await letters.countLetters(params.incident_id)) } };
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/incidents/:incident_id/reconciliation',
    config: { operation: 'readReconciliation' },
    schema: {
      ...describe('readReconciliation', 'Incidents', 'Follow every refund to its booking at the provider or the bank'),
      params: IncidentParams,
      querystring: Type.Object(
        {
          as_of: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Without: today, UTC.' })),
        },
        { additionalProperties: false },
      ),
      response: { 200: refer(ReconciliationShape), ...problems('not_found') },
    },
    handler: async ({ params, query }) => {
      await readIncident(ports, params.incident_id);
      const asOf = query.as_of ?? today(ports);
      if (parseDay(asOf) === null) throw new Refusal('request_invalid', `${asOf} is no day.`);
      return sayReconciliation(await reconcileIncident(bank, { incidentId: params.incident_id, asOf }), asOf);
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/incidents/:incident_id/close',
    config: { operation: 'closeIncident', idempotency: 'required' },
    schema: {
      ...describe('closeIncident', 'Incidents', 'Close what is done; what is missing is said'),
      params: IncidentParams,
      response: { 200: refer(ClosureShape), ...problems(...COMMAND_PROBLEMS) },
    },
    handler: async (request) => {
      const closed = await closeIncident(
        { ...ports, casework },
        {
          incidentId: request.params.incident_id,
          actor: await actorOf(ports, request),
          countUnexplained: async (incidentId) =>
            countUnexplained(await reconcileIncident(bank, { incidentId, asOf: today(ports) })),
        },
      );
      if (!closed.ok && closed.error.kind === 'not_ready') {
        const missing = closed.error.missing.map(({ kind }) => kind);
        throw new Refusal('refused', `It is not ready: ${missing.join(', ')}.`, { code: 'not_ready' });
      }
      if (!closed.ok) throw incidentRefusal(closed.error);
      const { kind, remains } = closed.value;
      const unpaid = remains.map(({ owed, unpayable, accounts }) => ({
        owed: sayMoney(owed),
        unpayable: sayMoney(unpayable),
        accounts,
      }));
      return { result: kind, unpaid };
    },
  });
}

export async function readIncident({ remedy }: ApiPorts, incidentId: string) {
  const incident = await remedy.casework.readIncident(incidentId);
  if (incident === null) throw incidentRefusal({ kind: 'incident_unknown' });
  return incident;
}

function today({ clock }: ApiPorts): string {
  return utcDayOf(clock.now());
}
