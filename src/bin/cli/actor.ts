import { readFile } from 'node:fs/promises';
import { SECOND_MS } from '../../core/kernel/time.ts';
import { mayGovern, mayOperate, type Staff } from '../../core/remedy/staff.ts';
import type { Casework } from '../../flow/ports/casework.ts';
import type { Office } from '../../flow/ports/office.ts';
import type { CaseworkWorld } from '../../flow/remedy/casework.ts';
import { isOpenedBy, parseKey } from '../../http/key.ts';
import { systemClock } from '../../world/clock.ts';
import { sha256 } from '../../world/digest.ts';
import { openCasework } from '../../world/postgres/casework.ts';
import type { Database } from '../../world/postgres/database.ts';
import { guarded } from '../../world/postgres/errors.ts';
import { openOffice } from '../../world/postgres/office.ts';
import { type Context, refuseWith, type SpeechOptions } from './context.ts';
import { EXIT_NOT_APPROVED, type Problem } from './exit.ts';
import { withDatabase } from './open-database.ts';

export interface ActorOptions extends SpeechOptions {
  /** A file whose only line is the key. */
  readonly keyFile?: string;
}

/** A command that a known person gives. */
export interface ActingSide {
  readonly database: Database;
  readonly world: CaseworkWorld;
  readonly actor: Staff;
}

/** A plan of a million rows is read and written within minutes. */
const STATEMENT_MS_MAX = 600 * SECOND_MS;
const CONNECTIONS_MAX = 2;

/**
 * Hands the work the person whose key stands in STORNO_KEY or in the file of --key-file: decisions are always a
 * person's, and he proves who he is.
 */
export function withActor(
  context: Context,
  options: ActorOptions,
  work: (side: ActingSide) => Promise<number>,
): Promise<number> {
  return withDatabase(context, { url: null, options }, async (database) => {
    const connectionsMax = CONNECTIONS_MAX;
    const pool = database.openPool({ role: 'storno_api', connectionsMax, statementMsMax: STATEMENT_MS_MAX });
    const casework = openCasework(pool);
    const office = openOffice({ connections: pool, guard: guarded });
    const found = await findActor({ office, casework }, options.keyFile);
    if ('message' in found) return refuseWith(context, options, { code: EXIT_NOT_APPROVED, problems: [found] });
    return work({ database, world: { casework, clock: systemClock, digest: sha256 }, actor: found });
  });
}

/** As `withActor`, for whoever carries things out. */
export function withOperator(
  context: Context,
  options: ActorOptions,
  work: (side: ActingSide) => Promise<number>,
): Promise<number> {
  return withActor(context, options, async (side) => {
    if (mayOperate(side.actor)) return work(side);
    const problems = [problem('may_not', `${side.actor.staffId} is no operator: this takes the role.`)];
    return refuseWith(context, options, { code: EXIT_NOT_APPROVED, problems });
  });
}

interface Registers {
  readonly office: Office;
  readonly casework: Casework;
}

async function findActor({ office, casework }: Registers, keyFile: string | undefined): Promise<Staff | Problem> {
  const text = await readKeyText(keyFile);
  if (text === null) {
    return problem('key_missing', 'Say who you are: put your key into STORNO_KEY, or name its file with --key-file.');
  }
  const parsed = parseKey(text);
  const key = parsed === null ? null : await office.readKey(parsed.keyId);
  if (parsed === null || key === null || !isOpenedBy(key, parsed.secret, systemClock.now())) {
    return problem('key_refused', 'The key opens nothing: it is mistyped, expired or revoked.');
  }
  if (key.staffId === null) {
    return problem(
      'key_of_nobody',
      `${key.keyId} is a program's key. A person's is made with: storno key create --staff ID`,
    );
  }
  const staff = await casework.readStaff(key.staffId);
  if (staff === null || staff.disabledAt !== null) {
    return problem('staff_disabled', `${key.staffId} does not work here any more.`);
  }
  return staff;
}

async function readKeyText(keyFile: string | undefined): Promise<string | null> {
  if (keyFile === undefined) return process.env.STORNO_KEY?.trim() || null;
  return (await readFile(keyFile, 'utf8').catch(() => '')).trim() || null;
}

/**
 * Why a key may not be bound to this person; null where it may. The first personal key of a database is made by
 * whoever set it up, for an admin; every later one by an admin.
 */
export async function mayBind(registers: Registers, staffId: string): Promise<Problem | null> {
  const staff = await registers.casework.readStaff(staffId);
  if (staff === null) return problem('staff_unknown', `There is nobody ${staffId}: storno staff add ${staffId}`);
  const isFirst = (await registers.office.listKeys()).every((key) => key.staffId === null);
  if (isFirst) {
    if (mayGovern(staff)) return null;
    return problem('not_admin', `The first personal key is an admin's, and ${staffId} is none.`);
  }
  const actor = await findActor(registers, undefined);
  if ('message' in actor) return actor;
  return mayGovern(actor)
    ? null
    : problem('may_not', `${actor.staffId} is no admin: only an admin makes keys of people.`);
}

export function problem(kind: string, message: string): Problem {
  return { kind, file: null, message };
}
