#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The published command. It starts on the Node that the user has; where that is older than 24, it hands over to the
 * Node 24 that npm installed beside it as a platform package. Nothing here may need more than Node 20.
 */
const NODE_MAJOR_NEEDED = 24;

/** npm installs the one that fits the machine; the first two names belong to one platform and differ by publisher. */
const PLATFORM_PACKAGES: readonly string[] = [
  `node-bin-${process.platform}-${process.arch}`,
  `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
];

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_NEEDED) {
  await import('./cli.ts');
} else {
  const node = findPlatformNode();
  if (node === null) {
    process.stderr.write(
      `storno: this is Node ${process.versions.node}, and no Node ${NODE_MAJOR_NEEDED} is installed beside Storno for ` +
        `${process.platform} ${process.arch}. Install Node ${NODE_MAJOR_NEEDED} or later, or install Storno again without --omit=optional.\n`,
    );
    process.exit(1);
  }
  handOver(node);
}

function findPlatformNode(): string | null {
  const require = createRequire(import.meta.url);
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const name of PLATFORM_PACKAGES) {
    try {
      return require.resolve(`${name}/bin/${binary}`);
    } catch {
      // Not the package of this machine.
    }
  }
  return null;
}

/** Ends as the other process ends. Signals are passed on, so that it can tidy up before both are gone. */
function handOver(node: string): void {
  const cli = fileURLToPath(new URL(`./cli${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`storno: ${node} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}
