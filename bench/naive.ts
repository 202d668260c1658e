/**
 * What one would try first: accounts and rentals with more than one charge. Run as `node bench/naive.ts FILE`, with the
 * threads and the memory limit that a scan has.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { MEMORY_LIMIT } from '../src/world/duckdb/open.ts';

const [file = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'storno-naive-'));
try {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(Math.min(availableParallelism(), 8)),
    memory_limit: MEMORY_LIMIT,
    temp_directory: folder,
  });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `select account_id, rental_id, count(*) from '${file}' group by account_id, rental_id having count(*) > 1`,
  );
  process.stdout.write(`${reader.currentRowCount}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
