import { HOUR_MS, SECOND_MS } from '../../../src/core/kernel/time.ts';
import type { WireRefund } from '../../../src/world/provider/sandbox/engine/objects.ts';
import type { TestDatabase } from '../../postgres.ts';
import type { WantedRefund } from '../plan.ts';
import { PLAN, type Posted, UNAPPROVED } from './actors.ts';
import { BY_HAND } from './dashboard.ts';
import { MERCHANT, type Story } from './story.ts';
import type { SimulatedWorld } from './world.ts';

interface Audited {
  readonly world: SimulatedWorld;
  readonly database: TestDatabase;
  readonly stories: readonly Story[];
  readonly wanted: readonly WantedRefund[];
  readonly posted: readonly Posted[];
  readonly at: number;
}

/** Longer than from any look at a charge to the last request that rests on it. */
const RACE_MS = 14 * HOUR_MS;

/**
 * What must hold when all is over, from the provider's own record and the plan, and then whether our books say the
 * same. Written from the rules: R01 to R12 and the invariants.
 */
export async function audit(audited: Audited): Promise<readonly string[]> {
  const { world, at } = audited;
  // A request lets the provider's own time come to here.
  const headers = { 'stripe-account': MERCHANT };
  world.bank.engine.handle({ method: 'GET', path: '/v1/refunds', query: {}, form: {}, headers }, at);
  const rows = await readRows(audited.database);
  return [
    ...atProvider(audited),
    ...audited.stories.flatMap((story, place) => ofAccount(audited, story, { place, rows })),
    ...(await letters(audited, rows)),
    ...(await goodwill(audited)),
    ...(await books(audited)),
  ];
}

interface Row {
  readonly account_id: string;
  readonly state: string;
  readonly reason: string;
  readonly accepted_at: Date | null;
  readonly refunded: bigint;
  readonly reserved: bigint;
  readonly elsewhere: bigint;
  readonly booked: bigint;
}

async function readRows({ admin }: TestDatabase): Promise<ReadonlyMap<string, Row>> {
  const { rows } = await admin.query<Row>(
    `select l.account_id, r.state, r.reason, r.accepted_at, l.refunded_minor as refunded, l.reserved_minor as reserved,
      l.elsewhere_minor as elsewhere, (
        select coalesce(sum(case t.kind when 'refund' then t.amount else -t.amount end), 0)::bigint
        from storno.transfer as t
        where t.account_id = l.account_id and t.kind in ('refund', 'refund_failed')
      ) as booked
    from storno.refund as r
    join storno.liability as l on l.account_id = r.account_id and l.liability_id = r.liability_id
    where r.plan_id = $1`,
    [PLAN],
  );
  return new Map(rows.map((row) => [row.account_id, row]));
}

function refundsOf({ world }: Audited): readonly WireRefund[] {
  return [...world.bank.engine.rows('refunds')].map(([, { wire }]) => wire);
}

const isLive = ({ status }: WireRefund) => status !== 'failed' && status !== 'canceled';
const sumOf = (refunds: readonly WireRefund[]) => refunds.reduce((sum, { amount }) => sum + amount, 0);
const isByHand = ({ metadata }: WireRefund) => metadata[BY_HAND] !== undefined;

/** Nothing goes back that no approved plan names. */
function atProvider(audited: Audited): readonly string[] {
  const planned = new Map(audited.wanted.map((one) => [one.accountId, one]));
  return refundsOf(audited).flatMap((refund) => {
    if (isByHand(refund)) return [];
    const { account_id: account = '', plan_id: plan } = refund.metadata;
    const row = planned.get(account);
    if (row === undefined || plan !== PLAN) return [`unapproved: ${refund.id} is in no approved plan (INV-9)`];
    if (refund.charge === row.keptPaymentId) return [`${account}: what pays for the rental was given back (R11)`];
    if (refund.charge !== row.paymentId) return [`${account}: a charge of nobody's was given back (INV-9)`];
    return refund.amount === row.amountMinor ? [] : [`${account}: ${refund.amount} were sent, not what was approved`];
  });
}

function ofAccount(
  audited: Audited,
  story: Story,
  { place, rows }: { readonly place: number; readonly rows: ReadonlyMap<string, Row> },
): readonly string[] {
  const { accountId, owed, fate } = story;
  const wanted = audited.wanted[place] as WantedRefund;
  const all = refundsOf(audited).filter(({ charge }) => charge === wanted.paymentId);
  const ours = all.filter((refund) => !isByHand(refund) && isLive(refund));
  const byHand = all.filter((refund) => isByHand(refund) && isLive(refund));
  const found: string[] = [];
  const say = (what: string) => void found.push(`${accountId} (${fate}): ${what}`);
  if (ours.length > 1) say(`given back ${ours.length} times (INV-5)`);
  const sent = all.filter((refund) => !isByHand(refund));
  if (fate === 'kept_refunded' && sent.length > 0) say('both legs were given back (R01)');
  if (fate === 'inquiry' && sent.length > 0) say('sent while a dispute was open (R02)');
  if (isBefore(byHand, sent) && sumOf(byHand) + sumOf(ours) > owed) say('more was given back than is owed (R10)');
  const row = rows.get(accountId);
  if (row === undefined) return [...found, `${accountId} (${fate}): planned, and never begun (R05)`];
  const live = BigInt(sumOf(ours));
  if (row.refunded !== live) say(`counts ${row.refunded} refunded, the provider ${live} (INV-2)`);
  if (row.booked !== live) say(`books ${row.booked} refunded, the provider has ${live} (R09)`);
  if (row.reserved !== 0n) say(`${row.reserved} are still under way at the end`);
  if (row.state === 'succeeded' && live === 0n) say('told as paid, and the provider has it back (R06)');
  if (row.state !== 'succeeded' && live > 0n) say(`paid, and told as ${row.state} (R04)`);
  const lost = lostOf(audited, wanted.paymentId);
  if (row.state === 'not_owed' && sumOf(byHand) + lost < owed) say('not paid although nobody else did');
  const wantedState = STATES[fate];
  if (!wantedState.includes(row.state)) say(`is ${row.state} at the end: ${row.reason}`);
  if (fate === 'refunded_in_two_equal_parts' || fate === 'refunded_by_hand') {
    if (row.elsewhere !== BigInt(owed)) say(`${row.elsewhere} count as given back elsewhere, not ${owed} (R12)`);
  }
  return found;
}

