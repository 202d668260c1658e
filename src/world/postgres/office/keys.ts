import type { ApiKey, Keys } from '../../../flow/ports/office.ts';
import { appendAudit } from '../audit.ts';
import { at, inTransaction, ms, type OfficeBase, type Row, run, runOne } from './sql.ts';

const COLUMNS = `key_id, secret_digest, name, scopes, staff_id, ${ms('recorded_at')} as recorded_at, ${ms('expires_at')} as expires_at,
  ${ms('revoked_at')} as revoked_at, ${ms('last_used_at')} as last_used_at`;

const PUT = `
insert into storno.api_key (key_id, secret_digest, name, scopes, recorded_at, expires_at, staff_id)
values ($1, $2, $3, $4::text[], $5::timestamptz, $6::timestamptz, $7)`;

const READ = `select ${COLUMNS} from storno.api_key where key_id = $1`;

const LIST = `select ${COLUMNS} from storno.api_key order by recorded_at, key_id`;

const REVOKE = `
with revoked as (
  update storno.api_key set revoked_at = $2::timestamptz
  where key_id = $1 and revoked_at is null
  returning key_id
)
select exists (select from revoked) as revoked, exists (select from storno.api_key where key_id = $1) as known`;

const TOUCH = `
update storno.api_key set last_used_at = $2::timestamptz
where key_id = $1 and (last_used_at is null or last_used_at < $2::timestamptz)`;

/** Keys are made at the machine itself: who typed is not known. */
const BY_COMMAND = { accountId: '', incidentId: null, actor: 'operator' };

export function openKeys(base: OfficeBase): Keys {
  return {
    async putKey(key) {
      const { keyId, secretDigest, name, scopes, recordedAt, expiresAt, staffId } = key;
      await inTransaction(base, async (queries) => {
        await queries.query(PUT, [keyId, secretDigest, name, scopes, at(recordedAt), at(expiresAt), staffId]);
        await appendAudit(queries, {
          ...BY_COMMAND,
          at: recordedAt,
          action: 'key.created',
          subject: keyId,
          payload: { scopes },
        });
      });
    },
    async readKey(keyId) {
      const row = await runOne(base, READ, [keyId]);
      return row === null ? null : keyOf(row);
    },
    async listKeys() {
      return (await run(base, LIST, [])).map(keyOf);
    },
    async revokeKey(keyId, now) {
      return inTransaction(base, async (queries) => {
        const [row] = (await queries.query(REVOKE, [keyId, at(now)])).rows;
        if (row?.revoked !== true) return row?.known === true ? 'exists' : 'unknown';
        await appendAudit(queries, { ...BY_COMMAND, at: now, action: 'key.revoked', subject: keyId, payload: {} });
        return 'revoked';
      });
    },
    async touchKey(keyId, now) {
      await run(base, TOUCH, [keyId, at(now)]);
    },
  };
}

function keyOf(row: Row): ApiKey {
  return {
    keyId: row.key_id as string,
    secretDigest: row.secret_digest as string,
    name: row.name as string,
    scopes: row.scopes as string[],
    staffId: row.staff_id as string | null,
    recordedAt: row.recorded_at as number,
    expiresAt: row.expires_at as number | null,
    revokedAt: row.revoked_at as number | null,
    lastUsedAt: row.last_used_at as number | null,
  };
}
