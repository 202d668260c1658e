import type { Facts } from '../fact/facts.ts';
import { assert } from '../kernel/assert.ts';
import { openDocket, writeDue } from './adjudicate/docket.ts';
import { compareFindings } from './adjudicate/finding-order.ts';
import { docketOf, type Hearing, hear } from './adjudicate/hearing.ts';
import { explainInnocence } from './adjudicate/innocence.ts';
import { judgeLayers } from './adjudicate/layer-findings.ts';
import { type Leg, netLegs, remainingOf } from './adjudicate/leg.ts';
import { reasonOf, reasonOfKeyless } from './adjudicate/reason.ts';
import { judgeDrives } from './adjudicate/same-drive.ts';
import { heedStrays } from './adjudicate/stray.ts';
import type { Weighed } from './detect.ts';
import type { Finding, Judged, Verdicts } from './finding.ts';
import { obligationKey } from './match.ts';

/**
 * Decides every case that the facts hold: what is wrong, how sure that is, and what is due to whom; and says of
 * everything else why it is none. The same facts in any order give the same verdicts; a part of the facts that holds
 * whole obligations, and whole accounts where charges name no rental, is judged as within the whole.
 * Ids of payments, rentals and charges must be unique (the import sees to that). n log n in the number of facts.
 */
export function adjudicate(facts: Facts): Verdicts {
  const { findings, unfit, hearing } = decide(facts);
  return { findings, unfit, innocents: explainInnocence(hearing, findings) };
}

/** What is wrong, without a word on what is not: a scan of millions asks for no more. */
export function judge(facts: Facts): Judged {
  const { findings, unfit } = decide(facts);
  return { findings, unfit };
}

function decide(facts: Facts): Judged & { readonly hearing: Hearing } {
  assertUnique(facts);
  const hearing = hear(facts);
  const drives = judgeDrives(hearing);
  const money = [...judgeObligations(hearing), ...judgeLeftOver(hearing)].filter(
    (finding) => finding.paymentId === null || !drives.replaced.has(finding.paymentId),
  );
  const due = heedStrays([...money, ...drives.findings], hearing.matched.strays);
  const findings = [...due, ...judgeLayers(hearing)].toSorted(compareFindings);
  assertSound(findings, hearing);
  return { findings, unfit: hearing.matched.unfit, hearing };
}

function judgeObligations(hearing: Hearing): readonly Finding[] {
  return [...hearing.weighed.values()].flatMap((weighed) => {
    if (weighed.suspects.length === 0) return [];
    const docket = docketOf(hearing, weighed);
    return weighed.suspects.map((suspect) =>
      writeDue({
        docket,
        class: suspect.class,
        grade: suspect.grade,
        share: suspect.share,
        kept: suspect.kept?.payment ?? null,
        reason: reasonOf(weighed, suspect, hearing.setting),
      }),
    );
  });
}

function judgeLeftOver(hearing: Hearing): readonly Finding[] {
  return hearing.keyless.suspects.map((suspect) => {
    const rentalId = suspect.rental?.rentalId ?? null;
    const obligation =
      rentalId === null ? undefined : hearing.weighed.get(obligationKey(rentalId, 'rental'))?.obligation;
    const explained = rentalId === null ? [] : (hearing.explained.get(rentalId) ?? []);
    const legs = new Set([
      ...(obligation?.legs ?? []),
      ...explained,
      suspect.kept ?? suspect.share.leg,
      suspect.share.leg,
    ]);
    const docket = openDocket({
      rentalId,
      rental: suspect.rental,
      otherRental: null,
      obligation: obligation ?? null,
      legs: [...legs],
      bank: hearing.matched.bank,
      given: hearing.facts.layers,
    });
    return writeDue({
      docket,
      class: suspect.class,
      grade: suspect.grade,
      share: suspect.share,
      kept: suspect.kept?.payment ?? null,
      reason: reasonOfKeyless(suspect, hearing.setting),
    });
  });
}

/** At the door: two rows of one id would be counted twice, and a double charge be made of an overlap of exports. */
function assertUnique(facts: Facts): void {
  const count = <Fact>(list: readonly Fact[], idOf: (fact: Fact) => string): boolean =>
    new Set(list.map(idOf)).size === list.length;
  assert(
    count(facts.payments, (payment) => payment.paymentId),
    'a payment id stands twice among the facts',
  );
  assert(
    count(facts.rentals, (rental) => rental.rentalId),
    'a rental id stands twice among the facts',
  );
  assert(
    count(facts.charges, (charge) => charge.chargeId),
    'a charge id stands twice among the facts',
  );
}

/** At the exit: no payment is given back twice, and no obligation gives back more than it took or both its legs. */
function assertSound(findings: readonly Finding[], hearing: Hearing): void {
  const given = new Map<string, Finding>();
  for (const finding of findings) {
    const { paymentId, refundDue, findingId } = finding;
    assert(paymentId !== null || refundDue.amountMinor === 0n, `${findingId} owes money for no payment`);
    if (paymentId === null) continue;
    assert(!given.has(paymentId), `${paymentId} is given back by two findings`);
    given.set(paymentId, finding);
  }
  for (const weighed of hearing.weighed.values()) {
    const { rentalId, purpose } = weighed.obligation;
    const explained = purpose === 'rental' ? (hearing.explained.get(rentalId) ?? NONE) : NONE;
    assertBounded({ weighed, explained, given });
  }
}

const NONE: readonly Leg[] = [];

function assertBounded(input: {
  readonly weighed: Weighed;
  readonly explained: readonly Leg[];
  readonly given: ReadonlyMap<string, Finding>;
}): void {
  const { obligation, excess, taken } = input.weighed;
  const legs = input.explained.length === 0 ? obligation.legs : [...obligation.legs, ...input.explained];
  if (!legs.some((leg) => input.given.has(leg.payment.paymentId))) return;
  const own = legs.flatMap((leg) => input.given.get(leg.payment.paymentId) ?? []);
  // A further record of a drive owes nothing: all that was taken for it goes back.
  const isSameDrive = own.some((finding) => finding.class === 'duplicate_record');
  const bound = isSameDrive ? input.explained.reduce((sum, leg) => sum + remainingOf(leg), taken) : excess;
  const sum = own.reduce((total, finding) => total + finding.refundDue.amountMinor, 0n);
  assert(sum <= bound, `rental ${obligation.rentalId} would give back ${sum} of ${bound}`);
  const wholes = own.filter(({ refundDue, amount }) => refundDue.amountMinor === amount.amountMinor).length;
  const isAll = wholes > 0 && wholes === netLegs(legs).length;
  assert(!isAll || isSameDrive || excess === taken, `all of rental ${obligation.rentalId} would go back`);
}
