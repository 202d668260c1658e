import { basename } from 'node:path';
import { utcDayOf } from '../../../core/kernel/day.ts';
import { money, parseMoney, sayMoney, toMajor } from '../../../core/kernel/money.ts';
import type { JsonObject } from '../../../core/remedy/incident.ts';
import { compareVictims, type VictimLine, type VictimsCompared } from '../../../core/remedy/victims.ts';
import type { Assumption, OutsideLook, Prevention } from '../../../flow/ports/casework.ts';
import { openCase } from '../../../flow/remedy/casework.ts';
import { closeIncident } from '../../../flow/remedy/close-incident.ts';
import { countUnexplained, reconcileIncident } from '../../../flow/remedy/reconcile-incident.ts';
import { readGroups, reviewFindings } from '../../../flow/remedy/review-findings.ts';
import { systemClock } from '../../../world/clock.ts';
import { systemEntropy } from '../../../world/entropy.ts';
import { openBankDesk } from '../../../world/postgres/bank.ts';
import { type ActingSide, type ActorOptions, problem, withActor } from '../actor.ts';
import { type Context, refuse, refuseWith } from '../context.ts';
import { EXIT_CRASH, EXIT_DONE, EXIT_ROWS_REJECTED } from '../exit.ts';
import { poolOf } from '../live.ts';
import { hashFile } from './files.ts';
import { groupsText } from './incident-text.ts';
import { type Fields, readCsv } from './read-csv.ts';
import { sayCaseRefused, sayMissing } from './refusals.ts';

/** Hands the work an open incident and whoever may work on it. */
function onCase(
  context: Context,
  options: ActorOptions,
  { incidentId, work }: { readonly incidentId: string; readonly work: (side: ActingSide) => Promise<number> },
): Promise<number> {
  return withActor(context, options, async (side) => {
    const opened = await openCase(side.world, { incidentId, actor: side.actor });
    return opened.ok ? work(side) : refuseWith(context, options, sayCaseRefused(opened.error, incidentId));
  });
}

/** One line for a person, one object for a program. */
function say({ terminal }: Context, options: ActorOptions, { json, text }: { json: object; text: string }): number {
  terminal.out(options.json === true ? `${JSON.stringify(json)}\n` : `${text}\n`);
  return EXIT_DONE;
}

export interface ReviewOptions extends ActorOptions {
  readonly accept?: boolean;
  readonly reject?: boolean;
  readonly reason?: string;
}

/** Without a target: the groups. With one: a person's word on it. */
export function runIncidentReview(
  context: Context,
  { incidentId, target }: { readonly incidentId: string; readonly target: string | undefined },
  options: ReviewOptions,
): Promise<number> {
  const { accept = false, reject = false, reason } = options;
  return onCase(context, options, {
    incidentId,
    work: async ({ world, actor }) => {
      if (target === undefined) {
        const groups = await readGroups(world, incidentId);
        const json = {
          groups: groups.map(({ name, findings }) => ({ name, findings: findings.map((one) => one.findingId) })),
        };
        return say(context, options, { json, text: groupsText(groups, context.terminal.style).trim() });
      }
      if (accept === reject || reason === undefined) {
        return refuse(context, options, [problem('usage', 'Say --accept or --reject, and --reason with why.')]);
      }
      const verdict = accept ? 'accepted' : 'rejected';
      const reviewed = await reviewFindings(world, { incidentId, target, verdict, reason, actor });
      if (!reviewed.ok) return refuseWith(context, options, sayCaseRefused(reviewed.error, incidentId));
      const { findings, written } = reviewed.value;
      const kind = written === 0 ? 'exists' : 'created';
      const text =
        written === 0
          ? `All ${findings} were ${verdict} before: nothing has changed.`
          : `${written} of ${findings} findings are ${verdict} now.`;
      return say(context, options, { json: { result: kind, findings, written }, text });
    },
  });
}

export interface ComplaintOptions extends ActorOptions {
  readonly account: string;
  readonly id: string;
  readonly received?: string;
}

export function runIncidentComplaint(context: Context, incidentId: string, options: ComplaintOptions): Promise<number> {
  const receivedAt = options.received === undefined ? systemClock.now() : Date.parse(options.received);
  if (Number.isNaN(receivedAt))
    return Promise.resolve(refuse(context, options, [problem('usage', '--received is no time.')]));
  return onCase(context, options, {
    incidentId,
    work: async ({ world, actor }) => {
      const { account: accountId, id: complaintId } = options;
      const signature = { by: actor.staffId, at: world.clock.now() };
      const kind = await world.casework.recordComplaint({ incidentId, accountId, complaintId, receivedAt, signature });
      const text = `Complaint ${complaintId} ${kind === 'created' ? 'belongs to' : 'belongs already to'} ${incidentId}.`;
      return say(context, options, { json: { result: kind, complaint_id: complaintId }, text });
    },
  });
}

