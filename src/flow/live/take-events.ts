import { HOUR_MS } from '../../core/kernel/time.ts';
import type { ProviderPayment } from '../ports/provider.ts';
import { type ClaimedEvent, StoreUnavailable } from '../ports/store.ts';
import { sayDefect } from './defect.ts';
import { each } from './each.ts';
import { announceUnexplained, HEAR_AGAIN, type Heard, hear, keyOf } from './hear.ts';
import { type LiveWorld, providerNamed } from './world.ts';

/** One round over the inbox; answers how many events were taken. */
export async function runOnce(
  world: LiveWorld,
  round: { readonly limit: number; readonly leaseMs: number },
): Promise<number> {
  const now = world.clock.now();
  const { limit, leaseMs } = round;
  const events = await world.store.claimEvents({ now, leaseUntil: now + leaseMs, limit });
  await each(events, world.settings.callsMax, (claimed) => takeEvent(world, claimed));
  return events.length;
}

/** Bounds one claim of `hearAgain`, and how many of them there may be: a hundred thousand messages do not wait. */
const HEARD_AT_ONCE = 1000;
const CLAIMS_MAX = 100;

/** Longer than any lease: whoever holds one may have died with it. To hear twice at the same time is harmless. */
const LEASE_MS_MAX = HOUR_MS;

/**
 * Tries everything that waits in the inbox now, each once, whatever was agreed on when it was parked and whoever holds
 * it: what it waited for may have been said meanwhile. False where the provider did not say what a listing had passed.
 */
export async function hearAgain(world: LiveWorld): Promise<boolean> {
  const { retryMs, undecidedMs } = world.settings.inbox;
  const until = world.clock.now() + Math.max(retryMs, undecidedMs) + LEASE_MS_MAX;
  const heard = new Set<string>();
  let isHeard = true;
  for (let claims = 0; claims < CLAIMS_MAX; claims++) {
    const request = { now: until, leaseUntil: until + 1, limit: HEARD_AT_ONCE };
    const claimed = await world.store.claimEvents(request);
    const events = claimed.filter(({ event }) => !heard.has(event.eventId));
    for (const { event } of events) heard.add(event.eventId);
    const taken = await each(events, world.settings.callsMax, (one) => takeEvent(world, one));
    isHeard &&= !taken.includes('unheard');
    if (events.length < HEARD_AT_ONCE) return isHeard;
  }
  return false;
}

/** A transaction that is under way elsewhere ends within this many retries. */
const RETRIES_NOT_BOOKED = 3;

/** `unheard`: the provider did not answer about something that only this event tells of. */
type Taken = 'taken' | 'unheard';

/** An event that meets a defect waits like one that speaks of nothing known: it stops no other, and is said in time. */
async function takeEvent(world: LiveWorld, claimed: ClaimedEvent): Promise<Taken> {
  try {
    return await dealWith(world, claimed);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    world.log.error('an event met a defect', { event_id: claimed.event.eventId, ...sayDefect(error) });
    return wait(world, claimed, 'a defect of Storno');
  }
}

