import type { EvidenceSource } from '../../core/fact/observation.ts';
import { attemptOf, isOpen } from '../../core/live/charge/case.ts';
import { paymentText } from '../../core/live/charge/entries.ts';
import { type Naming, readMetadata } from '../../core/live/charge/reference.ts';
import type { ChargeCase } from '../../core/live/charge.ts';
import { decideMovement } from '../../core/live/movement.ts';
import type { ProviderPayment } from '../ports/provider.ts';
import { StoreUnavailable } from '../ports/store.ts';
import { hearRefund } from '../remedy/hear-refund.ts';
import { announceCaptures } from './announce.ts';
import { lookUp } from './charge-due.ts';
import { sayDefect } from './defect.ts';
import { parkRental } from './park-rental.ts';
import { recordSighting } from './record-sighting.ts';
import { sightOf } from './sighted.ts';
import { stopByItself } from './stop-charging.ts';
import { type LiveWorld, providerNamed } from './world.ts';

/** What came of hearing of a payment. */
export type Heard =
  /** What follows from it is written, or nothing does. */
  | 'done'
  /** It belongs to nothing that we know. */
  | 'unexplained'
  /** It names a rental that nobody has said (yet): it pays that rental as soon as it is said. */
  | 'too_early'
  /** The provider did not say what it belongs to: hear of it again. */
  | 'later'
  /**
   * The provider has not decided it: no listing by creation shows its end again. An attempt's own payment is asked for
   * by that attempt, but it may be closed by another, and then nobody would.
   */
  | 'undecided'
  /** It takes back what was never booked: nothing, unless somebody is about to book it. */
  | 'not_booked';

/** Where a payment was heard of: an event is a hint that its attempt may be decided; a listing is read in any case. */
export type Hearing = Extract<EvidenceSource, 'event' | 'listing'>;

/** Deals with the present state of a payment, fetched or listed just now. */
export async function hear(world: LiveWorld, payment: ProviderPayment, hearing: Hearing): Promise<Heard> {
  return payment.kind === 'charge' ? hearCharge(world, payment, hearing) : hearMovement(world, payment, hearing);
}

async function hearCharge(world: LiveWorld, payment: ProviderPayment, hearing: Hearing): Promise<Heard> {
  const tookMoney = payment.status === 'succeeded' && payment.amount.amountMinor > 0n;
  const naming = readMetadata(payment.metadata);
  const open = payment.status === 'pending' ? 'undecided' : 'done';
  if (naming === null) return tookMoney ? 'unexplained' : open;
  const found = await world.store.readCase(naming.key);
  if (isOlderThan(found, naming, payment)) await stopForOlderDatabase(world, payment, naming);
  if (found === null) return tookMoney ? strayOf(world, payment, naming) : open;
  const { generation, key } = naming;
  if (!tookMoney && payment.status !== 'pending') return askAgain(world, found, generation, hearing);
  const sighting = { generation, observation: sightOf(payment, hearing) };
  const after = await recordSighting(world, key, sighting);
  // Whoever wrote it down may have died before he said so aloud.
  if (after?.captures.some(({ isSurplus }) => isSurplus)) await announceCaptures(world, after);
  return open;
}

/**
 * A rental that is known explains no payment of an obligation that it does not have (it cost nothing, or was said
 * otherwise), and may be paid by it all the same. One that is not known may come yet.
 */
async function strayOf(world: LiveWorld, payment: ProviderPayment, naming: Naming): Promise<Heard> {
  const record = await world.store.readRental(naming.key.rentalId);
  if (record === null) return 'too_early';
  await parkRental(world, naming, payment);
  return 'unexplained';
}

/** The provider may hold two payments under one reference: that this one failed is a hint to look at all of them. */
async function askAgain(world: LiveWorld, found: ChargeCase, generation: number, hearing: Hearing): Promise<Heard> {
  const attempt = attemptOf(found, generation);
  if (hearing === 'listing' || attempt === null || !isOpen(attempt)) return 'done';
  const observation = await lookUp(world, attempt);
  await recordSighting(world, found.intent.key, { generation, observation });
  return 'done';
}

/**
 * Attempts are written before they are sent. A payment that may hold money under our reference, whose attempt is not
 * here, was made by a database that knew more than this one: this one was restored.
 */
function isOlderThan(found: ChargeCase | null, { generation }: Naming, payment: ProviderPayment): boolean {
  const mayHoldMoney = payment.status === 'succeeded' || payment.status === 'pending';
  if (generation === 0 || !mayHoldMoney) return false;
  if (found === null) return true;
  const isKnown = found.captures.some((capture) => paymentText(capture) === paymentText(payment));
  return !isKnown && attemptOf(found, generation) === null;
}

