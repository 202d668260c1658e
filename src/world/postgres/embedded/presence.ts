import { Client, type ClientConfig } from 'pg';
import { ADMIN_SHUTDOWN, sqlState } from '../errors.ts';

/** One connection that says: a process of Storno is here. */
export interface Presence {
  readonly server: ClientConfig;
  /** Settles when the connection is gone: because the server was told to stop, or for any other reason. */
  readonly lost: Promise<'stopped' | 'broken'>;
  /** Takes back what was said. True: nobody else is here, and nobody comes in before `end`. */
  leave(): Promise<boolean>;
  end(): Promise<void>;
}

/** Any number; all processes agree on it. */
const PRESENCE_LOCK = 8_243_112_015;

/**
 * Takes a share of the lock that the last one out takes whole. The database keeps the count, so that a killed process
 * leaves none behind. Null where the server went down meanwhile.
 */
export async function openPresence(server: ClientConfig): Promise<Presence | null> {
  const client = new Client({ ...server, application_name: 'storno', keepAlive: true });
  const gone = Promise.withResolvers<'stopped' | 'broken'>();
  client.on('error', (error) => gone.resolve(sqlState(error) === ADMIN_SHUTDOWN ? 'stopped' : 'broken'));
  client.on('end', () => gone.resolve('broken'));
  try {
    await client.connect();
    await client.query('select pg_advisory_lock_shared($1)', [PRESENCE_LOCK]);
  } catch {
    await client.end().catch(() => undefined);
    return null;
  }
  return {
    server,
    lost: gone.promise,
    leave: () => leave(client),
    end: async () => {
      await client.end().catch(() => undefined);
      gone.resolve('broken');
    },
  };
}

/**
 * Somebody with another program, `psql` say, counts as well: he is not thrown out. What is called like us and has no
 * share of the lock is a connection on its way out.
 */
const OTHERS = `
select pg_catalog.count(*)::int as others
from pg_catalog.pg_stat_activity
where backend_type = 'client backend' and application_name not like 'storno%'`;

async function leave(client: Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [PRESENCE_LOCK]);
    const { rows: locked } = await client.query<{ whole: boolean }>('select pg_try_advisory_lock($1) as whole', [
      PRESENCE_LOCK,
    ]);
    if (locked[0]?.whole !== true) return false;
    const { rows } = await client.query<{ others: number }>(OTHERS);
    return rows[0]?.others === 0;
  } catch {
    return false;
  }
}
