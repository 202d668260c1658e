import type { Pool } from 'pg';
import { type ChainHead, EMPTY_CHAIN, sealEntries } from '../../../core/remedy/proof/chain.ts';
import { CHECKPOINT_FORMAT, type Checkpoint } from '../../../core/remedy/proof/checkpoint.ts';
import { addLeaf, EMPTY_TREE, rootOf } from '../../../core/remedy/proof/merkle.ts';
import type { AuditLog } from '../../../flow/ports/audit.ts';
import { sha256, sha256OfBytes } from '../../digest.ts';
import {
  instantOrNull,
  inTransaction,
  type Queries,
  type Row,
  runForOne,
  type Statement,
  timeOf,
} from '../store/sql.ts';
import { CHECKPOINT_COLUMNS, checkpointOf, ENTRY_COLUMNS, entryOf } from './rows.ts';

/** Held while places are given or a checkpoint is made, in the whole database: an arbitrary number, ours alone. */
const CHAIN_LOCK = 7_014_201_412;

/**
 * Entries become visible in another order than they are numbered, but not much: a transaction that writes one lasts
 * seconds. Those that come later still are found by whoever looks at all, before each checkpoint.
 */
const RECENT_ENTRIES = 100_000;

export function openAuditLog(pool: Pool): AuditLog {
  return {
    seal: (wish) => inTransaction(pool, (on) => seal(on, wish)),
    async readAuditState() {
      const row = await runForOne(pool, READ_STATE, []);
      return {
        position: Number(row?.position ?? 0),
        checkpointPosition: Number(row?.checkpoint_position ?? 0),
        checkpointAt: instantOrNull(row?.checkpoint_at ?? null),
        isIncidentClosedSince: row?.is_incident_closed_since === true,
      };
    },
    checkpoint: ({ now, keyId, sign }) =>
      inTransaction(pool, async (on) => {
        const checkpoint = await nextCheckpoint(on, timeOf(now), keyId);
        if (checkpoint === null) return null;
        const signed = sign(checkpoint);
        const { position, fromPosition, formatVersion, headHash, merkleRoot, publicKey, signature } = signed;
        await on.query(PUT_CHECKPOINT, [
          position,
          fromPosition,
          formatVersion,
          headHash,
          merkleRoot,
          signed.signedAt,
          keyId,
          publicKey,
          signature,
        ]);
        return signed;
      }),
  };
}

const READ_STATE: Statement = {
  name: 'read_audit_state',
  text: `with last as (
    select position, signed_at from storno.audit_checkpoint order by position desc limit 1
  )
  select coalesce((select max(position) from storno.audit_seal), 0)::float8 as position,
    coalesce((select position from last), 0)::float8 as checkpoint_position,
    (select signed_at from last) as checkpoint_at,
    exists (
      select from storno.audit_seal as s
      join storno.audit_entry as e on e.entry_id = s.entry_id
      where s.position > coalesce((select position from last), 0) and e.action = 'incident.closed'
    ) as is_incident_closed_since`,
};

const HEAD = 'select position::float8 as position, hash from storno.audit_seal order by position desc limit 1';

const UNSEALED = `
select ${ENTRY_COLUMNS}
from storno.audit_entry as e
where e.entry_id > $1::bigint and not exists (
  select from storno.audit_seal as s where s.entry_id = e.entry_id and s.entry_id > $1::bigint
)
order by e.entry_id
limit $2`;

const NEWEST = 'select coalesce(max(entry_id), 0)::float8 as entry_id from storno.audit_entry';

const PUT_SEALS = `
insert into storno.audit_seal (position, entry_id, format_version, prev_hash, hash)
select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::text[])`;

const LAST_CHECKPOINT = `
select ${CHECKPOINT_COLUMNS} from storno.audit_checkpoint as c order by c.position desc limit 1`;

const PUT_CHECKPOINT = `
insert into storno.audit_checkpoint
  (position, from_position, format_version, head_hash, merkle_root, signed_at, key_id, public_key, signature)
values ($1, $2, $3, $4, $5, $6::timestamptz, $7, $8, $9)`;

/** Each statement looks at what was committed before it, so after the lock at all that was sealed before. */
async function seal(on: Queries, { after, limit }: Parameters<AuditLog['seal']>[0]): ReturnType<AuditLog['seal']> {
  await lockChain(on);
  const from = after ?? Math.max(0, (await newestEntry(on)) - RECENT_ENTRIES);
  const { rows } = await on.query<Row>(UNSEALED, [from, limit]);
  const last = rows.at(-1)?.entry_id;
  if (typeof last !== 'number') return { sealed: 0, last: from };
  const seals = sealEntries(await readHead(on), rows.map(entryOf), sha256);
  await on.query(PUT_SEALS, [
    seals.map(({ position }) => position),
    seals.map(({ entryId }) => entryId),
    seals.map(({ formatVersion }) => formatVersion),
    seals.map(({ prevHash }) => prevHash),
    seals.map(({ hash }) => hash),
  ]);
  return { sealed: seals.length, last };
}

async function lockChain(on: Queries): Promise<void> {
  await on.query('select pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
}

async function newestEntry(on: Queries): Promise<number> {
  return (await on.query<{ entry_id: number }>(NEWEST)).rows[0]?.entry_id ?? 0;
}

async function readHead(on: Queries): Promise<ChainHead> {
  return (await on.query<{ position: number; hash: string }>(HEAD)).rows[0] ?? EMPTY_CHAIN;
}

async function nextCheckpoint(on: Queries, signedAt: string, keyId: string): Promise<Checkpoint | null> {
  await lockChain(on);
  const { rows } = await on.query<Row>(LAST_CHECKPOINT);
  const fromPosition = rows[0] === undefined ? 1 : checkpointOf(rows[0]).position + 1;
  let tree = EMPTY_TREE;
  let head = EMPTY_CHAIN;
  for await (const seal of sealsFrom(on, fromPosition)) {
    tree = addLeaf(tree, seal.hash, sha256OfBytes);
    head = seal;
  }
  if (head.position === 0) return null;
  return {
    position: head.position,
    fromPosition,
    formatVersion: CHECKPOINT_FORMAT,
    headHash: head.hash,
    merkleRoot: rootOf(tree, sha256OfBytes),
    signedAt: toMicroseconds(signedAt),
    keyId,
  };
}

const SEALS = `
select position::float8 as position, hash from storno.audit_seal
where position >= $1 order by position limit $2`;

const SEALS_READ = 10_000;

async function* sealsFrom(on: Queries, first: number): AsyncIterable<ChainHead> {
  for (let from = first; ; ) {
    const { rows } = await on.query<{ position: number; hash: string }>(SEALS, [from, SEALS_READ]);
    yield* rows;
    if (rows.length < SEALS_READ) return;
    from += SEALS_READ;
  }
}

/** As a time that was stored is read: `2014-11-16T02:00:00.000000Z`. */
function toMicroseconds(time: string): string {
  return time.replace('Z', '000Z');
}
