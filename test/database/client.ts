import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/world/postgres/database.ts';
import { dataFolder } from '../../src/world/postgres/embedded/folder.ts';
import { readPostmaster } from '../../src/world/postgres/embedded/postmaster-file.ts';

/**
 * A process of its own that uses the database of a folder: `node client.ts FOLDER hold` until it is told to leave,
 * `… insert` for ever. What it has reached it says on stdout, one word or number a line, after the database has
 * acknowledged it and not through any buffer of ours.
 */
const INSERT = `insert into storno.alarm (kind, subject, message, raised_at) values ('test', $1, '', '2014-11-12')`;

const [path, work] = process.argv.slice(2);
if (path === undefined) throw new Error('which folder?');
const folder = dataFolder(path);
const database = await openDatabase({ kind: 'embedded', folder }, () => undefined);
const pool = database.openPool({ role: 'storno_worker', connectionsMax: 4, statementMsMax: 10_000 });
say(`server ${(await readPostmaster(folder))?.pid}`);
if (work === 'insert') await Promise.all([1, 2, 3].map(insertForEver));
process.stdin.resume();
process.stdin.once('end', async () => {
  await database.close();
  say('left');
});

async function insertForEver(lane: number): Promise<void> {
  for (let count = 1; ; count += 1) {
    const id = `${process.pid}-${lane}-${count}`;
    await pool.query(INSERT, [id]).catch(() => sleep(60_000));
    say(id);
  }
}

function say(text: string): void {
  writeSync(1, `${text}\n`);
}
