import type { Observation } from '../../core/fact/observation.ts';
import { assert } from '../../core/kernel/assert.ts';
import type { Instant } from '../../core/kernel/time.ts';
import { afterChange, attemptOf } from '../../core/live/charge/case.ts';
import { nextStep, type Step } from '../../core/live/charge/next-step.ts';
import { observe, type Sighting } from '../../core/live/charge/observe.ts';
import { proveAbsent } from '../../core/live/charge/prove-absent.ts';
import { metadataOf, requestText } from '../../core/live/charge/reference.ts';
import { adopt, begin, defer, deferSighted, giveUp, park } from '../../core/live/charge/take-step.ts';
import type { Attempt, ChargeCase, ChargeChange } from '../../core/live/charge.ts';
import { announce } from './announce.ts';
import { cursorName } from './cursor.ts';
import { sayDefect } from './defect.ts';
import { each } from './each.ts';
import { hearSighted } from './hear-sighted.ts';
import { insist } from './insist.ts';
import { recordSighting } from './record-sighting.ts';
import { sightOf } from './sighted.ts';
import { type LiveWorld, providerNamed } from './world.ts';

/** What one round did. */
export interface ChargedRound {
  readonly claimed: number;
  readonly called: number;
}

/**
 * One round of a worker: claims what is due, writes down what is about to be sent, calls, writes down what came of it.
 * All of a batch share each of the three transactions; the calls lie between them. A crash anywhere leaves rows from
 * which the next round goes on.
 */
export async function runOnce(
  world: LiveWorld,
  round: { readonly worker: string; readonly limit: number; readonly leaseMs: number },
): Promise<ChargedRound> {
  const now = world.clock.now();
  const { worker, limit, leaseMs } = round;
  const cases = await world.store.claim({ worker, now, leaseUntil: now + leaseMs, limit });
  return work(world, cases, (found) => plan(world, found, now + leaseMs));
}

/**
 * The same while charging is stopped: what may be under way is asked for, and nothing is sent. Looking moves no money,
 * and whoever has to decide about resuming must know what was taken.
 */
export async function askOnce(world: LiveWorld, round: Parameters<typeof runOnce>[1]): Promise<ChargedRound> {
  const { charging } = await world.store.readControl();
  if (charging === 'running') return NOTHING;
  const now = world.clock.now();
  const { worker, limit, leaseMs } = round;
  const cases = await world.store.claimOpen({ worker, now, leaseUntil: now + leaseMs, limit });
  return work(world, cases, async (found) => asking(await plan(world, found, now + leaseMs)));
}

const NOTHING: ChargedRound = { claimed: 0, called: 0 };

async function work(
  world: LiveWorld,
  cases: readonly ChargeCase[],
  planOf: (found: ChargeCase) => Promise<Plan>,
): Promise<ChargedRound> {
  if (cases.length === 0) return NOTHING;
  const plans = await each(cases, world.settings.callsMax, planOf);
  const calls = await write(world, plans);
  const seen = await each(calls, world.settings.callsMax, (call) => make(world, call));
  await recordAll(world, seen);
  return { claimed: cases.length, called: calls.length };
}

/** A change to write, a call to make, or first the one and then the other. */
interface Plan {
  readonly found: ChargeCase;
  readonly change: ChargeChange | null;
  readonly call: 'charge' | 'look_up' | null;
  /** Of the attempt that the call is about. */
  readonly generation: number;
}

/** What is in flight begins no attempt: what would be sent is the open one again, and can be asked for as well. */
function asking(one: Plan): Plan {
  if (one.call !== 'charge') return one;
  assert(one.change === null, 'an attempt begins while charging is stopped');
  return { ...one, call: 'look_up' };
}

async function plan(world: LiveWorld, found: ChargeCase, leaseUntil: Instant): Promise<Plan> {
  const moment = { now: world.clock.now(), policy: world.settings.charge };
  const step: Step = nextStep(found, moment);
  const quiet = (change: ChargeChange | null): Plan => ({ found, change, call: null, generation: 0 });
  switch (step.kind) {
    case 'start': {
      const requestDigest = digestOf(world, found, step);
      const change = begin(found, { ...step, requestDigest, leaseUntil }, moment);
      return { found, change, call: 'charge', generation: step.generation };
    }
    case 'resend': {
      // Another version of the program may write another request: then it is asked for, not sent.
      const isSame = digestOf(world, found, step.attempt) === step.attempt.requestDigest;
      return { found, change: null, call: isSame ? 'charge' : 'look_up', generation: step.attempt.generation };
    }
    case 'look_up':
      return { found, change: null, call: 'look_up', generation: step.attempt.generation };
    case 'check_listing': {
      const listedTo = await world.store.readCursor(cursorName('payments', step.attempt.paymentMethod));
      const proven = listedTo === null ? null : proveAbsent(found, step.attempt, listedTo, moment);
      return quiet(proven ?? defer(found, moment.now + moment.policy.lookUpLagMs, moment));
    }
    case 'wait':
      return quiet(defer(found, step.until, moment));
    case 'adopt':
      return quiet(adopt(found, moment));
    case 'hear':
      await hearSighted(world, found.intent.key, step.payments);
      // Stale where something was heard. What is not decided, or could not be fetched, is asked for again.
      return quiet(deferSighted(found, step.payments, moment));
    case 'give_up':
      return quiet(giveUp(found, moment));
    case 'park':
      return quiet(park(found, step.reason, moment));
    case 'stop':
      return quiet(null);
  }
}

