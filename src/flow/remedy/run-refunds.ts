import type { Instant } from '../../core/kernel/time.ts';
import { afterRefundChange, isFinalRefund, openRefundAttempt, quarantine } from '../../core/remedy/refund/case.ts';
import { readBack } from '../../core/remedy/refund/look-up.ts';
import { nextRefundStep } from '../../core/remedy/refund/next-step.ts';
import { observeRefund, type RefundSighting } from '../../core/remedy/refund/observe.ts';
import { judgePreFlight } from '../../core/remedy/refund/pre-flight.ts';
import { refundMetadataOf, refundRequestText } from '../../core/remedy/refund/reference.ts';
import { adoptRefund, beginRefund, creditRefund, deferRefund } from '../../core/remedy/refund/take-step.ts';
import type { RefundAttempt, RefundCase, RefundChange } from '../../core/remedy/refund.ts';
import { sayDefect } from '../live/defect.ts';
import { each } from '../live/each.ts';
import { insist } from '../live/insist.ts';
import type { Campaign } from '../ports/campaign.ts';
import { type CampaignWorld, providerOf } from './campaign-world.ts';
import { haltIfNeeded } from './halt.ts';
import { AHEAD_MS, atSlot, takeSlots } from './pace.ts';
import { recordRefund } from './record-refund.ts';

export interface RefundRound {
  readonly worker: string;
  readonly leaseMs: number;
}

/** What of one claim is sent takes a second or so, whatever the rate; and one transaction holds it well. */
const SECONDS_A_CLAIM = 1;
const CLAIM_MAX = 200;

/**
 * One round over one campaign that runs: claims what is due, reads both legs of each, begins what is clear, within the
 * pace, and writes down what came of it. A crash anywhere leaves rows from which the next round goes on.
 */
export async function runRefunds(world: CampaignWorld, campaign: Campaign, round: RefundRound): Promise<number> {
  const now = world.clock.now();
  const { worker, leaseMs } = round;
  const limit = Math.max(1, Math.min(CLAIM_MAX, Math.ceil((campaign.perTenSeconds / 10) * SECONDS_A_CLAIM)));
  const leaseUntil = now + leaseMs;
  const cases = await world.refunds.claimDue({ planId: campaign.planId, worker, now, leaseUntil, limit });
  if (cases.length === 0) return 0;
  const plans = await each(cases, world.settings.callsMax, (found) => plan(world, found));
  await write(
    world,
    plans.flatMap((one) => (one.kind === 'change' ? [one] : [])),
  );
  const ready = plans.flatMap((one) => (one.kind === 'send' ? [one.found] : []));
  await sendAll(world, ready, leaseUntil);
  return cases.length;
}

type Plan =
  | { readonly kind: 'send'; readonly found: RefundCase }
  | { readonly kind: 'change'; readonly found: RefundCase; readonly change: RefundChange }
  | { readonly kind: 'nothing' };

async function plan(world: CampaignWorld, found: RefundCase): Promise<Plan> {
  const moment = { now: world.clock.now(), policy: world.settings.refund };
  const step = nextRefundStep(found, moment);
  const change = (decided: RefundChange): Plan => ({ kind: 'change', found, change: decided });
  switch (step.kind) {
    case 'pre_flight':
      return preFlight(world, found);
    case 'quarantine':
      return change(quarantine(found, step.reason, { evidence: null, now: moment.now }));
    case 'wait':
      return change(deferRefund(found, step.until, moment));
    // Something of it is open: that is the other round's.
    case 'look_up':
    case 'check_listing':
    case 'watch':
    case 'stop':
      return { kind: 'nothing' };
  }
}

async function preFlight(world: CampaignWorld, found: RefundCase): Promise<Plan> {
  const { refund, liability } = found;
  const { keptPaymentId } = liability;
  const provider = providerOf(world, refund.provider);
  const moment = () => ({ now: world.clock.now(), policy: world.settings.refund });
  if (provider === null) {
    const reason = `this Storno has no access to the provider ${refund.provider}`;
    return { kind: 'change', found, change: quarantine(found, reason, { evidence: null, now: moment().now }) };
  }
  const { merchantAccount } = refund;
  const read = (chargeRef: string) =>
    provider.readCharge({ merchantAccount, chargeRef, disputes: 'listed' }).catch((error: unknown) => {
      world.log.error('a charge was not understood', { subject: chargeRef, ...sayDefect(error) });
      return null;
    });
  const [wrong, kept] = await Promise.all([
    read(refund.paymentId),
    keptPaymentId === null ? null : read(keptPaymentId),
  ]);
  const verdict = judgePreFlight(found, { wrong, kept }, moment());
  switch (verdict.kind) {
    case 'clear':
      if (refund.channel === 'account_credit') {
        return { kind: 'change', found, change: creditRefund(found, moment()) };
      }
      return { kind: 'send', found };
    case 'adopt':
      return { kind: 'change', found, change: adoptRefund(found, moment()) };
    case 'change':
      return { kind: 'change', found, change: verdict.change };
  }
}

/**
 * Begins as much as there are slots for in the next quarter of a second, then again, until all were begun or the
 * campaign does not run any more. Answers are not waited for before the next are begun.
 */
async function sendAll(world: CampaignWorld, ready: readonly RefundCase[], leaseUntil: Instant): Promise<void> {
  const sending: Promise<void>[] = [];
  let at = 0;
  while (at < ready.length && world.clock.now() + AHEAD_MS < leaseUntil) {
    const next = ready[at] as RefundCase;
    const some = ready.slice(at).filter((one) => isSamePace(one, next));
    const slots = await takeSlots(world, next, some.length);
    if (slots.length === 0) {
      await world.clock.sleep(AHEAD_MS / 2);
      continue;
    }
    const batch = ready.slice(at, at + slots.length);
    at += batch.length;
    const begun = await beginAll(world, batch, leaseUntil);
    sending.push(sendBatch(world, begun, slots));
    if (begun.length === 0) break;
  }
  await giveBack(world, ready.slice(at));
  await Promise.all(sending);
}

