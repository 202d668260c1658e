import { realpath } from 'node:fs/promises';
import { Client, type ClientConfig } from 'pg';
import { INVALID_PASSWORD, sqlState } from '../errors.ts';
import type { DataFolder } from './folder.ts';

const PROBE_MS_MAX = 5000;

/**
 * Whether the server of this folder answers at the address: a stale file may name a port that another has by now.
 * `refused`: a server answers, and does not know our password.
 */
export async function probe(config: ClientConfig, folder: DataFolder): Promise<'ready' | 'refused' | 'absent'> {
  const client = new Client({ ...config, connectionTimeoutMillis: PROBE_MS_MAX, application_name: 'storno probe' });
  // A connection that breaks is an answer here, in whatever call it shows.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === folder.cluster || rows[0]?.data_directory === (await realpath(folder.cluster))
      ? 'ready'
      : 'absent';
  } catch (error) {
    return sqlState(error) === INVALID_PASSWORD ? 'refused' : 'absent';
  } finally {
    await client.end().catch(() => undefined);
  }
}