async function stopForOlderDatabase(world: LiveWorld, payment: ProviderPayment, { key }: Naming): Promise<void> {
  const subject = paymentText(payment);
  if (await isSettled(world, subject)) return;
  const reason = `the provider holds ${subject} for ${key.rentalId}, of which this database knows no attempt`;
  await stopByItself(world, `${reason}: it is older than the provider. Read the provider again before resuming.`);
  const message = `${reason}. The database was restored: let the listings be read to now, then resume with a reason.`;
  await world.bell.raise({ kind: 'database_older_than_provider', message, subject, at: world.clock.now() });
}

/** A person who resumed after it was said knows of it: what is heard again must not stop him once more. */
async function isSettled(world: LiveWorld, subject: string): Promise<boolean> {
  const control = await world.store.readControl();
  if (control.charging === 'stopped') return false;
  const saidAt = await world.store.readAlarm('database_older_than_provider', subject);
  return saidAt !== null && saidAt <= control.at;
}

/** A refund or a dispute is laid to the obligation of its charge, whose capture must be in the books first. */
async function hearMovement(world: LiveWorld, payment: ProviderPayment, hearing: Hearing): Promise<Heard> {
  const { parentRef, merchantAccount } = payment;
  if (payment.kind === 'refund' && (await hearRefund(world, payment, hearing))) return 'done';
  if (parentRef === null) return payment.status === 'succeeded' ? 'unexplained' : 'done';
  const parent = await providerNamed(world, payment.provider).fetch({ merchantAccount, providerRef: parentRef });
  if (parent === null || parent.kind !== 'charge') return 'later';
  const naming = readMetadata(parent.metadata);
  if (naming !== null && payment.kind === 'refund' && payment.status === 'pending') return 'undecided';
  const decided = naming === null ? null : decideMovement(naming.key, payment);
  if (naming === null || decided === null) return 'done';
  await hearCharge(world, parent, hearing);
  const answer = await world.store.recordMovement({ payment, key: naming.key, ...decided });
  switch (answer) {
    case 'applied':
    case 'exists':
      return 'done';
    case 'capture_unknown':
      return 'too_early';
    case 'not_booked':
      return answer;
  }
}

/** The type of what is kept here, among the provider's own. */
export const HEAR_AGAIN = 'storno.hear_again';

/**
 * Keeps in the inbox what could not be dealt with, as if an event had told of it: it is tried again until it works, or
 * given up aloud. `why` tells occasions apart: of one payment there may be several.
 */
export async function keepForLater(
  world: LiveWorld,
  payment: Pick<ProviderPayment, 'provider' | 'merchantAccount' | 'providerRef' | 'createdAt'>,
  why: string,
): Promise<void> {
  const { provider, merchantAccount, providerRef, createdAt } = payment;
  const eventId = `storno:${providerRef}:${why}`;
  const event = { provider, merchantAccount, eventId, type: HEAR_AGAIN, objectRef: providerRef, createdAt };
  await world.store.receiveEvent(event, '{}', world.clock.now());
}

/** A ledger tells the newest first: what takes something back may come before it, and be read once only. */
const KEPT: ReadonlySet<Heard> = new Set(['too_early', 'later', 'undecided', 'not_booked']);

/** Hears of a payment that a listing or a ledger shows: what is unexplained is said, what must wait is kept. */
export async function hearListed(world: LiveWorld, payment: ProviderPayment, why: string): Promise<void> {
  const heard = await hearOrKeep(world, payment);
  const subject = paymentText(payment);
  if (heard === 'unexplained') await announceUnexplained(world, subject, `${payment.kind} ${subject}`);
  if (KEPT.has(heard)) await keepForLater(world, payment, why);
}

/**
 * A refund or a dispute that meets a defect is tried again by itself, and the listing is read on. Not so a charge: what
 * lies behind the cursor counts as known, and absence is proven by it.
 */
async function hearOrKeep(world: LiveWorld, payment: ProviderPayment): Promise<Heard> {
  try {
    return await hear(world, payment, 'listing');
  } catch (error) {
    if (error instanceof StoreUnavailable || payment.kind === 'charge') throw error;
    world.log.error('a listed payment met a defect', { subject: paymentText(payment), ...sayDefect(error) });
    return 'later';
  }
}

/** A payment of ours or of somebody else: money moved, and nothing here says why. */
export async function announceUnexplained(world: LiveWorld, subject: string, what: string): Promise<void> {
  const message = `${what} belongs to no rental that is known here. Find out who made it, and give it back or book it.`;
  await world.bell.raise({ kind: 'payment_unexplained', message, subject, at: world.clock.now() });
}

/** The obligation that a listed payment names; null where it names none. */
export function keyOf(payment: ProviderPayment) {
  return readMetadata(payment.metadata)?.key ?? null;
}
