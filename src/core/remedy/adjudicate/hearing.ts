import type { Facts } from '../../fact/facts.ts';
import { detect, type Setting, settingOf, type Weighed } from '../detect.ts';
import { type Matched, match, obligationKey } from '../match.ts';
import { type Docket, openDocket } from './docket.ts';
import { judgeKeyless } from './keyless.ts';
import type { KeylessVerdict } from './keyless-suspect.ts';
import type { Leg } from './leg.ts';

/** Everything that was joined and weighed: what the parts of adjudication share. */
export interface Hearing {
  readonly facts: Facts;
  readonly matched: Matched;
  readonly setting: Setting;
  /** By `obligationKey`. */
  readonly weighed: ReadonlyMap<string, Weighed>;
  readonly keyless: KeylessVerdict;
  /** Keyless charges by the rental that explains them. */
  readonly explained: ReadonlyMap<string, readonly Leg[]>;
}

/** Joins and weighs all facts. */
export function hear(facts: Facts): Hearing {
  const matched = match(facts);
  const setting = settingOf(facts);
  const weighed = new Map(
    matched.obligations.map((obligation) => [
      obligationKey(obligation.rentalId, obligation.purpose),
      detect(obligation, setting),
    ]),
  );
  const keyless = judgeKeyless({ keyless: matched.keyless, facts, weighed, setting });
  const explained = new Map<string, Leg[]>();
  for (const { leg, rental } of keyless.explained) {
    const legs = explained.get(rental.rentalId) ?? [];
    legs.push(leg);
    explained.set(rental.rentalId, legs);
  }
  return { facts, matched, setting, weighed, keyless, explained };
}

/** The docket of an obligation with the keyless charges that its rental explains. */
export function docketOf(hearing: Hearing, weighed: Weighed): Docket {
  const { obligation } = weighed;
  const explained = obligation.purpose === 'rental' ? (hearing.explained.get(obligation.rentalId) ?? []) : [];
  return openDocket({
    rentalId: obligation.rentalId,
    rental: obligation.rental,
    otherRental: null,
    obligation,
    legs: [...obligation.legs, ...explained],
    bank: hearing.matched.bank,
    given: hearing.facts.layers,
  });
}
