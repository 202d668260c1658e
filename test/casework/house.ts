import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_2014, type RemedyPolicy, remedyPolicyText } from '../../src/core/remedy/remedy-policy.ts';
import type { Staff, StaffRole } from '../../src/core/remedy/staff.ts';
import type { Scenario } from '../../src/core/scenario/write-history.ts';
import type { Casework } from '../../src/flow/ports/casework.ts';
import { type CaseworkWorld, setPolicy } from '../../src/flow/remedy/casework.ts';
import { type OpenRequest, openIncident } from '../../src/flow/remedy/open-incident.ts';
import { sha256 } from '../../src/world/digest.ts';
import { openArchive } from '../../src/world/duckdb/archive.ts';
import { openFolder } from '../../src/world/out/folder.ts';
import { writeScenarioFiles } from '../../src/world/out/scenario-files.ts';
import { openCasework } from '../../src/world/postgres/casework.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';

/** The Tuesday after: 18 November 2014. */
export const NOON = Date.UTC(2014, 10, 18, 12);

export interface House {
  readonly database: TestDatabase;
  readonly casework: Casework;
  readonly world: CaseworkWorld & { at: number };
  /** Plans. */
  readonly anna: Staff;
  /** Approves. */
  readonly bruno: Staff;
  readonly admin: Staff;
}

/** A database with three people and the policy of 2014. */
export async function openHouse(policy: RemedyPolicy = DEFAULT_2014): Promise<House> {
  return furnish(await freshDatabase(), policy);
}

/** The same in a database that is there. */
export async function furnish(database: TestDatabase, policy: RemedyPolicy): Promise<House> {
  const casework = openCasework(database.pool('storno_api'));
  const world = {
    at: NOON,
    casework,
    digest: sha256,
    clock: { now: () => world.at, monotonicMs: () => world.at, sleep: async () => undefined },
  };
  const anna = person('anna', ['operator']);
  const bruno = person('bruno', ['operator', 'approver']);
  const admin = person('admin', ['admin']);
  for (const one of [anna, bruno, admin]) await casework.putStaff(one);
  await setPolicy(world, { text: remedyPolicyText(policy), actor: admin });
  return { database, casework, world, anna, bruno, admin };
}

export function person(staffId: string, roles: readonly StaffRole[], accountId: string | null = null): Staff {
  return { staffId, name: staffId, roles, accountId, recordedAt: NOON, disabledAt: null };
}

const SILENT = { begin: () => undefined, advance: () => undefined, end: () => undefined };

/** Writes the scenario's files and opens an incident from them. */
export async function openFrom(house: House, scenario: Scenario, request: Partial<OpenRequest> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'storno-casework-'));
  const archive = await openArchive({ memory: '500MB' });
  try {
    const out = openFolder(join(folder, 'files'));
    if (!out.ok) throw new Error('no folder');
    const [rentals = '', payments = ''] = await writeScenarioFiles(out.value, scenario);
    return await openIncident(
      { ...house.world, archive, progress: SILENT },
      {
        sources: { files: { rentals: [rentals], payments: [payments] }, map: null, timeZone: null },
        source: 'files',
        files: [],
        title: null,
        merchant: { provider: 'stripe', merchantAccount: 'acct_1' },
        lookBack: null,
        actor: house.anna,
        ...request,
      },
    );
  } finally {
    await archive.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
