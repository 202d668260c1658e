import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chanceOf } from '../../sim/chance.ts';
import { createMemoryStore } from '../../sim/store.ts';
import { DAY_MS } from '../../src/core/kernel/time.ts';
import type { LiveStore } from '../../src/flow/ports/store.ts';
import { openStore } from '../../src/world/postgres/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { bothRoles } from './both-roles.ts';
import { nextCommand } from './commands.ts';
import { dumpDatabase, dumpTwin } from './dump.ts';
import { NOW } from './samples.ts';
import { beginSession } from './session.ts';

/**
 * The simulator judges the flows over a memory twin: what it finds is worth as much as the twin is like PostgreSQL.
 * Both get the same commands and must give the same answers, and hold the same at the end. STORNO_SEED repeats a run,
 * STORNO_STORE_SEQUENCES makes it longer.
 */
const SEED = Number(process.env.STORNO_SEED || 20_141_116);
const SEQUENCES = Number(process.env.STORNO_STORE_SEQUENCES || 40);
const COMMANDS = 50;

let database: TestDatabase;
let postgres: LiveStore;

before(async () => {
  database = await freshDatabase();
  postgres = bothRoles(openStore(database.pool('storno_api')), openStore(database.pool('storno_worker')));
});
after(() => database.close());

describe('the twin', () => {
  it(`answers as PostgreSQL does, and holds the same (seed ${SEED}, ${SEQUENCES} sequences)`, async () => {
    const twin = createMemoryStore();
    for (let sequence = 0; sequence < SEQUENCES; sequence += 1) await runSequence(twin, sequence);
    assert.deepEqual(await postgres.checkInvariants({ now: 0, overdueMs: 0 }), []);
    assert.deepEqual(await twin.checkInvariants({ now: 0, overdueMs: 0 }), []);
    assert.deepEqual(await dumpDatabase(database.admin), dumpTwin(twin.rows()));
  });
});

/** Names begin with the number of the sequence and time goes on, so that all of them can share a database. */
async function runSequence(twin: LiveStore, sequence: number): Promise<void> {
  const session = beginSession(`s${sequence}_`, chanceOf(SEED, `sequence ${sequence}`), NOW + sequence * DAY_MS);
  const log: string[] = [];
  for (let at = 0; at < COMMANDS; at += 1) {
    const command = await nextCommand(twin, session);
    log.push(command.name);
    const [expected, actual] = [await outcomeOf(command.run(twin)), await outcomeOf(command.run(postgres))];
    assert.deepEqual(actual, expected, `sequence ${sequence}, command ${at}: ${log.join(', ')}`);
  }
}

/** Where the schema refuses, both throw, in words of their own. */
async function outcomeOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await answer };
  } catch {
    return { refused: true };
  }
}
