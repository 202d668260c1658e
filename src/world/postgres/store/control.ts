import type { Pool } from 'pg';
import { assert } from '../../../core/kernel/assert.ts';
import type { Control, LiveStore } from '../../../flow/ports/store.ts';
import { instantOf, instantOrNull, runAlone, runForOne, type Statement, timeOf } from './sql.ts';

type ControlRoom = Pick<
  LiveStore,
  'readCursor' | 'writeCursor' | 'readControl' | 'setControl' | 'raiseAlarm' | 'readAlarm' | 'countAlarms'
>;

const READ_CURSOR: Statement = {
  name: 'read_cursor',
  text: 'select read_to from storno.cursor where name = $1',
};

/** Never back. */
const WRITE_CURSOR: Statement = {
  name: 'write_cursor',
  text: `insert into storno.cursor as c (name, read_to) values ($1, $2)
    on conflict (name) do update set read_to = excluded.read_to where c.read_to < excluded.read_to`,
};

const READ_CONTROL: Statement = {
  name: 'read_control',
  text: 'select charging, reason, set_by, set_at from storno.control',
};

/** What stood before is read under the lock of the row, so that of two who stop at once one tells of it. */
const SET_CONTROL: Statement = {
  name: 'set_control',
  text: `with was as (select charging from storno.control for update),
  told as (
    insert into storno.outbox (account_id, type, data, happened_at)
    select '', case $1 when 'stopped' then 'charging.stopped' else 'charging.resumed' end,
      jsonb_build_object('reason', $2::text), $4::timestamptz
    from was where charging <> $1
  ),
  noted as (
    insert into storno.audit_entry (account_id, incident_id, happened_at, actor, action, subject, payload)
    select '', null, $4::timestamptz,
      case when $3 = 'storno' or exists (select from storno.staff where staff_id = $3) then $3 else 'operator' end,
      case $1 when 'stopped' then 'charging.stopped' else 'charging.resumed' end, 'charging', '{}'
    from was where charging <> $1
  )
  update storno.control as c set charging = $1, reason = $2, set_by = $3, set_at = $4
  from was
  where (c.charging, c.reason, c.set_by, c.set_at) is distinct from ($1, $2, $3, $4::timestamptz)`,
};

const RAISE: Statement = {
  name: 'raise_alarm',
  text: `with raised as (
    insert into storno.alarm (kind, subject, message, raised_at) values ($1, $2, $3, $4)
    on conflict (kind, subject) do nothing
    returning kind, subject, raised_at
  ),
  told as (
    insert into storno.outbox (account_id, type, data, happened_at)
    select '', 'alarm.raised', jsonb_build_object('kind', kind, 'subject', subject), raised_at from raised
  )
  select kind from raised`,
};

const READ_ALARM: Statement = {
  name: 'read_alarm',
  text: 'select raised_at from storno.alarm where kind = $1 and subject = $2',
};

const COUNT_ALARMS: Statement = {
  name: 'count_alarms',
  text: 'select count(*)::int as alarms from storno.alarm where kind = $1 and raised_at >= $2',
};

export function openControl(pool: Pool): ControlRoom {
  return {
    async readCursor(name) {
      const row = await runForOne(pool, READ_CURSOR, [name]);
      return row === null ? null : instantOf(row.read_to);
    },
    async writeCursor(name, to) {
      await runAlone(pool, WRITE_CURSOR, [name, timeOf(to)]);
    },
    async readControl() {
      const row = await runForOne(pool, READ_CONTROL, []);
      assert(row !== null, 'the row of control is written by a migration and never removed');
      return {
        charging: row.charging as Control['charging'],
        reason: row.reason as string,
        by: row.set_by as string,
        at: instantOf(row.set_at),
      };
    },
    async setControl({ charging, reason, by, at }) {
      await runAlone(pool, SET_CONTROL, [charging, reason, by, timeOf(at)]);
    },
    async raiseAlarm({ kind, subject, message, at }) {
      return (await runForOne(pool, RAISE, [kind, subject, message, timeOf(at)])) === null ? 'exists' : 'raised';
    },
    async readAlarm(kind, subject) {
      return instantOrNull((await runForOne(pool, READ_ALARM, [kind, subject]))?.raised_at ?? null);
    },
    async countAlarms(kind, since) {
      return (await runForOne(pool, COUNT_ALARMS, [kind, timeOf(since)]))?.alarms as number;
    },
  };
}
