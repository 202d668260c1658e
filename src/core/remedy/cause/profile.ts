import type { Layers } from '../../fact/facts.ts';
import type { Instant } from '../../kernel/time.ts';
import type { FindingClass } from '../finding.ts';
import type { Population, TimeSeries } from '../population.ts';
import { type AmountProfile, amountProfileOf } from './amounts.ts';
import { type AttributeProfile, attributeProfilesOf } from './attributes.ts';
import { baseOf, countBetween } from './base.ts';
import { type BooksProfile, booksProfileOf } from './books.ts';
import { type Case, isTaken } from './case.ts';
import { type ClockProfile, clockProfileOf } from './clock.ts';
import { type GapProfile, gapProfileOf } from './gaps.ts';
import { type KeyProfile, keyProfileOf } from './keys.ts';
import { ascending, CASES_MEASURED_MAX, countsOf, quantile, shareOf, thinned } from './numbers.ts';
import type { Role } from './roles.ts';
import type { Incident } from './window.ts';

/** Everything that the population of wrong charges shows: each cause is read from this and from nothing else. */
export interface Profile {
  /** The cases inside the incident, or evenly every so manieth where they are very many; `count` is of all. */
  readonly cases: readonly Case[];
  readonly count: number;
  readonly incident: Incident;
  readonly layers: Layers;
  readonly population: Population;
  readonly classShare: Readonly<Record<FindingClass, number>>;
  readonly missingTwins: number;
  readonly gap: GapProfile | null;
  readonly keys: KeyProfile | null;
  readonly amounts: AmountProfile;
  readonly books: BooksProfile | null;
  readonly bank: BankProfile | null;
  readonly providers: ProviderProfile | null;
  readonly accounts: AccountProfile;
  readonly spread: Spread;
  /** Clocks of the wrong charges, and of what they are for: ends of rentals, else first charges. */
  readonly chargedClock: ClockProfile;
  readonly serviceClock: ClockProfile;
  readonly attributes: readonly AttributeProfile[];
}

export interface BankProfile {
  /** Share of bank duplicates that a negative line took back. */
  readonly reversed: number;
  /** Share of the second lines that name the file which most of them name. */
  readonly oneFile: number | null;
  /** Different UTC days on which the first lines were booked. */
  readonly days: number;
}

export interface ProviderProfile {
  readonly different: number;
  /** Most frequent pair of different providers. */
  readonly pair: readonly [first: string, second: string] | null;
  readonly pairShare: number;
  /** Share of the cases at the most frequent provider, and its share of the base (null where unknown). */
  readonly top: string;
  readonly topShare: number;
  readonly topBaseShare: number | null;
}

export interface AccountProfile {
  /** Share of the cases whose legs or records belong to different accounts. */
  readonly different: number;
  /** Succeeded charges of one obligation: share of the affected rentals with three or more. */
  readonly threeOrMore: number;
  /** Attempts of an obligation that did not succeed, per case. */
  readonly openAttempts: number;
}

/** How the incident lies in time. */
export interface Spread {
  /**
   * Share of all rentals (else of all first charges) in the window that are affected; null where no base is known.
   */
  readonly coverage: number | null;
  readonly coverageOf: 'rentals' | 'charges';
  /** Length of the service window and of the wrong charges, without the outer 2 % at each end. */
  readonly serviceMs: number;
  readonly chargedMs: number;
  /** Length of the whole history. */
  readonly historyMs: number;
  /** Charges of the base after the last wrong charge, per charge of the base within the window of the wrong ones. */
  readonly afterShare: number | null;
  /** And before the first wrong charge. */
  readonly beforeShare: number | null;
  readonly serviceFrom: Instant;
  readonly serviceTo: Instant;
  /** Wrong charges per hour while they were made, over the usual number of charges per hour. */
  readonly rush: number | null;
}

export interface ProfileInput {
  readonly incident: Incident;
  readonly population: Population;
  readonly layers: Layers;
  readonly missingTwins: number;
}

