import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { Value } from 'typebox/value';
import { NAMED } from '../../src/http/document.ts';
import { PROBLEMS } from '../../src/http/problem.ts';
import { atEnd } from '../postgres.ts';
import { type Api, startApi } from './harness.ts';

const ROOT = join(import.meta.dirname, '../..');

let api: Api;

before(async () => {
  api = await startApi();
});

atEnd(() => api.close());

test("the served document passes Redocly's linter, without network", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'storno-openapi-'));
  try {
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(api.document));
    const cli = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
    const config = join(ROOT, 'test/api/redocly.yaml');
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [cli, 'lint', file, '--config', config, '--format', 'json'],
      { env },
    );
    const { totals } = JSON.parse(stdout) as { totals: { errors: number; warnings: number } };
    assert.deepEqual({ errors: totals.errors, warnings: totals.warnings }, { errors: 0, warnings: 0 }, stdout + stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('every schema with a name has an example that fits it', () => {
  for (const schema of NAMED) {
    const { $id, examples = [] } = schema as { $id?: string; examples?: unknown[] };
    assert.ok(examples.length > 0, `${$id} has no example`);
    for (const example of examples) assert.deepEqual([...Value.Errors(inlined(schema), example)], [], $id);
  }
});

/** Pointers to other schemas replaced by them, so that one can be checked alone. */
function inlined(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema, (_name, value) => {
      const ref = (value as { $ref?: string } | null)?.$ref;
      return ref === undefined ? value : NAMED.find(({ $id }) => `${$id}#` === ref);
    }),
  );
}

test('every problem has its heading in docs/api.md, and its page', async () => {
  const text = await readFile(join(ROOT, 'docs/api.md'), 'utf8');
  for (const [name, [status]] of Object.entries(PROBLEMS)) {
    assert.ok(text.includes(`### ${name}\n${status}. `), name);
    const page = await api.call('GET', `/problems/${name}`, {});
    assert.equal(page.status, 200);
    assert.ok(page.text.startsWith(`${status} ${name}\n`));
  }
  assert.equal((await api.call('GET', '/problems/toString', {})).status, 404);
});

test('webhooks stand in the document, and every operation names its problems', () => {
  assert.ok(api.document.webhooks.event);
  for (const methods of Object.values(api.document.paths)) {
    for (const { operationId, responses } of Object.values(methods)) {
      assert.ok(
        Object.keys(responses).some((status) => status.startsWith('4')),
        operationId,
      );
    }
  }
});
