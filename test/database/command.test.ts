import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { killServer, serverProcesses, temporaryData } from './processes.ts';

const CLI = new URL('../../src/bin/cli.ts', import.meta.url).pathname;

describe('storno database', { skip: process.platform === 'linux' ? false : 'looks into /proc' }, () => {
  let folder: Awaited<ReturnType<typeof temporaryData>>;

  before(async () => {
    folder = await temporaryData();
  });
  after(async () => {
    await killServer(folder);
    await folder.remove();
  });

  async function storno(args: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { STORNO_DATABASE_URL: _, ...rest } = process.env;
    const said = await promisify(execFile)(process.execPath, [CLI, ...args.split(' ')], {
      env: { ...rest, STORNO_DATA_DIR: folder.path, NO_COLOR: '1', ...env },
    });
    return said.stdout;
  }

  it('says where the data will lie, and makes nothing to say so', async () => {
    const { state, place } = JSON.parse(await storno('database status --json'));
    assert.deepEqual([state, place], ['none', folder.path]);
    assert.deepEqual(await serverProcesses(folder), []);
  });

  it('starts a server that stays, with an address for other programs', async () => {
    assert.match(await storno('database start'), /Schema {6}\d+, up to date\n.*storno database stop/s);
    const client = new Client({ connectionString: (await storno('database url')).trim() });
    await client.connect();
    const { rows } = await client.query('select session_user as who');
    assert.deepEqual(rows, [{ who: 'storno_auditor' }]);
    await assert.rejects(storno('database stop'), /in use by storno_auditor\. .* storno database stop --force/);
    await client.end();
  });

  it('has nothing to migrate', async () => {
    assert.equal(await storno('migrate --dry-run --json'), '{"pending":[]}\n');
    assert.match(await storno('migrate'), /up to date/);
  });

  it('stops it', async () => {
    assert.equal(await storno('database stop --json'), '{"state":"stopped"}\n');
    assert.deepEqual(await serverProcesses(folder), []);
    assert.match(await storno('database status'), /does not run; it starts by itself/);
    await assert.rejects(storno('database url'), /does not run\. Start it with: storno database start/);
  });

  it('neither starts nor stops a server of the operator', async () => {
    const url = { STORNO_DATABASE_URL: 'postgresql://me:geheim@127.0.0.1:1/storno' };
    await assert.rejects(storno('database start', url), /names a server of your own/);
    await assert.rejects(storno('database status', url), (error: Error & { stderr: string }) => {
      assert.match(error.stderr, /cannot be reached/);
      assert.doesNotMatch(error.stderr, /geheim/);
      return true;
    });
  });
});
