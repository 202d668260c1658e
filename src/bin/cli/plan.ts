import { money, parseMoney, sayMoney, toMajor } from '../../core/kernel/money.ts';
import { type Instant, sayInstant, toRfc3339 } from '../../core/kernel/time.ts';
import type { Expected } from '../../core/remedy/approve.ts';
import type { Amounts } from '../../core/remedy/remedy-policy.ts';
import { sayCount } from '../../core/remedy/summary.ts';
import type { PlanRows, StoredPlan } from '../../flow/ports/casework.ts';
import { approvePlan, openPlanSample, refusePlan } from '../../flow/remedy/decide-plan.ts';
import { makePlan } from '../../flow/remedy/make-plan.ts';
import { type ActorOptions, problem, withActor } from './actor.ts';
import { previewJson, previewText } from './casework/preview-text.ts';
import { sayCaseRefused, sayDecisionRefused, saySums } from './casework/refusals.ts';
import { COMMAND } from './command.ts';
import { type Context, refuse, refuseWith } from './context.ts';
import { EXIT_CRASH, EXIT_DONE } from './exit.ts';
import { withOffice } from './live.ts';

export interface ApproveOptions extends ActorOptions {
  readonly reason: string;
  readonly digest?: string;
  readonly expectCount?: number;
  readonly expectTotal?: readonly string[];
}

export interface RefuseOptions extends ActorOptions {
  readonly reason: string;
}

export interface SampleOptions extends ActorOptions {
  readonly account?: string;
}

/** `storno plan create INCIDENT`: freezes what is to be done; nothing moves. */
export function runPlanCreate(context: Context, incidentId: string, options: ActorOptions): Promise<number> {
  return withActor(context, options, async ({ world, actor }) => {
    const made = await makePlan(world, { incidentId, actor });
    if (made.ok) {
      const rows = await world.casework.readPlanRows(made.value.plan.planId);
      return print(context, options, { plan: made.value.plan, rows, result: made.value.kind });
    }
    const { error } = made;
    if (error.kind === 'policy_missing') {
      const message = `There is no policy yet: ${COMMAND} policy set --default-2014`;
      return refuse(context, options, [problem(error.kind, message)]);
    }
    if (error.kind === 'nothing_to_do') {
      const out =
        options.json === true
          ? `${JSON.stringify({ result: error.kind, excluded: excludedJson(error.exclusions) })}\n`
          : null;
      context.terminal.out(out ?? `Nothing is left to do.\n${excludedText(error.exclusions)}`);
      return EXIT_DONE;
    }
    return refuseWith(context, options, sayCaseRefused(error, incidentId));
  });
}

export function runPlanShow(context: Context, planId: string, options: ActorOptions): Promise<number> {
  return withOffice(context, options, async (_office, casework) => {
    const plan = await casework.readPlan(planId);
    if (plan === null) return refuseWith(context, options, sayDecisionRefused({ kind: 'plan_unknown' }, planId));
    return print(context, options, { plan, rows: await casework.readPlanRows(planId), result: null });
  });
}

export function runPlanList(context: Context, incidentId: string | undefined, options: ActorOptions): Promise<number> {
  return withOffice(context, options, async (_office, casework) => {
    const plans = await casework.listPlans(incidentId ?? null);
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ plans: plans.map(planJson) })}\n`
        : plans
            .map(
              (plan) =>
                `${plan.planId}  ${stateOf(plan).padEnd(9)}  ${sayCount(plan.refunds)} refunds, ${saySums(plan.sums)}  of ${plan.incidentId}\n`,
            )
            .join(''),
    );
    return EXIT_DONE;
  });
}

/** Without an account: which samples there are. With one: what it gets, and that it was seen. */
export function runPlanSample(context: Context, planId: string, options: SampleOptions): Promise<number> {
  return withActor(context, options, async ({ world, actor }) => {
    if (options.account === undefined) {
      const samples = await world.casework.readSamples(planId, actor.staffId);
      context.terminal.out(
        options.json === true
          ? `${JSON.stringify({ samples: samples.map((one) => ({ account_id: one.accountId, opened: one.isOpened })) })}\n`
          : samples
              .map(({ accountId, isOpened }) =>
                isOpened
                  ? `  seen      ${accountId}\n`
                  : `  to open   ${COMMAND} plan sample ${planId} --account ${accountId}\n`,
              )
              .join(''),
      );
      return EXIT_DONE;
    }
    const opened = await openPlanSample(world, { planId, accountId: options.account, actor });
    if (opened === null) {
      const message = `${planId} has nothing for account ${options.account}.`;
      return refuse(context, options, [problem('account_unknown', message)]);
    }
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ result: opened.kind, ...previewJson(opened.preview) })}\n`
        : previewText(opened.preview, context.terminal.style),
    );
    return EXIT_DONE;
  });
}

