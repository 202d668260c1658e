import { toMajor } from '../../core/kernel/money.ts';
import { fail, ok, type Result } from '../../core/kernel/result.ts';
import type { Instant } from '../../core/kernel/time.ts';
import { toRfc3339 } from '../../core/kernel/time.ts';
import { adjudicate } from '../../core/remedy/adjudicate.ts';
import {
  type Incident,
  type IncidentFinding,
  incidentFindings,
  type JsonObject,
  type Merchant,
  scopeText,
} from '../../core/remedy/incident.ts';
import { OUTSIDE_SAMPLE, strataOf } from '../../core/remedy/outside.ts';
import type { Scan } from '../../core/remedy/scan.ts';
import type { Staff } from '../../core/remedy/staff.ts';
import { summarise } from '../../core/remedy/summary.ts';
import type { Assumption, OutsideRental, Prevention } from '../ports/casework.ts';
import type { Archive, Drawn, Progress, Refusal, Sources } from '../ports.ts';
import { scan } from '../remedy.ts';
import { type CaseworkWorld, type MayNot, permitOperator } from './casework.ts';

export interface OpeningWorld extends CaseworkWorld {
  readonly archive: Archive;
  readonly progress: Progress;
}

export interface OpenRequest {
  readonly sources: Sources;
  readonly source: Incident['source'];
  /** Each file with its SHA-256. */
  readonly files: readonly { readonly fact: string; readonly name: string; readonly sha256: string }[];
  readonly title: string | null;
  /** Who took the payments, where the files do not say it. */
  readonly merchant: Merchant;
  /** From when on loss may have begun, and why; null: the files begin where it begins. */
  readonly lookBack: { readonly from: Instant; readonly reason: string } | null;
  readonly actor: Staff;
}

export type OpenRefusal =
  | MayNot
  | { readonly kind: 'files_refused'; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'nothing_wrong' }
  | { readonly kind: 'merchant_unknown' }
  | { readonly kind: 'look_back_late'; readonly first: Instant };

export interface OpenedIncident {
  readonly kind: 'created' | 'exists';
  readonly incident: Incident;
  readonly sample: number;
}

/**
 * Scans and freezes what was found as an incident, with a sample outside of it. An incident is named after its scope:
 * the same findings are the same incident, whoever opens it and how often.
 */
export async function openIncident(
  world: OpeningWorld,
  request: OpenRequest,
): Promise<Result<OpenedIncident, OpenRefusal>> {
  const permitted = permitOperator(request.actor);
  if (!permitted.ok) return permitted;
  const scanned = await scan(world, request.sources);
  if (!scanned.ok) return fail({ kind: 'files_refused', refusals: scanned.error });
  const found = scanned.value.scan;
  if (found.verdicts.findings.length === 0) return fail({ kind: 'nothing_wrong' });
  const findings = incidentFindings(found, request.merchant);
  if (findings === null) return fail({ kind: 'merchant_unknown' });
  const incident = headOf(world, request, { found, findings });
  const first = incident.affectedFrom ?? incident.chargedFrom;
  if (first !== null && incident.lookBackFrom > first) return fail({ kind: 'look_back_late', first });
  const known = await world.casework.readIncident(incident.incidentId);
  if (known !== null) {
    const { sample } = await world.casework.readCaseFile(known.incidentId);
    return ok({ kind: 'exists', incident: known, sample: sample.length });
  }
  const sample = await sampleOutside(world, { incident, findings });
  const kind = await world.casework.openIncident({
    incident,
    findings,
    sample,
    assumptions: found.assumptions.map(assumptionOf),
    preventions: preventionsOf(found),
  });
  return ok({ kind, incident, sample: sample.length });
}

interface Found {
  readonly found: Scan;
  readonly findings: readonly IncidentFinding[];
}

const NAME_LENGTH = 16;
const TITLE_LENGTH_MAX = 500;