/** What a bank took of the charge for its customer. */
function lostOf({ world }: Audited, charge: string): number {
  const disputes = [...world.bank.engine.rows('disputes')].map(([, { wire }]) => wire);
  const lost = disputes.filter((one) => one.charge === charge && one.status === 'lost');
  return lost.reduce((sum, { amount }) => sum + amount, 0);
}

function isBefore(byHand: readonly WireRefund[], sent: readonly WireRefund[]): boolean {
  const [first] = byHand;
  const [ours] = sent;
  if (first === undefined || ours === undefined) return false;
  return (ours.created - first.created) * SECOND_MS > RACE_MS;
}

/** Canceled: a person gave it up, since it cannot be paid by this plan. */
const STATES: Readonly<Record<Story['fate'], readonly string[]>> = {
  nothing: ['succeeded'],
  card_closed: ['failed'],
  fails_late: ['failed'],
  pending_first: ['succeeded'],
  kept_refunded: ['canceled'],
  refunded_by_hand: ['not_owed'],
  refunded_in_two_equal_parts: ['not_owed'],
  inquiry: ['canceled'],
  refunded_meanwhile: ['succeeded', 'not_owed'],
  disputed_meanwhile: ['succeeded', 'canceled', 'not_owed'],
};

interface LetterRow {
  readonly account_id: string;
  readonly letter_id: string;
  readonly kind: string;
  readonly state: string;
  readonly facts: { readonly refunds?: readonly { readonly amount: { readonly amount: number } }[] };
}

async function letters(audited: Audited, rows: ReadonlyMap<string, Row>): Promise<readonly string[]> {
  const { database, posted, stories, wanted } = audited;
  const { rows: written } = await database.admin.query<LetterRow>('select * from storno.letter order by letter_id');
  const found: string[] = [];
  const refunds = refundsOf(audited).filter((refund) => !isByHand(refund));
  for (const letter of written) {
    const say = (what: string) => void found.push(`${letter.account_id}: letter ${letter.kind} ${what}`);
    const times = posted.filter(({ letterId }) => letterId === letter.letter_id);
    if (times.length !== 1 || letter.state !== 'sent') say(`went out ${times.length} times, is ${letter.state} (R08)`);
    if (letter.kind !== 'refund_sent') continue;
    const mine = refunds.find(({ metadata }) => metadata.account_id === letter.account_id);
    const taken = mine === undefined ? Number.POSITIVE_INFINITY : mine.created * SECOND_MS;
    if (times.some(({ at }) => at < taken)) say('went out before the provider had taken the refund (R08)');
    const told = (letter.facts.refunds ?? []).reduce((sum, { amount }) => sum + Number(amount.amount), 0);
    if (mine !== undefined && told !== mine.amount) say(`tells of ${told}, ${mine.amount} went back (R08)`);
  }
  for (const [place, { accountId }] of stories.entries()) {
    const row = rows.get(accountId);
    const has = (kind: string) => written.some((one) => one.account_id === accountId && one.kind === kind);
    if (row?.state === 'succeeded' && !has('refund_sent')) found.push(`${accountId}: paid, and never told (R08)`);
    if (row?.state === 'failed' && !has('refund_failed_choose')) found.push(`${accountId}: failed, nobody told (R06)`);
    const ids = written.filter((one) => one.account_id === accountId).map(({ kind }) => kind);
    if (new Set(ids).size < ids.length) found.push(`${accountId}: told twice of the same (R08)`);
    if (wanted[place] === undefined) found.push(`${accountId}: no plan`);
  }
  return found;
}

/** Once for each account and incident, and for nobody of whom nothing was approved. */
async function goodwill({ database, stories }: Audited): Promise<readonly string[]> {
  const { rows } = await database.admin.query<{ account_id: string; minutes: number }>(
    "select account_id, sum(minutes)::int as minutes from storno.lot where source = 'goodwill' group by account_id",
  );
  const given = new Map(rows.map(({ account_id: account, minutes }) => [account, minutes]));
  const wrong = stories.filter(({ accountId }) => given.get(accountId) !== 30);
  return [
    ...wrong.map(({ accountId }) => `${accountId}: was given ${given.get(accountId) ?? 0} minutes (R07, INV-6)`),
    ...(given.size > stories.length ? ['minutes were given that nobody approved'] : []),
  ];
}

async function books({ database, at }: Audited): Promise<readonly string[]> {
  const { rows } = await database.admin.query<{ check_invariants: string }>(
    "select storno.check_invariants($1, interval '1 day')",
    [new Date(at)],
  );
  const { rows: campaigns } = await database.admin.query<{ plan_id: string; state: string }>(
    'select plan_id, state from storno.campaign',
  );
  return [
    ...rows.map((row) => row.check_invariants),
    ...campaigns.flatMap(({ plan_id: plan, state }) => [
      ...(plan === UNAPPROVED ? ['a campaign without an approval (INV-9)'] : []),
      ...(state === 'done' ? [] : [`the campaign is ${state} at the end`]),
    ]),
  ];
}
