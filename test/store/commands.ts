import { DAY_MS, type Instant, MINUTE_MS } from '../../src/core/kernel/time.ts';
import { unchanged } from '../../src/core/live/charge/case.ts';
import { park } from '../../src/core/live/charge/take-step.ts';
import type { ChargeCase, ChargeChange, ObligationKey } from '../../src/core/live/charge.ts';
import type { LiveStore, RentalEnding } from '../../src/flow/ports/store.ts';
import { POLICY } from '../live/cases.ts';
import { finish, move, receive, recordLine, recordPayment, sightedRef } from './provider-commands.ts';
import * as sample from './samples.ts';
import { type Command, rentalId, type Session } from './session.ts';

/** Few names, so that commands meet. The twin is read to find out what could come next. */
export async function nextCommand(twin: LiveStore, session: Session): Promise<Command> {
  session.now += session.chance.int(3 * MINUTE_MS);
  const make = session.chance.pick(MAKERS);
  return make(session, twin);
}

type Maker = (session: Session, twin: LiveStore) => Command | Promise<Command>;

const accountId = ({ prefix, chance }: Session) => `${prefix}${chance.pick(['a', 'a', 'b', 'c', 'nobody'])}`;
const lotId = ({ prefix, chance }: Session) => `${prefix}l${chance.int(3)}`;
const usesOf = (session: Session) =>
  session.chance.happens(0.4) ? [{ lotId: lotId(session), minutes: session.chance.between(1, 12) }] : [];

function endingOf(session: Session): RentalEnding {
  return sample.ending({
    accountId: accountId(session),
    rentalId: rentalId(session),
    amountMinor: session.chance.pick([0n, 2n, 1450n, 9_007_199_254_740_993n]),
    uses: usesOf(session),
    at: session.now,
  });
}

const MAKERS: readonly Maker[] = [
  (session) => {
    const { accountId: id, ...rest } = sample.account(`${session.prefix}${session.chance.pick(['a', 'b', 'c'])}`);
    const account = { ...rest, accountId: id, paymentMethod: session.chance.happens(0.2) ? null : rest.paymentMethod };
    return { name: 'putAccount', run: (store) => store.putAccount(account, session.now) };
  },
  (session) => {
    const id = accountId(session);
    return { name: 'readAccount', run: (store) => store.readAccount(id) };
  },
  (session) => {
    const vatBasisPoints = session.chance.pick([0, 2200]);
    const market = { market: `${session.prefix}m`, timeZone: 'Europe/Rome', currency: 'EUR', vatBasisPoints };
    return { name: 'putMarket', run: (store) => store.putMarket(market) };
  },
  endOne,
  endOne,
  endOne,
  (session) => {
    const endings = Array.from({ length: session.chance.between(2, 5) }, () => endingOf(session));
    return { name: 'endRentals', run: (store) => store.endRentals(endings) };
  },
  (session) => {
    const id = rentalId(session);
    return { name: 'readRental', run: (store) => store.readRental(id) };
  },
  (session) => {
    const id = rentalId(session);
    return { name: 'readIntents', run: (store) => store.readIntents(id) };
  },
  readOne,
  voidOne,
  grantOne,
  grantOne,
  (session) => {
    const id = accountId(session);
    return { name: 'readLots', run: (store) => store.readLots(id, sample.MARKET) };
  },
  expireOne,
  claim,
  claim,
  change,
  change,
  change,
  change,
  change,
  (session) => {
    const charging = session.chance.pick(['running', 'running', 'stopped'] as const);
    const control = { charging, reason: 'a reason', by: 'me', at: session.now };
    return { name: `setControl ${charging}`, run: (store) => store.setControl(control) };
  },
  (session) => {
    const subject = `${rentalId(session)}${session.chance.pick(['', ':rental:1#5', ':rental:2#9'])}`;
    const alarm = { kind: 'charge_parked', subject, message: 'look', at: session.now } as const;
    return {
      name: 'raiseAlarm',
      run: async (store) => [await store.raiseAlarm(alarm), await store.readAlarm(alarm.kind, subject)],
    };
  },
  () => ({ name: 'readParkedUnsaid', run: (store) => store.readParkedUnsaid(1000) }),
  (session) => {
    const merchant = { provider: 'stripe', merchantAccount: session.chance.pick(['acct_1', 'acct_none']) };
    return { name: 'readOldestTrace', run: (store) => store.readOldestTrace(merchant) };
  },
  (session) => {
    const [name, to] = [`${session.prefix}cursor`, session.now - session.chance.int(9 * MINUTE_MS)];
    return {
      name: 'writeCursor',
      run: async (store) => {
        await store.writeCursor(name, to);
        return store.readCursor(name);
      },
    };
  },
  receive,
  finish,
  recordPayment,
  recordLine,
  move,
  move,
];

