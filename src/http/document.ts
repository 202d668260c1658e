import type { FastifyContextConfig } from 'fastify';
import type { TSchema } from 'typebox';
import type { Idempotency } from './command.ts';
import { AccountRequest, AccountShape, BalanceShape, LotRequest, LotShape, PersonRequest } from './contract/account.ts';
import { AttemptShape, ChargeShape } from './contract/charge.ts';
import { ControlRequest, ControlShape, HealthShape } from './contract/control.ts';
import {
  DeliveryShape,
  EndpointChangeRequest,
  EndpointRequest,
  EndpointSecretShape,
  EndpointShape,
  EventShape,
  ResendRequest,
} from './contract/event.ts';
import {
  CaseShape,
  ClosureShape,
  ComplaintRequest,
  FindingShape,
  GroupShape,
  IncidentShape,
  LetterCountsShape,
  NotedShape,
  PreventionRequest,
  ReconciliationShape,
  ReviewAnswer,
  ReviewRequest,
  SampleLookRequest,
} from './contract/incident.ts';
import { MarketRequest, MarketShape, PlanAnswer, PlanRequest } from './contract/market.ts';
import {
  CampaignShape,
  DecisionRequest,
  GrantsShape,
  PlanRefundShape,
  PlanSampleShape,
  PreviewShape,
  ReasonRequest,
  RemedyPlanShape,
} from './contract/remedy-plan.ts';
import {
  BulkLine,
  CorrectionRequest,
  EndedRentalShape,
  RentalAnswer,
  RentalShape,
  VoidRequest,
} from './contract/rental.ts';
import { StatementShape } from './contract/statement.ts';
import { Problem, refer } from './contract.ts';
import { type OperationId, POLICY } from './policy.ts';
import { PROBLEM_TYPE, PROBLEMS, type ProblemName } from './problem.ts';

/** Every schema with a name: it stands once in the document, and routes point to it. */
export const NAMED: readonly (TSchema & { readonly $id?: string })[] = [
  Problem,
  AccountRequest,
  AccountShape,
  AttemptShape,
  BalanceShape,
  BulkLine,
  ChargeShape,
  ControlRequest,
  ControlShape,
  CorrectionRequest,
  DeliveryShape,
  EndedRentalShape,
  EndpointChangeRequest,
  EndpointRequest,
  EndpointSecretShape,
  EndpointShape,
  EventShape,
  HealthShape,
  LotRequest,
  LotShape,
  MarketRequest,
  MarketShape,
  PersonRequest,
  PlanAnswer,
  PlanRequest,
  RentalAnswer,
  RentalShape,
  ResendRequest,
  StatementShape,
  CaseShape,
  ClosureShape,
  ComplaintRequest,
  FindingShape,
  GroupShape,
  IncidentShape,
  LetterCountsShape,
  NotedShape,
  PreventionRequest,
  ReconciliationShape,
  ReviewAnswer,
  ReviewRequest,
  SampleLookRequest,
  ReasonRequest,
  CampaignShape,
  DecisionRequest,
  GrantsShape,
  PlanRefundShape,
  PlanSampleShape,
  PreviewShape,
  RemedyPlanShape,
  VoidRequest,
];

export type Tag =
  | 'Rentals'
  | 'Charges'
  | 'Accounts'
  | 'Markets'
  | 'Events'
  | 'Webhooks'
  | 'Control'
  | 'Incidents'
  | 'Plans'
  | 'Campaigns'
  | 'Statements'
  | 'Watching';

/** What the document says of an operation beside its shapes. */
export function describe(operationId: OperationId, tag: Tag, summary: string) {
  const access = POLICY[operationId];
  return {
    operationId,
    summary,
    tags: [tag],
    description:
      access.kind === 'scope' ? `Needs a key with the scope \`${access.scope}\`.` : `Open: ${access.because}.`,
    security: access.kind === 'scope' ? [{ key: [] }] : [],
  };
}

/** Every operation with a key may answer these. */
const WITH_KEY: readonly ProblemName[] = [
  'request_invalid',
  'key_missing',
  'scope_missing',
  'media_type_unsupported',
  'rate_limited',
  'internal',
  'unavailable',
];

/** Answers that are problems, by status: those of every operation with a key, and its own. */
export function problems(...own: readonly ProblemName[]) {
  return problemsAlone(...WITH_KEY, ...own);
}