export async function runPlanApprove(context: Context, planId: string, options: ApproveOptions): Promise<number> {
  const sums = expectedSums(options.expectTotal ?? []);
  if (typeof sums === 'string') return refuse(context, options, [problem('usage', sums)]);
  const expected: Expected = {
    digest: options.digest ?? null,
    refunds: options.expectCount ?? null,
    sums: options.expectTotal === undefined ? null : sums,
  };
  return withActor(context, options, async ({ world, actor }) => {
    const decided = await approvePlan(world, { planId, reason: options.reason, actor, expected });
    if (!decided.ok) return refuseWith(context, options, sayDecisionRefused(decided.error, planId));
    return sayDecided(context, options, {
      planId,
      decision: 'approved',
      by: actor.staffId,
      expiresAt: decided.value.expiresAt,
    });
  });
}

export function runPlanRefuse(context: Context, planId: string, options: RefuseOptions): Promise<number> {
  return withActor(context, options, async ({ world, actor }) => {
    const decided = await refusePlan(world, { planId, reason: options.reason, actor });
    if (!decided.ok) return refuseWith(context, options, sayDecisionRefused(decided.error, planId));
    return sayDecided(context, options, { planId, decision: 'refused', by: actor.staffId, expiresAt: null });
  });
}

/** `EUR 1234.50`, once a currency. In words what is wrong with it. */
function expectedSums(texts: readonly string[]): Amounts | string {
  const sums: Record<string, bigint> = {};
  for (const text of texts) {
    const [currency = '', amount = ''] = text.trim().split(/\s+/);
    const parsed = parseMoney(amount.replaceAll(',', ''), currency);
    if (!parsed.ok) return `--expect-total is a currency and an amount, such as "EUR 1234.50", not "${text}".`;
    sums[currency] = parsed.value.amountMinor;
  }
  return sums;
}

interface Decided {
  readonly planId: string;
  readonly decision: 'approved' | 'refused';
  readonly by: string;
  readonly expiresAt: Instant | null;
}

