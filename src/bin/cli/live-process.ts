import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { recover } from '../../flow/live/recover.ts';
import type { LiveWorld } from '../../flow/live/world.ts';
import type { AuditLog, Signer } from '../../flow/ports/audit.ts';
import type { RefundStore } from '../../flow/ports/campaign.ts';
import type { LiveFacts } from '../../flow/ports/live-facts.ts';
import { StoreUnavailable } from '../../flow/ports/store.ts';
import type { Log } from '../../flow/ports/world.ts';
import type { RemedyPorts } from '../../http/ports.ts';
import { systemClock } from '../../world/clock.ts';
import { openAuditLog } from '../../world/postgres/audit/log.ts';
import { openRefunds } from '../../world/postgres/campaign.ts';
import type { Database } from '../../world/postgres/database.ts';
import { DatabaseTrouble } from '../../world/postgres/embedded/trouble.ts';
import { guarded } from '../../world/postgres/errors.ts';
import { openLetterBox } from '../../world/postgres/letters.ts';
import { readLiveFacts } from '../../world/postgres/live-facts.ts';
import { openOffice } from '../../world/postgres/office.ts';
import { openPeople } from '../../world/postgres/people.ts';
import { openReads } from '../../world/postgres/reads.ts';
import { withBatching } from '../../world/postgres/store/batching.ts';
import { openStore } from '../../world/postgres/store.ts';
import { openSigner } from '../../world/proof/signing-key.ts';
import { openLetterWorld } from './letter-world.ts';
import { poolOf } from './live.ts';
import { type Outside, openWorld } from './outside.ts';
import { openRemedy } from './remedy-ports.ts';
import type { Settings } from './settings.ts';
import type { WorkerHands } from './worker-loops.ts';

/** Each role with a pool of its own: what one may do with the database, the other may not. */
const API_CONNECTIONS_MAX = 16;
/** Loops run side by side and each needs one at a time; outcomes of a batch are written together. */
const WORKER_CONNECTIONS_MAX = 12;

/** Rentals that are said at the same moment share a transaction; the other connections are left to reads. */
const BATCHING = { connectionsMax: 4, rowsMax: 200 };

export interface Side {
  readonly world: LiveWorld;
  readonly office: ReturnType<typeof openOffice>;
  readonly reads: ReturnType<typeof openReads>;
  readonly people: ReturnType<typeof openPeople>;
  readonly facts: LiveFacts;
  readonly audit: AuditLog;
  readonly letters: ReturnType<typeof openLetterBox>;
  readonly refunds: RefundStore;
  readonly remedy: RemedyPorts;
}

export type Roles = 'storno_api' | 'storno_worker';

/** The store, the office and the world of the flows as one role sees them. */
export function openSide(
  database: Database,
  role: Roles,
  parts: { readonly outside: Outside; readonly settings: Settings; readonly callsMax: number },
): Side {
  const connectionsMax = role === 'storno_api' ? API_CONNECTIONS_MAX : WORKER_CONNECTIONS_MAX;
  const pool = poolOf(database, { role, connectionsMax });
  const refunds = openRefunds(pool);
  const store = withBatching(openStore(pool), pool, BATCHING);
  return {
    world: openWorld(parts.outside, { ...parts, store, refunds }),
    refunds,
    office: openOffice({ connections: pool, guard: guarded }),
    reads: openReads(pool),
    people: openPeople(pool),
    facts: readLiveFacts(pool),
    audit: openAuditLog(pool),
    letters: openLetterBox(pool),
    remedy: openRemedy(pool),
  };
}

/** What a worker works with, after it has caught up with the provider. */
export async function startWorker(
  side: Side,
  outside: Outside,
  { reach, settings }: { readonly reach: 'public' | 'any'; readonly settings: Settings },
): Promise<WorkerHands> {
  const { log, metrics } = outside;
  const worker = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
  const recovered = await recoverIfAnswered(side.world);
  log.info('worker started', { worker, state: recovered });
  const sender = { office: side.office, clock: systemClock, log, reach, countDelivery: metrics.countDelivery };
  const { world, facts } = side;
  const campaigns = { ...world, refunds: side.refunds };
  const audit = { audit: side.audit, clock: systemClock, openSigner: () => signerOrNull(log) };
  const letters =
    settings.letters === null ? null : openLetterWorld({ ...world, letters: side.letters }, settings.letters);
  return { world, sender, worker, facts, setting: await facts.readSetting(), audit, letters, campaigns };
}

/** Nothing stops charging: where the key cannot be had, checkpoints wait for it and the log says why. */
async function signerOrNull(log: Log): Promise<Signer | null> {
  try {
    return await openSigner(process.env);
  } catch (error) {
    if (!(error instanceof DatabaseTrouble)) throw error;
    log.error('no checkpoint of the audit log can be signed', { reason: error.message });
    return null;
  }
}

async function recoverIfAnswered(world: LiveWorld): Promise<string> {
  try {
    return (await recover(world)).isCurrent ? 'current' : 'catching up';
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return 'catching up';
  }
}
