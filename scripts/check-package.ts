/**
 * Makes the npm package and uses it as a stranger would: builds, packs, installs it globally into an empty folder
 * without any install script, and starts it, also on the Node that started npm, which may be older than the one that
 * Storno brings.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'storno-package-'));

/** One rental of two is charged twice. */
const RENTALS = `rental_id,account_id,started_at,ended_at,amount_due,currency
r1,a1,2014-11-10T08:00:00Z,2014-11-10T08:50:00Z,14.50,EUR
r2,a2,2014-11-10T09:00:00Z,2014-11-10T09:50:00Z,14.50,EUR
`;

const PAYMENTS = `payment_id,kind,account_id,rental_id,status,amount,currency,created_at
p1,charge,a1,r1,succeeded,14.50,EUR,2014-11-10T08:51:00Z
p2,charge,a2,r2,succeeded,14.50,EUR,2014-11-10T09:51:00Z
p3,charge,a1,r1,succeeded,14.50,EUR,2014-11-16T02:00:00Z
`;

try {
  run(root, 'npm', ['run', '--silent', 'build']);
  run(root, 'npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no package');
  run(folder, 'npm', [
    'install',
    '--global',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--prefer-offline',
    `./${tarball}`,
  ]);
  const found = use(oldestNode());
  process.stdout.write(`The package works: ${tarball}, version ${found.version}, ${found.findings} findings.\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The Node that started npm: on a fresh machine the system's own, not the one from npm that this script runs on. */
function oldestNode(): string {
  return process.env.npm_node_execpath ?? process.execPath;
}

/** Starts the installed command on `node`: its version, and a scan of two charges for one rental. */
function use(node: string): { readonly version: string; readonly findings: number } {
  const storno = join(folder, 'lib', 'node_modules', 'storno', 'dist', 'bin', 'storno.js');
  const version = run(folder, node, [storno, '--version']).trim();
  writeFileSync(join(folder, 'rentals.csv'), RENTALS);
  writeFileSync(join(folder, 'payments.csv'), PAYMENTS);
  const files = ['--rentals', 'rentals.csv', '--payments', 'payments.csv', '--out', 'out'];
  run(folder, node, [storno, 'scan', ...files]);
  const findings =
    readFileSync(join(folder, 'out', 'findings.csv'), 'utf8')
      .trim()
      .split('\n').length - 1;
  if (version !== manifestVersion()) throw new Error(`storno --version says ${version}`);
  if (findings !== 1) throw new Error(`one rental charged twice gave ${findings} findings`);
  if (!readdirSync(join(folder, 'out')).includes('report.html')) throw new Error('no report.html was written');
  return { version, findings };
}

function manifestVersion(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }).version;
}

/** Puts the older Node first in the path, as on the machine of a user who has no other. */
function run(cwd: string, command: string, parameters: readonly string[]): string {
  const path = [dirname(oldestNode()), process.env.PATH ?? ''].join(delimiter);
  return execFileSync(command, parameters, { cwd, encoding: 'utf8', env: { ...process.env, PATH: path } });
}
