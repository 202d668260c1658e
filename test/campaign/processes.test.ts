/**
 * A campaign as real processes on real PostgreSQL: three workers, killed with -9 again and again, before a provider
 * that loses requests and answers. Whatever happens, afterwards each liability was discharged once, to the cent, by the
 * provider's own record, and the books say the same.
 *
 * STORNO_PROCESSES=full sends 10,000 refunds and kills a hundred times and more.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY_MS } from '../../src/core/kernel/time.ts';
import { type Chance, makeChance } from '../../src/core/scenario/chance.ts';
import { type Kept, openKeeper } from '../processes/chaos.ts';
import { type House, openHouse, untilAnswers } from '../processes/house.ts';
import { kill9, type Started } from '../processes/program.ts';
import { seedCampaign, seedPlan, type WantedRefund } from './plan.ts';

const isFull = process.env.STORNO_PROCESSES === 'full';
const seed = Number(process.env.STORNO_SEED ?? Date.now() % 1_000_000);
const chance = makeChance(seed);
const skip = process.platform === 'win32' ? 'Windows knows no kill -9' : false;

const REFUNDS = isFull ? 10_000 : 100;
const KILLS_MIN = isFull ? 100 : 5;
/** As many as a worker that was just started must find left to do. */
const PER_TEN_SECONDS = isFull ? 500 : 200;
const KILL_PAUSE_MS = [500, 4000] as const;
const WORKERS = 3;
const END_MS_MAX = isFull ? 1_800_000 : 240_000;
const MERCHANT = 'acct_sandbox';

/** No 500 before anything happened: it is kept under the key, and only the horizon of 12 hours ends that. */
const HOSTILE = {
  faults: {
    requestLost: { perMille: 60 },
    answerLost: { perMille: 100 },
    errorAfter: { perMille: 50 },
    unreadable: { perMille: 30 },
    slow: { perMille: 20 },
  },
  slowBy: { minMs: 200, meanMs: 800, maxMs: 3000 },
  webhooks: { never: { perMille: 1000 } },
};

const keeper = openKeeper();
let house: House;

before(async () => {
  if (skip !== false) return;
  house = await openHouse({ profile: HOSTILE, seed });
});

after(async () => {
  await keeper.stop();
  await house?.close();
});

async function behave(profile: object): Promise<void> {
  const body = JSON.stringify(profile);
  const answer = await fetch(`${house.sandboxUrl}/_sandbox/profile`, { method: 'POST', body });
  assert.equal(answer.status, 200, await answer.text());
}

/** No two are equal, so that a sum tells which ones it holds. */
const amountOf = (number: number) => 100 + number;

async function charge(name: string, number: number): Promise<string> {
  const form = new URLSearchParams({
    amount: String(amountOf(number)),
    currency: 'eur',
    customer: `cus_${number}`,
    payment_method: 'pm_card_visa',
    confirm: 'true',
    off_session: 'true',
    'metadata[rental_id]': name,
  });
  const headers = { authorization: 'Bearer sk_test_sandbox', 'idempotency-key': name };
  const answer = await fetch(`${house.sandboxUrl}/v1/payment_intents`, { method: 'POST', body: form, headers });
  return ((await answer.json()) as { latest_charge: string }).latest_charge;
}

const AT_ONCE = 16;

async function chargeAllTwice(): Promise<readonly WantedRefund[]> {
  const refunds: WantedRefund[] = [];
  for (let first = 0; first < REFUNDS; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, REFUNDS - first) }, (_, at) => first + at);
    const some = numbers.map(async (number) => ({
      accountId: `acc_${number}`,
      keptPaymentId: await charge(`kept_${number}`, number),
      paymentId: await charge(`wrong_${number}`, number),
      amountMinor: amountOf(number),
    }));
    refunds.push(...(await Promise.all(some)));
  }
  return refunds;
}

/** Listings were read to tomorrow: each start of a worker would read thousands of charges that are nobody's here. */
async function readTo(at: number): Promise<void> {
  const names = ['payments', 'ledger'].map((what) => `${what}:stripe:${MERCHANT}`);
  await house.admin.query('insert into storno.cursor select unnest($1::text[]), $2', [names, new Date(at)]);
}

/** What a dead worker held is free, and what nobody can have under way any more is looked at now. */
async function letTimePass(): Promise<void> {
  await house.admin.query(
    `update storno.refund as r
    set version = r.version + 1, lease_owner = null, lease_until = null, run_at = least(r.run_at, statement_timestamp())
    where r.run_at is not null and r.state in ('due', 'in_flight', 'pending') and (
      split_part(r.lease_owner, ':', 2) = any($1::text[])
      or (r.lease_owner is null and r.run_at > statement_timestamp() and not exists (
        select from storno.refund_attempt as a
        where a.account_id = r.account_id and a.liability_id = r.liability_id
          and a.sent_at > statement_timestamp() - $2 * interval '1 ms'
      ))
    )`,
    [keeper.dead.map(String), UNDER_WAY_MS_MAX],
  );
}

/** Longer than the slowest answer of this provider, on a machine that has much else to do. */
const UNDER_WAY_MS_MAX = 10_000;