function endOne(session: Session): Command {
  const said = endingOf(session);
  return { name: `endRental ${said.record.rental.rentalId}`, run: (store) => store.endRental(said) };
}

/** A case as it stands, not as a claim finds it. */
async function readOne(session: Session, twin: LiveStore): Promise<Command> {
  const id = `${session.prefix}r${session.chance.int(2)}`;
  const [intent] = (await twin.readIntents(id)).toReversed();
  if (intent === undefined) return { name: 'readIntents', run: (store) => store.readIntents(id) };
  return { name: `readCase ${id}`, run: (store) => store.readCase(intent.key) };
}

function grantOne(session: Session): Command {
  const granted = sample.grant({
    accountId: accountId(session),
    lotId: lotId(session),
    minutes: session.chance.between(5, 30),
    incidentId: session.chance.happens(0.4) ? `${session.prefix}i${session.chance.int(2)}` : null,
    at: session.now,
    days: session.chance.between(1, 3),
  });
  return { name: 'grantLot', run: (store) => store.grantLot(granted) };
}

async function expireOne(session: Session, twin: LiveStore): Promise<Command> {
  const at = session.now + session.chance.int(2) * 4 * DAY_MS;
  const lapsed = (await twin.readLapsedLots(at, 1000)).filter((lot) => lot.lotId.startsWith(session.prefix));
  const [lot] = lapsed;
  if (lot === undefined) return { name: 'readLapsedLots', run: (store) => store.readLapsedLots(at, 1000) };
  const expiry = {
    lot,
    transfer: {
      accountId: lot.accountId,
      kind: 'minutes_expired',
      sourceRef: `${lot.lotId}:${session.now}`,
      debit: 'account_minutes',
      credit: 'house_minutes_expired',
      dimension: lot.lotId,
      asset: `MIN/${lot.market}`,
      amount: BigInt(lot.remaining),
      corrects: null,
      happenedAt: at,
    },
    event: sample.event('lot.expired', lot.accountId, { lot_id: lot.lotId }, at),
  } as const;
  return { name: 'expireLot', run: (store) => store.expireLot(expiry) };
}

/** All that is due of this run and the runs before it: they share the database. */
function claim(session: Session): Command {
  const { now } = session;
  const limit = session.chance.between(1, 4);
  const leaseUntil = now + session.chance.between(1, 5 * MINUTE_MS);
  const open = session.chance.happens(0.3);
  return {
    name: open ? 'claimOpen' : 'claim',
    run: async (store) => {
      const request = { worker: 'w', now, leaseUntil, limit };
      const claimed = await (open ? store.claimOpen(request) : store.claim(request));
      session.cases.push(...claimed);
      return claimed;
    },
  };
}

/** From what stands there or from what was read long ago. */
async function change(session: Session, twin: LiveStore): Promise<Command> {
  const key: ObligationKey = {
    accountId: `${session.prefix}${session.chance.pick(['a', 'b', 'c'])}`,
    rentalId: rentalId(session),
    purpose: 'rental',
    occurrence: 1,
  };
  const late = session.chance.happens(0.2) && session.cases.length > 0;
  const found = late ? session.chance.pick(session.cases) : await anyCase(twin, session, key);
  if (found === null) return { name: 'readCase', run: (store) => store.readCase(key) };
  const changes = session.chance.happens(0.2)
    ? [changeOf(session, found), changeOf(session, found)]
    : [changeOf(session, found)];
  return { name: `apply ${found.intent.key.rentalId}`, run: (store) => applyEach(store, changes) };
}

