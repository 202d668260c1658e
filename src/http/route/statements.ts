import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { subtract } from '../../core/kernel/money.ts';
import { SECOND_MS, toRfc3339 } from '../../core/kernel/time.ts';
import { STATEMENT_LANGUAGES, type StatementFigures, type StatementLanguage } from '../../flow/ports/statement.ts';
import { localTimeOf, type Published, readPublished } from '../../flow/remedy/public-statement.ts';
import { sayFeed } from '../atom.ts';
import { StatementShape } from '../contract/statement.ts';
import { Id, refer } from '../contract.ts';
import { describe, problemsAlone } from '../document.ts';
import type { ApiPorts } from '../ports.ts';
import { Refusal } from '../problem.ts';
import type { Routes } from '../route.ts';
import { sayMoney } from '../wire.ts';

const StatementParams = Type.Object({ incident_id: Id });

const LanguageQuery = Type.Object(
  { lang: Type.Optional(Type.Enum(STATEMENT_LANGUAGES, { description: 'Without: as the browser prefers.' })) },
  { additionalProperties: false },
);

const OPEN_PROBLEMS = ['request_invalid', 'not_found', 'media_type_unsupported', 'internal', 'unavailable'] as const;

/** Anybody reads these, so the books are asked once in a while, whoever asks how often. */
const FIGURES_MS = 10 * SECOND_MS;
const CACHE = 'public, max-age=30';

const PAGE_HEADERS = {
  'cache-control': CACHE,
  // Styles stand in the page itself; nothing is fetched and nothing runs.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  vary: 'accept-language',
};

/** What is told to everybody: no key, no name, no script. What is not published does not exist here. */
export function addStatementRoutes(ports: ApiPorts, app: Routes): void {
  const figuresOf = rememberFigures(ports);

  app.route({
    method: 'GET',
    url: '/public/statements/:incident_id/statement.json',
    config: { operation: 'readStatementJson' },
    schema: {
      ...describe('readStatementJson', 'Statements', 'Read all that was published about an incident, as JSON'),
      params: StatementParams,
      response: { 200: refer(StatementShape), ...problemsAlone(...OPEN_PROBLEMS) },
    },
    handler: async ({ params }, reply) => {
      const published = await readAll(ports, params.incident_id);
      const { figures, asOf } = await figuresOf(params.incident_id);
      reply.headers({ 'cache-control': CACHE });
      return sayStatement({ incidentId: params.incident_id, figures, asOf, published });
    },
  });

  app.route({
    method: 'GET',
    url: '/public/statements/:incident_id/feed.atom',
    config: { operation: 'readStatementFeed' },
    schema: {
      ...describe('readStatementFeed', 'Statements', 'Follow what is published about an incident, as Atom'),
      params: StatementParams,
      response: { 200: texts('application/atom+xml', 'RFC 4287.'), ...problemsAlone(...OPEN_PROBLEMS) },
    },
    handler: async ({ params }, reply) => {
      const published = await readAll(ports, params.incident_id);
      return sendText(reply, 'application/atom+xml', sayFeed(params.incident_id, published), {
        'cache-control': CACHE,
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/public/statements/:incident_id',
    config: { operation: 'readStatement' },
    schema: {
      ...describe('readStatement', 'Statements', 'Read what is told to everybody about an incident, as a page'),
      params: StatementParams,
      querystring: LanguageQuery,
      response: { 200: texts('text/html', 'A page without script.'), ...problemsAlone(...OPEN_PROBLEMS) },
    },
    handler: async ({ params, query, headers }, reply) => {
      const published = await readAll(ports, params.incident_id);
      const language = query.lang ?? preferred(headers['accept-language'], published);
      const revisions = published.filter((one) => one.language === language);
      const [newest] = revisions;
      if (newest === undefined) throw unknown();
      const { figures, asOf } = await figuresOf(params.incident_id);
      const { zone } = figures;
      const page = ports.remedy.press.printPage({
        locale: newest.locale,
        revisions: revisions.map((one) => ({
          title: one.title,
          fragment: one.fragment,
          published: localTimeOf(ports.calendar, one.published.at, zone),
        })),
        live: { sums: figures.sums, asOf: localTimeOf(ports.calendar, asOf, zone) },
        zone,
      });
      return sendText(reply, 'text/html', page, PAGE_HEADERS);
    },
  });
}

function texts(type: string, description: string) {
  return { description, content: { [type]: { schema: Type.String() } } };
}

function sendText(reply: FastifyReply, type: string, text: string, headers: Readonly<Record<string, string>>): never {
  // The types know of one answer for a status: text goes out as it is.
  return reply.headers(headers).type(`${type}; charset=utf-8`).serializer(String).send(text) as never;
}

function unknown(): Refusal {
  return new Refusal('not_found', 'Nothing is published under this address.');
}

async function readAll(ports: ApiPorts, incidentId: string): Promise<readonly Published[]> {
  const published = await readPublished(ports.remedy.statements, incidentId);
  if (published.length === 0) throw unknown();
  return published;
}

/** The first language of the header that something is published in; else the first one that there is. */
function preferred(header: string | undefined, published: readonly Published[]): StatementLanguage | undefined {
  const there = STATEMENT_LANGUAGES.filter((language) => published.some((one) => one.language === language));
  const asked = (header ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
  return there.find((language) => language === asked.find((tag) => there.some((one) => one === tag))) ?? there[0];
}

interface Counted {
  readonly figures: StatementFigures;
  readonly asOf: number;
}

/** Only incidents of which something is public are asked for, so what is remembered stays small. */
function rememberFigures({ remedy, clock }: ApiPorts): (incidentId: string) => Promise<Counted> {
  const known = new Map<string, Counted>();
  return async (incidentId) => {
    const now = clock.now();
    const remembered = known.get(incidentId);
    if (remembered !== undefined && now - remembered.asOf < FIGURES_MS) return remembered;
    const figures = await remedy.statements.readFigures(incidentId);
    if (figures === null) throw unknown();
    const counted = { figures, asOf: now };
    known.set(incidentId, counted);
    return counted;
  };
}

function sayStatement(said: Counted & { readonly incidentId: string; readonly published: readonly Published[] }) {
  const { incidentId, figures, asOf, published } = said;
  const statement: Static<typeof StatementShape> = {
    incident_id: incidentId,
    figures: {
      as_of: toRfc3339(asOf),
      rentals: figures.rentals,
      customers: figures.customers,
      sums: figures.sums.map(({ due, refunded }) => ({
        due: sayMoney(due),
        refunded: sayMoney(refunded),
        open: sayMoney(subtract(due, refunded)),
      })),
    },
    statements: published.map((one) => ({
      language: one.language,
      revision: one.revision,
      published_at: toRfc3339(one.published.at),
      figures_as_of: toRfc3339(one.asOf),
      title: one.title,
      text: one.text,
      sha256: one.contentDigest,
    })),
  };
  return statement;
}
