import type { Lot } from '../src/core/ledger/lot.ts';
import type { LedgerAccount, Transfer } from '../src/core/ledger/transfer.ts';
import { type Oracle, PLAN_MINUTE_MINOR, type RentalStory } from './oracle.ts';
import type { ProviderRecord, RecordedCharge } from './record.ts';
import { areKeysALock, settingsFor } from './settings.ts';
import { nameOf, type Rows } from './store/rows.ts';
import type { Swarm } from './swarm.ts';
import { JUMP_MS_MAX } from './weather.ts';

/**
 * The last word on a run. Written from the rules (reliability.md §5) and not from the code: it adds up the provider's
 * own record and the rows of the books by itself and lays both beside what the oracle says. Answers every violation.
 */
export function audit(parts: {
  readonly swarm: Swarm;
  readonly oracle: Oracle;
  readonly record: ProviderRecord;
  readonly rows: Rows;
}): readonly string[] {
  const sums = addUp([...parts.rows.transfers.values()]);
  return [
    ...chargedOnce(parts),
    ...nothingLost(parts),
    ...everyoneSettled(parts, sums),
    ...captureRowsAreReal(parts),
    ...clearingIsZero(parts, sums),
    ...minutesConserved(parts, sums),
    ...lapsedOnTime(parts),
    ...dunnedAsPromised(parts),
  ];
}

type Parts = Parameters<typeof audit>[0];

/** Debit minus credit by line of the chart, account and asset. */
type Sums = (line: LedgerAccount, accountId: string | null, asset: string) => bigint;

/** What the clearing lines of each provider come to, in one currency. */
function clearingByProvider(transfers: Iterable<Transfer>, currency: string): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (dimension: string, by: bigint): void => void sums.set(dimension, (sums.get(dimension) ?? 0n) + by);
  for (const { debit, credit, dimension, asset, amount } of transfers) {
    if (asset !== currency) continue;
    if (debit === 'house_clearing') add(dimension, amount);
    if (credit === 'house_clearing') add(dimension, -amount);
  }
  return sums;
}

function addUp(transfers: readonly Transfer[]): Sums {
  const sums = new Map<string, bigint>();
  const add = (name: string, by: bigint): void => void sums.set(name, (sums.get(name) ?? 0n) + by);
  for (const { accountId, debit, credit, asset, amount } of transfers) {
    for (const owner of [accountId, '*']) {
      add(`${debit} ${owner} ${asset}`, amount);
      add(`${credit} ${owner} ${asset}`, -amount);
    }
  }
  return (line, accountId, asset) => sums.get(`${line} ${accountId ?? '*'} ${asset}`) ?? 0n;
}

function obligationOf({ metadata }: RecordedCharge): string {
  return `${metadata.rental_id}:${metadata.purpose}:${metadata.occurrence}`;
}

/** What may be taken at once for a rental: its price as first said, as corrected, or what lies between them. */
function amountsOf(story: RentalStory, purpose: string): readonly bigint[] {
  if (story.statedMinor === null) return [];
  if (purpose === 'adjustment') return [story.correctedMinor - story.statedMinor];
  return story.later === 'corrected' ? [story.statedMinor, story.correctedMinor] : [story.statedMinor];
}

/**
 * INV-1 at the provider: of our own making, one capture an obligation. What the provider, or somebody at its dashboard,
 * took a second time is not ours to prevent, but must stand in the books as owed back.
 */