export interface VictimsOptions extends ActorOptions {
  readonly sentBy: string;
}

/** Somebody else's list of wrong charges against ours: both, only ours, only theirs. */
export async function runIncidentVictims(
  context: Context,
  { incidentId, path }: { readonly incidentId: string; readonly path: string },
  options: VictimsOptions,
): Promise<number> {
  const list = await readCsv<VictimLine>(path, { required: ['payment_id', 'amount', 'currency'], read: victimOf });
  if (!list.ok) return refuse(context, options, [list.error]);
  const sha256 = await hashFile(path);
  return onCase(context, options, {
    incidentId,
    work: async ({ world, actor }) => {
      const signature = { by: actor.staffId, at: world.clock.now() };
      const kind = await world.casework.importVictims({
        incidentId,
        listId: systemEntropy.id('vic', `list ${basename(path)}`),
        sentBy: options.sentBy,
        sha256,
        lines: list.value.rows,
        signature,
      });
      const theirs = await world.casework.readVictims(incidentId, sha256);
      const findings = await world.casework.readFindings(incidentId);
      const ours = findings.flatMap(({ paymentId, refundDue, grade }) =>
        paymentId === null || grade === 'possible' ? [] : [{ paymentId, amount: refundDue }],
      );
      const compared = compareVictims(ours, theirs);
      for (const { line, reason } of list.value.refused)
        context.terminal.err(`storno: ${path} line ${line}: ${reason}.\n`);
      say(context, options, {
        json: { result: kind, ...victimsJson(compared), refused: list.value.refused },
        text: victimsText(compared),
      });
      return list.value.refused.length > 0 ? EXIT_ROWS_REJECTED : EXIT_DONE;
    },
  });
}

function victimOf({ payment_id: paymentId = '', amount = '', currency = '' }: Fields): VictimLine | string {
  if (paymentId === '' || paymentId.length > 500) return 'payment_id is missing or too long';
  const parsed = parseMoney(amount, currency);
  return parsed.ok ? { paymentId, amount: parsed.value } : `amount ${amount} ${currency} is none`;
}

function victimsText({ both, differ, onlyOurs, onlyTheirs }: VictimsCompared): string {
  const shown = onlyTheirs
    .slice(0, SHOWN_MAX)
    .map(({ paymentId, amount }) => `            ${paymentId}  ${sayMoney(amount)}`);
  return [
    `  both      ${both.length}, ${sumText(both)}`,
    `  differ    ${differ.length}`,
    ...differ
      .slice(0, SHOWN_MAX)
      .map((one) => `            ${one.paymentId}  ours ${sayMoney(one.ours)}, theirs ${sayMoney(one.theirs)}`),
    `  only ours ${onlyOurs.length}, ${sumText(onlyOurs)}`,
    `  only theirs ${onlyTheirs.length}, ${sumText(onlyTheirs)}`,
    ...shown,
  ].join('\n');
}

const SHOWN_MAX = 20;

function sumText(lines: readonly VictimLine[]): string {
  const sums = Object.entries(sumsOf(lines));
  return sums.length === 0 ? 'nothing' : sums.map(([currency, sum]) => sayMoney(money(sum, currency))).join(' and ');
}

function sumsOf(lines: readonly VictimLine[]): Readonly<Record<string, bigint>> {
  const sums: Record<string, bigint> = {};
  for (const { amount } of lines) sums[amount.currency] = (sums[amount.currency] ?? 0n) + amount.amountMinor;
  return sums;
}

function victimsJson({ both, differ, onlyOurs, onlyTheirs }: VictimsCompared): object {
  const line = ({ paymentId, amount }: VictimLine) => ({
    payment_id: paymentId,
    amount: toMajor(amount),
    currency: amount.currency,
  });
  return {
    both: both.map(line),
    differ: differ.map(({ paymentId, ours, theirs }) => ({
      payment_id: paymentId,
      ours: toMajor(ours),
      theirs: toMajor(theirs),
      currency: ours.currency,
    })),
    only_ours: onlyOurs.map(line),
    only_theirs: onlyTheirs.map(line),
  };
}

export interface OutsideOptions extends ActorOptions {
  readonly clean?: boolean;
  readonly affected?: boolean;
  readonly note?: string;
}