export function problemsAlone(...names: readonly ProblemName[]) {
  const byStatus = new Map<number, ProblemName[]>();
  for (const name of names) {
    const status = PROBLEMS[name][0];
    byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: [...new Set(ofStatus)].map((name) => `\`${name}\`: ${PROBLEMS[name][1]}.`).join(' '),
        content: { [PROBLEM_TYPE]: { schema: refer(Problem) } },
      },
    ]),
  );
}

const DONE: Readonly<Record<string, string>> = { 200: 'As it stands.', 201: 'Created.', 202: 'Taken up.' };

const BODY_PROBLEMS = ['body_malformed', 'body_too_large', 'media_type_unsupported'] as const;

interface Documented {
  readonly response?: unknown;
  readonly headers?: unknown;
}

/** What follows from how a route is served is not said at each: the header of commands, the problems of bodies. */
export function complete<T extends Documented>(schema: T, config: FastifyContextConfig): T {
  const responses = Object.entries((schema.response ?? {}) as Record<string, object>).map(([status, answer]) => [
    status,
    'description' in answer || 'content' in answer
      ? answer
      : { description: DONE[status] ?? 'Answered.', content: { 'application/json': { schema: answer } } },
  ]);
  const own = Object.fromEntries(responses) as Record<string, { description: string }>;
  for (const [status, answer] of Object.entries(config.accepts ? problemsAlone(...BODY_PROBLEMS) : {})) {
    const known = own[status]?.description ?? '';
    if (!known.includes(answer.description)) {
      own[status] = { ...answer, description: `${known} ${answer.description}`.trim() };
    }
  }
  return {
    ...schema,
    response: own,
    ...(config.idempotency === undefined ? {} : { headers: commandHeader(config.idempotency) }),
  };
}

function commandHeader(idempotency: Idempotency) {
  return {
    type: 'object',
    properties: {
      'Idempotency-Key': {
        type: 'string',
        pattern: '^[!-~]{1,255}$',
        description: 'Made by you, one for each wish. The same is answered the same, for ever.',
      },
    },
    required: idempotency === 'required' ? ['Idempotency-Key'] : [],
  };
}

const TAGS: readonly { readonly name: Tag; readonly description: string }[] = [
  { name: 'Rentals', description: 'What was delivered. A rental said twice is one rental.' },
  { name: 'Charges', description: 'What was taken for it: once. Every attempt with its evidence.' },
  { name: 'Accounts', description: 'Who pays, what the books say of him, and his free minutes.' },
  { name: 'Markets', description: 'Cities with their currency, time zone, VAT and pricing plans.' },
  { name: 'Events', description: 'What happened, in order: the source of truth for whoever missed a message.' },
  { name: 'Webhooks', description: 'Who is told of events, by Standard Webhooks 1.0.' },
  { name: 'Incidents', description: 'What went wrong, frozen, and what people say about it.' },
  { name: 'Plans', description: 'What will be done for whom. Another person approves these very rows.' },
  { name: 'Campaigns', description: 'An approved plan, carried out: refunds and goodwill, each once.' },
  { name: 'Control', description: 'Stop and resume charging.' },
  { name: 'Statements', description: 'What is told to everybody about an incident. Anybody may read it.' },
  { name: 'Watching', description: 'Health, readiness, figures, this document.' },
];

export function openapi(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Storno',
      version,
      summary: 'Charges every rental exactly once.',
      description:
        'Times are RFC 3339 in UTC, money is whole minor units with its currency, lists are pages with a cursor. ' +
        'Errors are problems (RFC 9457): act on `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [...TAGS],
    components: {
      securitySchemes: {
        key: {
          type: 'http' as const,
          scheme: 'bearer',
          description: 'A key made by `storno key create`: `sk_storno_…`.',
        },
      },
    },
  };
}

/** The messages that we send ourselves, one entry for all: they differ in `type` alone. */
export const WEBHOOKS = {
  event: {
    post: {
      operationId: 'onEvent',
      summary: 'Something happened',
      description:
        'Signed by Standard Webhooks 1.0 in `webhook-id`, `webhook-timestamp`, `webhook-signature`. ' +
        'Answer with 2xx within ten seconds; everything else is tried again for three days.',
      tags: ['Webhooks'],
      security: [],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Event' } } },
      },
      responses: {
        '204': { description: 'Taken.' },
        '4XX': { description: 'Not taken: it comes again.' },
      },
    },
  },
};
