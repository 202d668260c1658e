/**
 * Detection over all history in PostgreSQL: the screen on tables divided by account against the same screen on the same
 * rows in undivided tables, in turn on one server.
 *
 *     npm run bench:detect -- --rentals 2m --rounds 4
 *
 * Ends with 1 where dividing does not pay. Figures measured so far: bench/README.md.
 */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { dataFolder } from '../src/world/postgres/embedded/folder.ts';
import { openEmbedded } from '../src/world/postgres/embedded.ts';
import { SCREEN_SETTINGS, SCREEN_STATEMENTS, SCREEN_UNDIVIDED } from '../src/world/postgres/live-facts/screen-sql.ts';
import { migrate } from '../src/world/postgres/migrate.ts';
import { median } from './measure.ts';

const SPEED_UP_MIN = 1.8;
const RENTALS_PER_ACCOUNT = 20;
const TABLES = ['rental', 'rental_key', 'rental_void', 'charge_intent', 'attempt', 'payment'];

const say = (line: string) => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

const { values } = parseArgs({
  options: { rentals: { type: 'string', default: '2m' }, rounds: { type: 'string', default: '4' } },
});
const rentals = parseCount(values.rentals);
const rounds = parseCount(values.rounds);

const folder = join(tmpdir(), `storno-bench-detect-${process.pid}`);
const embedded = await openEmbedded(dataFolder(folder));
try {
  const client = new Client(embedded.server);
  await client.connect();
  // So that only the division differs, both sides have the settings of the product's screen.
  await client.query(SCREEN_SETTINGS.replaceAll('set local', 'set'));
  await migrate(client);
  note(`writing ${rentals} rentals`);
  await fill(client);
  await copyUndivided(client);
  const { divided, undivided, proposed } = await race(client);
  await client.end();
  const speedUp = median(undivided) / median(divided);
  say(`rentals ${rentals}, accounts proposed ${proposed} (equal on both sides)`);
  say(`undivided ${spread(undivided)} s, divided by account ${spread(divided)} s`);
  say(`speed-up ${speedUp.toFixed(2)} (limit ${SPEED_UP_MIN})`);
  process.exitCode = speedUp >= SPEED_UP_MIN ? 0 : 1;
} finally {
  await embedded.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Half a per cent of the rentals are charged twice; everything follows from the number. */
async function fill(client: Client): Promise<void> {
  const drive = `
    select i, 'rnt_' || i as rental_id, 'acc_' || hashint8(i) % ${Math.ceil(rentals / RENTALS_PER_ACCOUNT)} as account_id,
      'veh_' || i % ${Math.ceil(rentals / 100)} as vehicle_id, 200 + abs(hashint8(i + 7)) % 9000 as amount,
      timestamptz '2026-01-01 00:00Z' + i * interval '5 seconds' as started_at
    from generate_series(1, ${rentals}::bigint) i`;
  await client.query(`
    insert into storno.rental_key (rental_id, account_id) select rental_id, account_id from (${drive}) d;
    insert into storno.rental (account_id, rental_id, revision, vehicle_id, market, started_at, ended_at, amount_minor,
      vat_minor, currency, billed_minutes, price_lines, lot_uses, recorded_at)
    select account_id, rental_id, 1, vehicle_id, 'milano', started_at, started_at + interval '20 minutes', amount, 0,
      'EUR', 20, '[]', '[]', started_at from (${drive}) d;
    insert into storno.charge_intent (account_id, rental_id, purpose, occurrence, revision, state, amount_minor, currency,
      provider, run_at, version, declines, created_at)
    select account_id, rental_id, 'rental', 1, 1, 'due', amount, 'EUR', 'stripe', started_at, 1, 0, started_at
      from (${drive}) d;
    insert into storno.attempt (account_id, rental_id, purpose, occurrence, generation, state, idempotency_key,
      request_digest, provider, merchant_account, customer_ref, method_ref, sent_at, horizon_at, absent_at)
    select account_id, rental_id, 'rental', 1, 1, 'sent', 'key of ' || rental_id, repeat('0', 64), 'stripe', 'acct_1',
      'cus_1', 'pm_1', started_at, started_at + interval '12 hours', '{}' from (${drive}) d;
    insert into storno.payment (account_id, provider, merchant_account, payment_id, kind, rental_id, purpose, occurrence,
      generation, status, amount_minor, currency, idempotency_key, created_at, first_seen_at, last_seen_at)
    select account_id, 'stripe', 'acct_1', 'ch_' || i || '_' || copy, 'charge', rental_id, 'rental', 1, 1, 'succeeded',
      amount, 'EUR', 'key of ' || rental_id, started_at, started_at, started_at
    from (${drive}) d cross join generate_series(1, 2) copy where copy = 1 or i % 200 = 0`);
  await client.query('vacuum analyze');
}

/** The same rows, keys and indexes in tables that are not divided. */
async function copyUndivided(client: Client): Promise<void> {
  await client.query('create schema flat');
  for (const table of TABLES) {
    await client.query(`create table flat.${table} (like storno.${table} including all)`);
    await client.query(`insert into flat.${table} select * from storno.${table}`);
  }
  await client.query('vacuum analyze');
}

async function race(client: Client) {
  const divided: number[] = [];
  const undivided: number[] = [];
  let proposed = 0;
  for (let round = 0; round < rounds; round++) {
    const one = await timed(client, SCREEN_STATEMENTS);
    const other = await timed(client, [SCREEN_UNDIVIDED.replaceAll('storno.', 'flat.')]);
    if (one.accounts !== other.accounts) throw new Error(`${one.accounts} accounts, undivided ${other.accounts}`);
    divided.push(one.seconds);
    undivided.push(other.seconds);
    proposed = one.accounts;
    note(`round ${round + 1}: divided ${one.seconds.toFixed(2)} s, undivided ${other.seconds.toFixed(2)} s`);
  }
  return { divided, undivided, proposed };
}

async function timed(client: Client, statements: readonly string[]) {
  const begin = performance.now();
  const accounts = new Set<string>();
  for (const sql of statements) {
    for (const { accountId } of (await client.query<{ accountId: string }>(sql)).rows) accounts.add(accountId);
  }
  return { seconds: (performance.now() - begin) / 1000, accounts: accounts.size };
}

function spread(values: readonly number[]): string {
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(2)).join('/');
}

/** `2m`, `500k`, `4`. */
function parseCount(text: string): number {
  const match = /^(\d+)([km]?)$/i.exec(text);
  if (match === null) throw new Error(`${text} is no count: write 500k or 2m`);
  return Number(match[1]) * ({ k: 1000, m: 1_000_000 }[match[2]?.toLowerCase() ?? ''] ?? 1);
}
