/** Loaded before the program (`node --import`): it ends when the test does, whatever ends the test. */
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.on('error', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
(process.stdin as unknown as { unref?(): void }).unref?.();
