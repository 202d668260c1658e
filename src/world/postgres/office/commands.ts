import type { CommandBegun, Commands } from '../../../flow/ports/office.ts';
import { at, type OfficeBase, type Row, run, runOne } from './sql.ts';

/** Takes the row if nobody has it, or if whoever had it has been silent past his lease. */
const BEGIN = `
insert into storno.command as c (key_id, idempotency_key, fingerprint, lease_until, recorded_at)
values ($1, $2, $3, $4::timestamptz, $5::timestamptz)
on conflict (key_id, idempotency_key) do update set lease_until = excluded.lease_until
where c.status is null and c.fingerprint = excluded.fingerprint and c.lease_until <= $5::timestamptz
returning key_id`;

const READ = `
select fingerprint, status, body from storno.command where key_id = $1 and idempotency_key = $2`;

/** The first answer stays: a second hand that took an expired lease and was slower changes nothing. */
const FINISH = `
update storno.command set status = $3, body = $4, lease_until = null
where key_id = $1 and idempotency_key = $2 and status is null`;

const RELEASE = `
update storno.command set lease_until = $3::timestamptz
where key_id = $1 and idempotency_key = $2 and status is null`;

export function openCommands(base: OfficeBase): Commands {
  return {
    async beginCommand({ keyId, idempotencyKey, fingerprint, now, leaseUntil }) {
      const begun = await runOne(base, BEGIN, [keyId, idempotencyKey, fingerprint, at(leaseUntil), at(now)]);
      if (begun !== null) return { kind: 'begun' };
      return begunOf(await runOne(base, READ, [keyId, idempotencyKey]), fingerprint);
    },
    async finishCommand({ keyId, idempotencyKey }, { status, body }) {
      await run(base, FINISH, [keyId, idempotencyKey, status, body]);
    },
    async releaseCommand({ keyId, idempotencyKey }, now) {
      await run(base, RELEASE, [keyId, idempotencyKey, at(now)]);
    },
  };
}

function begunOf(row: Row | null, fingerprint: string): CommandBegun {
  if (row === null) return { kind: 'running' };
  if (row.fingerprint !== fingerprint) return { kind: 'differs' };
  if (row.status === null) return { kind: 'running' };
  return { kind: 'answered', answer: { status: row.status as number, body: row.body as string } };
}