function chargedOnce({ swarm, oracle, record, rows }: Parts): readonly string[] {
  const violations: string[] = [];
  const seen = new Map<string, RecordedCharge>();
  for (const charge of record.charges) {
    if (charge.isByHand) continue;
    const story = oracle.rental(charge.metadata.rental_id ?? '');
    if (story === null) {
      violations.push(`${charge.id} took money for a rental that was never said`);
      continue;
    }
    if (charge.metadata.account_id !== story.accountId) violations.push(`${charge.id} charged another account`);
    const obligation = obligationOf(charge);
    const first = seen.get(obligation);
    const allowed = amountsOf(story, charge.metadata.purpose ?? '');
    if (allowed.length > 0 && !allowed.includes(BigInt(charge.captured))) {
      violations.push(`${charge.id} took ${charge.captured} for ${obligation}, which costs ${allowed.join(' or ')}`);
    }
    // A request that the network itself delivers twice meets no lock at a provider that ignores keys.
    const isPreventable = areKeysALock(swarm) || !swarm.faults.has('request_doubled');
    if (first !== undefined && isPreventable && !charge.isSecondOfProvider) {
      violations.push(`double charge: ${obligation} by ${first.id} and ${charge.id}`);
    }
    seen.set(obligation, charge);
  }
  for (const { intent, captures } of rows.intents.values()) {
    const right = captures.filter(({ capture }) => !capture.isSurplus);
    if (right.length > 1) violations.push(`INV-1 ${intent.key.rentalId} has ${right.length} right captures`);
  }
  return violations;
}

/** INV-3: what was not taken back is charged, or written off because the card never paid. */
function nothingLost({ oracle, rows }: Parts): readonly string[] {
  const violations: string[] = [];
  for (const story of oracle.rentals) {
    const revisions = rows.rentals.get(story.rentalId);
    const last = revisions?.at(-1);
    if (last === undefined) {
      violations.push(`lost rental: ${story.rentalId} was acknowledged and is not there`);
      continue;
    }
    const isVoid = last.voidedAt !== null;
    if (isVoid !== (story.later === 'voided')) violations.push(`${story.rentalId} is void: ${isVoid}`);
    if (isVoid || last.price.amount.amountMinor === 0n) continue;
    const intents = (rows.intentsOfRental.get(nameOf(story.accountId, story.rentalId)) ?? []).flatMap(
      (name) => rows.intents.get(name) ?? [],
    );
    const holding = intents.filter(({ intent }) => intent.state !== 'voided');
    const mayBe = story.later === 'corrected' ? [1, 2] : [1];
    if (!mayBe.includes(holding.length)) {
      violations.push(`lost charge: ${story.rentalId} has ${holding.length} intents that hold`);
    }
    const card = oracle.account(story.accountId)?.card;
    const mayFail = card === 'declined_always' || card === 'pending_fails';
    for (const { intent } of holding) {
      if (intent.state === 'succeeded' || (intent.state === 'uncollected' && mayFail)) continue;
      violations.push(`lost charge: ${story.rentalId} ends as ${intent.state} with a card that is ${card}`);
    }
  }
  return violations;
}

/** INV-8: what each customer paid, owes and is owed comes out as the oracle says. */
function everyoneSettled({ oracle, record, rows }: Parts, sums: Sums): readonly string[] {
  const violations: string[] = [];
  const paid = new Map<string, bigint>();
  for (const charge of record.charges) {
    // Money that bears no name of ours is nobody's until a person has looked: it is not in the books of an account.
    const accountId = charge.metadata.account_id;
    if (accountId === undefined && charge.isByHand) continue;
    const kept = BigInt(charge.captured - charge.refunded);
    paid.set(accountId ?? '', (paid.get(accountId ?? '') ?? 0n) + kept);
  }
  for (const account of oracle.accounts) {
    const currency = rows.markets.get(account.market)?.currency ?? '';
    const owed = owedBy(oracle, account.accountId, rows);
    const reality = (paid.get(account.accountId) ?? 0n) - owed;
    const books =
      -sums('account_payable', account.accountId, currency) -
      sums('account_receivable', account.accountId, currency) -
      sums('house_written_off', account.accountId, currency);
    if (books !== reality) {
      violations.push(
        `INV-8 ${account.accountId} paid ${paid.get(account.accountId) ?? 0n} and owed ${owed}, books say ${books}`,
      );
    }
  }
  return violations;
}