function isSamePace({ refund: one }: RefundCase, { refund: other }: RefundCase): boolean {
  return one.provider === other.provider && one.merchantAccount === other.merchantAccount;
}

/** What is not begun ends its lease, so that whoever comes next need not wait for its end. */
async function giveBack(world: CampaignWorld, left: readonly RefundCase[]): Promise<void> {
  if (left.length === 0) return;
  const moment = { now: world.clock.now(), policy: world.settings.refund };
  await world.refunds.applyRefunds(left.map((found) => deferRefund(found, moment.now, moment)));
}

/** Written and committed before anything is sent; where the database does not answer, this throws and nothing is. */
async function beginAll(
  world: CampaignWorld,
  batch: readonly RefundCase[],
  leaseUntil: Instant,
): Promise<readonly RefundCase[]> {
  const moment = { now: world.clock.now(), policy: world.settings.refund };
  const changes = batch.map((found) => {
    const requestDigest = world.digest(refundRequestText(found.refund, found.lastGeneration + 1));
    return beginRefund(found, { requestDigest, leaseUntil }, moment);
  });
  const answers = await world.refunds.applyRefunds(changes);
  const lost = batch.filter((_, at) => answers[at] === 'not_running');
  await giveBack(world, lost);
  const over = batch.filter((_, at) => answers[at] === 'not_left');
  const reason = 'the liability has less left than was approved: it needs a new plan';
  if (over.length > 0) {
    await world.refunds.applyRefunds(over.map((one) => quarantine(one, reason, { evidence: null, now: moment.now })));
  }
  return batch.flatMap((found, at) =>
    answers[at] === 'applied' ? [afterRefundChange(found, changes[at] as RefundChange)] : [],
  );
}

/** Each at its slot; what was heard of all of them is written together. */
async function sendBatch(world: CampaignWorld, begun: readonly RefundCase[], slots: readonly Instant[]): Promise<void> {
  const seen = await Promise.all(
    begun.map(async (found, at) => {
      const attempt = openRefundAttempt(found) as RefundAttempt;
      await atSlot(world, found, slots[at] as Instant);
      return { found, sighting: await send(world, found, { attempt, send: 'first' }) };
    }),
  );
  await recordAll(world, seen);
}

/** Sends, reads the charge again, and says what both together show. A defect says nothing about money. */
export async function send(
  world: CampaignWorld,
  { refund }: RefundCase,
  how: { readonly attempt: RefundAttempt; readonly send: 'first' | 'again' },
): Promise<RefundSighting> {
  const { attempt } = how;
  const provider = providerOf(world, refund.provider);
  const { merchantAccount, paymentId: chargeRef } = refund;
  const nothing = {
    source: 'answer',
    at: world.clock.now(),
    outcome: 'unknown',
    detail: 'a defect of Storno',
  } as const;
  const known = { providerRef: null, amount: null, merchantAccount, declineCode: null };
  try {
    if (provider === null) throw new Error(`no provider is called ${refund.provider}`);
    const answer = await provider.refund({
      idempotencyKey: attempt.idempotencyKey,
      chargeRef,
      amount: refund.amount,
      merchantAccount,
      metadata: refundMetadataOf(refund.key, attempt.generation),
      horizonAt: attempt.horizonAt,
    });
    const question = { merchantAccount, chargeRef, disputes: 'flagged' } as const;
    const charge = answer.outcome === 'unknown' ? null : await provider.readCharge(question);
    return readBack(answer, charge, how);
  } catch (error) {
    world.log.error('a refund met a defect', { attempt: attempt.idempotencyKey, ...sayDefect(error) });
    return { generation: attempt.generation, observation: { ...nothing, ...known }, mismatch: null };
  }
}

export interface SeenRefundCase {
  readonly found: RefundCase;
  readonly sighting: RefundSighting;
}

/** All outcomes in one go. Those on whose refunds somebody else wrote meanwhile are decided again, one by one. */
export async function recordAll(world: CampaignWorld, seen: readonly SeenRefundCase[]): Promise<void> {
  const moment = { now: world.clock.now(), policy: world.settings.refund };
  const decided = seen.flatMap((one) => {
    const change = observeRefund(one.found, one.sighting, moment);
    return change === null ? [] : [{ ...one, change }];
  });
  if (decided.length === 0) return;
  const answers = await insist(world, () => world.refunds.applyRefunds(decided.map(({ change }) => change)));
  const changed: RefundChange[] = [];
  for (const [at, { found, change, sighting }] of decided.entries()) {
    if (answers[at] === 'applied') changed.push(change);
    else await recordRefund(world, found.refund.key, sighting);
  }
  await haltIfNeeded(world, changed);
}

/** Changes that send nothing. What is stale was written by another, who knew more. */
export async function write(
  world: CampaignWorld,
  plans: readonly { readonly found: RefundCase; readonly change: RefundChange }[],
): Promise<void> {
  if (plans.length === 0) return;
  const answers = await world.refunds.applyRefunds(plans.map(({ change }) => change));
  const paused = plans.filter((_, at) => answers[at] === 'not_running').map(({ found }) => found);
  await giveBack(
    world,
    paused.filter(({ refund }) => !isFinalRefund(refund.state)),
  );
}
