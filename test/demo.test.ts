import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dataPlace } from '../src/bin/cli/demo/house.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Two minutes on a machine of its own; tests share theirs. */
const RUN_MS_MAX = 9 * 60_000;

/**
 * The whole story on components of its own: embedded PostgreSQL, the official SDK over HTTP, SMTP, bank files. The acts
 * check themselves on the way; here is checked what they leave behind.
 */
test('npm start plays the whole story, to a closed incident and a pack that verifies by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-demo-'));
  const out = join(folder, 'story');
  try {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assert.match(scripts.start, /^node src\/bin\/cli\.ts demo --stay$/);
    const story = storno(['demo', '--stay', '--out', out]);
    assert.equal(story.status, 0, `${story.stdout}\n${story.stderr}`);
    assert.match(story.stdout, /charged twice|charged a second time/);
    assert.match(story.stdout, /C08 Billing period run again/);
    assert.match(story.stdout, /The incident is closed: nothing remains unpaid\./);
    const letters = readdirSync(join(out, 'mailbox'));
    const planned = Number(
      /Anna plans \d+ refunds, [^,]+, and \d+ free minutes for (\d+) customers/.exec(story.stdout)?.[1],
    );
    assert.ok(
      letters.length > planned,
      `${letters.length} letters to ${planned} customers and those whose money came back`,
    );
    const ids = letters.map(
      (file) => /^Message-ID: (.+)$/im.exec(readFileSync(join(out, 'mailbox', file), 'utf8'))?.[1],
    );
    assert.equal(new Set(ids).size, ids.length, 'no letter came twice');
    for (const file of ['index.html', 'report/report.html', 'bank/transfers.pain.001.xml', 'pack.zip']) {
      assert.ok(existsSync(join(out, file)), file);
    }
    assert.equal(storno(['verify', join(out, 'pack.zip')]).status, 0);
    assert.equal(storno(['verify', join(out, 'forged.zip')]).status, 1);
  } finally {
    rmSync(dataPlace(out), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

function storno(parameters: readonly string[]) {
  return spawnSync(process.execPath, [join(ROOT, 'src/bin/cli.ts'), ...parameters], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: RUN_MS_MAX,
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', HOME: tmpdir() },
  });
}