function owedBy(oracle: Oracle, accountId: string, rows: Rows): bigint {
  let owed = 0n;
  let minutes = 0;
  let used = 0;
  for (const story of oracle.rentals) {
    if (story.accountId !== accountId || story.later === 'voided') continue;
    if (story.statedMinor !== null) {
      owed += story.later === 'corrected' ? story.correctedMinor : story.statedMinor;
      continue;
    }
    minutes += story.minutes + (story.later === 'corrected' ? story.correctedByMinutes : 0);
    for (const use of rows.rentals.get(story.rentalId)?.at(-1)?.price.lotUses ?? []) used += use.minutes;
  }
  return owed + BigInt((minutes - used) * PLAN_MINUTE_MINOR);
}

/** INV-2: every capture in the books is one of the provider's, whole; every one of the provider's is in the books. */
function captureRowsAreReal({ record, rows }: Parts): readonly string[] {
  const violations: string[] = [];
  const real = new Map(record.charges.map((charge) => [charge.id, charge]));
  const booked = new Set<string>();
  for (const { captures } of rows.intents.values()) {
    for (const { capture, counters } of captures) {
      const charge = real.get(capture.providerRef);
      booked.add(capture.providerRef);
      if (charge === undefined) {
        violations.push(`phantom: ${capture.providerRef} of ${capture.key.rentalId} took nothing at the provider`);
        continue;
      }
      if (BigInt(charge.captured) !== capture.amount.amountMinor) {
        violations.push(`${charge.id} took ${charge.captured}, books say ${capture.amount.amountMinor}`);
      }
      if (counters.refunded !== BigInt(charge.refunded)) {
        violations.push(`${charge.id} was refunded ${charge.refunded}, books say ${counters.refunded}`);
      }
      if (counters.disputed + counters.disputedExcess !== BigInt(charge.disputed)) {
        violations.push(`${charge.id} is disputed for ${charge.disputed}, books say ${counters.disputed}`);
      }
    }
  }
  for (const charge of record.charges) {
    if (booked.has(charge.id) || (charge.isByHand && charge.metadata.rental_id === undefined)) continue;
    violations.push(`lost charge: ${charge.id} for ${obligationOf(charge)} took money and is in no book`);
  }
  return violations;
}

/** INV-7: clearing comes back to zero, and what the provider holds and keeps is what its own ledger says. */
function clearingIsZero({ record, rows }: Parts, sums: Sums): readonly string[] {
  const violations: string[] = [];
  const currencies = new Set([...rows.markets.values()].map((market) => market.currency));
  const foreign = new Map<string, bigint>();
  for (const charge of record.charges) {
    if (!charge.isByHand || charge.metadata.rental_id !== undefined) continue;
    foreign.set(charge.currency, (foreign.get(charge.currency) ?? 0n) + BigInt(charge.captured));
  }
  for (const currency of currencies) {
    // Money that nobody here can explain rests in clearing until a person has looked: that is how it shows.
    for (const [provider, sum] of clearingByProvider(rows.transfers.values(), currency)) {
      const off = sum + (provider === 'stripe' ? (foreign.get(currency) ?? 0n) : 0n);
      if (off !== 0n) violations.push(`INV-7 house_clearing of ${provider} in ${currency} is off by ${off}`);
    }
    let fees = 0n;
    let held = 0n;
    for (const line of rows.lines.values()) {
      if (line.amount.currency !== currency) continue;
      fees += line.fee.amountMinor;
      held += line.amount.amountMinor - line.fee.amountMinor;
    }
    const [feesBooked, heldBooked] = [
      sums('house_provider_fees', null, currency),
      sums('house_provider', null, currency),
    ];
    if (feesBooked !== fees) violations.push(`INV-7 ${feesBooked} ${currency} of ${fees} fees are booked`);
    if (heldBooked !== held) violations.push(`INV-7 the provider holds ${held} ${currency}, books say ${heldBooked}`);
  }
  if (rows.lines.size < record.lines) {
    violations.push(`the provider's ledger has ${record.lines} lines, ${rows.lines.size} are kept`);
  }
  return violations;
}

