import { assert } from '../../core/kernel/assert.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Instant } from '../../core/kernel/time.ts';
import type { LocalTime, Operator } from '../../core/remedy/notify/facts.ts';
import { canonicalText, type Json } from '../../core/remedy/proof/canonical.ts';
import { mayApprove, mayOperate, type Staff } from '../../core/remedy/staff.ts';
import { composeStatement, type StatementFacts, type StatementRefusal } from '../../core/remedy/statement.ts';
import type {
  StatementBook,
  StatementFigures,
  StatementLanguage,
  StatementPress,
  StatementWords,
  StoredStatement,
} from '../ports/statement.ts';
import type { Calendar, Clock, Digest } from '../ports/world.ts';
import type { IncidentUnknown, MayNot } from './casework.ts';

/** What the flows of public statements touch. */
export interface StatementWorld {
  readonly statements: StatementBook;
  readonly press: StatementPress;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly digest: Digest;
}

export interface DraftRequest extends StatementWords {
  readonly incidentId: string;
  readonly language: StatementLanguage;
  readonly operator: Operator;
  readonly actor: Staff;
}

export type DraftRefused =
  | MayNot
  | IncidentUnknown
  | { readonly kind: 'days_unknown' }
  | { readonly kind: 'contradiction'; readonly refusal: StatementRefusal };

export interface Drafted {
  readonly kind: 'created' | 'exists';
  readonly statement: StoredStatement;
}

/** Writes down a statement from the figures of this moment. Nobody sees it before another person publishes it. */
export async function draftStatement(
  world: StatementWorld,
  request: DraftRequest,
): Promise<Result<Drafted, DraftRefused>> {
  const { statements, press, clock, digest } = world;
  const { incidentId, language, actor } = request;
  if (!mayOperate(actor)) return fail({ kind: 'may_not', role: 'operator' });
  const figures = await statements.readFigures(incidentId);
  if (figures === null) return fail({ kind: 'incident_unknown' });
  const at = clock.now();
  const facts = factsOf(world, request, { figures, at });
  if (facts === null) return fail({ kind: 'days_unknown' });
  const composed = composeStatement(facts);
  if (!composed.ok) return fail({ kind: 'contradiction', refusal: composed.error });
  const printed = press.print(composed.value);
  const written = await statements.writeDraft({
    ...printed,
    incidentId,
    language,
    contentDigest: digest(JSON.stringify([printed.title, printed.text, printed.fragment])),
    factsDigest: digest(factsText(facts)),
    asOf: at,
    zone: figures.zone,
    signature: { by: actor.staffId, at },
  });
  const statement = await readStatement(statements, { incidentId, language, revision: written.revision });
  assert(statement !== null, `statement ${incidentId} ${language} ${written.revision} was written`);
  return ok({ kind: written.kind, statement });
}

function factsOf(
  world: StatementWorld,
  { language, operator, explanation, expectedBy }: DraftRequest,
  { figures, at }: { readonly figures: StatementFigures; readonly at: Instant },
): StatementFacts | null {
  const { rented, debited, zone } = figures;
  if (rented === null || debited === null) return null;
  const days = ({ from, to }: { readonly from: Instant; readonly to: Instant }) => ({
    from: localTimeOf(world.calendar, from, zone).day,
    to: localTimeOf(world.calendar, to, zone).day,
  });
  return {
    locale: language,
    operator,
    wrong: figures.isAllTwice ? 'twice' : 'too_much',
    rented: days(rented),
    debited: days(debited),
    explanation,
    rentals: figures.rentals,
    customers: figures.customers,
    sums: figures.sums,
    expectedBy,
    minutes: figures.minutes,
    asOf: localTimeOf(world.calendar, at, zone),
    zone,
  };
}

/** Without the time of the figures: that they are the same an hour later is no news. */
function factsText({ asOf: _asOf, sums, ...facts }: StatementFacts): string {
  const said = sums.map(({ due, refunded }) => [due.currency, String(due.amountMinor), String(refunded.amountMinor)]);
  return canonicalText({ ...(facts as unknown as { readonly [name: string]: Json }), sums: said });
}

export type PublishRefused =
  | MayNot
  | { readonly kind: 'statement_unknown' | 'same_person' | 'later_is_public' }
  | { readonly kind: 'digest_differs'; readonly digest: string };

export interface PublishRequest {
  readonly incidentId: string;
  readonly language: StatementLanguage;
  readonly revision: number;
  /** What was read; null where nobody says it. */
  readonly digest: string | null;
  readonly actor: Staff;
}

/** Makes these very words public. It takes another person than whoever drafted them, with the role approver. */
export async function publishStatement(
  { statements, clock }: StatementWorld,
  { actor, ...wanted }: PublishRequest,
): Promise<Result<Drafted, PublishRefused>> {
  if (!mayApprove(actor)) return fail({ kind: 'may_not', role: 'approver' });
  const statement = await readStatement(statements, wanted);
  if (statement === null) return fail({ kind: 'statement_unknown' });
  if (statement.published !== null) return ok({ kind: 'exists', statement });
  if (statement.draftedBy === actor.staffId) return fail({ kind: 'same_person' });
  const { contentDigest } = statement;
  if (wanted.digest !== null && wanted.digest !== contentDigest) {
    return fail({ kind: 'digest_differs', digest: contentDigest });
  }
  const isLaterPublic = (await statements.listStatements(wanted.incidentId)).some(
    (one) => one.language === wanted.language && one.revision > wanted.revision && one.published !== null,
  );
  if (isLaterPublic) return fail({ kind: 'later_is_public' });
  const at = clock.now();
  const kind = await statements.publish(statement, { by: actor.staffId, at });
  return ok({ kind, statement: { ...statement, published: { by: actor.staffId, at } } });
}

async function readStatement(
  statements: StatementBook,
  { incidentId, language, revision }: Pick<StoredStatement, 'incidentId' | 'language' | 'revision'>,
): Promise<StoredStatement | null> {
  const all = await statements.listStatements(incidentId);
  return all.find((one) => one.language === language && one.revision === revision) ?? null;
}

/** What is public of an incident, newest first in each language. Empty where nothing is, or there is no incident. */
export async function readPublished(statements: StatementBook, incidentId: string): Promise<readonly Published[]> {
  const all = await statements.listStatements(incidentId);
  return all.filter((one): one is Published => one.published !== null);
}

export type Published = StoredStatement & { readonly published: NonNullable<StoredStatement['published']> };

/** The instant on the clocks of the zone. */
export function localTimeOf(calendar: Calendar, instant: Instant, zone: string): LocalTime {
  const [day, time] = [calendar.localDay(instant, zone), calendar.localTime(instant, zone)];
  assert(day !== null && time !== null, `${zone} was a zone when the market was made`);
  return { day, time };
}