function sayDecided({ terminal }: Context, options: ActorOptions, decided: Decided): number {
  const { planId, decision, by, expiresAt } = decided;
  const until = expiresAt === null ? null : toRfc3339(expiresAt);
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ result: decision, plan_id: planId, decided_by: by, expires_at: until })}\n`);
  } else if (expiresAt === null) {
    terminal.out(`${planId} is refused by ${by}: it will never be carried out.\n`);
  } else {
    terminal.out(
      `${planId} is approved by ${by}. Nothing has moved yet.\nTo be begun by ${sayInstant(expiresAt)}:\n  ${COMMAND} run ${planId}\n`,
    );
  }
  return EXIT_DONE;
}

function stateOf({ decision }: StoredPlan): string {
  return decision === null ? 'undecided' : decision.decision;
}

interface Shown {
  readonly plan: StoredPlan;
  readonly rows: PlanRows;
  readonly result: 'created' | 'exists' | null;
}

function print({ terminal }: Context, options: ActorOptions, { plan, rows, result }: Shown): number {
  if (options.json === true) {
    const body = { ...(result === null ? {} : { result }), ...planJson(plan), excluded: excludedJson(rows.exclusions) };
    terminal.out(`${JSON.stringify(body)}\n`);
    return rows.accounts.length === plan.accounts ? EXIT_DONE : EXIT_CRASH;
  }
  const minutes = Object.entries(plan.minutes).map(([market, sum]) => `${sayCount(sum)} in ${market}`);
  const letters = new Map<string, number>();
  for (const { letter } of rows.accounts) letters.set(letter, (letters.get(letter) ?? 0) + 1);
  const channels = new Map<string, number>();
  for (const { channel } of rows.refunds) channels.set(channel, (channels.get(channel) ?? 0) + 1);
  const row = (name: string, value: string) => `  ${name.padEnd(10)}${value}\n`;
  terminal.out(
    [
      `${terminal.style('bold', plan.planId)}  ${result === 'exists' ? 'stands already, nothing has changed' : stateOf(plan)}\n`,
      row('pays', terminal.style('bold', saySums(plan.sums))),
      row('refunds', `${sayCount(plan.refunds)}: ${listOf(channels)}`),
      row('accounts', `${sayCount(plan.accounts)}; letters: ${listOf(letters)}`),
      row('minutes', minutes.length === 0 ? 'none' : minutes.join(', ')),
      row('policy', String(plan.policyVersion)),
      row('planned', `by ${plan.plannedBy}, ${sayInstant(plan.plannedAt)}`),
      row('digest', plan.digest),
      excludedText(rows.exclusions),
      nextText(plan),
    ].join(''),
  );
  return EXIT_DONE;
}

function listOf(counts: ReadonlyMap<string, number>): string {
  return counts.size === 0
    ? 'none'
    : [...counts].map(([name, count]) => `${sayCount(count)} ${name.replaceAll('_', ' ')}`).join(', ');
}

function nextText({ decision, planId, samples, refunds, sums }: StoredPlan): string {
  if (decision !== null) {
    const until = decision.decision === 'approved' ? `, to be begun by ${sayInstant(decision.expiresAt)}` : '';
    return `\n${decision.decision === 'approved' ? 'Approved' : 'Refused'} by ${decision.decidedBy}: ${decision.reason}${until}\n`;
  }
  const totals = Object.entries(sums).map(([currency, sum]) => ` --expect-total "${sayMoney(money(sum, currency))}"`);
  return [
    `\nNothing moves before another person has opened ${samples} samples and approved:\n`,
    `  ${COMMAND} plan sample ${planId}\n`,
    `  ${COMMAND} plan approve ${planId} --reason "…" --expect-count ${refunds}${totals.join('')}\n`,
  ].join('');
}

type Exclusions = PlanRows['exclusions'];

function excludedText(exclusions: Exclusions): string {
  if (exclusions.length === 0) return '';
  const lines = groupsOf(exclusions).map(
    ({ reason, count, sums }) => `  ${sayCount(count).padStart(7)}  ${saySums(sums).padEnd(14)}  ${reason}\n`,
  );
  return `\nLeft out\n${lines.join('')}`;
}

function excludedJson(exclusions: Exclusions): readonly object[] {
  return groupsOf(exclusions).map(({ reason, count, sums }) => ({ reason, findings: count, sums: majors(sums) }));
}

function groupsOf(exclusions: Exclusions) {
  const groups = new Map<string, { count: number; sums: Record<string, bigint> }>();
  for (const { reason, amountMinor, currency } of exclusions) {
    const group = groups.get(reason) ?? { count: 0, sums: {} };
    group.count += 1;
    if (amountMinor > 0n) group.sums[currency] = (group.sums[currency] ?? 0n) + amountMinor;
    groups.set(reason, group);
  }
  return [...groups]
    .map(([reason, group]) => ({ reason, ...group }))
    .sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1));
}

function majors(sums: Amounts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sums).map(([currency, amountMinor]) => [currency, toMajor(money(amountMinor, currency))]),
  );
}

function planJson(plan: StoredPlan): object {
  const { decision } = plan;
  return {
    plan_id: plan.planId,
    incident_id: plan.incidentId,
    state: stateOf(plan),
    policy_version: plan.policyVersion,
    digest: plan.digest,
    basis_digest: plan.basisDigest,
    accounts: plan.accounts,
    refunds: plan.refunds,
    sums: majors(plan.sums),
    minutes: plan.minutes,
    samples: plan.samples,
    planned_by: plan.plannedBy,
    planned_at: toRfc3339(plan.plannedAt),
    decision:
      decision === null
        ? null
        : {
            decision: decision.decision,
            reason: decision.reason,
            decided_by: decision.decidedBy,
            decided_at: toRfc3339(decision.decidedAt),
            expires_at: toRfc3339(decision.expiresAt),
          },
  };
}
