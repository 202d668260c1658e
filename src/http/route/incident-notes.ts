import { openCase } from '../../flow/remedy/casework.ts';
import { reviewFindings } from '../../flow/remedy/review-findings.ts';
import { actorOf } from '../actor.ts';
import { JSON_TYPE } from '../body.ts';
import {
  ComplaintRequest,
  NotedShape,
  PreventionRequest,
  ReviewAnswer,
  ReviewRequest,
  SampleLookRequest,
} from '../contract/incident.ts';
import { refer } from '../contract.ts';
import { describe, problems } from '../document.ts';
import { instantOf } from '../instant.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import { incidentRefusal } from '../remedy-refusal.ts';
import type { Routes } from '../route.ts';
import { COMMAND_PROBLEMS, IncidentParams } from './incidents.ts';

/** What a person says about an incident. */
export function addIncidentNoteRoutes(ports: ApiPorts, app: Routes): void {
  const { casework } = ports.remedy;

  app.route({
    method: 'POST',
    url: '/v1/incidents/:incident_id/reviews',
    config: { operation: 'reviewFindings', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('reviewFindings', 'Incidents', 'Accept or reject a finding, or all of equal evidence'),
      params: IncidentParams,
      body: refer(ReviewRequest),
      response: { 200: refer(ReviewAnswer), ...problems(...COMMAND_PROBLEMS) },
    },
    handler: async (request) => {
      const actor = await actorOf(ports, request);
      const review = { incidentId: request.params.incident_id, ...request.body, actor };
      const reviewed = await reviewFindings({ ...ports, casework }, review);
      if (!reviewed.ok) throw incidentRefusal(reviewed.error);
      return reviewed.value;
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/incidents/:incident_id/complaints',
    config: { operation: 'recordComplaint', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('recordComplaint', 'Incidents', 'Note a complaint that belongs to it'),
      params: IncidentParams,
      body: refer(ComplaintRequest),
      response: { 200: refer(NotedShape), ...problems(...COMMAND_PROBLEMS) },
    },
    handler: async (request) => {
      const { incidentId, signature } = await noting(ports, request);
      const { account_id: accountId, complaint_id: complaintId, received_at } = request.body;
      const complaint = { incidentId, accountId, complaintId, receivedAt: instantOf(received_at), signature };
      return { result: await casework.recordComplaint(complaint) };
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/incidents/:incident_id/preventions',
    config: { operation: 'recordPrevention', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('recordPrevention', 'Incidents', 'Note what keeps it from happening again, with owner and test'),
      params: IncidentParams,
      body: refer(PreventionRequest),
      response: { 200: refer(NotedShape), ...problems(...COMMAND_PROBLEMS) },
    },
    handler: async (request) => {
      const { incidentId, signature } = await noting(ports, request);
      return { result: await casework.recordPrevention(incidentId, request.body, signature) };
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/incidents/:incident_id/sample-looks',
    config: { operation: 'lookOutside', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('lookOutside', 'Incidents', 'Note what you saw in a rental outside the scope'),
      params: IncidentParams,
      body: refer(SampleLookRequest),
      response: { 200: refer(NotedShape), ...problems(...COMMAND_PROBLEMS) },
    },
    handler: async (request) => {
      const { incidentId, signature } = await noting(ports, request);
      const { rental_id: rentalId, verdict, note } = request.body;
      const { sample } = await casework.readCaseFile(incidentId);
      const drawn = sample.find((one) => one.rentalId === rentalId);
      if (drawn === undefined) {
        throw new Refusal('refused', 'The rental is not in the sample.', { code: 'not_in_sample' });
      }
      const look = { incidentId, accountId: drawn.accountId, rentalId, verdict, note, signature };
      const result = await casework.lookOutside(look);
      if (result === 'created' || result === 'exists') return { result };
      throw new Refusal('refused', 'A look is written once, and said otherwise before.', { code: result });
    },
  });
}

interface Asked {
  readonly params: { readonly incident_id: string };
  readonly staffId: string | null;
}

/** The incident, where the person who asks may work on it. */
async function noting(ports: ApiPorts, request: Asked) {
  const actor = await actorOf(ports, request);
  const incidentId = request.params.incident_id;
  const opened = await openCase({ ...ports, casework: ports.remedy.casework }, { incidentId, actor });
  if (!opened.ok) throw incidentRefusal(opened.error);
  return { incidentId, signature: { by: actor.staffId, at: ports.clock.now() } };
}