/** Without a rental: what is to be looked at, and what is known about it. With one: what a person saw. */
export function runIncidentSample(
  context: Context,
  { incidentId, rentalId }: { readonly incidentId: string; readonly rentalId: string | undefined },
  options: OutsideOptions,
): Promise<number> {
  const { clean = false, affected = false, note = '' } = options;
  return onCase(context, options, {
    incidentId,
    work: async ({ world, actor }) => {
      const { sample } = await world.casework.readCaseFile(incidentId);
      if (rentalId === undefined) {
        const json = {
          outside_sample: sample.map((one) => ({
            rental_id: one.rentalId,
            account_id: one.accountId,
            stratum: one.stratum,
            verdict: one.verdict,
            evidence: one.evidence,
          })),
        };
        return say(context, options, { json, text: sample.map(outsideText).join('\n') });
      }
      const drawn = sample.find((one) => one.rentalId === rentalId);
      if (drawn === undefined || clean === affected) {
        const message = drawn === undefined ? `${rentalId} is not in the sample.` : 'Say --clean or --affected.';
        return refuse(context, options, [problem('usage', message)]);
      }
      const { accountId } = drawn;
      const verdict = clean ? 'clean' : 'affected';
      const signature = { by: actor.staffId, at: world.clock.now() };
      const kind = await world.casework.lookOutside({ incidentId, accountId, rentalId, verdict, note, signature });
      if (kind === 'exists_with_different_verdict') {
        const problems = [problem(kind, `${rentalId} was called ${drawn.verdict} before: a look is written once.`)];
        return refuseWith(context, options, { code: EXIT_CRASH, problems });
      }
      return say(context, options, {
        json: { result: kind, rental_id: rentalId, verdict },
        text: `${rentalId} is ${verdict}.`,
      });
    },
  });
}

function outsideText({ stratum, rentalId, accountId, verdict, evidence }: OutsideLook): string {
  const said = Array.isArray(evidence.said) ? evidence.said.join(' ') : '';
  const place = (evidence as JsonObject).market ?? 'no market';
  return `  ${stratum.padEnd(10)}${rentalId}  ${accountId}  ${place}  ${verdict ?? 'to look at'}\n            ${said || 'Nothing was charged for it.'}`;
}

export interface AssumeOptions extends ActorOptions {
  readonly direction: Assumption['direction'];
  readonly evidence: string;
}

export function runIncidentAssume(
  context: Context,
  { incidentId, text }: { readonly incidentId: string; readonly text: string },
  options: AssumeOptions,
): Promise<number> {
  return onCase(context, options, {
    incidentId,
    work: async ({ world, actor }) => {
      const { direction, evidence } = options;
      const signature = { by: actor.staffId, at: world.clock.now() };
      const kind = await world.casework.recordAssumption(incidentId, { text, direction, evidence }, signature);
      const said = kind === 'created' ? 'is written down' : 'was written down before';
      return say(context, options, { json: { result: kind }, text: `The assumption ${said}.` });
    },
  });
}

export interface PreventOptions extends ActorOptions {
  readonly owner: string;
  readonly test: string;
  readonly state: Prevention['state'];
}

/** A measure may be named by its number in the list of the incident: 1 is the first. */
export function runIncidentPrevent(
  context: Context,
  { incidentId, measure: named }: { readonly incidentId: string; readonly measure: string },
  options: PreventOptions,
): Promise<number> {
  return onCase(context, options, {
    incidentId,
    work: async ({ world, actor }) => {
      const { owner, test, state } = options;
      const { preventions } = await world.casework.readCaseFile(incidentId);
      const measure = /^\d+$/.test(named) ? preventions[Number(named) - 1]?.measure : named;
      if (measure === undefined) return refuse(context, options, [problem('usage', `There is no measure ${named}.`)]);
      const signature = { by: actor.staffId, at: world.clock.now() };
      const kind = await world.casework.recordPrevention(incidentId, { measure, owner, test, state }, signature);
      return say(context, options, {
        json: { result: kind, measure },
        text: `${measure}\n  ${owner} owns it; ${test} tests it; ${state}.`,
      });
    },
  });
}

export function runIncidentClose(context: Context, incidentId: string, options: ActorOptions): Promise<number> {
  return withActor(context, options, async ({ world, actor, database }) => {
    const bank = openBankDesk(poolOf(database, { role: 'storno_worker', connectionsMax: 1 }));
    const asOf = utcDayOf(world.clock.now());
    const closed = await closeIncident(world, {
      incidentId,
      actor,
      countUnexplained: async (id) => countUnexplained(await reconcileIncident(bank, { incidentId: id, asOf })),
    });
    if (!closed.ok) {
      if (closed.error.kind !== 'not_ready')
        return refuseWith(context, options, sayCaseRefused(closed.error, incidentId));
      const problems = closed.error.missing.map((missing) => problem(missing.kind, sayMissing(missing)));
      return refuseWith(context, options, { code: EXIT_CRASH, problems });
    }
    const { kind, remains } = closed.value;
    const unpaid = remains.map(({ owed, accounts }) => ({ owed: toMajor(owed), currency: owed.currency, accounts }));
    const rest = remains.map(({ owed, accounts }) => `  unpaid: ${sayMoney(owed)} to ${accounts} accounts\n`).join('');
    const text = `${incidentId} is closed${kind === 'exists' ? ' since before' : ''}.\n${rest || '  Nothing remains unpaid.\n'}`;
    return say(context, options, { json: { result: kind, unpaid }, text: text.trimEnd() });
  });
}