function digestOf(world: LiveWorld, { intent }: ChargeCase, attempt: Pick<Attempt, 'generation' | 'paymentMethod'>) {
  const { generation, paymentMethod } = attempt;
  const { statementText } = world.settings;
  return world.digest(
    requestText({ key: intent.key, generation, amount: intent.amount, paymentMethod, statementText }),
  );
}

interface Call {
  readonly found: ChargeCase;
  readonly kind: 'charge' | 'look_up';
  readonly attempt: Attempt;
}

/**
 * Writes all changes in one transaction each, together. Nothing is sent whose attempt is not known to be written: where
 * the database does not answer, this throws and the next round finds out.
 */
async function write(world: LiveWorld, plans: readonly Plan[]): Promise<readonly Call[]> {
  const changing = plans.filter((one) => one.change !== null);
  const changes = changing.map((one) => one.change).filter((change) => change !== null);
  const answers = changes.length === 0 ? [] : await world.store.applyAll(changes);
  const written = new Map(changing.map((one, index) => [one, answers[index] === 'applied']));
  const calls: Call[] = [];
  for (const one of plans) {
    if (one.change !== null && written.get(one) !== true) continue;
    const found = one.change === null ? one.found : afterChange(one.found, one.change);
    if (one.change !== null) await announce(world, found, one.change);
    const attempt = attemptOf(found, one.generation);
    if (one.call !== null && attempt !== null) calls.push({ found, kind: one.call, attempt });
  }
  return calls;
}

interface Seen {
  readonly found: ChargeCase;
  readonly sighting: Sighting;
}

async function make(world: LiveWorld, call: Call): Promise<Seen> {
  const { found, kind, attempt } = call;
  try {
    const observation = await (kind === 'charge' ? charge(world, found, attempt) : lookUp(world, attempt));
    return { found, sighting: { generation: attempt.generation, observation } };
  } catch (error) {
    world.log.error('a call failed by a defect', { attempt: attempt.idempotencyKey, ...sayDefect(error) });
    return { found, sighting: { generation: attempt.generation, observation: unheard(world, call) } };
  }
}

/** A defect says nothing about money, and must not cost the others of the batch what they have heard. */
function unheard({ clock }: LiveWorld, { kind }: Call): Observation {
  return {
    source: kind === 'charge' ? 'answer' : 'look_up',
    at: clock.now(),
    outcome: 'unknown',
    providerRef: null,
    amount: null,
    merchantAccount: null,
    declineCode: null,
    detail: 'a defect of Storno: the call was not understood, or not made',
  };
}

function charge(world: LiveWorld, { intent }: ChargeCase, attempt: Attempt): Promise<Observation> {
  return providerNamed(world, attempt.paymentMethod.provider).charge({
    idempotencyKey: attempt.idempotencyKey,
    amount: intent.amount,
    paymentMethod: attempt.paymentMethod,
    metadata: metadataOf(intent.key, attempt.generation),
    statementText: world.settings.statementText,
    horizonAt: attempt.horizonAt,
  });
}

/**
 * Asks for all payments under the attempt's reference. Where they are not found but one was named before, that one is
 * asked for by its id: a replayed answer may name a payment from before a restore, older than any look-up reaches back.
 */
export async function lookUp(world: LiveWorld, attempt: Attempt): Promise<Observation> {
  const { idempotencyKey, paymentMethod, sentAt, providerRef } = attempt;
  const provider = providerNamed(world, paymentMethod.provider);
  const found = await provider.lookUp({ reference: idempotencyKey, paymentMethod, sentAt });
  if (found.outcome !== 'absent' || providerRef === null) return found;
  const { merchantAccount } = paymentMethod;
  const payment = await provider.fetch({ merchantAccount, providerRef });
  return payment === null ? found : sightOf(payment, 'poll');
}

/** All outcomes in one go. Those on whose intents somebody else wrote meanwhile are decided again, one by one. */
async function recordAll(world: LiveWorld, seen: readonly Seen[]): Promise<void> {
  const moment = { now: world.clock.now(), policy: world.settings.charge };
  const decided = seen
    .map((one) => ({ ...one, change: observe(one.found, one.sighting, moment) }))
    .filter((one): one is Seen & { readonly change: ChargeChange } => one.change !== null);
  if (decided.length === 0) return;
  const answers = await insist(world, () => world.store.applyAll(decided.map((one) => one.change)));
  for (const [index, { found, change, sighting }] of decided.entries()) {
    if (answers[index] === 'applied') await announce(world, afterChange(found, change), change);
    else await recordSighting(world, found.intent.key, sighting);
  }
}
