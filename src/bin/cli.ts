import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

// Before anything else is loaded: what follows then starts from compiled code, in half the time.
enableCompileCache();

const { CommanderError } = await import('commander');
const { buildProgram } = await import('./cli/program.ts');
const { EXIT_CRASH, EXIT_USAGE } = await import('./cli/exit.ts');
const { watchInterrupts } = await import('./cli/interrupt.ts');
const { openTerminal } = await import('./cli/terminal.ts');

const terminal = openTerminal();
const program = buildProgram({
  context: { terminal, interrupts: watchInterrupts(terminal.err) },
  version: (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version,
  wantsJson: process.argv.some((word) => word === '--json' || word === '--ndjson'),
  onExit: (code) => {
    process.exitCode = code;
  },
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = error instanceof CommanderError ? exitCodeOf(error) : sayCrash(error);
}

/** Help and version end well; every other way in which commander stops is a usage error, already explained. */
function exitCodeOf(error: InstanceType<typeof CommanderError>): number {
  return error.exitCode === 0 ? 0 : EXIT_USAGE;
}

/** The top of the process: whatever comes here is a defect of Storno, or a machine without memory or disk. */
function sayCrash(error: unknown): number {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`storno: stopped by an error that is no fault of your files. Nothing was written.\n${what}\n`);
  return EXIT_CRASH;
}
