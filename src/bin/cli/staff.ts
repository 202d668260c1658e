import { toRfc3339 } from '../../core/kernel/time.ts';
import { mayGovern, STAFF_ROLES, type Staff, type StaffRole } from '../../core/remedy/staff.ts';
import { systemClock } from '../../world/clock.ts';
import { type ActorOptions, problem, withActor } from './actor.ts';
import { type Context, refuse, refuseWith } from './context.ts';
import { EXIT_DONE, EXIT_NOT_APPROVED } from './exit.ts';
import { withOffice } from './live.ts';

export interface StaffAddOptions extends ActorOptions {
  readonly name: string;
  readonly roles: string;
  readonly account?: string;
}

/** The first person of a database is an admin, added by whoever set it up; every later one is added by an admin. */
export async function runStaffAdd(context: Context, staffId: string, options: StaffAddOptions): Promise<number> {
  const roles = options.roles.split(',').map((role) => role.trim());
  const unknown = roles.filter((role) => !(STAFF_ROLES as readonly string[]).includes(role));
  if (unknown.length > 0) {
    const message = `There is no role ${unknown.join(', ')}: use some of ${STAFF_ROLES.join(',')}.`;
    return refuse(context, options, [problem('usage', message)]);
  }
  const staff: Staff = {
    staffId,
    name: options.name,
    roles: roles as StaffRole[],
    accountId: options.account ?? null,
    recordedAt: systemClock.now(),
    disabledAt: null,
  };
  let isFirst = false;
  const first = await withOffice(context, options, async (_office, casework) => {
    isFirst = (await casework.listStaff()).length === 0;
    if (!isFirst) return EXIT_DONE;
    if (!mayGovern(staff)) {
      return refuse(context, options, [problem('not_admin', 'The first person must be an admin: --roles admin,…')]);
    }
    return say(context, options, { staff, kind: await casework.putStaff(staff) });
  });
  if (isFirst || first !== EXIT_DONE) return first;
  return withActor(context, options, async ({ world, actor }) => {
    if (!mayGovern(actor)) {
      const problems = [problem('may_not', `${actor.staffId} is no admin: only an admin adds people.`)];
      return refuseWith(context, options, { code: EXIT_NOT_APPROVED, problems });
    }
    return say(context, options, { staff, kind: await world.casework.putStaff(staff) });
  });
}

interface Added {
  readonly staff: Staff;
  readonly kind: 'created' | 'exists' | 'differs';
}

function say(context: Context, options: ActorOptions, { staff, kind }: Added): number {
  const { staffId, roles } = staff;
  if (kind === 'differs') {
    const message = `${staffId} is somebody else already, or has other roles: storno staff list`;
    return refuse(context, options, [problem('staff_differs', message)]);
  }
  context.terminal.out(
    options.json === true
      ? `${JSON.stringify({ result: kind, staff_id: staffId, roles })}\n`
      : `${staffId} ${kind === 'created' ? 'works here now' : 'works here already'}: ${roles.join(', ')}.\n`,
  );
  return EXIT_DONE;
}

export function runStaffList(context: Context, options: ActorOptions): Promise<number> {
  return withOffice(context, options, async (_office, casework) => {
    const people = await casework.listStaff();
    context.terminal.out(
      options.json === true
        ? `${JSON.stringify({ staff: people.map(asJson) })}\n`
        : people
            .map(({ staffId, name, roles, disabledAt }) => {
              const state = disabledAt === null ? '' : `  gone since ${toRfc3339(disabledAt)}`;
              return `${staffId.padEnd(12)}  ${name.padEnd(20)}  ${roles.join(', ')}${state}\n`;
            })
            .join(''),
    );
    return EXIT_DONE;
  });
}

function asJson({ staffId, name, roles, accountId, disabledAt }: Staff): object {
  return {
    staff_id: staffId,
    name,
    roles,
    account_id: accountId,
    disabled_at: disabledAt === null ? null : toRfc3339(disabledAt),
  };
}