/** INV-6 and fault 40: given = left + used + lapsed, for each lot and in the books; nothing twice. */
function minutesConserved({ oracle, rows }: Parts, sums: Sums): readonly string[] {
  const violations: string[] = [];
  for (const account of oracle.accounts) {
    const lots = [...rows.lots.values()].filter((lot) => lot.accountId === account.accountId);
    const given = lots.reduce((sum, lot) => sum + lot.minutes, 0);
    if (given !== account.minutesGiven + account.minutesLapsing) {
      violations.push(`INV-6 ${account.accountId} was given ${given} minutes`);
    }
    const left = new Map<string, number>();
    for (const lot of lots) {
      left.set(lot.market, (left.get(lot.market) ?? 0) + lot.remaining);
      if (lot.remaining < 0 || lot.remaining > lot.minutes) violations.push(`${lot.lotId} has ${lot.remaining} left`);
    }
    for (const [market, remaining] of left) {
      const balance = -sums('account_minutes', account.accountId, `MIN/${market}`);
      if (balance !== BigInt(remaining)) {
        violations.push(`${account.accountId} has ${remaining} minutes in ${market}, books say ${balance}`);
      }
    }
    const stories = oracle.rentals.filter(
      (story) => story.accountId === account.accountId && story.statedMinor === null,
    );
    let used = 0;
    for (const story of stories) {
      const last = rows.rentals.get(story.rentalId)?.at(-1);
      if (last === undefined || last.voidedAt !== null) continue;
      for (const use of last.price.lotUses) used += use.minutes;
    }
    const home = lots.filter((lot) => lot.market === account.market && lot.lotId.startsWith('home'));
    const gone = home.reduce((sum, lot) => sum + lot.minutes - lot.remaining, 0);
    if (used !== gone) violations.push(`${account.accountId} drove ${used} free minutes, its lots lost ${gone}`);
    const steady = stories.every((story) => story.later === 'nothing');
    const driven = stories.reduce((sum, story) => sum + story.minutes, 0);
    const expected = Math.min(account.minutesGiven, driven);
    // Who gives them was told to do so before the rides; where nobody was up to hear it, some rides came first.
    const isBefore = home.every((lot) => wasThereFirst(lot, stories, rows));
    if (steady && account.minutesBeforeRides && isBefore && used !== expected) {
      violations.push(`${account.accountId} drove ${used} free minutes of ${expected}`);
    }
  }
  return violations;
}

function wasThereFirst({ accountId, lotId }: Lot, stories: readonly RentalStory[], rows: Rows): boolean {
  const granted = rows.transfers.get(nameOf(accountId, 'minutes_granted', lotId));
  const said = stories.map((story) => rows.rentals.get(story.rentalId)?.[0]?.recordedAt ?? 0);
  return granted !== undefined && granted.happenedAt + 2 * JUMP_MS_MAX < Math.min(...said);
}

/** The last day counts whole, in the market's zone: what was to lapse has lapsed, at the right instant. */
function lapsedOnTime({ rows }: Parts): readonly string[] {
  const violations: string[] = [];
  for (const lot of rows.lots.values()) {
    const zone = rows.markets.get(lot.market)?.timeZone ?? 'UTC';
    const said = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
    // The instant before the end is still the last day there, the end itself is not any more.
    if (said.format(lot.expiresAt - 1) !== lot.lastDay || said.format(lot.expiresAt) === lot.lastDay) {
      violations.push(`${lot.lotId} ends at ${lot.expiresAt}, which is not the end of ${lot.lastDay} in ${zone}`);
    }
  }
  return violations;
}

/** After the first decline so many more attempts are made as the schedule has pauses, and none beyond. */
function dunnedAsPromised({ swarm, rows }: Parts): readonly string[] {
  const declinesMax = settingsFor(swarm).charge.dunningMs.length + 1;
  return [...rows.intents.values()].flatMap(({ intent, attempts }) => {
    const declined = attempts.filter((one) => one.state === 'failed_final' && one.declineCode !== 'absent').length;
    return declined > declinesMax ? [`${intent.key.rentalId} was declined ${declined} times of ${declinesMax}`] : [];
  });
}