export function profileOf({ incident, population, layers, missingTwins }: ProfileInput): Profile {
  const cases = incident.inside;
  const measured = thinned(cases, CASES_MEASURED_MAX);
  const ends = cases.flatMap((each) => (each.endedAt === null ? [] : [each.endedAt]));
  return {
    cases: measured,
    count: cases.length,
    incident,
    layers,
    population,
    classShare: classSharesOf(cases),
    missingTwins,
    gap: gapProfileOf(measured),
    keys: keyProfileOf(measured),
    amounts: amountProfileOf(measured),
    books: layers.charges ? booksProfileOf(measured) : null,
    bank: layers.settlements ? bankProfileOf(cases) : null,
    providers: providerProfileOf(measured, population),
    accounts: accountProfileOf(measured),
    spread: spreadOf(incident, population),
    chargedClock: clockProfileOf(
      cases.map((each) => each.chargedAt),
      population.charged,
    ),
    serviceClock: clockProfileOf(
      ends.length > 0 ? ends : cases.map((each) => each.first?.at ?? each.chargedAt),
      ends.length > 0 ? population.ended : population.charged,
    ),
    attributes: attributeProfilesOf(measured, population),
  };
}

/**
 * The attributes of a role that most cases have, the most telling facts first: payments, then charges, then
 * others.
 */
export function withRole(profile: Profile, role: Role): readonly AttributeProfile[] {
  return profile.attributes.filter((each) => each.role === role && each.present >= 0.5);
}

/**
 * The columns of a role; where none is named so, those whose names say nothing: then the values alone must speak, so
 * this is only for questions that other columns cannot answer by accident.
 */
export function withRoleOrNone(profile: Profile, role: Role): readonly AttributeProfile[] {
  const named = withRole(profile, role);
  if (named.length > 0) return named;
  return profile.attributes.filter((each) => each.role === null && each.fact !== 'rentals' && each.present >= 0.5);
}

/** The columns of a role in the payments that most second legs have and their first legs have not. */
export function withRoleAdded(profile: Profile, role: Role): readonly AttributeProfile[] {
  return profile.attributes.filter((each) => each.role === role && each.fact === 'payments' && each.added.share >= 0.5);
}

function classSharesOf(cases: readonly Case[]): Readonly<Record<FindingClass, number>> {
  const share = (kind: FindingClass): number => shareOf(cases, (each) => each.finding.class === kind);
  return {
    double_charge: share('double_charge'),
    duplicate_record: share('duplicate_record'),
    overcharge: share('overcharge'),
    charge_without_rental: share('charge_without_rental'),
    phantom: share('phantom'),
    acquirer_duplicate: share('acquirer_duplicate'),
    missing_twin: 0,
  };
}

function bankProfileOf(cases: readonly Case[]): BankProfile | null {
  const doubled = cases.filter((each) => each.finding.class === 'acquirer_duplicate');
  if (doubled.length === 0) return null;
  const files = doubled.flatMap(({ second }) => second?.line?.file ?? []);
  return {
    reversed: shareOf(doubled, ({ finding }) => finding.evidence.bank.some((line) => line.amount.amountMinor < 0n)),
    oneFile: files.length === 0 ? null : (countsOf(files)[0]?.[1] ?? 0) / files.length,
    days: new Set(doubled.map((each) => Math.floor((each.first?.at ?? each.chargedAt) / 86_400_000))).size,
  };
}

function providerProfileOf(cases: readonly Case[], population: Population): ProviderProfile | null {
  const pairs = cases.flatMap(({ first, second, finding }) => {
    const other = (second ?? first)?.payment?.provider ?? finding.evidence.wrong?.provider ?? null;
    const one = first?.payment?.provider ?? other;
    return one === null || other === null ? [] : [[one, other] as const];
  });
  if (pairs.length < cases.length / 2) return null;
  const apart = countsOf(pairs.filter(([one, other]) => one !== other).map((pair) => pair.join('\u0000')))[0];
  const [one = '', other = ''] = apart?.[0].split('\u0000') ?? [];
  const [top, topCount] = countsOf(pairs.map(([, second]) => second))[0] ?? ['', 0];
  const base = population.attributes.find((each) => each.fact === 'payments' && each.name === 'provider');
  return {
    different: shareOf(pairs, ([first, second]) => first !== second),
    pair: apart === undefined ? null : [one, other],
    pairShare: apart === undefined ? 0 : apart[1] / pairs.length,
    top,
    topShare: topCount / pairs.length,
    topBaseShare: base === undefined || base.rows === 0 ? null : (base.values.get(top) ?? 0) / base.rows,
  };
}

