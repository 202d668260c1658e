/**
 * What one would try first, with the threads and the memory limit that a scan has:
 *
 * - `node bench/naive.ts PAYMENTS`: accounts and rentals with more than one charge;
 * - `node bench/naive.ts PAYMENTS RENTALS`: the balance, what was taken and given back for each rental, less its price.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { MEMORY_LIMIT } from '../src/world/duckdb/open.ts';

const [payments = '', rentals] = process.argv.slice(2);

const DUPLICATES = `
  select account_id, rental_id, count(*) from '${payments}' group by account_id, rental_id having count(*) > 1`;

const BALANCE = `
  with moved as (
    select rental_id, sum(amount) filter (kind = 'charge') as taken, sum(amount) filter (kind = 'refund') as given_back
    from '${payments}' where rental_id is not null and status = 'succeeded' group by rental_id
  )
  select rental.rental_id, coalesce(taken, 0) - coalesce(given_back, 0) - amount_due as balance
  from '${rentals}' rental left join moved on moved.rental_id = rental.rental_id where balance <> 0`;

const folder = mkdtempSync(join(tmpdir(), 'storno-naive-'));
try {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(Math.min(availableParallelism(), 8)),
    memory_limit: MEMORY_LIMIT,
    temp_directory: folder,
  });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(rentals === undefined ? DUPLICATES : BALANCE);
  process.stdout.write(`${reader.currentRowCount}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
