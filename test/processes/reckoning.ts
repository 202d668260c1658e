import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE_MS, SECOND_MS } from '../../src/core/kernel/time.ts';
import type { House } from './house.ts';
import { amountOf, outcomeOf, rentalOf } from './operator.ts';

/** How long everything has, from when the faults stop until nothing is open. */
const RESOLVE_MS_MAX = 90_000;
const PAUSE_MS = 500;

/** As in src/bin/cli/worker-loops.ts. */
const LEASE_MS = 3 * MINUTE_MS;

/**
 * A claim that the living have not finished after this is one whose answer was lost on the way to them: they do not
 * know that they have it.
 */
const CLAIM_MS_MAX = 5 * SECOND_MS;

/** The three minutes of a lease pass for the dead or frozen, by process ids. A version more, as a claim has. */
export async function letLeasesPass({ admin }: Pick<House, 'admin'>, holders: readonly number[]): Promise<void> {
  await admin.query(
    `update storno.charge_intent
    set version = version + 1, lease_owner = null, lease_until = null, run_at = least(run_at, statement_timestamp())
    where split_part(lease_owner, ':', 2) = any($1::text[])
      or lease_until < statement_timestamp() + $2 * interval '1 ms'`,
    [holders.map(String), LEASE_MS - CLAIM_MS_MAX],
  );
}

/** Time passes for whatever waits, and nobody has it: pauses between looks, and between tries of an event. */
export async function letTimePass(house: Pick<House, 'admin'>, holders: readonly number[]): Promise<void> {
  await letLeasesPass(house, holders);
  await house.admin.query(
    `update storno.charge_intent set version = version + 1, run_at = statement_timestamp()
    where run_at > statement_timestamp() and lease_owner is null`,
  );
  await house.admin.query(
    'update storno.inbox set run_at = statement_timestamp() where run_at > statement_timestamp()',
  );
}

/** Intents that are not final. */
export async function openIntents({ admin }: Pick<House, 'admin'>): Promise<readonly string[]> {
  const { rows } = await admin.query<{ open: string }>(
    `select rental_id || ' ' || state || ' ' || coalesce('held by ' || lease_owner, '') as open
    from storno.charge_intent where state in ('due', 'in_flight', 'parked')`,
  );
  return rows.map(({ open }) => open);
}

/** Calls `help` again and again until everything is final. */
export async function untilResolved(house: Pick<House, 'admin'>, help: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + RESOLVE_MS_MAX;
  for (;;) {
    const open = await openIntents(house);
    if (open.length === 0) return;
    assert.ok(performance.now() < until, `still open: ${open.slice(0, 20).join(', ')}`);
    await help();
    await sleep(PAUSE_MS);
  }
}

interface Ledger {
  readonly obligations: readonly {
    readonly obligation: string;
    readonly captures: number;
    readonly charges: readonly { readonly amount: number }[];
  }[];
}

/** Compares what the provider has, what stands in the database and what was ordered. Numbers are those of rentals. */
export async function reckonCharges(house: House, numbers: readonly number[]): Promise<void> {
  await assertOutcomes(house, numbers);
  await assertTakenOnce(house, payersOf(numbers));
  await assertInvariants(house);
}

/** The books too, to the cent; the ledger of the provider must have been read since. */
export async function reckon(house: House, numbers: readonly number[]): Promise<{ readonly captures: number }> {
  await reckonCharges(house, numbers);
  const payers = payersOf(numbers);
  const total = payers.reduce((sum, number) => sum + BigInt(amountOf(number)), 0n);
  await assertBooks(house, { numbers, total });
  return { captures: payers.length };
}

function payersOf(numbers: readonly number[]): readonly number[] {
  return numbers.filter((number) => outcomeOf(number) === 'succeeded');
}