function accountProfileOf(cases: readonly Case[]): AccountProfile {
  const rentals = new Map<string, number>();
  let attempts = 0;
  for (const { finding } of cases) {
    const taken = finding.evidence.payments.filter(isTaken).length;
    attempts += finding.evidence.payments.filter((each) => each.kind === 'charge').length - taken;
    rentals.set(finding.rentalId ?? finding.findingId, taken);
  }
  return {
    different: shareOf(cases, hasTwoAccounts),
    threeOrMore: shareOf([...rentals.values()], (taken) => taken >= 3),
    openAttempts: cases.length === 0 ? 0 : attempts / cases.length,
  };
}

function hasTwoAccounts({ finding, first, second }: Case): boolean {
  const { rental, otherRental } = finding.evidence;
  if (rental !== null && otherRental !== null) return rental.accountId !== otherRental.accountId;
  const one = first?.payment?.accountId ?? null;
  const other = second?.payment?.accountId ?? null;
  return one !== null && other !== null && one !== other;
}

function spreadOf({ inside: cases, late }: Incident, population: Population): Spread {
  const service = ascending(cases.map((each) => each.endedAt ?? each.first?.at ?? each.chargedAt));
  const charged = ascending(cases.filter((each) => !late.has(each)).map((each) => each.chargedAt));
  const series = population.charged ?? population.ended;
  const historyFrom = series?.from ?? service[0] ?? 0;
  const historyTo = series === null ? (charged.at(-1) ?? 0) : series.from + series.counts.length * series.bucketMs;
  const chargedMs = innerSpan(charged);
  const usual = series === null ? null : population.chargesSucceeded / Math.max(1, historyTo - historyFrom);
  return {
    ...coverageOf(cases, population),
    serviceMs: innerSpan(service),
    chargedMs,
    historyMs: historyTo - historyFrom,
    ...besideOf(charged, population.charged),
    serviceFrom: service[0] ?? 0,
    serviceTo: service.at(-1) ?? 0,
    rush: usual === null || usual === 0 ? null : (charged.length * 0.96) / Math.max(1000, chargedMs) / usual,
  };
}

/** Without the outer 2 % at each end, and where there are ten or more without the outermost one at least. */
function innerSpan(ascending: readonly Instant[]): number {
  const cut = ascending.length < 10 ? 0 : Math.max(1, Math.round(0.02 * ascending.length));
  return (ascending.at(-1 - cut) ?? 0) - (ascending[cut] ?? 0);
}

function besideOf(charged: readonly Instant[], series: TimeSeries | null): Pick<Spread, 'afterShare' | 'beforeShare'> {
  const [from, to] = [charged[0], charged.at(-1)];
  if (series === null || from === undefined || to === undefined) return { afterShare: null, beforeShare: null };
  const base = baseOf(series);
  const within = Math.max(1, base.before(to) - base.before(from));
  return { afterShare: (base.total - base.before(to)) / within, beforeShare: base.before(from) / within };
}

function coverageOf(cases: readonly Case[], population: Population): Pick<Spread, 'coverage' | 'coverageOf'> {
  const rentals = new Map<string, Instant>();
  for (const { finding, endedAt } of cases) if (endedAt !== null) rentals.set(finding.rentalId ?? '', endedAt);
  if (population.ended !== null && rentals.size > 0) {
    const ends = ascending([...rentals.values()]);
    const all = countBetween(population.ended, ends[0] ?? 0, ends.at(-1) ?? 0);
    return { coverage: all === 0 ? null : Math.min(1, rentals.size / all), coverageOf: 'rentals' };
  }
  return { coverage: firstChargeCoverage(cases, population), coverageOf: 'charges' };
}

/**
 * Without rentals: the share of all charges in the stretch of the first legs, the wrong ones made there taken out.
 */
function firstChargeCoverage(cases: readonly Case[], { charged }: Population): number | null {
  const firsts = ascending(cases.flatMap(({ first, second }) => (first === null || second === null ? [] : [first.at])));
  const from = quantile(firsts, 0.01);
  const to = quantile(firsts, 0.99);
  if (charged === null || firsts.length === 0) return null;
  const wrong = cases.filter((each) => each.chargedAt >= from && each.chargedAt <= to).length;
  const all = countBetween(charged, from, to) - wrong;
  return all <= 0 ? null : Math.min(1, (firsts.length * 0.98) / all);
}