async function openRows(): Promise<number> {
  const { rows } = await house.admin.query<{ open: number }>(
    `select (select refunds from storno.remedy_plan) - count(*)::int as open
    from storno.refund where state in ('succeeded', 'failed', 'not_owed')`,
  );
  return rows[0]?.open ?? REFUNDS;
}

const LOOK_MS = 500;

interface Toll {
  kills: number;
  open: number;
}

/** Each time it has begun to work. The last refunds are left in peace once there were kills enough. */
async function killAgainAndAgain(worker: Kept, toll: Toll, own: Chance): Promise<void> {
  for (let killed: Started | null = null; toll.open > 0; ) {
    const started = worker.current();
    if (started === killed) {
      await sleep(LOOK_MS / 10);
      continue;
    }
    await Promise.race([started.said(/worker started/), untilOver(toll)]);
    await sleep(own.integer(...KILL_PAUSE_MS));
    if (toll.open === 0 || (toll.kills >= KILLS_MIN && toll.open <= REFUNDS / 10)) {
      await sleep(LOOK_MS);
      continue;
    }
    kill9(started);
    killed = started;
    toll.kills += 1;
  }
}

async function untilOver(toll: Toll): Promise<void> {
  while (toll.open > 0) await sleep(LOOK_MS);
}

test('three workers, killed again and again, discharge each liability exactly once, to the cent', {
  skip,
}, async (t) => {
  t.diagnostic(
    `again: STORNO_SEED=${seed} ${isFull ? 'STORNO_PROCESSES=full ' : ''}node --test test/campaign/processes.test.ts`,
  );
  const sandbox = keeper.keep(house.startSandbox);
  await untilAnswers(`${house.sandboxUrl}/_sandbox/health`, sandbox.current());
  await behave({ name: 'honest', ...HOSTILE, faults: {} });
  const refunds = await chargeAllTwice();
  await readTo(Date.now() + DAY_MS);
  await seedPlan(house.admin, { planId: 'p1', merchantAccount: MERCHANT, refunds });
  await seedCampaign(house.admin, { planId: 'p1', perTenSeconds: PER_TEN_SECONDS });
  await behave(HOSTILE);
  const workers = Array.from({ length: WORKERS }, () => keeper.keep(() => house.startWorker([])));
  await workers[0]?.current().said(/worker started/);
  const until = performance.now() + END_MS_MAX;
  const toll = { kills: 0, open: REFUNDS };
  const killing = workers.map((worker, at) => killAgainAndAgain(worker, toll, chance.fork(`kills ${at}`)));
  while (toll.open > 0) {
    if (performance.now() >= until) {
      const open = toll.open;
      // Ends the killing: the file could not end otherwise.
      toll.open = 0;
      assert.fail(`${open} are open after ${END_MS_MAX} ms; ${toll.kills} kills`);
    }
    await sleep(LOOK_MS);
    await letTimePass();
    toll.open = await openRows();
  }
  await Promise.all(killing);
  const { kills } = toll;
  await keeper.stop();
  assert.deepEqual(keeper.defects, []);
  assert.ok(kills >= KILLS_MIN, `only ${kills} kills`);
  const again = keeper.keep(house.startSandbox);
  await untilAnswers(`${house.sandboxUrl}/_sandbox/health`, again.current());
  await reckon();
  t.diagnostic(`${REFUNDS} refunds, ${kills} kills with -9; ${await countUnheard()} had an answer that nobody heard`);
});

interface Recorded {
  readonly obligations: readonly { readonly obligation: string; readonly refundedMinor: number }[];
}

async function reckon(): Promise<void> {
  const record = (await (await fetch(`${house.sandboxUrl}/_sandbox/ledger`)).json()) as Recorded;
  const refunded = new Map(record.obligations.map((one) => [one.obligation, one.refundedMinor]));
  const wrong: string[] = [];
  for (let number = 0; number < REFUNDS; number += 1) {
    const given = refunded.get(`wrong_${number} rental 1`) ?? 0;
    if (given !== amountOf(number)) wrong.push(`wrong_${number}: ${given}, not ${amountOf(number)}`);
    if ((refunded.get(`kept_${number} rental 1`) ?? 0) !== 0) wrong.push(`kept_${number} was given back too`);
  }
  assert.deepEqual(wrong.slice(0, 20), [], 'by the record of the provider');
  const { rows } = await house.admin.query<{ refunded: bigint; reserved: bigint; booked: bigint }>(
    `select sum(refunded_minor)::bigint as refunded, sum(reserved_minor)::bigint as reserved,
      (select sum(amount)::bigint from storno.transfer where kind = 'refund') as booked
    from storno.liability`,
  );
  const total = BigInt(
    Array.from({ length: REFUNDS }, (_, number) => amountOf(number)).reduce((sum, one) => sum + one),
  );
  assert.deepEqual(rows[0], { refunded: total, reserved: 0n, booked: total });
  const { rows: violated } = await house.admin.query("select storno.check_invariants(statement_timestamp(), '1 day')");
  assert.deepEqual(violated, []);
}

async function countUnheard(): Promise<number> {
  const { rows } = await house.admin.query<{ count: number }>(
    `select count(*)::int as count from (
      select 1 from storno.refund_evidence where outcome = 'unknown' group by account_id, liability_id
    ) as unheard`,
  );
  return rows[0]?.count ?? 0;
}
