import { lookAgain, type RefundSettled, release } from '../../flow/remedy/settle-refund.ts';
import { systemClock } from '../../world/clock.ts';
import { openLog } from '../../world/log.ts';
import { openRefunds } from '../../world/postgres/campaign.ts';
import { type ActorOptions, problem, withActor } from './actor.ts';
import { type Context, refuse } from './context.ts';
import { EXIT_DONE } from './exit.ts';
import { poolOf } from './live.ts';
import { policyFor } from './policy.ts';
import { readSettings } from './settings.ts';

const DECISIONS = { 'look-again': lookAgain, release } as const;

export type RefundDecision = keyof typeof DECISIONS;

export interface RefundOptions extends ActorOptions {
  readonly plan: string;
  readonly account: string;
}

/** `storno refund look-again|release LIABILITY`: a person decides about a quarantined refund, as an operator. */
export function runRefund(
  context: Context,
  decision: RefundDecision,
  { liabilityId, options }: { readonly liabilityId: string; readonly options: RefundOptions },
): Promise<number> {
  const { settings } = readSettings(process.env);
  return withActor(context, options, async ({ database, actor }) => {
    if (!actor.roles.includes('operator')) {
      return refuse(context, options, [problem('may_not', `${actor.staffId} is no operator.`)]);
    }
    const world = {
      refunds: openRefunds(poolOf(database, { role: 'storno_worker', connectionsMax: 1 })),
      clock: systemClock,
      log: openLog({ write: (line) => void process.stderr.write(line) }),
      settings: { refund: policyFor(settings).refund },
    };
    const key = { accountId: options.account, planId: options.plan, liabilityId };
    const settled = await DECISIONS[decision](world, key);
    if (settled !== 'applied') return refuse(context, options, [problem(settled, say(settled, liabilityId))]);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ liability_id: liabilityId, decision })}\n`
        : `${liabilityId}: ${decision === 'release' ? 'given up here; a further plan may pay it.' : 'a worker looks at it again.'}\n`,
    );
    return EXIT_DONE;
  });
}

export interface UnpayableOptions extends ActorOptions {
  readonly account: string;
  readonly reason: string;
}

/** `storno refund unpayable LIABILITY`: every way was tried. It stays owed, and is told as such when all is closed. */
export function runUnpayable(context: Context, liabilityId: string, options: UnpayableOptions): Promise<number> {
  return withActor(context, options, async ({ database, actor }) => {
    if (!actor.roles.includes('operator')) {
      return refuse(context, options, [problem('may_not', `${actor.staffId} is no operator.`)]);
    }
    const refunds = openRefunds(poolOf(database, { role: 'storno_worker', connectionsMax: 1 }));
    const { account: accountId, reason } = options;
    const left = await refunds.setUnpayable({
      accountId,
      liabilityId,
      reason,
      by: actor.staffId,
      now: systemClock.now(),
    });
    if (typeof left === 'string') {
      const message =
        left === 'unknown'
          ? `${accountId} has no liability ${liabilityId}.`
          : `Nothing is left of ${liabilityId}, or a refund of it is under way.`;
      return refuse(context, options, [problem(left, message)]);
    }
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ liability_id: liabilityId, unpayable_minor: String(left) })}\n`
        : `${liabilityId}: stays owed, and stands as unpayable.\n`,
    );
    return EXIT_DONE;
  });
}

function say(settled: Exclude<RefundSettled, 'applied'>, liabilityId: string): string {
  switch (settled) {
    case 'unknown':
      return `The plan has no refund of ${liabilityId} for this account.`;
    case 'not_quarantined':
      return `The refund of ${liabilityId} is not quarantined: only such a one waits for a person.`;
    case 'may_be_paid':
      return `An attempt of ${liabilityId} may have been paid: look-again asks what became of it.`;
    case 'stale':
      return `${liabilityId} changed at this moment: look at it, then decide again.`;
  }
}
