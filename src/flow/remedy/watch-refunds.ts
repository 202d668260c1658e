import { quarantine } from '../../core/remedy/refund/case.ts';
import { openDisputeOf } from '../../core/remedy/refund/charge-state.ts';
import { proveRefundAbsent, sightInCharge } from '../../core/remedy/refund/look-up.ts';
import { mayResend, nextRefundStep } from '../../core/remedy/refund/next-step.ts';
import { refundRequestText } from '../../core/remedy/refund/reference.ts';
import { deferRefund } from '../../core/remedy/refund/take-step.ts';
import type { RefundAttempt, RefundCase, RefundChange } from '../../core/remedy/refund.ts';
import { cursorName } from '../live/cursor.ts';
import { sayDefect } from '../live/defect.ts';
import { each } from '../live/each.ts';
import { type CampaignWorld, knownProvider } from './campaign-world.ts';
import { atSlot, takeSlots } from './pace.ts';
import type { RefundRound, SeenRefundCase } from './run-refunds.ts';
import { recordAll, send, write } from './run-refunds.ts';

/** As many as one round reads without holding up the rest. */
const CLAIM_MAX = 50;

/**
 * One round over what may be under way and what is watched, in campaigns of whatever state: reads each charge and
 * writes down what it shows. What is not there may be sent once more, while its campaign runs, its key is young and no
 * bank has its charge.
 */
export async function watchRefunds(world: CampaignWorld, round: RefundRound): Promise<number> {
  const now = world.clock.now();
  const { worker, leaseMs } = round;
  const cases = await world.refunds.claimOpen({ worker, now, leaseUntil: now + leaseMs, limit: CLAIM_MAX });
  const looked = await each(cases, world.settings.callsMax, (found) => look(world, found));
  await write(
    world,
    looked.flatMap((one) => (one.kind === 'change' ? [one] : [])),
  );
  await recordAll(
    world,
    looked.flatMap((one) => (one.kind === 'seen' ? [one.seen] : [])),
  );
  return cases.length;
}

type Looked =
  | { readonly kind: 'seen'; readonly seen: SeenRefundCase }
  | { readonly kind: 'change'; readonly found: RefundCase; readonly change: RefundChange }
  | { readonly kind: 'nothing' };

async function look(world: CampaignWorld, found: RefundCase): Promise<Looked> {
  const moment = { now: world.clock.now(), policy: world.settings.refund };
  const step = nextRefundStep(found, moment);
  const change = (decided: RefundChange): Looked => ({ kind: 'change', found, change: decided });
  switch (step.kind) {
    case 'look_up':
      return { kind: 'seen', seen: { found, sighting: await ask(world, found, step.attempt, 'look_up') } };
    case 'watch':
      return { kind: 'seen', seen: { found, sighting: await ask(world, found, step.attempt, 'poll') } };
    case 'check_listing': {
      const listedTo = await world.refunds.readCursor(cursorName('payments', found.refund));
      const proven = listedTo === null ? null : proveRefundAbsent(found, step.attempt, listedTo, moment);
      return change(proven ?? deferRefund(found, moment.now + moment.policy.lookUpLagMs, moment));
    }
    case 'wait':
      return change(deferRefund(found, step.until, moment));
    case 'quarantine':
      return change(quarantine(found, step.reason, { evidence: null, now: moment.now }));
    case 'pre_flight':
    case 'stop':
      return { kind: 'nothing' };
  }
}

/** Reads the charge; where the attempt is not there although it would show, the same is sent again. */
async function ask(
  world: CampaignWorld,
  found: RefundCase,
  attempt: RefundAttempt,
  source: 'look_up' | 'poll',
): Promise<SeenRefundCase['sighting']> {
  const { provider, merchantAccount, paymentId: chargeRef } = found.refund;
  const read = async () => {
    try {
      return await knownProvider(world, provider).readCharge({ merchantAccount, chargeRef, disputes: 'flagged' });
    } catch (error) {
      world.log.error('a charge was not understood', { subject: chargeRef, ...sayDefect(error) });
      return null;
    }
  };
  const charge = await read();
  const seen = { source, at: world.clock.now(), merchantAccount };
  const sighting = sightInCharge(charge, attempt, seen);
  if (sighting.observation.outcome !== 'absent' || !isSameRequest(world, found, attempt)) return sighting;
  if (!mayResend(found, attempt, world.clock.now()) || openDisputeOf(charge) !== null) return sighting;
  const [slot] = await takeSlots(world, found, 1);
  if (slot === undefined) return sighting;
  await atSlot(world, found, slot);
  return send(world, found, { attempt, send: 'again' });
}

/** Another version of the program may write another request: then it is asked for, not sent. */
function isSameRequest(world: CampaignWorld, { refund }: RefundCase, attempt: RefundAttempt): boolean {
  return world.digest(refundRequestText(refund, attempt.generation)) === attempt.requestDigest;
}