/** The twin's applyAll throws at the first that is refused: where one of two may be, they go one by one. */
async function applyEach(store: LiveStore, changes: readonly ChargeChange[]): Promise<unknown> {
  const [first] = changes;
  return changes.length === 1 && first ? store.apply(first) : store.applyAll(changes);
}

async function anyCase(twin: LiveStore, session: Session, key: ObligationKey): Promise<ChargeCase | null> {
  const intents = await twin.readIntents(key.rentalId);
  const intent = intents.length > 0 ? session.chance.pick(intents) : null;
  return twin.readCase(intent?.key ?? key);
}

function changeOf(session: Session, found: ChargeCase): ChargeChange {
  const { chance, now } = session;
  const isInFlight = found.intent.state === 'in_flight' && found.attempts.length > 0;
  const providerRef = `ch_${found.intent.key.rentalId}_${found.intent.key.occurrence}_${chance.int(50)}`;
  if (!isInFlight) {
    if (chance.happens(0.1)) return unchanged(found);
    if (chance.happens(0.1) && found.intent.state === 'due')
      return park(found, 'to be looked at', { now, policy: POLICY });
    if (chance.happens(0.1)) return surplus(found, `${providerRef}s`, now);
    if (chance.happens(0.1)) return surplus(found, sightedRef(session, chance.int(6)), now);
    return sample.started(found, now);
  }
  return chance.happens(0.5) ? sample.succeeded(found, providerRef, now) : sample.declined(found, now);
}

/** Somebody else took money for the obligation. */
function surplus(found: ChargeCase, providerRef: string, at: Instant): ChargeChange {
  const capture = { ...sample.captureOf(found, providerRef, at), isSurplus: true };
  const isKnown = found.captures.some((one) => one.providerRef === capture.providerRef);
  if (isKnown) return unchanged(found);
  return { ...unchanged(found), capture, transfers: [sample.captured(capture)] };
}

async function voidOne(session: Session, twin: LiveStore): Promise<Command> {
  const id = rentalId(session);
  const record = await twin.readRental(id);
  if (record === null) return { name: 'readRental', run: (store) => store.readRental(id) };
  const { rental, price, revision } = record;
  const at = session.now;
  const open = (await twin.readIntents(id)).filter(({ state }) => state === 'due' || state === 'parked');
  const isStale = session.chance.happens(0.2);
  const taken = (await twin.readIntents(id)).some(({ state }) => state === 'in_flight' || state === 'succeeded');
  const withNext = !taken && session.chance.happens(0.5);
  const parts = { accountId: rental.accountId, rentalId: id, amountMinor: 900n, uses: usesOf(session), at };
  const voiding = {
    rentalId: id,
    accountId: rental.accountId,
    revision: isStale ? revision + 1 : revision,
    voidedAt: at,
    reason: 'said wrongly',
    intents: open.map(({ key, version }) => ({ key, version: version + (session.chance.happens(0.1) ? 1 : 0) })),
    restored: price.lotUses,
    transfers: price.lotUses.map((use) => ({
      accountId: rental.accountId,
      kind: 'minutes_restored' as const,
      sourceRef: `${id}:${revision}:${use.lotId}`,
      debit: 'house_minutes_used' as const,
      credit: 'account_minutes' as const,
      dimension: use.lotId,
      asset: `MIN/${rental.market}`,
      amount: BigInt(use.minutes),
      corrects: null,
      happenedAt: at,
    })),
    events: [sample.event('rental.voided', rental.accountId, { rental_id: id }, at)],
    next: withNext ? sample.endingOf(parts, revision + 1, revision + 1) : null,
  };
  return { name: `voidRental ${id}`, run: (store) => store.voidRental(voiding) };
}
