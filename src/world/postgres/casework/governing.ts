import type { Pool } from 'pg';
import type { Staff } from '../../../core/remedy/staff.ts';
import type { Governing, StoredPolicy } from '../../../flow/ports/casework.ts';
import { appendAudit } from '../audit.ts';
import {
  instantOf,
  instantOrNull,
  inTransaction,
  type Row,
  run,
  runAlone,
  runForOne,
  type Statement,
  timeOf,
} from '../store/sql.ts';

const STAFF = 'staff_id, name, roles, account_id, recorded_at, disabled_at';

const PUT_STAFF: Statement = {
  name: 'put_staff',
  text: `insert into storno.staff (${STAFF}) values ($1, $2, $3::text[], $4, $5, null)
    on conflict (staff_id) do nothing
    returning staff_id`,
};

export const READ_STAFF: Statement = {
  name: 'read_staff',
  text: `select ${STAFF} from storno.staff where staff_id = $1`,
};

const LIST_STAFF: Statement = {
  name: 'list_staff',
  text: `select ${STAFF} from storno.staff order by recorded_at, staff_id collate "C"`,
};

const DISABLE_STAFF: Statement = {
  name: 'disable_staff',
  text: `update storno.staff set disabled_at = $2 where staff_id = $1 and disabled_at is null returning staff_id`,
};

export const READ_POLICY: Statement = {
  name: 'read_remedy_policy',
  text: `select version, body::text as body, digest, recorded_by, recorded_at from storno.remedy_policy
    where $1::int is null or version = $1
    order by version desc
    limit 1`,
};

/** Whoever comes at the same time meets the key of the version. */
const SET_POLICY: Statement = {
  name: 'set_remedy_policy',
  text: `insert into storno.remedy_policy (version, body, digest, recorded_by, recorded_at)
    values ($1, $2::jsonb, $3, $4, $5)`,
};

export function openGoverning(pool: Pool): Governing {
  return {
    putStaff: (staff) =>
      inTransaction(pool, async (on) => {
        const { staffId, name, roles, accountId, recordedAt } = staff;
        const put = await run(on, PUT_STAFF, [staffId, name, roles, accountId, timeOf(recordedAt)]);
        if (put.length === 0) {
          const [there] = await run(on, READ_STAFF, [staffId]);
          return there !== undefined && isSame(staffOf(there), staff) ? 'exists' : 'differs';
        }
        await appendAudit(on, {
          accountId: '',
          incidentId: null,
          at: recordedAt,
          actor: staffId,
          action: 'staff.added',
          subject: staffId,
          payload: { roles: [...roles] },
        });
        return 'created';
      }),
    async readStaff(staffId) {
      const row = await runForOne(pool, READ_STAFF, [staffId]);
      return row === null ? null : staffOf(row);
    },
    async listStaff() {
      return (await runAlone(pool, LIST_STAFF, [])).map(staffOf);
    },
    disableStaff: (staffId, { by, at }) =>
      inTransaction(pool, async (on) => {
        if ((await run(on, DISABLE_STAFF, [staffId, timeOf(at)])).length === 0) {
          return (await run(on, READ_STAFF, [staffId])).length === 0 ? 'unknown' : 'exists';
        }
        const entry = { accountId: '', incidentId: null, at, actor: by, subject: staffId, payload: {} };
        await appendAudit(on, { ...entry, action: 'staff.disabled' });
        return 'disabled';
      }),
    setPolicy: ({ text, digest, signature: { by, at } }) =>
      inTransaction(pool, async (on) => {
        const [newest] = await run(on, READ_POLICY, [null]);
        if (newest?.digest === digest) return { kind: 'exists', version: newest.version as number };
        const version = ((newest?.version as number | undefined) ?? 0) + 1;
        await run(on, SET_POLICY, [version, text, digest, by, timeOf(at)]);
        const entry = { accountId: '', incidentId: null, at, actor: by, subject: `policy ${version}` };
        await appendAudit(on, { ...entry, action: 'policy.set', payload: { version, digest } });
        return { kind: 'created', version };
      }),
    async readPolicy(version) {
      const row = await runForOne(pool, READ_POLICY, [version]);
      return row === null ? null : policyOf(row);
    },
  };
}

function isSame(one: Staff, other: Staff): boolean {
  const facts = ({ name, roles, accountId }: Staff) => JSON.stringify([name, [...roles].sort(), accountId]);
  return facts(one) === facts(other) && one.disabledAt === null;
}

export function staffOf(row: Row): Staff {
  return {
    staffId: row.staff_id as string,
    name: row.name as string,
    roles: row.roles as Staff['roles'],
    accountId: row.account_id as string | null,
    recordedAt: instantOf(row.recorded_at),
    disabledAt: instantOrNull(row.disabled_at),
  };
}

export function policyOf(row: Row): StoredPolicy {
  return {
    version: row.version as number,
    text: row.body as string,
    digest: row.digest as string,
    recordedBy: row.recorded_by as string,
    recordedAt: instantOf(row.recorded_at),
  };
}