async function assertOutcomes({ admin }: House, numbers: readonly number[]): Promise<void> {
  const { rows } = await admin.query<{ rental_id: string; state: string }>(
    'select rental_id, state from storno.charge_intent',
  );
  const states = new Map(rows.map(({ rental_id, state }) => [rental_id, state]));
  const wrong = numbers
    .map((number) => ({ rental: rentalOf(number), is: states.get(rentalOf(number)), mustBe: outcomeOf(number) }))
    .filter(({ is, mustBe }) => is !== mustBe)
    .map(({ rental, is, mustBe }) => `${rental} was acknowledged and is ${is ?? 'lost'}, not ${mustBe}`);
  assert.deepEqual(wrong, []);
  assert.equal(rows.length, numbers.length, 'intents that nobody asked for');
  const { rows: attempts } = await admin.query(
    `select rental_id, generation, state from storno.attempt where state in ('sent', 'pending')`,
  );
  assert.deepEqual(attempts, [], 'attempts without an end');
  const { rows: told } = await admin.query<{ rental: string }>(
    `select data ->> 'rental_id' as rental from storno.outbox
    where type in ('charge.succeeded', 'charge.uncollected')`,
  );
  assert.deepEqual(told.map(({ rental }) => rental).toSorted(), numbers.map(rentalOf).toSorted(), 'told once each');
}

async function assertTakenOnce({ sandboxUrl }: House, payers: readonly number[]): Promise<void> {
  const record = (await (await fetch(`${sandboxUrl}/_sandbox/ledger`)).json()) as Ledger;
  const taken = new Map(record.obligations.map((one) => [one.obligation, one]));
  const wrong = payers
    .map((number) => ({ name: `${rentalOf(number)} rental 1`, mustBe: amountOf(number) }))
    .filter(({ name, mustBe }) => taken.get(name)?.captures !== 1 || taken.get(name)?.charges[0]?.amount !== mustBe)
    .map(({ name }) => `${name}: ${JSON.stringify(taken.get(name) ?? 'never taken')}`);
  assert.deepEqual(wrong, [], 'not taken once, by the record of the provider');
  assert.equal(taken.size, payers.length, 'the provider took what nobody owes');
}

/** A day: whatever waits for longer than that has been forgotten. */
const OVERDUE = '1 day';

async function assertInvariants({ admin }: House): Promise<void> {
  const { rows: violations } = await admin.query(
    `select * from storno.check_invariants(statement_timestamp(), $1::interval)`,
    [OVERDUE],
  );
  assert.deepEqual(violations, []);
  const { rows: alarms } = await admin.query(`select data from storno.outbox where type = 'alarm.raised'`);
  assert.deepEqual(alarms, []);
}

async function assertBooks(
  house: House,
  { numbers, total }: { readonly numbers: readonly number[]; readonly total: bigint },
): Promise<void> {
  const { admin } = house;
  const { rows } = await admin.query<{ line: string; balance: bigint }>(
    `select line, sum(amount)::bigint as balance from (
      select debit as line, amount from storno.transfer
      union all
      select credit, -amount from storno.transfer
    ) as side group by line`,
  );
  const balance = new Map(rows.map((row) => [row.line, row.balance]));
  const of = (line: string) => balance.get(line) ?? 0n;
  const earned = numbers.reduce((sum, number) => sum + BigInt(amountOf(number)), 0n);
  assert.equal(
    [...balance.values()].reduce((sum, one) => sum + one, 0n),
    0n,
    'the trial balance',
  );
  assert.equal(of('house_clearing'), 0n, 'clearing, after the ledger of the provider was read');
  assert.equal(of('account_receivable'), 0n, 'nothing is owed any more');
  assert.equal(of('account_payable'), 0n, 'nothing was taken beyond what was owed');
  assert.equal(of('house_provider') + of('house_provider_fees') + of('house_bank'), total, 'what the provider holds');
  assert.equal(-of('house_revenue') - of('house_vat'), earned, 'what was earned');
  assert.equal(of('house_written_off'), earned - total, 'what was written off');
  await house.run(['books', 'balance']);
}
