import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MEMORY_LIMIT, openDatabase, queryRows } from './open.ts';

test('a database has its limits, spills into a folder of its own, and leaves nothing behind', async () => {
  const database = await openDatabase({ memoryLimit: '512MB', threads: 1, spillFolder: null });
  const { folder } = database;
  const [row] = await queryRows(
    database,
    `SELECT current_setting('threads'), current_setting('memory_limit'), current_setting('temp_directory'),
       current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions'), current_setting('TimeZone')`,
  );
  assert.deepEqual(row, [1n, '488.2 MiB', join(folder, 'spill'), false, false, 'UTC']);
  assert.ok(existsSync(folder));
  database.close();
  assert.ok(!existsSync(folder));
});

test('a process that ends in the middle leaves no folder behind', () => {
  const place = mkdtempSync(join(tmpdir(), 'storno-test-'));
  try {
    const script = `
      const { openDatabase } = await import(${JSON.stringify(new URL('./open.ts', import.meta.url).href)});
      const { readdirSync } = await import('node:fs');
      await openDatabase({ memoryLimit: ${JSON.stringify(MEMORY_LIMIT)}, threads: 1, spillFolder: ${JSON.stringify(place)} });
      process.stdout.write(String(readdirSync(${JSON.stringify(place)}).length));
      process.exit(0);`;
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }), '1');
    assert.deepEqual(readdirSync(place), []);
  } finally {
    rmSync(place, { recursive: true });
  }
});