function headOf({ clock, digest }: OpeningWorld, request: OpenRequest, { found, findings }: Found): Incident {
  const scopeDigest = digest(scopeText(findings));
  const window = found.diagnosis.incident;
  const summary = summarise(found);
  const firstPayment = found.coverage.paymentsCreated?.from ?? 0;
  const begins = Math.min(firstPayment, found.coverage.rentalsEnded?.from ?? firstPayment);
  const lookBack = request.lookBack ?? { from: begins, reason: 'The facts begin there; nothing older was asked for.' };
  const [cause] = found.diagnosis.causes;
  return {
    incidentId: `inc_${scopeDigest.slice(0, NAME_LENGTH)}`,
    title: (request.title ?? cause?.name ?? 'Wrong charges').slice(0, TITLE_LENGTH_MAX),
    source: request.source,
    affectedFrom: window?.from ?? null,
    affectedTo: window?.to ?? null,
    chargedFrom: window?.chargedFrom ?? null,
    chargedTo: window?.chargedTo ?? null,
    lookBackFrom: lookBack.from,
    lookBackReason: lookBack.reason,
    scopeQuery: {
      source: request.source,
      files: request.files.map(({ fact, name, sha256 }) => ({ fact, name, sha256 })),
      map: request.sources.map === null ? null : digest(request.sources.map.text),
      time_zone: request.sources.timeZone,
      layers: { ...found.layers } as JsonObject,
      counts: summary.counts as unknown as JsonObject,
    },
    scopeDigest,
    findings: findings.length,
    accounts: new Set(findings.map(({ accountId }) => accountId).filter((id) => id !== '')).size,
    diagnosis: { causes: summary.causes as unknown as JsonObject[], cannot_tell: found.diagnosis.cannotTell },
    openedBy: request.actor.staffId,
    openedAt: clock.now(),
  };
}

/** Whole facts around each drawn rental, judged by the same rules: what a person looks at. */
async function sampleOutside(
  { archive }: OpeningWorld,
  { incident, findings }: { readonly incident: Incident; readonly findings: readonly IncidentFinding[] },
): Promise<readonly OutsideRental[]> {
  const except = findings.map(({ rentalId }) => rentalId).filter((rentalId) => rentalId !== null);
  const strata = strataOf(incident, findings);
  const drawn = await archive.draw({ strata, seed: incident.scopeDigest, count: OUTSIDE_SAMPLE, except });
  const sample: OutsideRental[] = [];
  for (const one of drawn) sample.push(await lookAround(archive, one));
  return sample;
}

async function lookAround(archive: Archive, { stratum, rentalId, accountId }: Drawn): Promise<OutsideRental> {
  const facts = await archive.around(rentalId);
  const { findings, innocents } = adjudicate(facts);
  const rental = facts.rentals.find((one) => one.rentalId === rentalId);
  const payments = facts.payments.filter((payment) => payment.rentalId === rentalId);
  const said = [...findings, ...innocents].filter((one) => one.rentalId === rentalId).map(({ reason }) => reason);
  return {
    accountId: accountId ?? '',
    rentalId,
    stratum,
    evidence: {
      market: rental?.market ?? null,
      ended_at: rental === undefined ? null : toRfc3339(rental.endedAt),
      amount_due: rental === undefined ? null : toMajor(rental.amountDue),
      currency: rental?.amountDue.currency ?? null,
      payments: payments.map((payment) => ({
        payment_id: payment.paymentId,
        kind: payment.kind,
        status: payment.status,
        amount: toMajor(payment.amount),
        currency: payment.amount.currency,
        created_at: toRfc3339(payment.createdAt),
      })),
      said,
    },
  };
}

const TEXT_LENGTH_MAX = 1000;

/** Whether a reading of files favours anybody is a person's to say. */
function assumptionOf(text: string): Assumption {
  return { text: text.slice(0, TEXT_LENGTH_MAX), direction: 'neutral', evidence: 'The scan says so.' };
}

/** What belongs to the first cause, with nobody's name on it yet. */
function preventionsOf({ diagnosis: { causes } }: Scan): readonly Prevention[] {
  const [cause] = causes;
  return cause === undefined
    ? []
    : [{ measure: cause.prevention.slice(0, TITLE_LENGTH_MAX), owner: '', test: '', state: 'open' }];
}