/** The event says only that something may have changed: what it speaks of is fetched, and that is dealt with. */
async function dealWith(world: LiveWorld, claimed: ClaimedEvent): Promise<Taken> {
  const { event } = claimed;
  const provider = providerNamed(world, event.provider);
  const { merchantAccount, objectRef } = event;
  const payment = await provider.fetch({ merchantAccount, providerRef: objectRef });
  if (payment === null) return waitForProvider(world, claimed, 'what it speaks of could not be fetched');
  const payments = await withWhatBelongs(world, payment);
  if (payments === null) return waitForProvider(world, claimed, 'the dispute that it ends could not be fetched');
  await world.store.recordPayments(
    payments.map((one) => ({ payment: one, key: keyOf(one) })),
    world.clock.now(),
  );
  const heard: Heard[] = [];
  for (const one of payments) heard.push(await hear(world, one, 'event'));
  if (heard.includes('unexplained')) return wait(world, claimed, 'it belongs to nothing that is known');
  if (heard.includes('too_early')) return wait(world, claimed, 'its rental was not said yet');
  if (heard.includes('later')) return waitForProvider(world, claimed, 'what it belongs to could not be fetched');
  const { retryMs, undecidedMs } = world.settings.inbox;
  // What a listing kept is asked for until it is decided; the provider's own event is one of several.
  if (heard.includes('undecided') && event.type === HEAR_AGAIN) {
    const retryAt = world.clock.now() + undecidedMs;
    await world.store.finishEvent({ event, state: 'parked', retryAt, note: 'the provider has not decided it' });
    return 'taken';
  }
  // Somebody may be about to book what this takes back.
  if (heard.includes('not_booked') && claimed.tries <= RETRIES_NOT_BOOKED) {
    const retryAt = world.clock.now() + retryMs;
    await world.store.finishEvent({ event, state: 'parked', retryAt, note: 'what it takes back is not booked' });
    return 'taken';
  }
  await world.store.finishEvent({ event, state: 'done', retryAt: null, note: payment.status });
  return 'taken';
}

/** A dispute's end is a payment of its own, named after the dispute: so adapters say it. */
export function reversalOf(chargebackRef: string): string {
  return `${chargebackRef}${WON}`;
}

function chargebackOf(reversalRef: string): string {
  return reversalRef.endsWith(WON) ? reversalRef.slice(0, -WON.length) : reversalRef;
}

const WON = ':won';

/**
 * A dispute and its end are dealt with together, whichever was told: the end takes back what must be booked first.
 * Whether it was won is asked at once; where that stays unheard, the ledger tells. Null where the dispute could not be
 * fetched.
 */
async function withWhatBelongs(world: LiveWorld, payment: ProviderPayment): Promise<readonly ProviderPayment[] | null> {
  const { merchantAccount, providerRef } = payment;
  const provider = providerNamed(world, payment.provider);
  if (payment.kind === 'chargeback') {
    const won = await provider.fetch({ merchantAccount, providerRef: reversalOf(providerRef) });
    return won?.kind === 'chargeback_reversal' ? [payment, won] : [payment];
  }
  if (payment.kind !== 'chargeback_reversal') return [payment];
  const dispute = await provider.fetch({ merchantAccount, providerRef: chargebackOf(providerRef) });
  return dispute === null ? null : [dispute, payment];
}

/**
 * A listing or the ledger has passed what is kept here: nobody else will tell of it, so it is asked for until there is
 * an answer, however long the provider is away. A provider's own event is not: there, they have the last word.
 */
async function waitForProvider(world: LiveWorld, claimed: ClaimedEvent, note: string): Promise<Taken> {
  const { event } = claimed;
  if (event.type !== HEAR_AGAIN) return wait(world, claimed, note);
  const retryAt = world.clock.now() + world.settings.inbox.retryMs;
  await world.store.finishEvent({ event, state: 'parked', retryAt, note });
  return 'unheard';
}

/** Tried again while it is young; then listings and ledger have the last word, and a person hears of it. */
async function wait(world: LiveWorld, { event, receivedAt }: ClaimedEvent, note: string): Promise<Taken> {
  const now = world.clock.now();
  const { retryMs, giveUpAfterMs } = world.settings.inbox;
  if (now - receivedAt < giveUpAfterMs) {
    await world.store.finishEvent({ event, state: 'parked', retryAt: now + retryMs, note });
    return 'taken';
  }
  const subject = `${event.provider}:${event.merchantAccount}:${event.objectRef}`;
  await announceUnexplained(world, subject, `${subject} (event ${event.eventId}, ${event.type}; ${note})`);
  await world.store.finishEvent({ event, state: 'given_up', retryAt: null, note });
  return 'taken';
}
