import type { Pool } from 'pg';
import type { Link } from '../../../core/remedy/proof/verify-chain.ts';
import type { AuditTrail, PlacedEntry } from '../../../flow/ports/audit.ts';
import { guarded } from '../errors.ts';
import { type Row, runAlone, runForOne, type Statement } from '../store/sql.ts';
import { CHECKPOINT_COLUMNS, checkpointOf, ENTRY_COLUMNS, entryOf } from './rows.ts';

/** Reads the audit log with the rights of whoever looks at it. */
export function readAuditTrail(pool: Pool): AuditTrail {
  return {
    checkpoints: async () => (await runAlone(pool, CHECKPOINTS, [])).map(checkpointOf),
    links: () => readLinks(pool),
    countUnsealed: async () => Number((await runForOne(pool, COUNT_UNSEALED, []))?.entries ?? 0),
    list: async ({ limit }) => (await runAlone(pool, LIST, [limit])).map(placedOf),
    timelineOf: async (incidentId) => (await runAlone(pool, TIMELINE, [incidentId])).map(placedOf),
  };
}

function placedOf(row: Row): PlacedEntry {
  return { ...entryOf(row), position: row.position as number | null };
}

const CHECKPOINTS: Statement = {
  name: 'audit_checkpoints',
  text: `select ${CHECKPOINT_COLUMNS} from storno.audit_checkpoint as c order by c.position`,
};

const COUNT_UNSEALED: Statement = {
  name: 'audit_count_unsealed',
  text: `select count(*)::float8 as entries from storno.audit_entry as e
    where not exists (select from storno.audit_seal as s where s.entry_id = e.entry_id)`,
};

const PLACED = `select ${ENTRY_COLUMNS}, s.position::float8 as position
    from storno.audit_entry as e
    left join storno.audit_seal as s on s.entry_id = e.entry_id`;

const LIST: Statement = {
  name: 'audit_list',
  text: `${PLACED} order by e.entry_id desc limit $1`,
};

const TIMELINE: Statement = {
  name: 'audit_timeline',
  text: `${PLACED} where e.incident_id = $1 order by e.happened_at, e.entry_id`,
};

const FETCH_ROWS = 5000;

/** A seal whose entry is gone comes as well, without it: its columns are empty, so that it is seen. */
const LINKS = `select s.position::float8 as position, s.entry_id::float8 as sealed_entry_id, s.format_version,
    s.prev_hash, s.hash, ${ENTRY_COLUMNS}
  from storno.audit_seal as s
  left join storno.audit_entry as e on e.entry_id = s.entry_id
  order by s.position, s.entry_id`;

async function* readLinks(pool: Pool): AsyncIterable<Link> {
  const client = await guarded(() => pool.connect());
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    await client.query(`declare links no scroll cursor for ${LINKS}`);
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${FETCH_ROWS} from links`);
      yield* rows.map(linkOf);
      if (rows.length < FETCH_ROWS) return;
    }
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}

function linkOf(row: Row): Link {
  return {
    seal: {
      position: row.position as number,
      entryId: row.sealed_entry_id as number,
      formatVersion: row.format_version as number,
      prevHash: row.prev_hash as string,
      hash: row.hash as string,
    },
    entry: entryOf(row),
  };
}
