import { parseDay } from '../../core/kernel/rfc3339.ts';
import { sayInstant, toRfc3339 } from '../../core/kernel/time.ts';
import type { StatementLanguage, StoredStatement } from '../../flow/ports/statement.ts';
import {
  type DraftRefused,
  draftStatement,
  type PublishRefused,
  publishStatement,
  type StatementWorld,
} from '../../flow/remedy/public-statement.ts';
import { ianaCalendar } from '../../world/calendar.ts';
import { statementPress } from '../../world/letter/statement.ts';
import type { Database } from '../../world/postgres/database.ts';
import { openStatements } from '../../world/postgres/statements.ts';
import { type ActingSide, type ActorOptions, problem, withActor } from './actor.ts';
import { type Said, sayCaseRefused } from './casework/refusals.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse, refuseWith, type SpeechOptions } from './context.ts';
import { EXIT_CRASH, EXIT_DONE, EXIT_NOT_APPROVED, EXIT_STALE, EXIT_USAGE } from './exit.ts';
import { sayStatementRefusal } from './letter-refusal.ts';
import { poolOf } from './live.ts';
import { withDatabase } from './open-database.ts';
import { readSettings } from './settings.ts';

export interface StatementDraftOptions extends ActorOptions {
  readonly lang: StatementLanguage;
  readonly explanation?: string;
  readonly expectedBy?: string;
}

export interface StatementPublishOptions extends ActorOptions {
  readonly lang: StatementLanguage;
  readonly revision: number;
  readonly digest?: string;
}

const CONNECTIONS_MAX = 2;

function worldOf({ database, world }: ActingSide): StatementWorld {
  const { clock, digest } = world;
  return { statements: bookOf(database), press: statementPress, clock, calendar: ianaCalendar, digest };
}

function bookOf(database: Database) {
  return openStatements(poolOf(database, { role: 'storno_api', connectionsMax: CONNECTIONS_MAX }));
}

/** `storno statement draft INCIDENT`: words and figures of this moment; another person publishes them. */
export function runStatementDraft(
  context: Context,
  incidentId: string,
  options: StatementDraftOptions,
): Promise<number> {
  const { settings, problems } = readSettings(process.env);
  const operator = settings.letters?.operator;
  if (problems.length > 0) return Promise.resolve(refuse(context, options, problems));
  if (operator === undefined) {
    const message = 'A statement says who speaks: STORNO_OPERATOR_NAME and what belongs to it, docs/letters.md.';
    return Promise.resolve(refuse(context, options, [problem('setting', message)]));
  }
  const { lang: language, explanation = null, expectedBy = null } = options;
  if (expectedBy !== null && parseDay(expectedBy) === null) {
    const message = `--expected-by ${expectedBy} is no day: 2026-11-30.`;
    return Promise.resolve(refuse(context, options, [problem('usage', message)]));
  }
  return withActor(context, options, async (side) => {
    const request = { incidentId, language, explanation, expectedBy, operator, actor: side.actor };
    const drafted = await draftStatement(worldOf(side), request);
    if (!drafted.ok) return refuseWith(context, options, sayDraftRefused(drafted.error, incidentId));
    const { kind, statement } = drafted.value;
    const next = `${COMMAND} statement publish ${incidentId} --lang ${language} --revision ${statement.revision}`;
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ result: kind, ...statementJson(statement) })}\n`
        : `${statement.text}\n${headOf(statement)}\nAnother person makes it public: ${next}\n`,
    );
    return EXIT_DONE;
  });
}

/** `storno statement publish INCIDENT`: these very words, by another person than who drafted them. */
export function runStatementPublish(
  context: Context,
  incidentId: string,
  options: StatementPublishOptions,
): Promise<number> {
  const { lang: language, revision, digest = null } = options;
  return withActor(context, options, async (side) => {
    const request = { incidentId, language, revision, digest, actor: side.actor };
    const published = await publishStatement(worldOf(side), request);
    if (!published.ok) return refuseWith(context, options, sayPublishRefused(published.error, request));
    const { kind, statement } = published.value;
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ result: kind, ...statementJson(statement) })}\n`
        : `${headOf(statement)}\nEverybody reads it at /public/statements/${incidentId}\n`,
    );
    return EXIT_DONE;
  });
}

/** `storno statement show INCIDENT`: what was drafted and what is public, newest first. */
export function runStatementShow(context: Context, incidentId: string, options: SpeechOptions): Promise<number> {
  return withDatabase(context, { url: null, options }, async (database) => {
    const statements = await bookOf(database).listStatements(incidentId);
    const texts = statements.map((statement) => `${headOf(statement)}\n\n${statement.text}\n`);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ statements: statements.map(statementJson) })}\n`
        : texts.join('\n') || `Nothing is drafted yet: ${COMMAND} statement draft ${incidentId}\n`,
    );
    return EXIT_DONE;
  });
}

function headOf({ language, revision, draftedBy, draftedAt, published, contentDigest }: StoredStatement): string {
  const state = published === null ? 'not public' : `published by ${published.by} at ${sayInstant(published.at)}`;
  const drafted = `drafted by ${draftedBy} at ${sayInstant(draftedAt)}`;
  return `${language} revision ${revision}: ${drafted}, ${state}\nsha256 ${contentDigest}`;
}

function statementJson(statement: StoredStatement): object {
  const { published } = statement;
  return {
    incident_id: statement.incidentId,
    language: statement.language,
    revision: statement.revision,
    title: statement.title,
    text: statement.text,
    sha256: statement.contentDigest,
    as_of: toRfc3339(statement.asOf),
    drafted_by: statement.draftedBy,
    drafted_at: toRfc3339(statement.draftedAt),
    published: published === null ? null : { by: published.by, at: toRfc3339(published.at) },
  };
}

function sayDraftRefused(refusal: DraftRefused, incidentId: string): Said {
  switch (refusal.kind) {
    case 'contradiction': {
      const message = `${incidentId}: ${sayStatementRefusal(refusal.refusal)}`;
      return { code: EXIT_CRASH, problems: [problem(refusal.refusal.kind, message)] };
    }
    case 'days_unknown': {
      const message = `Nothing tells on which days ${incidentId} happened: ${COMMAND} incident show ${incidentId}`;
      return { code: EXIT_CRASH, problems: [problem(refusal.kind, message)] };
    }
    default:
      return sayCaseRefused(refusal, incidentId);
  }
}

function sayPublishRefused(
  refusal: PublishRefused,
  { incidentId, language, revision }: { incidentId: string; language: string; revision: number },
): Said {
  const what = `Revision ${revision} in ${language} of ${incidentId}`;
  switch (refusal.kind) {
    case 'may_not':
      return sayCaseRefused(refusal, incidentId);
    case 'statement_unknown': {
      const message = `${what} was never drafted: ${COMMAND} statement show ${incidentId}`;
      return { code: EXIT_USAGE, problems: [problem(refusal.kind, message)] };
    }
    case 'same_person': {
      const message = 'You drafted it yourself: another person must publish it.';
      return { code: EXIT_NOT_APPROVED, problems: [problem(refusal.kind, message)] };
    }
    case 'later_is_public': {
      const message = `${what} is older than what is public already: publish the newest.`;
      return { code: EXIT_STALE, problems: [problem(refusal.kind, message)] };
    }
    case 'digest_differs': {
      const message = `${what} has the digest ${refusal.digest}, not the one that you name.`;
      return { code: EXIT_STALE, problems: [problem(refusal.kind, message)] };
    }
  }
}
