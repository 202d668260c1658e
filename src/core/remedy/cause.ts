import { cannotTellOf } from './cause/cannot-tell.ts';
import { casesOf } from './cause/case.ts';
import { entryOf } from './cause/catalogue.ts';
import { evidenceOf, type Reading, sayNumber, scoreOf } from './cause/clue.ts';
import { CAUSES_SHOWN_MAX, type Cause, type Diagnosis, type DiagnosisInput } from './cause/diagnosis.ts';
import { readBank } from './cause/family-bank.ts';
import { readDatabase } from './cause/family-database.ts';
import { readDeliveries } from './cause/family-delivery.ts';
import { readKeys } from './cause/family-key.ts';
import { readRecords } from './cause/family-record.ts';
import { readRequests } from './cause/family-request.ts';
import { readRuns } from './cause/family-run.ts';
import { readSystems } from './cause/family-system.ts';
import { ramp } from './cause/numbers.ts';
import { type Profile, profileOf } from './cause/profile.ts';
import { incidentOf } from './cause/window.ts';
import type { Finding } from './finding.ts';

export type { Cause, CauseId, Diagnosis, DiagnosisInput, IncidentWindow } from './cause/diagnosis.ts';
export { CAUSES_SHOWN_MAX } from './cause/diagnosis.ts';

/** Below this a cause is not worth naming, unless it is the runner-up. */
const SCORE_SHOWN_MIN = 0.1;
/** From this many cases on, numbers are taken at their word; below, the score is reduced. */
const CASES_ENOUGH = 12;

/** Look-alikes may all be innocent: then nothing has a cause. */
const ONLY_POSSIBLE_TRUST = 0.6;
const ONLY_POSSIBLE =
  'All that was found is only possible: it looks alike and may be innocent. A rentals file would tell which of it is wrong.';

/**
 * Says when it happened and why. One pair cannot name the cause, the population can: so all findings are measured
 * together, and every cause of the catalogue is scored against these measures. Time grows with n log n of the findings.
 */
export function diagnose({ findings, population, layers }: DiagnosisInput): Diagnosis {
  const cases = casesOf(telling(findings));
  const incident = incidentOf(cases, population);
  if (incident === null) return { incident: null, causes: [], cannotTell: [] };
  const sure = cases.some(({ finding }) => finding.grade !== 'possible');
  const missingTwins = findings.filter((finding) => finding.class === 'missing_twin').length;
  const profile = profileOf({ incident, population, layers, missingTwins });
  const causes = rank(profile, sure ? 1 : ONLY_POSSIBLE_TRUST);
  return {
    // Look-alikes spread evenly over the history are no incident.
    incident: sure || incident.crowded ? incident.window : null,
    causes,
    cannotTell: [...(sure ? [] : [ONLY_POSSIBLE]), ...cannotTellOf(profile, causes)],
  };
}

/**
 * What is only possible may be innocent, and would blur what the others show: it counts where there is nothing
 * else.
 */
function telling(findings: readonly Finding[]): readonly Finding[] {
  const sure = findings.filter((finding) => finding.grade !== 'possible' && finding.class !== 'missing_twin');
  return sure.length > 0 ? sure : findings;
}

function rank(profile: Profile, certainty: number): readonly Cause[] {
  const trust = ramp(profile.count, -4, CASES_ENOUGH) * certainty;
  return readingsOf(profile)
    .map((reading) => causeOf(reading, scoreOf(reading) * trust, profile.count))
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
    .filter((cause, index) => index < 2 || cause.score >= SCORE_SHOWN_MIN)
    .slice(0, CAUSES_SHOWN_MAX);
}

export function readingsOf(profile: Profile): readonly Reading[] {
  return [readRequests, readKeys, readRuns, readDeliveries, readDatabase, readRecords, readSystems, readBank].flatMap(
    (read) => read(profile),
  );
}

function causeOf(reading: Reading, score: number, count: number): Cause {
  const { id, name, prevention } = entryOf(reading.id);
  const few = count < 4 ? `Only ${sayNumber(count)} ${count === 1 ? 'case' : 'cases'}: too few to be sure. ` : '';
  return { id, name, score: Math.round(score * 100) / 100, evidence: few + evidenceOf(reading), prevention };
}
