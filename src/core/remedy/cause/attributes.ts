import type { FactKind } from '../../fact/fact.ts';
import type { AttributeBase, Population } from '../population.ts';
import type { Case, Leg } from './case.ts';
import { countsOf, shareOf } from './numbers.ts';
import { type Role, roleOf } from './roles.ts';

/** How one attribute behaves over the cases. Shares are of the cases in which both legs have it. */
export interface AttributeProfile {
  readonly fact: FactKind;
  readonly name: string;
  readonly role: Role | null;
  /** Share of all cases in which both legs (for rentals: the one rental) have it. */
  readonly present: number;
  readonly values: readonly Pair[];
  readonly equal: number;
  readonly different: number;
  /** Nearly as many values as facts: an identifier, which two facts do not share by accident. */
  readonly identifier: boolean;
  /** The most frequent value of second legs. */
  readonly secondTop: Weighed;
  /** The most frequent pair of different values. */
  readonly pairTop: { readonly pair: Pair; readonly share: number } | null;
  /** The few values that nearly all second legs have, against how much of the base has them. */
  readonly few: Concentration;
  /** What only the second legs have, while the first have nothing in that column. */
  readonly added: Addition;
}

export interface Addition {
  /** Share of the cases with two legs. */
  readonly share: number;
  /** The value of each such second leg. */
  readonly values: readonly string[];
  /** Share of the base that has any value in this column; 1 where no base is known. */
  readonly baseShare: number;
}

export type Pair = readonly [first: string, second: string];

export interface Weighed {
  readonly value: string;
  /** Share of the cases, and share of the base, that have this value. */
  readonly share: number;
  readonly baseShare: number;
}

export interface Concentration {
  readonly values: readonly string[];
  readonly share: number;
  readonly baseShare: number;
}

/** More different names than this in one input are not read: files have tens of columns, not thousands. */
const ATTRIBUTES_MAX = 200;

export function attributeProfilesOf(cases: readonly Case[], population: Population): readonly AttributeProfile[] {
  const profiles: AttributeProfile[] = [];
  for (const [fact, names] of namesIn(cases)) {
    for (const name of [...names].slice(0, ATTRIBUTES_MAX)) {
      const base = population.attributes.find((each) => each.fact === fact && each.name === name) ?? null;
      const profile = profileOf({ fact, name, cases, base });
      if (profile !== null) profiles.push(profile);
    }
  }
  return profiles;
}

function namesIn(cases: readonly Case[]): ReadonlyMap<FactKind, ReadonlySet<string>> {
  const names = new Map<FactKind, Set<string>>();
  const note = (fact: FactKind, bag: object | undefined | null): void => {
    const known = names.get(fact) ?? new Set<string>();
    for (const name in bag ?? {}) known.add(name);
    names.set(fact, known);
  };
  for (const { finding, first, second } of cases) {
    for (const leg of [first, second]) {
      note('payments', leg?.payment?.attributes);
      note('charges', leg?.record?.attributes);
      note('settlements', leg?.line?.attributes);
      if (leg?.line?.file != null) note('settlements', { file: '' });
    }
    note('rentals', finding.evidence.rental?.attributes);
    if (finding.evidence.rental?.market != null) note('rentals', { market: '' });
  }
  return names;
}

interface Question {
  readonly fact: FactKind;
  readonly name: string;
  readonly cases: readonly Case[];
  readonly base: AttributeBase | null;
}

function profileOf({ fact, name, cases, base }: Question): AttributeProfile | null {
  const values = cases.flatMap((each) => pairOf(each, fact, name));
  const added = additionOf({ fact, name, cases, base });
  if (values.length === 0 && added.share === 0) return null;
  const distinct = new Set(values.map(([, second]) => second)).size;
  const apart = countsOf(values.filter(([one, other]) => one !== other).map((pair) => pair.join('\u0000')))[0];
  return {
    fact,
    name,
    role: roleOf(name),
    present: values.length / cases.length,
    values,
    equal: shareOf(values, ([one, other]) => one === other),
    different: shareOf(values, ([one, other]) => one !== other),
    identifier:
      base === null ? distinct > values.length / 3 : base.distinct > Math.max(20, (base.rows - base.nulls) / 5),
    secondTop: topOf(
      values.map(([, other]) => other),
      base,
    ),
    pairTop: apart === undefined ? null : { pair: splitPair(apart[0]), share: apart[1] / values.length },
    few: concentrationOf(
      values.map(([, other]) => other),
      base,
    ),
    added,
  };
}

function additionOf({ fact, name, cases, base }: Question): Addition {
  const pairs = cases.filter(({ first, second }) => first !== null && second !== null);
  const values = pairs.flatMap(({ first, second }) => {
    const value = attributeOf(second, fact, name);
    return fact === 'rentals' || value === null || attributeOf(first, fact, name) !== null ? [] : [value];
  });
  return {
    share: pairs.length === 0 ? 0 : values.length / pairs.length,
    values,
    baseShare: base === null || base.rows === 0 ? 1 : 1 - base.nulls / base.rows,
  };
}

function splitPair(joined: string): Pair {
  const [one = '', other = ''] = joined.split('\u0000');
  return [one, other];
}

/** The two values; a rental has one, which stands for both unless the drive was recorded twice. */
function pairOf({ finding, first, second }: Case, fact: FactKind, name: string): readonly Pair[] {
  if (fact === 'rentals') {
    const { rental, otherRental } = finding.evidence;
    const value = name === 'market' ? rental?.market : rental?.attributes[name];
    const other = name === 'market' ? otherRental?.market : otherRental?.attributes[name];
    return value == null || value === '' ? [] : [[other ?? value, value]];
  }
  const one = attributeOf(first, fact, name);
  const other = attributeOf(second, fact, name);
  if (second === null) return one === null ? [] : [[one, one]];
  return one === null || other === null ? [] : [[one, other]];
}

export function attributeOf(leg: Leg | null, fact: FactKind, name: string): string | null {
  if (leg === null) return null;
  const bag =
    fact === 'payments' ? leg.payment?.attributes : fact === 'charges' ? leg.record?.attributes : leg.line?.attributes;
  const value = bag?.[name] ?? (fact === 'settlements' && name === 'file' ? leg.line?.file : null);
  return value == null || value === '' ? null : value;
}

function topOf(values: readonly string[], base: AttributeBase | null): Weighed {
  const [value, count] = countsOf(values)[0] ?? ['', 0];
  return { value, share: count / Math.max(1, values.length), baseShare: baseShareOf(value, base) };
}

function baseShareOf(value: string, base: AttributeBase | null): number {
  if (base === null || base.rows === 0) return 1;
  return (base.values.get(value) ?? 0) / base.rows;
}

/** The most frequent values until nine tenths of the cases are covered. */
function concentrationOf(values: readonly string[], base: AttributeBase | null): Concentration {
  const kept: string[] = [];
  let share = 0;
  for (const [value, count] of countsOf(values)) {
    if (share >= 0.9) break;
    kept.push(value);
    share += count / values.length;
  }
  const baseShare = kept.reduce((sum, value) => sum + baseShareOf(value, base), 0);
  return { values: kept, share, baseShare: Math.min(1, baseShare) };
}
